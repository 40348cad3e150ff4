"""Tables of responses: which readouts change, and which way, when a gene is perturbed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

import pandas as pd

from db.errors import InvalidValueError, RefusedFileError, check_word
from db.files.objects import read_json
from db.files.plain_table import read_plain_table
from db.records import Modality, Organism, Study
from db.screens.response_context import NewContext
from db.screens.responses import write_responses
from db.screens.writing import ensure_perturbations
from db.store import Connection
from tools.genes.placed_names import Placed, place
from tools.packs.loaders.base import Loaded, LoadStep, Source, Written, load_once, required
from tools.screens.response_files.found import FoundResponses, read_responses
from tools.screens.response_files.writing import write_found
from tools.screens.tables.reading import Reading
from tools.workspace import Workspace

_LAYOUTS = ("perturbqa", "file")
_COLUMNS = ["pert", "gene", "label", "split"]


@dataclass(frozen=True)
class Responses:
    """A table of responses and what its readouts are.

    Attributes:
        rows: Columns perturbation, readout, split, de and up (nullable booleans).
        members: Readout → genes where readouts are gene sets; None where they are genes.
    """

    rows: pd.DataFrame
    members: Mapping[str, Sequence[str]] | None


def read_perturbqa(de: Path, direction: Path, mapping: Path | None = None) -> Responses:
    """Reads one line of PerturbQA: which pairs are differentially expressed, and of these which go up.

    Args:
        de: Table with the columns pert, gene, label (1: differentially expressed) and split.
        direction: The same columns (1: up) for pairs that are differentially expressed.
        mapping: JSON of gene set → genes, where readouts are sets.

    Raises:
        RefusedFileError: The tables are not that, or contradict each other.
    """
    changed, raised = _labels(de), _labels(direction)
    pairs = changed.merge(raised, on=["pert", "gene"], how="outer", suffixes=("", "_dir"), validate="one_to_one")
    directed = pairs["label_dir"].notna()
    bad = directed & ((pairs["label"] != 1) | (pairs["split"] != pairs["split_dir"]))
    if bad.any():
        first = pairs[bad].iloc[0]
        raise RefusedFileError(
            f"{direction.name} has a direction for {first['pert']} and {first['gene']}, which {de.name} does not hold"
            " as differentially expressed in the same split."
        )
    rows = pd.DataFrame({"perturbation": pairs["pert"], "readout": pairs["gene"], "split": pairs["split"]})
    rows["de"] = pairs["label"].astype("Int64").astype("boolean")
    rows["up"] = pairs["label_dir"].astype("Int64").astype("boolean")
    return Responses(rows, None if mapping is None else _members(mapping, rows))


def _labels(path: Path) -> pd.DataFrame:
    # A gene may be called NA: nothing but an empty cell is missing.
    frame = read_plain_table(path, ",")
    if missing := [column for column in _COLUMNS if column not in frame.columns]:
        raise RefusedFileError(f"{path.name} lacks the columns {', '.join(missing)}.")
    frame = frame[_COLUMNS]
    wrong = ~frame["label"].isin(["0", "1"]) | ~frame["split"].isin(["train", "test"]) | (frame["pert"] == "")
    if wrong.any():
        line = int(frame.index[wrong][0]) + 2
        raise RefusedFileError(f"{path.name}, line {line}: a label is 0 or 1, and a split is train or test.")
    if (double := frame.duplicated(["pert", "gene"])).any():
        raise RefusedFileError(f"{path.name}, line {int(frame.index[double][0]) + 2}: the pair was there before.")
    return frame.assign(label=frame["label"].astype("int64"))


def _members(path: Path, rows: pd.DataFrame) -> dict[str, list[str]]:
    sets = read_json(path)
    if not isinstance(sets, dict) or (missing := sorted(set(rows["readout"]) - set(sets))):
        lacks = f" It lacks {missing[0]!r}." if isinstance(sets, dict) else ""
        raise RefusedFileError(f"{path.name} does not give the genes of every readout.{lacks}")
    return {str(name): [str(gene) for gene in genes] for name, genes in sets.items()}


class ResponsesLoader:
    """Writes one context; rows whose names are no known gene stay, under their own names, and are noted."""

    title = "responses"
    options = frozenset(
        [
            "layout",
            "name",
            "study",
            "citation",
            "licence",
            "organism",
            "cell_type",
            "condition",
            "modality",
            "columns",
            "responds",
        ]
    )

    def target(self, step: LoadStep) -> tuple[str, str]:
        """See `tools.packs.loaders.base.PackLoader.target`."""
        return ("responses", required(step, "name"))

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.packs.loaders.base.PackLoader.load`.

        With the layout ``perturbqa`` the files are those of `read_perturbqa`, in its order; with ``file`` it is one of
        any form that users add, or several tables of contrasts.
        """
        _check(step)
        if step.options["layout"] == "file":
            return _load_file(workspace, source, step, self.target(step))
        organism = cast("Organism", step.options.get("organism", "human"))

        def write(connection: Connection, ingest_id: int) -> Written:
            table = read_perturbqa(*(source.folder / file for file in step.files))
            perturbed = place(workspace, sorted(set(table.rows["perturbation"])), organism)
            members = table.members or {name: [name] for name in sorted(set(table.rows["readout"]))}
            read = place(workspace, sorted({gene for genes in members.values() for gene in genes}), organism)
            rows = write_responses(
                connection, ingest_id, NewContext(
                    required(step, "name"), readout_kind="gene" if table.members is None else "gene_set",
                    **_about(source, step),
                ), table.rows,
                perturbations=_perturbation_ids(connection, organism, perturbed),
                readouts={name: [read.ids[one] for one in genes if one in read.ids] for name, genes in members.items()},
            )  # fmt: skip
            notes = {note.name: replace(note, kept_aside=False) for note in (*perturbed.notes, *read.notes)}
            return Written(rows, list(notes.values()), _detail(table.rows, len(notes)))

        return load_once(workspace, source, step, target=self.target(step), write=write)


