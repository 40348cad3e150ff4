"""What `annotate_cells` gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.cells.enriched import EnrichedSet


@dataclass(frozen=True)
class NamedLabel:
    """One label of the reference.

    Attributes:
        label: The label.
        reference_cells: Cells that the reference has of it.
        cells: Cells that were given it, those that are unlike it not counted.
        probability: Their mean probability; None where there are none.
        genes: Genes that speak for it, most first: high in these cells and in the reference's.
        sets: Gene sets that the thirty genes that speak most for it gather in.
        description: These cells in a line.
    """

    label: str
    reference_cells: int
    cells: int
    probability: float | None
    genes: tuple[str, ...]
    sets: tuple[EnrichedSet, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class ConfusionRow:
    """Cells that the file itself calls something, and what they were called here.

    Attributes:
        label: The file's own label, in the reference's spelling.
        known: Whether the reference has it.
        cells: How many there are.
        named: Label that was given → cells, most first; ``unlike`` stands for cells like nothing in the reference.
    """

    label: str
    known: bool
    cells: int
    named: dict[str, int]


@dataclass(frozen=True)
class AnnotatedCells:
    """The cells of a file, named by a reference.

    Attributes:
        file: The file's name.
        reference: The reference's.
        organism: Whose cells were named.
        reference_organism: Whose cells the reference has.
        genes: Genes that both measure.
        vectors: The vectors of cells.
        head: What named them.
        cells: Cells of the file.
        unlike: Cells that are like nothing in the reference.
        rule: When a cell is.
        labels: Every label of the reference, the most frequent here first.
        confusion: What the file's own labels became; empty where it has none.
        accuracy: Share of cells with a label of the reference that were given it, whether flagged as unlike or not;
            None where the file has no labels.
        macro_f1: Mean F1 over those labels; None likewise.
        held_out_accuracy: What the reference reached on its own cells while they were held out.
        temperature: By which beliefs became probabilities: the best one for those cells.
        reference_key: SHA-256 of the reference.
        key: SHA-256 of the file.
        out: The table that was written; None where none was asked for.
        notes: How the files were read, and what the figures do not cover, in sentences.
    """

    file: str
    reference: str
    organism: str
    reference_organism: str
    genes: int
    vectors: str
    head: str
    cells: int
    unlike: int
    rule: str
    labels: tuple[NamedLabel, ...]
    confusion: tuple[ConfusionRow, ...]
    accuracy: float | None
    macro_f1: float | None
    held_out_accuracy: float
    temperature: float
    reference_key: str
    key: str
    out: Path | None
    notes: tuple[str, ...]
