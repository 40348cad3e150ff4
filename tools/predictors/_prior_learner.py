"""What other studies' screens teach about which genes come out of screens at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.features.other_studies import TOP, recurrence
from tools.predictors._design import Design
from tools.predictors.base import Priors
from tools.priors import contrasts_of, strength_ranks, study_of_contrasts

Vector = npt.NDArray[np.floating[Any]]

RIDGE = 3000.0
POWER = 6
"""The ridge learns quantile^6: near 0 for most genes, steep where hits begin, so that the order among them counts."""
FULL_LIBRARY = 18_000
TREE_COLUMNS = 24
"""Leading dimensions of each embedding that the trees see: splits on the tail of a spectrum are noise."""
NEGATIVES = 0.2
"""Share of the non-hits that the trees are shown, at inverse weight."""
BINS = 31
RECURRENCE_SCALE = np.array([2.0, 1.0, 1.0, 0.3, 1.0])
USUAL_SLOPE = 0.5
"""Log-odds for one unit of score where few studies can say: some screens follow others closely, some hardly."""
FEW_STUDIES = 6
ESSENTIAL = "essentiality"


@dataclass(frozen=True)
class PriorFit:
    """A ranking learnt from other screens.

    Attributes:
        scores: Standardised score by gene, higher = likelier a hit; empty where there are no priors.
        slope: Log-odds of being a hit for one unit of score, measured on studies left out.
    """

    scores: pd.Series[float]
    slope: float


@dataclass(frozen=True)
class _Task:
    """One prior contrast as something to learn."""

    study: str
    rows: npt.NDArray[np.intp]
    quantile: Vector
    weight: Vector
    recurrence: npt.NDArray[np.float32]


def fit_prior(table: Design, priors: Priors, rng: np.random.Generator) -> PriorFit:
    """Learns from all priors how features go with strong effects.

    For each prior contrast, the columns on recurrence are computed from the other studies only, as they will be for
    the target. The score is the mean of two standardised learners: a ridge regression of quantile^6, and gradient
    boosted trees for "in the top 5 %". Every study weighs the same, small libraries less.

    Args:
        table: Features of all genes; the columns of ``other_studies`` are not used.
        priors: Effects of other screens; a perturbation that stands there twice counts twice.
        rng: Draws the trees' sample.
    """
    tasks, target = _tasks(table, priors)
    if not tasks:
        return PriorFit(pd.Series(dtype=float), 0.0)
    static = _static(table)
    grams = [_gram(static, task) for task in tasks]
    width = static.shape[1] + target.shape[1]
    beta, centre = _ridge(grams, width)
    joined = np.hstack([static, target])
    ridge = (joined - centre) @ beta
    trees = _trees(table, tasks, target, rng)
    scores = standardised(standardised(ridge) + standardised(trees))
    slope = _left_out_slope(static, tasks, grams, width)
    return PriorFit(pd.Series(scores, index=table.names), slope)


def standardised(values: Vector) -> Vector:
    """Values with mean 0 and variance 1; zeros where they are all equal."""
    deviation = float(values.std())
    return (values - values.mean()) / deviation if deviation > 1e-12 else np.zeros_like(values)


def _static(table: Design) -> npt.NDArray[np.float32]:
    columns = [table.values[:, block] for name, block in table.blocks.items() if name != "other_studies"]
    known = [table.known[:, [i]] for i, name in enumerate(table.blocks) if name != "other_studies"]
    return np.hstack([*columns, *known, np.zeros((len(table.names), 0))]).astype(np.float32)


def _tasks(table: Design, priors: Priors) -> tuple[list[_Task], npt.NDArray[np.float32]]:
    ranks = strength_ranks(priors)
    if ranks.empty:
        return [], np.zeros((len(table.names), 0), np.float32)
    studies = study_of_contrasts(priors)
    counts = priors.effects.groupby(["contrast_id", "perturbation"]).size().unstack("contrast_id")
    per_study = Counter(studies[contrast] for contrast in contrasts_of(ranks))
    essential = _essential(table)
    aligned = ranks.reindex(table.names)
    columns: dict[str, npt.NDArray[np.float32]] = {}
    tasks = []
    everything = contrasts_of(ranks)
    for contrast in everything:
        study = studies[contrast]
        if study not in columns:
            others = [other for other in everything if studies[other] != study]
            columns[study] = _recurrence_columns(ranks, studies, others, table, essential)
        rows = np.flatnonzero(aligned[contrast].notna().to_numpy())
        if len(rows) == 0:
            continue
        drawn = counts[contrast].reindex(table.names[rows]).to_numpy(float)
        size = min(1.0, np.sqrt(len(rows) / FULL_LIBRARY))
        weight = drawn * FULL_LIBRARY * size / drawn.sum() / per_study[study]
        tasks.append(_Task(study, rows, aligned[contrast].to_numpy(float)[rows], weight, columns[study]))
    return tasks, _recurrence_columns(ranks, studies, everything, table, essential)


def _essential(table: Design) -> Vector:
    if ESSENTIAL not in table.blocks:
        return np.zeros(len(table.names))
    return (table.values[:, table.blocks[ESSENTIAL].start] > 0).astype(float)


def _recurrence_columns(
    ranks: pd.DataFrame, studies: Mapping[int, str], use: list[int], table: Design, essential: Vector
) -> npt.NDArray[np.float32]:
    found = np.array(recurrence(ranks, studies, use).reindex(table.names).fillna(0.0), dtype=float)
    found[:, 3] = np.minimum(found[:, 3], 3)
    joined = np.column_stack([found, found[:, 0] * essential])
    return np.asarray(joined * RECURRENCE_SCALE, dtype=np.float32)


def _gram(static: npt.NDArray[np.float32], task: _Task) -> tuple[Vector, Vector, Vector, float, float]:
    """Weighted sums of a task: X'WX, X'Wy, X'W1, sum of Wy, sum of W."""
    x = np.hstack([static[task.rows], task.recurrence[task.rows]])
    weighted = x * task.weight[:, None].astype(np.float32)
    y = task.quantile**POWER
    return (
        (weighted.T @ x).astype(float),
        weighted.T.astype(float) @ y,
        weighted.sum(axis=0).astype(float),
        float(task.weight @ y),
        float(task.weight.sum()),
    )


