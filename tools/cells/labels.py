"""Labels of cells: matched across files however they are written, and those that nothing can be learnt from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from db.acts import COLUMN, option
from db.errors import RefusedFileError
from tools.cells.reading import LabelledCells, Texts

FEWEST_CELLS, FEWEST_LABELS = 2, 2


def same_label(label: str) -> str:
    """What labels are compared by: ``T_cell`` and ``t cell`` are one, ``CD4+`` and ``CD4-`` are two.

    Args:
        label: As in a file.
    """
    return " ".join(label.replace("_", " ").casefold().split())


def learnable(cells: LabelledCells, column: str) -> tuple[LabelledCells, tuple[str, ...]]:
    """The cells whose label has `FEWEST_CELLS` at least, each label in its most frequent spelling.

    Args:
        cells: A reference.
        column: Its column of labels, for the message.

    Returns:
        The cells, and what was left out, in sentences.

    Raises:
        RefusedFileError: Fewer than `FEWEST_LABELS` labels have enough cells.
    """
    labels = spelt_as(cells.labels, cells.labels)
    counts = Counter(label for label in labels if label)
    enough = [label for label, count in counts.items() if count >= FEWEST_CELLS]
    if len(enough) < FEWEST_LABELS:
        raise RefusedFileError(
            f"Column {column!r} of {cells.name} has {len(enough)} labels with {FEWEST_CELLS} cells or more"
            f" ({len(counts)} labels in all); nothing can be told apart by them.",
            f"Name the column that says what the cells are: {option(label=COLUMN)}.",
        )
    alone = sorted(set(counts) - set(enough))
    said = [f"Left out, having one cell: {', '.join(alone)}."] if alone else []
    unnamed = int(np.sum(labels == ""))
    if unnamed:
        said.append(f"{unnamed:,} cells of {cells.name} have no label and are left out.")
    kept = cells.of_cells(np.flatnonzero(np.isin(labels, enough)))
    return LabelledCells(**{**vars(kept), "labels": labels[np.isin(labels, enough)]}), tuple(said)


def spelt_as(labels: Texts, known: Sequence[str] | Texts) -> Texts:
    """Labels in the spelling of others that are the same; labels of no such other stay as they are.

    Args:
        labels: One for each cell.
        known: Labels whose spelling is taken, the most frequent one where it differs among them.
    """
    frequent = Counter(known)
    spelling: dict[str, str] = {}
    for label in sorted(frequent, key=lambda one: (-frequent[one], one)):
        spelling.setdefault(same_label(label), label)
    of = {label: spelling.get(same_label(label), label) for label in set(labels)}
    return np.array([of[label] for label in labels], dtype=object)
