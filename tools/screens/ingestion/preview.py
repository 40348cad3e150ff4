"""Previews: what a file holds, and what would be read of it; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from db.errors import HitscoutError
from db.records import EstimateKind, Modality, Side
from tools.parameters import takes_fields
from tools.screens.checks.evidence_sides import both_ends, side_of_evidence
from tools.screens.hit_rules import default_rule, hits, parse_rule
from tools.screens.ingestion.added_screen import NotedRows, by_reason
from tools.screens.ingestion.files_read import choose_reader
from tools.screens.ingestion.harmonised_table import HarmonisedTable, harmonise_file
from tools.screens.readers.generic import FIELDS
from tools.screens.tables.reading import BY_ITSELF, Reading
from tools.screens.tables.source_file import opened
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
        lowest: The strongest effects that lower the phenotype; none where effects have no sign.
        highest: The strongest effects that raise it; the strongest where effects have no sign. Of evidence for one
            side, the other is empty.
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


@takes_fields
def look_at_file(path: Path, reading: Reading = BY_ITSELF) -> FileLook:
    """Shows a file's columns and first rows, and which reader knows them.

    Args:
        path: The file.
        reading: How it is read.

    Raises:
        RefusedFileError: The file cannot be opened as a table.
    """
    with opened(path, reading) as source:
        names = source.columns(reading)
        try:
            reader, problem, suggestion = choose_reader(source, reading), "", ""
        except HitscoutError as error:
            # A look goes on where reading would stop: it is there to see what has to be mapped.
            reader, problem, suggestion = "", error.message, error.suggestion
        table = source.table(reading)
    rows = tuple(tuple(str(value) for value in row) for row in table.cells.head(SHOWN_ROWS).itertuples(index=False))
    return FileLook(path.name, tuple(table.columns or names), rows, reader, problem, suggestion)


@takes_fields
def preview_screen(
    workspace: Workspace,
    path: Path,
    reading: Reading = BY_ITSELF,
    *,
    organism: str = "",
    modality: Modality = "",
    readout_gene: str = "",
    hit_rule: str = "",
    side: Side = "both",
) -> ScreenPreview:
    """Reads a file as `add_screen` would, and says what of it would be used; the store stays as it is.

    Args:
        workspace: Its store has the gene names.
        path: The file.
        reading: How it is read.
        organism: ``human`` or ``mouse``; by how the names are written where empty.
        modality: ``knockout``, ``interference`` or ``activation``.
        readout_gene: The gene whose expression was measured.
        hit_rule: The rule by which hits are counted; by what the table has where empty.
        side: Side on which hits lie.

    Raises:
        RefusedFileError: The file cannot be used.
        NeedsChoiceError: The sign, the species, the columns or the reader have to be named.
        ConflictError: The readout gene contradicts the sign.
        InvalidValueError: The hit rule is not understood.
    """
    if hit_rule:
        parse_rule(hit_rule)
    table = harmonise_file(workspace, path, reading, organism=organism, readout_gene=readout_gene, modality=modality)
    return _preview(table, hit_rule, side_of_evidence(table.estimate_kind, table.positive_means, side))


def _preview(table: HarmonisedTable, hit_rule: str, side: Side) -> ScreenPreview:
    effects = table.combined
    rule, found = _hits(table, effects, hit_rule, side)
    lowest, highest = both_ends(effects, table.estimate_kind, table.positive_means, STRONGEST)
    return ScreenPreview(
        reader=table.reader,
        organism=table.organism,
        estimate_kind=table.estimate_kind,
        positive_means=table.positive_means,
        sign_evidence=table.sign_evidence,
        rows_read=table.rows_read,
        effects=len(effects),
        replicates=tuple(sorted(set(table.replicates["replicate"].astype(str)))),
        controls=len(table.controls),
        hit_rule=rule,
        side=side,
        hits=found,
        kept_aside=by_reason([note for note in table.notes if note.kept_aside]),
        flags=by_reason([note for note in table.notes if not note.kept_aside]),
        remarks=table.remarks,
        lowest=lowest,
        highest=highest,
    )


def _hits(table: HarmonisedTable, effects: pd.DataFrame, given: str, side: Side) -> tuple[str, int | None]:
    """The rule that would hold, and the hits by it."""
    if not given and table.hits:
        return "the file's own list", len(table.hits)
    rule = given or default_rule(effects)
    if parse_rule(rule).list_hash:
        return rule, None
    return rule, int(hits(effects, rule, side).sum())