def _ridge(grams: list[tuple[Vector, Vector, Vector, float, float]], width: int) -> tuple[Vector, Vector]:
    """Coefficients and centre of the ridge regression over several tasks."""
    xx = sum((gram[0] for gram in grams), np.zeros((width, width)))
    xy = sum((gram[1] for gram in grams), np.zeros(width))
    x1 = sum((gram[2] for gram in grams), np.zeros(width))
    y1, total = sum(gram[3] for gram in grams), sum(gram[4] for gram in grams)
    centred = xx - np.outer(x1, x1) / total
    beta = np.linalg.solve(centred + RIDGE * np.eye(width), xy - x1 * y1 / total)
    return beta, x1 / total


def _left_out_slope(
    static: npt.NDArray[np.float32],
    tasks: list[_Task],
    grams: list[tuple[Vector, Vector, Vector, float, float]],
    width: int,
) -> float:
    """Log-odds of a hit for one unit of score, each study predicted from the others.

    With few studies each is predicted from fewer still, so the slope is drawn towards `USUAL_SLOPE`.
    """
    studies = sorted({task.study for task in tasks})
    if len(studies) < 2:
        return USUAL_SLOPE
    scores, hits, weights = [], [], []
    for study in studies:
        beta, _ = _ridge([g for g, task in zip(grams, tasks, strict=True) if task.study != study], width)
        for task in (task for task in tasks if task.study == study):
            x = np.hstack([static[task.rows], task.recurrence[task.rows]])
            scores.append(standardised(x @ beta))
            hits.append(task.quantile > TOP)
            weights.append(task.weight)
    seen = _logistic_slope(np.concatenate(scores), np.concatenate(hits).astype(float), np.concatenate(weights))
    share = len(studies) / (len(studies) + FEW_STUDIES)
    return share * seen + (1 - share) * USUAL_SLOPE


def _logistic_slope(x: Vector, hit: Vector, weight: Vector) -> float:
    """Slope of the weighted logistic regression hit ~ a + b·x, kept between 0 and 2."""
    beta = np.array([-3.0, 0.5])
    columns = np.column_stack([np.ones_like(x), x])
    for _ in range(30):
        p = 1 / (1 + np.exp(-columns @ beta))
        curvature = columns.T @ (columns * (weight * p * (1 - p))[:, None]) + 1e-6 * np.eye(2)
        beta = beta + np.clip(np.linalg.solve(curvature, columns.T @ (weight * (hit - p))), -2, 2)
    return float(np.clip(beta[1], 0.0, 2.0))


def _trees(table: Design, tasks: list[_Task], target: npt.NDArray[np.float32], rng: np.random.Generator) -> Vector:
    from sklearn.ensemble import HistGradientBoostingClassifier

    narrow = [
        table.values[:, block][:, :TREE_COLUMNS] for name, block in table.blocks.items() if name != "other_studies"
    ]
    static = _binned(np.hstack([*narrow, np.zeros((len(table.names), 0), np.float32)]))
    parts, labels, weights = [], [], []
    for task in tasks:
        hit = task.quantile > TOP
        shown = hit | (rng.random(len(hit)) < NEGATIVES)
        rows = task.rows[shown]
        parts.append(np.hstack([static[rows], _binned(task.recurrence[rows], target)]))
        labels.append(hit[shown])
        weights.append(task.weight[shown] * np.where(hit[shown], 1.0, 1 / NEGATIVES))
    y = np.concatenate(labels)
    if y.all() or not y.any():
        return np.zeros(len(table.names))
    trees = HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.08, max_leaf_nodes=12, min_samples_leaf=60, l2_regularization=20.0,
        max_bins=BINS, early_stopping=False, random_state=int(rng.integers(2**31)),
    )  # fmt: skip
    trees.fit(np.vstack(parts), y, sample_weight=np.concatenate(weights))
    return np.asarray(trees.decision_function(np.hstack([static, _binned(target)])), dtype=float)


def _binned(values: npt.NDArray[np.float32], like: npt.NDArray[np.float32] | None = None) -> npt.NDArray[np.float32]:
    """Each column as the number of its quantile bin, at most `BINS` of them.

    The trees would bin by weighted quantiles themselves, which takes far longer than growing them.

    Args:
        values: Shape (n, d).
        like: Columns whose quantiles are the edges; `values` itself where None.
    """
    levels = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = np.quantile(values if like is None else like, levels, axis=0)
    columns = [np.searchsorted(np.unique(edges[:, i]), values[:, i]) for i in range(values.shape[1])]
    return np.column_stack([*columns, np.zeros((len(values), 0))]).astype(np.float32)
