"""Tables of responses into the store: what perturbations did to readout genes, one context each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from db.acts import act, option
from db.errors import ConflictError, InvalidValueError, check_word
from db.genes.name_forms import clean
from db.provenance import add_notes, content_hash, file_hash, find_ingest, get_ingest, notes_of, record_ingest
from db.records import Ingest, Modality, Organism
from db.screens.responses import ResponseContext, contexts, remove_responses, responding
from tools.parameters import takes_names
from tools.screens.ingestion.added_screen import NotedRows, by_reason
from tools.screens.response_files.found import FoundResponses, read_responses
from tools.screens.response_files.kept import forget_kept
from tools.screens.response_files.source import files_of
from tools.screens.response_files.writing import write_found
from tools.screens.tables.reading import Reading
from tools.workspace import Progress, Workspace

_TOOL = "add_responses"


@dataclass(frozen=True)
class AddedResponses:
    """What `add_responses` brought into the store.

    Attributes:
        context: The context as it is in the store.
        ingest_id: The ingest, which names source, arguments and versions.
        already_present: Whether the same file, read in the same way, was there already; nothing was written.
        responding: Pairs that respond.
        raised: Pairs among them that go up.
        rule: How it was told which pairs respond.
        kept_aside: Rows that are not used, by reason.
        flags: Rows that are used with a flag, by reason.
    """

    context: ResponseContext
    ingest_id: int
    already_present: bool
    responding: int
    raised: int
    rule: str
    kept_aside: tuple[NotedRows, ...]
    flags: tuple[NotedRows, ...]


@takes_names
def add_responses(
    workspace: Workspace,
    path: Path,
    *,
    name: str = "",
    study: str = "",
    organism: str = "human",
    cell_type: str = "",
    condition: str = "",
    modality: str = "",
    responds: str = "",
    columns: Mapping[str, str] | None = None,
    perturbation: str = "",
    where: Mapping[str, str] | None = None,
    controls: Sequence[str] = (),
    encoding: str = "",
    no_header: bool = False,
    sheet: str = "",
    citation: str = "",
    licence: str = "",
) -> AddedResponses:
    """Adds responses from a file: what each perturbation did to each readout gene, in one context.

    Tables of one row a pair (as pdex and scanpy write them) are taken, tables of contrasts (DESeq2, edgeR, limma: one
    perturbation a file, several side by side, or a folder of such files), matrices of perturbations by readout genes,
    and R's ranked lists of genes.

    The same file read in the same way is recognised and written once. Rows whose names are no known gene stay under
    their own names; rows that cannot be used are kept aside and reported.

    Args:
        workspace: The workspace.
        path: A csv, tsv, Excel or Parquet table, packed or not, numpy arrays (.npz), R data (.rda, .rds), or a folder
            of tables of one contrast each. Tables have a perturbation, a readout gene, and an estimate with FDR or p,
            or labels ``de`` (responds: 1 or 0) and ``up`` (1 or 0).
        name: Name of the context; the file's name where empty.
        study: The publication or project.
        organism: ``human`` or ``mouse``.
        cell_type: Cell type or line; contexts of one cell type never train each other.
        condition: What else the cells were given.
        modality: ``knockout``, ``interference`` or ``activation``.
        responds: When a readout responds, such as ``fdr<0.05`` or ``fdr<0.05 & |lfc|>0.5``; needed where the table has
            no label ``de`` and no FDR, and ``fdr<0.05`` where it is empty.
        columns: Field (perturbation, readout, estimate, standard_error, p, fdr, de, up) → column of the file, for
            columns that are not known by name.
        perturbation: What was perturbed, where a file holds one contrast and neither its name nor a column says it.
        where: Column → value; only these rows are read.
        controls: Names of perturbations that are negative controls, beyond those that are known.
        encoding: Text encoding, where it is not UTF-8.
        no_header: The file's first line is a row already; its columns are called 1, 2, 3 … by their place.
        sheet: The sheet of a workbook that is read, by its name or its number, where several hold a table.
        citation: Citation of the study.
        licence: Licence of the data.

    Raises:
        RefusedFileError: The file cannot be used; the store is as it was.
        NeedsChoiceError: Columns have to be named, or when a readout responds.
        ConflictError: The name is taken, or the file is in the store with another description.
        InvalidValueError: An argument cannot be used.
        NotFoundError: The store has no gene names.
    """
    _check(organism, modality)
    reading = Reading(
        columns=columns or {}, where=where or {}, controls=controls, encoding=encoding,
        no_header=no_header, sheet=sheet,
    )  # fmt: skip
    workspace.report(Progress(f"read {path.name}", 0, 2, "reading"))
    table = read_responses(path, reading, responds, perturbation)
    described = {
        "name": clean(name) or _name_of(path), "study": study, "organism": organism, "cell_type": cell_type,
        "condition": condition, "modality": modality, "citation": citation, "licence": licence,
    }  # fmt: skip
    if ":" in described["name"]:
        raise InvalidValueError(
            f"The name {described['name']!r} holds a colon.", f"Evidence ids need one without: {option('name')}."
        )
    how = {
        "kind": "responses", "rule": table.rule, "columns": dict(reading.columns), "where": dict(reading.where),
        "encoding": encoding, "controls": sorted(controls),
        **({"no_header": True} if no_header else {}), **({"sheet": sheet} if sheet else {}),
        **({"perturbation": perturbation} if perturbation else {}),
    }  # fmt: skip
    hashes = [file_hash(file) for file in files_of(path)]
    source = hashes[0] if len(hashes) == 1 else content_hash(hashes, {})
    content = content_hash(hashes, how)
    with workspace.store.write("ingest") as connection:
        known = find_ingest(connection, content)
        if known is None:
            ingest_id = record_ingest(
                connection, content=content, kind="responses", name=described["name"], source=path.name,
                source_hash=source, tool=_TOOL, arguments={**described, **how}, notes=table.notes,
            )  # fmt: skip
            workspace.report(Progress(f"read {path.name}", 1, 2, "writing"))
            add_notes(connection, ingest_id, write_found(workspace, connection, ingest_id, table, described))
        else:
            _refuse_other(known, described)
    workspace.report(Progress(f"read {path.name}", 2, 2, "done"))
    return _summary(workspace, known.id if known else ingest_id, table, already_present=known is not None)


def response_list(workspace: Workspace) -> tuple[ResponseContext, ...]:
    """Lists the contexts in which responses of readout genes to perturbations are known, by name.

    Args:
        workspace: The workspace.
    """
    return tuple(contexts(workspace.store))


def response_remove(workspace: Workspace, name: str) -> ResponseContext:
    """Removes a table of responses with its notes and its ingest, so that a corrected one can take its place.

    What was learnt from it goes from the cache too. Screens, campaigns and gene knowledge do not rest on it.

    Args:
        workspace: The workspace.
        name: Name of the context; `response_list` names them.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    removed = remove_responses(workspace.store, name)
    forget_kept(workspace, removed.name)
    return removed


