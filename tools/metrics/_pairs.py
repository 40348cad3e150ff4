"""Metrics of pairs: how well scores rank within each readout, and how true probabilities are."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.floating[Any]]
BINS = 10


class GroupedAuroc(NamedTuple):
    """AUROC within groups; NaN where no group has both labels."""

    mean: float
    weighted: float
    groups: int


def per_gene_auroc(groups: npt.NDArray[np.object_], labels: npt.NDArray[np.bool_], scores: Floats) -> GroupedAuroc:
    """The AUROC within each group that has both labels: its plain mean, and weighted by pairs of unlike labels.

    AUROC = (R − P (P + 1) / 2) / (P N) with R the sum of the ranks (ties share their mean) of the P positive among
    the P + N rows of a group (Mann and Whitney 1947).

    Args:
        groups: Readout of each of n rows.
        labels: n.
        scores: n, larger means more likely.

    Returns:
        Mean over groups, mean weighted by P N, and the number of groups with both labels.
    """
    if not len(groups):
        return GroupedAuroc(float("nan"), float("nan"), 0)
    codes = pd.factorize(groups)[0]
    labels = np.asarray(labels, dtype=float)
    positive = np.bincount(codes, weights=labels)
    pairs = positive * (np.bincount(codes) - positive)
    ranks = np.bincount(codes, weights=labels * _ranks(codes, np.asarray(scores, dtype=float)))
    used = pairs > 0
    if not used.any():
        return GroupedAuroc(float("nan"), float("nan"), 0)
    auroc = (ranks - positive * (positive + 1) / 2)[used] / pairs[used]
    return GroupedAuroc(float(auroc.mean()), float(np.average(auroc, weights=pairs[used])), int(used.sum()))


def _ranks(codes: npt.NDArray[np.int64], scores: Floats) -> Floats:
    """Rank of each score within its group, from one; ties share their mean."""
    order = np.lexsort((scores, codes))
    group, score = codes[order], scores[order]
    new_group = np.r_[True, group[1:] != group[:-1]]
    new_value = new_group | np.r_[True, score[1:] != score[:-1]]
    start = np.maximum.accumulate(np.where(new_group, np.arange(len(order)), 0))
    value = np.cumsum(new_value) - 1
    shared = np.bincount(value, weights=np.arange(len(order)) - start + 1) / np.bincount(value)
    ranks = np.empty(len(order))
    ranks[order] = shared[value]
    return ranks


def expected_calibration_error(labels: npt.NDArray[np.bool_], probabilities: Floats) -> float:
    """Σ over ten equal bins of probability: share of the rows × |share of positive labels − mean probability|.

    Args:
        labels: n.
        probabilities: n, from 0 to 1.

    Returns:
        From 0 (probabilities mean what they say) to 1; NaN without rows.
    """
    if not len(labels):
        return float("nan")
    bins = np.minimum((np.asarray(probabilities) * BINS).astype(int), BINS - 1)
    gap = np.asarray(labels, dtype=float) - probabilities
    return float(np.abs(np.bincount(bins, weights=gap, minlength=BINS)).sum() / len(labels))


def bootstrap_interval(
    units: npt.NDArray[np.object_],
    groups: npt.NDArray[np.object_],
    labels: npt.NDArray[np.bool_],
    scores: Floats,
    rng: np.random.Generator,
    *,
    level: float = 0.9,
    draws: int = 200,
) -> tuple[float, float]:
    """The percentile interval of the mean of `per_gene_auroc` when whole units are drawn with replacement.

    Args:
        units: Perturbation of each of n rows.
        groups: Readout of each row.
        labels: n.
        scores: n.
        rng: Where draws come from.
        level: How much of the draws the interval holds.
        draws: Number of draws.
    """
    codes, names = pd.factorize(units, sort=True)
    rows = [np.flatnonzero(codes == code) for code in range(len(names))]
    readouts = pd.factorize(groups)[0]
    means = []
    for _ in range(draws if rows else 0):
        drawn = np.concatenate([rows[code] for code in rng.integers(0, len(rows), len(rows))])
        means.append(per_gene_auroc(readouts[drawn], labels[drawn], scores[drawn]).mean)
    if not np.isfinite(means).any():
        return float("nan"), float("nan")
    low, high = np.nanquantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