def _load_file(workspace: Workspace, source: Source, step: LoadStep, target: tuple[str, str]) -> Loaded:
    """Loads what users add in the same way."""
    found: list[FoundResponses] = []
    files = [source.folder / file for file in step.files]

    def read() -> None:
        several = len(files) > 1
        where = source.folder if several else files[0]
        columns = {str(field): str(column) for field, column in step.options.get("columns", {}).items()}
        reading = Reading(columns=columns)
        found.append(
            read_responses(where, reading, str(step.options.get("responds", "")), files=files if several else ())
        )

    def write(connection: Connection, ingest_id: int) -> Written:
        about = _about(source, step)
        study = about.pop("study") or Study("", "", "")
        described = {
            **about, "name": required(step, "name"), "study": study.name, "citation": study.citation,
            "licence": study.licence,
        }  # fmt: skip
        unknown = write_found(workspace, connection, ingest_id, found[0], described)
        rows = found[0].found
        counts = f"{len(rows.perturbations)} perturbations, {len(rows.readouts)} readouts"
        detail = f"{counts}; {len(unknown)} names are no known gene and stay as they are"
        return Written(rows.rows, [*found[0].notes, *unknown], detail)

    return load_once(workspace, source, step, target=target, write=write, before=read)


def _check(step: LoadStep) -> None:
    layout = required(step, "layout")
    if layout not in _LAYOUTS:
        raise InvalidValueError(f"There is no layout {layout!r} of responses.", f"There are: {', '.join(_LAYOUTS)}.")
    check_word("organism", step.options.get("organism", "human"), get_args(Organism))
    check_word("modality", step.options.get("modality", ""), get_args(Modality))
    if layout == "perturbqa" and len(step.files) not in (2, 3):
        raise InvalidValueError(f"Responses have two or three files; {len(step.files)} are named.")


def _about(source: Source, step: LoadStep) -> dict[str, Any]:
    words = {key: str(step.options.get(key, "")) for key in ("cell_type", "condition", "modality")}
    study = str(step.options.get("study", source.study))
    cited = str(step.options.get("citation", source.citation)), str(step.options.get("licence", source.licence))
    organism = str(step.options.get("organism", "human"))
    return {**words, "organism": organism, "study": Study(study, *cited) if study else None}


def _perturbation_ids(connection: Connection, organism: Organism, placed: Placed) -> dict[str, int]:
    """Perturbation id by the file's name."""
    wanted = pd.DataFrame({"name": placed.symbols.values(), "gene_id": placed.ids.values()})
    ids = ensure_perturbations(connection, organism, wanted.assign(second_gene_id=None))
    return {name: int(ids[symbol]) for name, symbol in placed.symbols.items()}


def _detail(rows: pd.DataFrame, unknown: int) -> str:
    counts = f"{rows['perturbation'].nunique()} perturbations, {rows['readout'].nunique()} readouts"
    labels = f"{int(rows['de'].sum())} differentially expressed, {int(rows['up'].sum())} up"
    return f"{counts}; {labels}; {unknown} names are no known gene and stay as they are"


METHOD = ResponsesLoader
