"""Cells that were named, counted: by label, with the genes that speak for each, and against the file's own labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tools.cells.annotation.result import ConfusionRow, NamedLabel
from tools.cells.enriched import EnrichedSet, described
from tools.cells.metrics import accuracy, macro_f1
from tools.cells.reading import Texts
from tools.cells.scaling import Scale
from tools.cells.telling_genes import Codes, class_means

GENES, LOOKED_AT = 8, 30
"""Genes that are shown of each label, and that are looked for among gene sets."""
UNLIKE = "unlike"


def named_labels(
    labels: Texts, counts: npt.NDArray[np.int64], given: Codes, unlike: npt.NDArray[np.bool_],
    probability: npt.NDArray[np.float64], speaking: Sequence[tuple[str, ...]], sets: Sequence[tuple[EnrichedSet, ...]],
) -> tuple[NamedLabel, ...]:  # fmt: skip
    """Every label, the most frequent first.

    Args:
        labels: Of the reference.
        counts: Cells of each in it.
        given: The label of each cell.
        unlike: Cells that are like nothing in the reference.
        probability: Of each cell's label.
        speaking: Genes that speak for each label.
        sets: Gene sets that these gather in.
    """
    rows = []
    for code, label in enumerate(labels):
        own = (given == code) & ~unlike
        mean = float(probability[own].mean()) if own.any() else None
        shown, line = speaking[code][:GENES], described(speaking[code], sets[code])
        rows.append(NamedLabel(str(label), int(counts[code]), int(own.sum()), mean, shown, sets[code], line))
    return tuple(sorted(rows, key=lambda one: (-one.cells, one.label)))


def speaking_genes(
    reference: csr_matrix, codes: Codes, query: csr_matrix, given: Codes, symbols: Sequence[str]
) -> list[tuple[str, ...]]:
    """For each label the genes with the largest product of mean scaled expression in the reference and in the cells.

    At most `LOOKED_AT` of each.

    Args:
        reference: Cells × telling genes.
        codes: Their labels.
        query: The cells that were named × the same genes.
        given: The label that each was given, −1 for those that count for none.
        symbols: Names of the genes.
    """
    means = class_means(Scale.of(reference).scaled(reference), codes)
    scale = Scale.of(query)
    found: list[tuple[str, ...]] = []
    for code, mean in enumerate(means):
        own = query[np.flatnonzero(given == code)]
        if not own.shape[0]:
            found.append(())
            continue
        here = (np.asarray(own.mean(axis=0)).ravel() - scale.mean) / scale.sd
        both = np.where((here > 0) & (mean > 0), here * mean, 0.0)
        order = np.argsort(-both, kind="stable")[:LOOKED_AT]
        found.append(tuple(symbols[place] for place in order if both[place] > 0))
    return found


def confusion(own: Texts, labels: Texts, given: Codes, unlike: npt.NDArray[np.bool_]) -> tuple[ConfusionRow, ...]:
    """What the cells of each of the file's own labels were called.

    Args:
        own: The file's labels in the reference's spelling, empty where a cell has none.
        labels: Of the reference.
        given: The label of each cell.
        unlike: Cells that are like nothing in the reference.
    """
    called = np.where(unlike, UNLIKE, labels[given])
    rows = []
    for label, count in sorted(Counter(one for one in own if one).items(), key=lambda one: (-one[1], one[0])):
        named = Counter(map(str, called[own == label])).most_common()
        rows.append(ConfusionRow(str(label), label in set(labels), count, dict(named)))
    return tuple(rows)


def figures(own: Texts, labels: Texts, given: Codes) -> tuple[float | None, float | None]:
    """Accuracy and macro-F1 over the cells whose own label the reference has; None where there are none.

    Args:
        own: The file's labels in the reference's spelling.
        labels: Of the reference, sorted.
        given: The label of each cell.
    """
    asked = np.isin(own, labels)
    if not asked.any():
        return None, None
    true = np.searchsorted(labels, own[asked])
    return float(accuracy(true, given[asked])[0]), float(macro_f1(true, given[asked])[0])
