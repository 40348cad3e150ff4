"""What other studies' screens teach of which genes hit, and how much the question's own words are to be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from db import disk_cache
from db.records import Question
from tools.prediction.calibration import squeezed
from tools.prediction.design import Design
from tools.prediction.likeness import activates, weights
from tools.prediction.records import Priors
from tools.prediction.recurrence import PriorStrengths
from tools.prediction.transfer import VERSION as TRANSFER
from tools.prediction.transfer import Transfer
from tools.screens.strength import mean_ranks

VERSION = ("prior_learner 6", *TRANSFER)
Vector = npt.NDArray[np.floating[Any]]

RIDGE = 6000.0
FULL_LIBRARY = 16_000
"""Rows that a whole study counts for; a smaller library counts for less, by the root of its share."""
COLUMNS = 32
"""Leading dimensions of each embedding that are learnt from: the tail of a spectrum is mostly noise here."""
ESSENTIAL = "essentiality"
PASSED_OVER = frozenset({"string_neighbours", "text_embedding"})
"""Sources that are not learnt from: they tell which genes are alike, not which come out of screens."""
USUAL_SLOPE, SLOPE_DOUBT, SLOPE_NOISE = 0.4, 0.3, 0.35
"""Log-odds for one unit of score where few studies can say, its doubt, and how studies differ around it."""
ACROSS = 0.25
"""What is left of the usual slope where genes are activated, and few studies say how they hit: nearly all of what the
features and other screens tell is of losing genes."""
USUAL_QUESTION, QUESTION_DOUBT, QUESTION_NOISE = 0.2, 0.3, 0.4
"""The same for one unit of surprise in the question's own ranking."""
MOST_SURPRISE = 4.0


@dataclass(frozen=True)
class Lessons:
    """What prior screens teach, whatever is asked next.

    Attributes:
        coefficients: Of the features and of recurrence, for columns centred and divided by `scale`, shape (d,).
        centre: Mean of each column over the rows that taught, shape (d,).
        scale: Their standard deviations, shape (d,).
        slope: Log-odds for one unit of squeezed score.
        question: Log-odds for one unit of surprise in a question's own ranking.
        transfer: Weights of `tools.prediction.transfer.Transfer`.
        share: How common hits are among the genes that teach, over the top 5 % of a whole screen.
    """

    coefficients: npt.NDArray[np.float64]
    centre: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    slope: float
    question: float
    transfer: npt.NDArray[np.float64]
    share: float


@dataclass(frozen=True)
class PriorFit:
    """What is believed of each gene before any result.

    Attributes:
        scores: Standardised score by gene, higher = likelier a hit; empty where there are no priors.
        slope: Log-odds of being a hit for one unit of squeezed score, measured on studies left out.
        question: Log-odds for one unit of surprise in the question's own ranking, measured on what priors asked.
        transfer: What screens of the same phenotype add to the log-odds, by gene, 0 or more.
        share: How common hits are among the candidates' kind of genes, over what the hit rule foresees of the library.
    """

    scores: pd.Series[float]
    slope: float = USUAL_SLOPE
    question: float = USUAL_QUESTION
    transfer: pd.Series[float] | None = None
    share: float = 1.0


def fit_prior(table: Design, priors: Priors, question: Question, asked: pd.DataFrame | None = None) -> PriorFit:
    """What prior screens teach of the genes of a table, for a question.

    The score of a gene is z(xᵀβ), with x its features and its recurrence in the other screens
    (`tools.prediction.recurrence`), and β from `lessons_of`.

    Args:
        table: Features of all genes; the columns of `PASSED_OVER` are not used.
        priors: Effects of other screens; a perturbation that stands there twice counts twice.
        question: What is looked for.
        asked: Match of each gene with what each prior screen asked, columns their ids; None where nothing tells.
    """
    strengths = PriorStrengths.of(priors, table.names)
    worth = weights(question, priors.screens)
    everything = np.array([i for i, screen in enumerate(strengths.screens) if worth[screen.id] > 0], dtype=np.intp)
    taught = strengths.measured[~table.names.isin(priors.passed_over)][:, everything]
    if not taught.any():
        return PriorFit(pd.Series(dtype=float))
    lessons = _kept_lessons(table, priors, strengths, worth, asked, gains=activates(question.modality))
    joined = np.hstack([_static(table), strengths.columns(question, everything)])
    scores = standardised(((joined - lessons.centre) / lessons.scale) @ lessons.coefficients)
    added = Transfer(lessons.transfer).log_odds(question, strengths)
    return PriorFit(
        scores=pd.Series(scores, index=table.names),
        slope=lessons.slope,
        question=lessons.question,
        transfer=pd.Series(added, index=table.names),
        share=lessons.share,
    )


