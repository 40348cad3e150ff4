"""Screens into the store: one file, one transaction, every doubtful row reported."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast, get_args

import pandas as pd

from db.errors import ConflictError, InvalidValueError, NotFoundError, check_word
from db.genes.name_forms import clean
from db.provenance import content_hash, find_ingest, record_ingest
from db.records import EstimateKind, Ingest, Modality, Organism, Side, Study
from db.screens import reading as db_screens
from db.screens import writing
from db.store import Connection
from tools.screens.hit_rules import default_rule, parse_rule
from tools.screens.ingestion.added_screen import AddedScreen, summarise
from tools.screens.ingestion.harmonised_table import PreparedTable, prepare
from tools.screens.readers.base import ReadOptions
from tools.workspace import Progress, Workspace

_TOOL = "add_screen"
_DESCRIPTION = (
    "phenotype", "organism", "cell_type", "modality", "condition", "readout_gene", "positive_means", "study",
    "hit_rule",
)  # fmt: skip
"""What a second file of the same content may not say otherwise without being noticed."""


def add_screen(
    workspace: Workspace,
    path: Path,
    *,
    name: str = "",
    study: str = "",
    phenotype: str,
    organism: str = "",
    cell_type: str = "",
    modality: str = "",
    condition: str = "",
    library: str = "",
    readout: str = "",
    readout_gene: str = "",
    text: str = "",
    reader: str = "",
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    suffix: str = "",
    replicate_files: Sequence[Path] = (),
    positive_means: str = "",
    hit_rule: str = "",
    side: str = "both",
    controls: Sequence[str] = (),
    encoding: str = "",
    strict: bool = False,
    citation: str = "",
    licence: str = "",
    estimate_kind: str = "lfc",
) -> AddedScreen:
    """Adds a screen from a file; refuses what cannot be used whole, and reports every row that is kept aside.

    The same file read in the same way is recognised and written once.

    Args:
        workspace: The workspace.
        path: A MAGeCK, RSA, benchmark or generic table: csv, tsv, gzipped or Parquet.
        name: Name of the screen; the file's name where empty.
        study: The publication or project. Copies and siblings of a screen are known by it, so a screen without a
            study is no prior in a replay.
        phenotype: The biology asked about, such as ``IFNG production``.
        organism: ``human`` or ``mouse``; by how the names are written where empty.
        cell_type: Cell type or line.
        modality: ``knockout``, ``interference`` or ``activation``.
        condition: What else the cells were given.
        library: Name of the guide library.
        readout: How the phenotype was measured, such as ``FACS, intracellular staining``.
        readout_gene: The gene whose expression was measured; its own effect checks the sign.
        text: The task in words; the file's own words where empty and the file has some.
        reader: Name of the reader; by the file's header where empty.
        columns: Field → column of the file, for tables whose columns are not known by name.
        where: Column → value; only these rows are read, for files that hold several screens.
        suffix: Column suffix that picks one screen out of a wide file.
        replicate_files: Further files of the same screen, each one replicate or donor.
        positive_means: ``raises`` or ``lowers``: what a positive value of the file says of the phenotype.
        hit_rule: Such as ``fdr<0.05``, ``top 5%`` or ``lfc<-1 & fdr<0.1``; by what the table has where empty.
        side: Side on which hits lie: ``low``, ``high`` or ``both``.
        controls: Names of negative-control rows, beyond those that are known.
        encoding: Text encoding, where it is not UTF-8.
        strict: Refuse the file if any row would be kept aside; rows of declared `controls` may stand.
        citation: Citation of the study.
        licence: Licence of the data.
        estimate_kind: What the effect column holds where its name does not say: ``lfc``, ``beta``, ``z``,
            ``signed_log10_p``, ``bayes_factor`` or ``rank``.

    Raises:
        RefusedFileError: The file cannot be used; the store is as it was.
        NeedsChoiceError: The sign, the species, the columns or the reader have to be named.
        ConflictError: The name is taken, the readout gene contradicts the sign, or the same file is in the store
            with another description.
        InvalidValueError: An argument cannot be used.
        NotFoundError: The store has no gene names, or there is no such reader.
    """
    _check_words(organism, modality, side, estimate_kind, phenotype, hit_rule)
    options = ReadOptions(
        columns=dict(columns or {}), where=dict(where or {}), suffix=suffix, replicate_files=tuple(replicate_files),
        encoding=encoding, controls=tuple(controls), estimate_kind=cast("EstimateKind", estimate_kind),
    )  # fmt: skip
    prepared = prepare(
        workspace, path, options, organism=organism, reader=reader, positive_means=positive_means,
        readout_gene=readout_gene, modality=cast("Modality", modality), strict=strict,
    )  # fmt: skip
    described: dict[str, str] = {
        "name": clean(name) or name_of(path), "phenotype": phenotype, "organism": prepared.organism,
        "cell_type": cell_type, "modality": modality, "condition": condition, "library": library, "readout": readout,
        "readout_gene": prepared.readout_gene, "text": text or prepared.text, "hit_rule": hit_rule, "side": side,
        "study": study, "citation": citation, "licence": licence, "positive_means": prepared.positive_means,
    }  # fmt: skip
    content = content_hash(prepared.source_hashes, read_as(options, prepared))
    with workspace.store.read() as connection:
        known = find_ingest(connection, content)
        if known is not None:
            return _recognised(workspace, connection, known, described)
    with workspace.store.write("ingest") as connection:
        # Looked for again: another process may have written it in between.
        known = find_ingest(connection, content)
        if known is not None:
            return _recognised(workspace, connection, known, described)
        return _written(workspace, connection, path, content, described, prepared, options)


def _check_words(organism: str, modality: str, side: str, kind: str, phenotype: str, hit_rule: str) -> None:
    check_word("organism", organism, ("", *get_args(Organism)))
    check_word("modality", modality, get_args(Modality))
    check_word("side", side, get_args(Side))
    check_word("kind of estimate", kind, get_args(EstimateKind))
    if not phenotype.strip():
        raise InvalidValueError(
            "The screen has no phenotype.", 'Say what it asks about: --phenotype "IFNG production".'
        )
    if hit_rule:
        parse_rule(hit_rule)


def name_of(path: Path) -> str:
    """A file's name without its endings.

    Args:
        path: The file.
    """
    return re.sub(r"(\.(gz|csv|tsv|txt|parquet|gene_summary))+$", "", path.name).removeprefix("ground_truth_")


def read_as(options: ReadOptions, prepared: PreparedTable) -> dict[str, Any]:
    """Everything beside the bytes that decides what is read; file names do not.

    Args:
        options: How the file is read.
        prepared: What was read.
    """
    values = asdict(options)
    values["replicate_files"] = len(options.replicate_files)
    return {"kind": "screen", "reader": prepared.reader, **values}


# The write ---------------------------------------------------------------------------------------


def _written(
    workspace: Workspace,
    connection: Connection,
    path: Path,
    content: str,
    described: Mapping[str, str],
    prepared: PreparedTable,
    options: ReadOptions,
) -> AddedScreen:
    workspace.report(Progress(f"read {path.name}", 3, 4, "writing"))
    ingest_id = record_ingest(
        connection, content=content, kind="screen", name=described["name"], source=path.name,
        source_hash=prepared.source_hashes[0], tool=_TOOL,
        arguments={**described, **read_as(options, prepared), "source_hashes": prepared.source_hashes,
                   "rows_read": prepared.rows_read, "remarks": prepared.remarks, "lost_hits": prepared.lost_hits},
        notes=prepared.notes,
    )  # fmt: skip
    rows = prepared.rows
    genes = rows[["perturbation", "gene_id", "second_gene_id"]].rename(columns={"perturbation": "name"})
    ids = writing.ensure_perturbations(connection, prepared.organism, genes)
    listed = None
    if prepared.hits:
        listed = writing.insert_hit_list(connection, ingest_id, ids[ids.index.isin(prepared.hits)])
    rule = described["hit_rule"] or (f"list:{listed}" if listed else default_rule(prepared.combined))
    screen_id = _insert_screen(connection, ingest_id, described, prepared, rule)
    contrast_id = writing.insert_contrast(
        connection, screen_id=screen_id, ingest_id=ingest_id, name=described["name"],
        estimate_kind=prepared.estimate_kind, positive_means=prepared.positive_means,
        sign_evidence=prepared.sign_evidence,
    )  # fmt: skip
    insert_rows(connection, screen_id, contrast_id, ingest_id, rows, prepared.controls, ids)
    screen = db_screens.find_screen_of_ingest(connection, ingest_id)
    if screen is None:  # pragma: no cover - it was written four lines above
        raise NotFoundError(f"The screen {described['name']!r} was not written.")
    workspace.report(Progress(f"read {path.name}", 4, 4, "done"))
    return summarise(workspace, screen, already_present=False)


def _insert_screen(
    connection: Connection, ingest_id: int, described: Mapping[str, str], prepared: PreparedTable, rule: str
) -> int:
    study_id = None
    if described["study"]:
        study = Study(described["study"], described["citation"], described["licence"])
        study_id = writing.add_study(connection, study)
    return writing.insert_screen(
        connection, name=described["name"], ingest_id=ingest_id, phenotype=described["phenotype"],
        organism=described["organism"], study_id=study_id, cell_type=described["cell_type"],
        condition=described["condition"], library=described["library"], modality=described["modality"],
        method=prepared.reader, readout=described["readout"], readout_gene=described["readout_gene"],
        text=described["text"], hit_rule=rule, side=cast("Side", described["side"]),
    )  # fmt: skip


def insert_rows(
    connection: Connection,
    screen_id: int,
    contrast_id: int,
    ingest_id: int,
    rows: pd.DataFrame,
    controls: pd.DataFrame,
    ids: pd.Series[int],
    *,
    named: pd.Series[bool] | None = None,
) -> None:
    """Writes the rows of a contrast.

    Args:
        connection: The writing connection.
        screen_id: The screen.
        contrast_id: Its contrast.
        ingest_id: The ingest that brings them.
        rows: As `PreparedTable.rows`.
        controls: As `PreparedTable.controls`.
        ids: Perturbation → id.
        named: Which rows carry a name that the store has not yet; all where None.
    """
    labels = sorted({*rows["replicate"], *controls["replicate"]} - {""})
    replicates = writing.insert_replicates(connection, contrast_id, labels)
    effects = rows.assign(
        perturbation_id=rows["perturbation"].map(ids),
        replicate_id=rows["replicate"].map(replicates).astype("Int64"),
    )
    writing.insert_effects(connection, contrast_id, ingest_id, effects)
    kept = controls.assign(replicate_id=controls["replicate"].map(replicates).astype("Int64"))
    writing.insert_controls(connection, contrast_id, ingest_id, kept)
    fresh = effects if named is None else effects[named]
    writing.insert_source_names(connection, screen_id, fresh[["perturbation_id", "name"]])


def _recognised(
    workspace: Workspace,
    connection: Connection,
    known: Ingest,
    described: Mapping[str, str],
) -> AddedScreen:
    """The screen that the same file brought before, unless it is described otherwise now."""
    screen = db_screens.find_screen_of_ingest(connection, known.id)
    if screen is None:
        raise ConflictError(
            f"{known.source} was read in the same way before, as {known.kind} {known.name!r}.",
            "`hitscout doctor` looks at the store.",
        )
    before = known.arguments
    for key in _DESCRIPTION:
        if described[key] and described[key] != before.get(key, ""):
            option = "--" + key.replace("_", "-")
            raise ConflictError(
                f"The same file is in the store as screen {screen.name!r} with {option} {before.get(key, '')!r};"
                f" now {described[key]!r} is given.",
                f"Remove it first (`hitscout screen remove {screen.name}`), or give the same {option}.",
            )
    return summarise(workspace, screen, already_present=True)
