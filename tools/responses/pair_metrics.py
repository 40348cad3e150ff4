"""Metrics of pairs: how well scores rank within each readout, and how true probabilities are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.floating[Any]]
VERSION = ("pair_metrics 1",)
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

    After Naeini, Cooper and Hauskrecht 2015, AAAI.

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


def expected_if_true(probabilities: Floats, rng: np.random.Generator, draws: int = 100) -> float:
    """The expected calibration error that chance alone leaves: labels are drawn from the probabilities themselves.

    An error near this value says that the probabilities may be true; rows of one perturbation are taken as
    independent, so chance may leave more.

    Args:
        probabilities: n, from 0 to 1.
        rng: Where draws come from.
        draws: Number of draws.
    """
    kept = np.asarray(probabilities, dtype=float)
    if not len(kept):
        return float("nan")
    errors = [expected_calibration_error(rng.random(len(kept)) < kept, kept) for _ in range(draws)]
    return float(np.mean(errors))


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

    The bootstrap (Efron 1979) over perturbations, because rows of one perturbation are not independent.

    Args:
        units: Perturbation of each of n rows.
        groups: Readout of each row.
        labels: n.
        scores: n.
        rng: Where draws come from.
        level: How much of the draws the interval holds.
        draws: Number of draws.
    """
    means = _bootstrap(units, groups, labels, [scores], rng, draws)
    return _interval(means[:, 0], level)


class Gain(NamedTuple):
    """How much better one method is than another, with its interval."""

    gain: float
    low: float
    high: float


def paired_gain(
    units: npt.NDArray[np.object_],
    groups: npt.NDArray[np.object_],
    labels: npt.NDArray[np.bool_],
    scores: tuple[Floats, Floats],
    rng: np.random.Generator,
    *,
    level: float = 0.9,
    draws: int = 400,
) -> Gain:
    """The mean of `per_gene_auroc` by the first scores less that by the second, both on the same draws of units.

    Args:
        units: Perturbation of each of n rows.
        groups: Readout of each row.
        labels: n.
        scores: Those of the one method and of the other, n each.
        rng: Where draws come from.
        level: How much of the draws the interval holds.
        draws: Number of draws.
    """
    first, second = (per_gene_auroc(groups, labels, one).mean for one in scores)
    means = _bootstrap(units, groups, labels, scores, rng, draws)
    return Gain(first - second, *_interval(means[:, 0] - means[:, 1], level))


def _bootstrap(
    units: npt.NDArray[np.object_],
    groups: npt.NDArray[np.object_],
    labels: npt.NDArray[np.bool_],
    scores: Sequence[Floats],
    rng: np.random.Generator,
    draws: int,
) -> Floats:
    """The mean AUROC of each method in each draw, draws × methods."""
    codes, names = pd.factorize(units, sort=True)
    readouts = pd.factorize(groups)[0]
    positive, rows = np.bincount(readouts, weights=labels), np.bincount(readouts)
    # A readout of one label stays one however its rows are drawn.
    counted = ((positive > 0) & (positive < rows))[readouts]
    places = np.flatnonzero(counted)
    of_unit = [places[codes[places] == code] for code in range(len(names))]
    means = np.full((draws, len(scores)), np.nan)
    for draw in range(draws if len(places) else 0):
        drawn = np.concatenate([of_unit[code] for code in rng.integers(0, len(names), len(names))])
        means[draw] = [per_gene_auroc(readouts[drawn], labels[drawn], one[drawn]).mean for one in scores]
    return means


def _interval(values: Floats, level: float) -> tuple[float, float]:
    if not np.isfinite(values).any():
        return float("nan"), float("nan")
    low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