def _check(organism: str, modality: str) -> None:
    check_word("organism", organism, get_args(Organism))
    check_word("modality", modality, get_args(Modality))


def _name_of(path: Path) -> str:
    from tools.screens.ingestion.adding import name_of

    return name_of(path)


def _refuse_other(known: Ingest, described: Mapping[str, str]) -> None:
    for key, value in described.items():
        if value and value != known.arguments.get(key, "") and not (key == "name" and value == known.name):
            before = known.arguments.get(key, "")
            raise ConflictError(
                f"The same file is in the store as {known.name!r} with {key} {before!r}; now {value!r} is given.",
                f"Remove it first ({act('response_remove', known.name)}), or give the same {key}.",
            )


def _summary(workspace: Workspace, ingest_id: int, table: FoundResponses, *, already_present: bool) -> AddedResponses:
    with workspace.store.read() as connection:
        notes = notes_of(connection, ingest_id)
        name = get_ingest(connection, ingest_id).name
    counts = responding(workspace.store, name)
    context = next(one for one in contexts(workspace.store) if one.name == name)
    return AddedResponses(
        context=context,
        ingest_id=ingest_id,
        already_present=already_present,
        responding=counts[0],
        raised=counts[1],
        rule=table.rule,
        kept_aside=by_reason([note for note in notes if note.kept_aside]),
        flags=by_reason([note for note in notes if not note.kept_aside]),
    )
