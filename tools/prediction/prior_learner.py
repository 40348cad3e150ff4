"""What other studies' screens teach about which genes come out of screens at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question, Screen
from tools.prediction.calibration import squeezed
from tools.prediction.design import Design
from tools.prediction.features.other_studies import TOP, recurrence
from tools.prediction.likeness import likeness, weights
from tools.prediction.priors import contrasts_of, strength_ranks, study_of_contrasts
from tools.prediction.records import Priors

Vector = npt.NDArray[np.floating[Any]]

RIDGE = 3000.0
POWER = 6
"""The ridge learns quantile^6: near 0 for most genes, steep where hits begin, so that the order among them counts."""
FULL_LIBRARY = 18_000
RIDGE_COLUMNS = 128
TREE_COLUMNS = 24
"""Leading dimensions of each embedding that the two learners see: the tail of a spectrum is mostly noise to them."""
NEGATIVES = 0.2
"""Share of the non-hits that the trees are shown, at inverse weight."""
BINS = 31
RECURRENCE_SCALE = np.array([2.0, 1.0, 1.0, 0.3, 1.0])
USUAL_SLOPE = 0.5
"""Log-odds for one unit of score where few studies can say: some screens follow others closely, some hardly."""
USUAL_NEARNESS = 0.3
SLOPE_NOISE = 0.35
"""Standard deviation of a study's slope around what its nearness lets expect."""
ESSENTIAL = "essentiality"
PASSED_OVER = frozenset({"other_studies", "string_neighbours"})
"""Sources that the prior does not learn from: recurrence is counted afresh for each screen, and who neighbours whom
is too fine for what screens share (docs/predictors.md)."""


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
    nearness: float


def fit_prior(table: Design, priors: Priors, rng: np.random.Generator, question: Question | None = None) -> PriorFit:
    """Learns from all priors how features go with strong effects.

    For each prior contrast, the columns on recurrence are computed from the other studies only, as they will be for
    the target. With z(·) = standardised over the genes of the table, x a gene's features and recurrence, and q its
    quantile of strength (0 to 1), the score is z(z(xᵀβ) + z(f(x))), shape (genes,), in standard deviations:

    - ridge (Hoerl and Kennard 1970): β minimises Σ v (q⁶ − m − (x − x̄)ᵀβ)² + `RIDGE` · |β|², with m and x̄ the means of
      q⁶ and x by the weights v;
    - gradient boosted trees (Friedman 2001): f, the log-odds of q > `TOP`, is fitted by log-loss with weights v to all
      hits and a share `NEGATIVES` of the others at inverse weight.

    The weights v of a contrast of n perturbations add up to w · N · min(1, √(n / N)) / contrasts of its study, with N =
    `FULL_LIBRARY`: every study weighs the same, small libraries less, and screens that are alike to the question more
    (w, of mean 1; see `tools.prediction.likeness`). The slope turns scores into log-odds (`_left_out_slope`).

    Args:
        table: Features of all genes; the columns of `PASSED_OVER` are not used.
        priors: Effects of other screens; a perturbation that stands there twice counts twice.
        rng: Draws the trees' sample.
        question: What is looked for; all screens weigh the same where None.
    """
    tasks, target = _tasks(table, priors, weights(question, priors.screens) if question else {})
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
    slope = _left_out_slope(static, tasks, grams, width, _nearness(priors.screens, question)[0])
    return PriorFit(pd.Series(scores, index=table.names), slope)


def standardised(values: Vector) -> Vector:
    """Values with mean 0 and variance 1; zeros where they are all equal.

    Args:
        values: Shape (n,).
    """
    deviation = float(values.std())
    return (values - values.mean()) / deviation if deviation > 1e-12 else np.zeros_like(values)


def _static(table: Design) -> npt.NDArray[np.float32]:
    blocks = [block for name, block in table.blocks.items() if name not in PASSED_OVER]
    columns = [table.values[:, block][:, :RIDGE_COLUMNS] for block in blocks]
    known = [table.known[:, [i]] for i, name in enumerate(table.blocks) if name not in PASSED_OVER]
    return np.hstack([*columns, *known, np.zeros((len(table.names), 0))]).astype(np.float32)