def _kept_lessons(
    table: Design,
    priors: Priors,
    strengths: PriorStrengths,
    worth: Mapping[int, float],
    asked: pd.DataFrame | None,
    *,
    gains: bool,
) -> Lessons:
    """The lessons of priors that may be kept: screens do not change, so that most questions find them learnt."""
    if priors.kept_in is None:
        return lessons_of(table, priors, strengths, worth, asked, gains=gains)
    weighed = {str(number): weight for number, weight in sorted(worth.items()) if weight != 1.0}
    key = disk_cache.asked_key(priors.kept_in.stem, repr(weighed), repr(sorted(table.blocks)), repr(gains), *VERSION)
    path = priors.kept_in.with_name(f"lessons-{key}.npz")
    found = disk_cache.kept(path, _read)
    if found is None:
        found = lessons_of(table, priors, strengths, worth, asked, gains=gains)
        disk_cache.keep(path, lambda stream: np.savez(stream, **vars(found)))
    return found


def _read(stream: BinaryIO) -> Lessons:
    with np.load(stream, allow_pickle=False) as held:
        arrays = [held[name] for name in ("coefficients", "centre", "scale", "transfer")]
        slope, question, share = (float(held[name]) for name in ("slope", "question", "share"))
        return Lessons(arrays[0], arrays[1], arrays[2], slope, question, arrays[3], share)


@dataclass(frozen=True)
class _Task:
    """One prior contrast as something to learn: rows of the table, whether they hit, and what was known beforehand."""

    study: str
    gains: bool
    rows: npt.NDArray[np.intp]
    hit: npt.NDArray[np.bool_]
    weight: Vector
    columns: npt.NDArray[np.float32]
    question: Vector


def lessons_of(
    table: Design,
    priors: Priors,
    strengths: PriorStrengths,
    worth: Mapping[int, float],
    asked: pd.DataFrame | None,
    *,
    gains: bool = False,
) -> Lessons:
    """Learns from all priors how features, recurrence and a question's own words go with hits.

    For each prior contrast, recurrence is counted in the other studies alone, as it will be for the target. Then β
    minimises Σ v (hit − h̄ − (x − x̄)ᵀβ)² + `RIDGE` · |β|² (ridge regression, Hoerl and Kennard 1970), with columns at
    variance one and "hit" for the top 5 % of a contrast. The weights v of a contrast of n genes add up to w · N ·
    min(1, √(n / N)) / contrasts of its study, with N = `FULL_LIBRARY` and w the question's own weight of the screen.
    Genes of ``priors.passed_over`` teach nothing. How much a unit of score is worth, and a unit of surprise in the
    ranking by the screen's own question, is measured on each study by a β that was fitted without it (`_worths`): on
    studies that gain genes where the question does, since what hits when it is lost need not hit when it is activated.

    Args:
        table: Features of all genes.
        priors: Effects of other screens.
        strengths: The same, over the genes of the table.
        worth: Weight of each screen.
        asked: Match of each gene with what each prior screen asked, columns their ids.
        gains: Whether the question is about activating genes.
    """
    pool = ~table.names.isin(priors.passed_over)
    static = _static(table)
    tasks = _tasks(priors, strengths, worth, pool, _surprises(asked, table.names, pool))
    grams = [_gram(static, task) for task in tasks]
    scale = _scale(grams)
    beta, centre = _ridge(grams, scale)
    slope, question = _worths(static, tasks, grams, scale, gains=gains)
    shares = [float(np.average(task.hit, weights=task.weight)) / 0.05 for task in tasks]
    transfer = Transfer.learnt(strengths, pool)
    return Lessons(beta, centre, scale, slope, question, transfer.weights, float(np.median(shares)) if shares else 1.0)


def standardised(values: Vector) -> Vector:
    """Values with mean 0 and variance 1; zeros where they are all equal.

    Args:
        values: Shape (n,).
    """
    deviation = float(values.std())
    return (values - values.mean()) / deviation if deviation > 1e-12 else np.zeros_like(values)


def surprise_of(match: pd.Series[float], among: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.float64]:
    """−log10((rank − ½) / n) of each value, the highest first, at most `MOST_SURPRISE`; 0 where there is none.

    Args:
        match: Values, NaN where not known.
        among: Which of them are ranked; all where None.
    """
    values = match.to_numpy(float)
    known = ~np.isnan(values) if among is None else ~np.isnan(values) & among
    there, surprise = values[known], np.zeros(len(values))
    above = len(there) + 0.5 - mean_ranks(there)
    surprise[known] = np.minimum(-np.log10(above / max(len(there), 1)), MOST_SURPRISE)
    return surprise


