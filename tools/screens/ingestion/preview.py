"""Previews: what a file holds, and what would be read of it; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pandas as pd

from db.errors import HitscoutError
from db.records import EstimateKind, Modality, Side
from tools.screens.hit_rules import default_rule, hits, parse_rule
from tools.screens.ingestion.added_screen import NotedRows, by_reason
from tools.screens.ingestion.harmonised_table import PreparedTable, choose_reader, prepare
from tools.screens.readers.base import ReadOptions
from tools.screens.readers.generic import FIELDS
from tools.screens.tables.bytes import check_file
from tools.screens.tables.text import header, read_raw
from tools.workspace import Workspace

MAPPED_FIELDS = FIELDS
"""Fields that a column of a file can be mapped to; ``gene`` and ``estimate`` are needed."""
SHOWN_ROWS = 5
STRONGEST = 5


@dataclass(frozen=True)
class FileLook:
    """A file before it is read as a screen.

    Attributes:
        name: The file's name.
        columns: Names of its columns.
        rows: Its first rows, as text.
        reader: The reader that knows the columns; empty where none does, or more than one.
        problem: Why no reader was chosen; empty where one was.
        suggestion: What would work.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    reader: str
    problem: str = ""
    suggestion: str = ""


@dataclass(frozen=True)
class ScreenPreview:
    """What a file would bring into the store.

    Attributes:
        reader: Who reads it.
        organism: Whose genes the names are.
        estimate_kind: What the effects are.
        positive_means: What positive means in the file.
        sign_evidence: How that is known.
        rows_read: Rows of the file, those kept aside included.
        effects: Perturbations with an effect.
        replicates: Names of the replicates; empty where there is one only.
        controls: Rows of negative controls.
        hit_rule: The rule by which hits are counted.
        side: The side on which they lie.
        hits: How many there are; None for a published list that the file does not carry.
        kept_aside: Rows that would not be used, by reason.
        flags: Rows that would be used with a flag, by reason.
        remarks: What the reader says of the file.
        lowest: The strongest effects that lower the phenotype.
        highest: The strongest effects that raise it.
    """

    reader: str
    organism: str
    estimate_kind: EstimateKind
    positive_means: str
    sign_evidence: str
    rows_read: int
    effects: int
    replicates: tuple[str, ...]
    controls: int
    hit_rule: str
    side: str
    hits: int | None
    kept_aside: tuple[NotedRows, ...]
    flags: tuple[NotedRows, ...]
    remarks: tuple[str, ...]
    lowest: tuple[tuple[str, float], ...]
    highest: tuple[tuple[str, float], ...]


def look_at_file(
    path: Path, *, columns: Mapping[str, str] | None = None, suffix: str = "", encoding: str = ""
) -> FileLook:
    """Shows a file's columns and first rows, and which reader knows them.

    Args:
        path: The file.
        columns: Field → column of the file, where they are mapped.
        suffix: Column suffix that picks one screen out of a wide file.
        encoding: Text encoding; UTF-8 where empty.

    Raises:
        RefusedFileError: The file cannot be opened as a table.
    """
    options = ReadOptions(columns=dict(columns or {}), suffix=suffix, encoding=encoding)
    check_file(path)
    names = tuple(header(path, options))
    try:
        reader, problem, suggestion = choose_reader(path, options), "", ""
    except HitscoutError as error:
        # A look goes on where reading would stop: it is there to see what has to be mapped.
        reader, problem, suggestion = "", error.message, error.suggestion
    cells = read_raw(path, options).cells
    rows = tuple(tuple(str(value) for value in row) for row in cells.head(SHOWN_ROWS).itertuples(index=False))
    return FileLook(path.name, tuple(map(str, cells.columns)) or names, rows, reader, problem, suggestion)


def preview_screen(
    workspace: Workspace,
    path: Path,
    *,
    organism: str = "",
    modality: str = "",
    readout_gene: str = "",
    reader: str = "",
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    suffix: str = "",
    positive_means: str = "",
    hit_rule: str = "",
    side: str = "both",
    controls: Sequence[str] = (),
    encoding: str = "",
    estimate_kind: str = "lfc",
) -> ScreenPreview:
    """Reads a file as `add_screen` would, and says what of it would be used; the store stays as it is.

    Args:
        workspace: Its store has the gene names.
        path: The file.
        organism: ``human`` or ``mouse``; by how the names are written where empty.
        modality: ``knockout``, ``interference`` or ``activation``.
        readout_gene: The gene whose expression was measured.
        reader: Name of the reader; by the file's header where empty.
        columns: Field → column of the file.
        where: Column → value; only these rows are read.
        suffix: Column suffix that picks one screen out of a wide file.
        positive_means: ``raises`` or ``lowers``: what a positive value of the file says of the phenotype.
        hit_rule: The rule by which hits are counted; by what the table has where empty.
        side: Side on which hits lie.
        controls: Names of negative-control rows, beyond those that are known.
        encoding: Text encoding, where it is not UTF-8.
        estimate_kind: What the effect column holds where its name does not say.

    Raises:
        RefusedFileError: The file cannot be used.
        NeedsChoiceError: The sign, the species, the columns or the reader have to be named.
        ConflictError: The readout gene contradicts the sign.
        InvalidValueError: The hit rule is not understood.
    """
    if hit_rule:
        parse_rule(hit_rule)
    options = ReadOptions(
        columns=dict(columns or {}), where=dict(where or {}), suffix=suffix, encoding=encoding,
        controls=tuple(controls), estimate_kind=cast("EstimateKind", estimate_kind),
    )  # fmt: skip
    prepared = prepare(
        workspace, path, options, organism=organism, reader=reader, positive_means=positive_means,
        readout_gene=readout_gene, modality=cast("Modality", modality),
    )  # fmt: skip
    return _preview(prepared, hit_rule, cast("Side", side))


def _preview(prepared: PreparedTable, hit_rule: str, side: Side) -> ScreenPreview:
    effects = prepared.combined
    rule, found = _hits(prepared, effects, hit_rule, side)
    ordered = effects.sort_values(["estimate", "perturbation"])
    pairs = list(zip(ordered["perturbation"].astype(str), ordered["estimate"].astype(float), strict=True))
    return ScreenPreview(
        reader=prepared.reader,
        organism=prepared.organism,
        estimate_kind=prepared.estimate_kind,
        positive_means=prepared.positive_means,
        sign_evidence=prepared.sign_evidence,
        rows_read=prepared.rows_read,
        effects=len(effects),
        replicates=tuple(sorted(set(prepared.replicates["replicate"].astype(str)))),
        controls=len(prepared.controls),
        hit_rule=rule,
        side=side,
        hits=found,
        kept_aside=by_reason([note for note in prepared.notes if note.kept_aside]),
        flags=by_reason([note for note in prepared.notes if not note.kept_aside]),
        remarks=prepared.remarks,
        lowest=tuple(pairs[:STRONGEST]),
        highest=tuple(pairs[::-1][:STRONGEST]),
    )


def _hits(prepared: PreparedTable, effects: pd.DataFrame, given: str, side: Side) -> tuple[str, int | None]:
    """The rule that would hold, and the hits by it."""
    if not given and prepared.hits:
        return "the file's own list", len(prepared.hits)
    rule = given or default_rule(effects)
    if parse_rule(rule).list_hash:
        return rule, None
    return rule, int(hits(effects, rule, side).sum())