def _tasks(table: Design, priors: Priors, weights: Mapping[int, float]) -> tuple[list[_Task], npt.NDArray[np.float32]]:
    ranks = strength_ranks(priors)
    if ranks.empty:
        return [], np.zeros((len(table.names), 0), np.float32)
    studies = study_of_contrasts(priors)
    counts = priors.effects.groupby(["contrast_id", "perturbation"]).size().unstack("contrast_id")
    per_study = Counter(studies[contrast] for contrast in contrasts_of(ranks))
    worth = _worth(priors, weights)
    essential = essential_genes(table)
    aligned = ranks.reindex(table.names)
    columns: dict[str, npt.NDArray[np.float32]] = {}
    tasks = []
    everything = contrasts_of(ranks)
    _, near = _nearness(priors.screens, None)
    for contrast in everything:
        study = studies[contrast]
        if study not in columns:
            others = [other for other in everything if studies[other] != study]
            columns[study] = _recurrence_columns(ranks, studies, others, table, essential)
        rows = np.flatnonzero(aligned[contrast].notna().to_numpy())
        if len(rows) == 0 or worth[contrast] == 0:
            continue
        drawn = counts[contrast].reindex(table.names[rows]).to_numpy(float)
        size = min(1.0, np.sqrt(len(rows) / FULL_LIBRARY))
        weight = worth[contrast] * drawn * FULL_LIBRARY * size / drawn.sum() / per_study[study]
        tasks.append(_Task(study, rows, aligned[contrast].to_numpy(float)[rows], weight, columns[study], near[study]))
    return tasks, _recurrence_columns(ranks, studies, everything, table, essential)


def _worth(priors: Priors, weights: Mapping[int, float]) -> dict[int, float]:
    """Contrast → weight of its screen, scaled to a mean of 1 so that the ridge shrinks as much as without weights."""
    pairs = priors.effects[["contrast_id", "screen_id"]].drop_duplicates()
    worth = {int(contrast): weights.get(int(screen), 1.0) for contrast, screen in pairs.itertuples(index=False)}
    mean = sum(worth.values()) / len(worth)
    return {contrast: weight / mean if mean > 0 else 0.0 for contrast, weight in worth.items()}


def essential_genes(table: Design) -> Vector:
    """1 for each gene of the table that DepMap calls common essential, else 0, shape (n,).

    Args:
        table: Features; without the source ``essentiality`` no gene is.
    """
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
    nearness: float,
) -> float:
    """Log-odds of a hit for one unit of squeezed score, each study predicted from the others.

    What other screens teach of a screen depends on how alike they are, so the slopes of the studies left out are
    regressed on how near each study was to the others: b = b₀ + b₁ (nearness − `USUAL_NEARNESS`), with normal priors
    on both coefficients, and read off at the question's own nearness. The slope of a study is that of the weighted
    logistic regression hit ~ a + b · squeezed score of its own rows, by the ridge that was fitted without it.
    """
    studies = sorted({task.study for task in tasks})
    if len(studies) < 2:
        return USUAL_SLOPE
    slopes, near = [], []
    for study in studies:
        own = [task for task in tasks if task.study == study]
        beta, _ = _ridge([g for g, task in zip(grams, tasks, strict=True) if task.study != study], width)
        scores = [squeezed(standardised(np.hstack([static[t.rows], t.recurrence[t.rows]]) @ beta)) for t in own]
        hits = np.concatenate([task.quantile > TOP for task in own]).astype(float)
        slopes.append(_logistic_slope(np.concatenate(scores), hits, np.concatenate([t.weight for t in own])))
        near.append(float(np.mean([task.nearness for task in own])))
    return _slope_at(nearness, np.array(near), np.array(slopes))


def _slope_at(nearness: float, near: Vector, slopes: Vector) -> float:
    """The slope that is to be expected at a nearness, between 0.05 and 1.5."""
    columns = np.column_stack([np.ones(len(near)), near - USUAL_NEARNESS]) / SLOPE_NOISE
    precision = np.diag([1 / 0.3**2, 1 / 3.0**2])
    usual = np.array([USUAL_SLOPE, 0.0])
    beta = np.linalg.solve(columns.T @ columns + precision, columns.T @ (slopes / SLOPE_NOISE) + precision @ usual)
    return float(np.clip(beta[0] + beta[1] * (nearness - USUAL_NEARNESS), 0.05, 1.5))


def _nearness(screens: Sequence[Screen], question: Question | None) -> tuple[float, dict[str, float]]:
    """Mean likeness of the screens to the question, and of each study's screens to those of the other studies."""
    names = {screen.id: screen.study.casefold() or f"screen {screen.id}" for screen in screens}
    found: dict[str, list[float]] = {}
    for one in screens:
        others = [likeness(one, other) for other in screens if names[other.id] != names[one.id]]
        found.setdefault(names[one.id], []).extend(others)
    by_study = {study: float(np.mean(values)) if values else USUAL_NEARNESS for study, values in found.items()}
    if question is None or not screens:
        return USUAL_NEARNESS, by_study
    return float(np.mean([likeness(question, screen) for screen in screens])), by_study


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

    static = _binned(_narrow(table))
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


def _narrow(table: Design) -> npt.NDArray[np.float32]:
    """The columns that the trees see: the leading ones of each source, and who knows the gene at all."""
    sources = [(i, name) for i, name in enumerate(table.blocks) if name not in PASSED_OVER]
    columns = [table.values[:, table.blocks[name]][:, :TREE_COLUMNS] for _, name in sources]
    columns += [table.known[:, [i]].astype(np.float32) for i, _ in sources]
    return np.hstack([*columns, np.zeros((len(table.names), 0), np.float32)])


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