def essential_genes(table: Design) -> Vector:
    """1 for each gene of the table that DepMap calls common essential, else 0, shape (n,).

    Args:
        table: Features; without the source ``essentiality`` no gene is.
    """
    if ESSENTIAL not in table.blocks:
        return np.zeros(len(table.names))
    return (table.values[:, table.blocks[ESSENTIAL].start] > 0).astype(float)


def _static(table: Design) -> npt.NDArray[np.float32]:
    blocks = [block for name, block in table.blocks.items() if name not in PASSED_OVER]
    columns = [table.values[:, block][:, :COLUMNS] for block in blocks]
    known = [table.known[:, [i]] for i, name in enumerate(table.blocks) if name not in PASSED_OVER]
    return np.hstack([*columns, *known, np.zeros((len(table.names), 0))]).astype(np.float32)


def _surprises(asked: pd.DataFrame | None, names: pd.Index[str], pool: npt.NDArray[np.bool_]) -> dict[int, Vector]:
    """Screen → surprise of each gene in the ranking by what the screen asked."""
    if asked is None:
        return {}
    aligned = asked.reindex(names)
    return {int(str(screen)): surprise_of(aligned[screen], pool) for screen in aligned}


def _tasks(
    priors: Priors,
    strengths: PriorStrengths,
    worth: Mapping[int, float],
    pool: npt.NDArray[np.bool_],
    questions: Mapping[int, Vector],
) -> list[_Task]:
    drawn = _drawn(priors, strengths)
    tasks = []
    for column, study in enumerate(strengths.studies):
        screen = strengths.screens[column]
        rows = np.flatnonzero(strengths.measured[:, column] & pool)
        if len(rows) == 0 or worth[screen.id] == 0:
            continue
        total = worth[screen.id] * FULL_LIBRARY * _share_of_library(len(rows))
        counts = drawn[rows, column]
        weight = total / strengths.studies.count(study) * counts / counts.sum()
        known = strengths.columns(screen, strengths.others(study), rows).astype(np.float32)
        question = questions.get(screen.id, np.zeros(len(strengths.genes)))[rows]
        hit = strengths.hit[rows, column]
        tasks.append(_Task(study, activates(screen.modality), rows, hit, weight, known, question))
    return tasks


def _drawn(priors: Priors, strengths: PriorStrengths) -> npt.NDArray[np.float64]:
    """How often a row stands among the effects, shape (genes, contrasts): more than once where rows were drawn."""
    rows = strengths.genes.get_indexer(pd.Index(priors.effects["perturbation"], dtype=object))
    places = {contrast: column for column, contrast in enumerate(strengths.contrasts)}
    columns = priors.effects["contrast_id"].map(places).to_numpy(float)
    there = (rows >= 0) & ~np.isnan(columns)
    counts = np.zeros((len(strengths.genes), len(strengths.contrasts)))
    np.add.at(counts, (rows[there], columns[there].astype(int)), 1.0)
    return counts


_Gram = tuple[Vector, Vector, Vector, float, float]
"""Weighted sums of a task: X'WX, X'Wy, X'W1, sum of Wy, sum of W."""


def _gram(static: npt.NDArray[np.float32], task: _Task) -> _Gram:
    x = np.hstack([static[task.rows], task.columns])
    weighted = x * task.weight[:, None].astype(np.float32)
    return (
        (weighted.T @ x).astype(float),
        weighted[task.hit].sum(axis=0, dtype=float),
        weighted.sum(axis=0).astype(float),
        float(task.weight[task.hit].sum()),
        float(task.weight.sum()),
    )


def _scale(grams: Sequence[_Gram]) -> npt.NDArray[np.float64]:
    """Standard deviation of each column over all rows that teach; 1 where it is constant."""
    total = sum(gram[4] for gram in grams)
    mean = sum(gram[2] for gram in grams) / total
    variance = sum(np.diag(gram[0]) for gram in grams) / total - mean**2
    return np.asarray(np.sqrt(np.where(variance > 1e-9, variance, 1.0)), dtype=float)


def _ridge(grams: Sequence[_Gram], scale: Vector) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Coefficients and centre of the ridge regression over several tasks."""
    total, y1 = sum(gram[4] for gram in grams), sum(gram[3] for gram in grams)
    x1 = sum(gram[2] for gram in grams)
    centred = (sum(gram[0] for gram in grams) - np.outer(x1, x1) / total) / np.outer(scale, scale)
    target = (sum(gram[1] for gram in grams) - x1 * y1 / total) / scale
    return np.linalg.solve(centred + RIDGE * np.eye(len(scale)), target), np.asarray(x1 / total, dtype=float)


def _worths(
    static: npt.NDArray[np.float32],
    tasks: Sequence[_Task],
    grams: Sequence[_Gram],
    scale: Vector,
    *,
    gains: bool,
) -> tuple[float, float]:
    """What a unit of score and a unit of a question's surprise are worth in log-odds, each study told by the others.

    Both are coefficients of the weighted logistic regression hit ~ a + b · squeezed score + c · surprise over the rows
    of a study left out: their means over studies, weighed as their rows are, drawn towards `USUAL_SLOPE` and
    `USUAL_QUESTION`.

    Args:
        static: What does not change from task to task, shape (genes, features).
        tasks: The prior contrasts.
        grams: Their sums.
        scale: Of each column.
        gains: Whether the studies are those that activate genes, or those that lose them.
    """
    slopes, questions = [], []
    for study in sorted({task.study for task in tasks if task.gains == gains}):
        own = [task for task in tasks if task.study == study]
        others = [gram for gram, task in zip(grams, tasks, strict=True) if task.study != study]
        if not others:
            continue
        beta, centre = _ridge(others, scale)
        scores = [_score(static, task, beta, centre, scale) for task in own]
        x = np.column_stack([np.concatenate(scores), np.concatenate([task.question for task in own])])
        hit = np.concatenate([task.hit for task in own]).astype(float)
        found = logistic_slopes(x, hit, np.concatenate([task.weight for task in own]))
        size = max(_share_of_library(len(task.rows)) for task in own)
        slopes.append((float(found[0]), size))
        if x[:, 1].any():
            questions.append((float(found[1]), size))
    return (
        _drawn_towards(USUAL_SLOPE * (ACROSS if gains else 1.0), slopes, SLOPE_NOISE / SLOPE_DOUBT),
        _drawn_towards(USUAL_QUESTION, questions, QUESTION_NOISE / QUESTION_DOUBT),
    )


def _drawn_towards(usual: float, found: Sequence[tuple[float, float]], doubt: float) -> float:
    """Posterior mean of what studies have in common, for a normal prior.

    Args:
        usual: Its mean.
        found: What each study says, and its weight: 1 for a whole library.
        doubt: Standard deviation of studies around it, over that of the prior.
    """
    total = sum(weight for _, weight in found)
    return float((sum(value * weight for value, weight in found) + doubt**2 * usual) / (total + doubt**2))


def _share_of_library(genes: int) -> float:
    """What a contrast counts for: 1 for a whole library, less for a focused one, whose genes were chosen to hit."""
    return float(min(1.0, np.sqrt(genes / FULL_LIBRARY)))


def _score(static: npt.NDArray[np.float32], task: _Task, beta: Vector, centre: Vector, scale: Vector) -> Vector:
    by_column, shift = beta / scale, float(centre @ (beta / scale))
    count = static.shape[1]
    return squeezed(standardised(static[task.rows] @ by_column[:count] + task.columns @ by_column[count:] - shift))


def logistic_slopes(x: Vector, hit: Vector, weight: Vector) -> npt.NDArray[np.float64]:
    """Slopes of the weighted logistic regression hit ~ a + x·b (Newton's method), each kept between 0 and 2.

    Args:
        x: Shape (n, d).
        hit: 0 or 1, shape (n,).
        weight: Shape (n,).
    """
    scale = np.where(x.std(axis=0) > 1e-12, x.std(axis=0), 1.0)
    columns = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / scale])
    beta = np.array([-3.0, *np.full(x.shape[1], 0.3)])

    def likelihood(at: Vector) -> float:
        odds = columns @ at
        return float(weight @ (hit * odds - np.logaddexp(0.0, odds)))

    reached = likelihood(beta)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(columns @ beta, -30, 30)))
        curvature = columns.T @ (columns * (weight * p * (1 - p))[:, None]) + 1e-6 * np.eye(columns.shape[1])
        step = np.linalg.solve(curvature, columns.T @ (weight * (hit - p)))
        # A whole step may overshoot; half as much, and half of that, does not in the end.
        for _ in range(30):
            if (further := likelihood(beta + step)) >= reached:
                break
            step /= 2
        else:
            further = likelihood(beta + step)
        beta, reached = beta + step, further
        if float(np.abs(step).max()) < 1e-6:
            break
    return np.asarray(np.clip(beta[1:] / scale, 0.0, 2.0), dtype=np.float64)
