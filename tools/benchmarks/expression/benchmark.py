"""Expression after unseen perturbations: every predictor beside its controls, on every set, in pairs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import FILE, option
from db.errors import InvalidValueError, NotFoundError
from db.screens.responses import contexts as response_contexts
from tools.benchmarks.expression.play import MEAN, Member, Played, judged_rows, play
from tools.benchmarks.expression.report import LEVEL, ExpressionReport, MemberReport, MetricFigure, Pair, SetReport
from tools.expression.expression_responses import ExpressionResponses
from tools.expression.gene_folds import Places
from tools.expression.metrics.base import Metric
from tools.expression.predictors.base import DEFAULT
from tools.expression.response_sets import set_of_file, set_of_store
from tools.expression.vectors import gene_vectors, random_vectors
from tools.registry import load, names
from tools.responses.annotation import Annotation
from tools.workspace import Progress, Workspace

TASK = "benchmark expression"
DRAWS = 2_000
FEWEST_JUDGED = 5
"""Genes below which an interval over genes says nothing."""


def benchmark_expression(
    workspace: Workspace,
    data: Sequence[Path] | None = None,
    *,
    contexts: Sequence[str] = (),
    sources: Sequence[str] = (),
    vectors: Path | None = None,
    within: str = "",
    strongest: int = 0,
    seed: int = 0,
) -> ExpressionReport:
    """Predicts the expression of all genes after perturbations that were held out, and says how well.

    Genes are held out in folds, in all contexts, alleles, releases, pairs and cells at once. Every metric stands beside
    b, the training mean's, and r, that of a second measurement of the same perturbation, so that the score is
    (u − b) / (r − b). The expression of the perturbed gene itself never counts. Controls are the training mean, no
    change, and the default predictor with random vectors and with the vectors of other genes.

    Args:
        workspace: Its store has gene names, and what is known of genes.
        data: Files of cells or of responses.
        contexts: Names of tables of responses in the store, each a set; all of them where no data are given either.
        sources: What genes are known by, such as ``string`` or ``text``; all that the store knows where empty.
        vectors: A file of vectors of genes, such as GenePT's, in place of what the store knows.
        within: Judges rows of this context only, and learns from all.
        strongest: Judges only so many genes of each set, those whose responses are largest; all where 0.
        seed: Of folds, halves, controls and bootstrap; the same seed gives the same figures.

    Raises:
        NotFoundError: There are no data, or nothing is known of genes.
        RefusedFileError: A file cannot be read.
        InvalidValueError: A set has too few perturbations.
    """
    started = time.monotonic()
    tables = list(contexts) if data or contexts else _of_store(workspace)
    sets = [set_of_file(workspace, one) for one in data or ()] + [set_of_store(workspace, one) for one in tables]
    known = gene_vectors(
        workspace, sorted({gene for one in map(_checked, sets) for gene in one.genes}), sources, vectors
    )
    members = _members(known, np.random.default_rng([seed, 4]))
    judged = [_judged(one, within, strongest) for one in sets]
    played = [
        _played(workspace, (one, rows), members, seed, (number, len(sets)))
        for number, (one, rows) in enumerate(zip(sets, judged, strict=True))
    ]
    by_gene = [{name: _by_gene(one, name) for name in members} for one in played]
    reports = [
        _set_report(one.name, found, table, seed) for one, found, table in zip(sets, played, by_gene, strict=True)
    ]
    pooled = {name: pd.concat(dict(enumerate(one[name] for one in by_gene))) for name in members}
    workspace.report(Progress(TASK, len(sets), len(sets), "done"))
    return ExpressionReport(
        tuple(reports), _pairs(pooled, seed), tuple(known.sources), tuple(known.missing), time.monotonic() - started
    )


def _of_store(workspace: Workspace) -> list[str]:
    found = [one.name for one in response_contexts(workspace.store) if one.readout_kind == "gene"]
    if not found:
        raise NotFoundError("The store has no responses to judge predictors on.", f"Name a file: {option(data=FILE)}.")
    return found


def _checked(responses: ExpressionResponses) -> ExpressionResponses:
    if len(responses.genes) < 10:
        raise InvalidValueError(
            f"{responses.name} has perturbations of {len(responses.genes)} genes.", "Ten at least can be held out."
        )
    return responses


def _members(known: Annotation, rng: np.random.Generator) -> dict[str, Member]:
    found = {name: Member(name, known) for name in names("expression_predictors")}
    return found | {
        "random_embeddings": Member(DEFAULT, random_vectors(known, rng)),
        "permuted_embeddings": Member(DEFAULT, known.shuffled(rng)),
    }


def _judged(responses: ExpressionResponses, within: str, strongest: int) -> Places:
    if within and within not in responses.contexts:
        raise InvalidValueError(
            f"{responses.name} has no context {within!r}.", f"There are: {', '.join(responses.contexts)}."
        )
    found = judged_rows(responses, within, strongest)
    if responses.rows["perturbation"].iloc[found].nunique() < FEWEST_JUDGED:
        raise InvalidValueError(
            f"{responses.name}: {responses.rows['perturbation'].iloc[found].nunique()} genes are to be judged.",
            f"Judge {FEWEST_JUDGED} at least: a larger {option('strongest')}, or another {option('within')}.",
        )
    return found


def _played(
    workspace: Workspace,
    judged: tuple[ExpressionResponses, Places],
    members: Mapping[str, Member],
    seed: int,
    nth: tuple[int, int],
) -> Played:
    number, total = nth
    return play(
        *judged, members, seed,
        lambda name, share: workspace.report(Progress(TASK, number + share, total, f"{judged[0].name}: {name}")),
    )  # fmt: skip


def _by_gene(played: Played, member: str) -> pd.DataFrame:
    """Mean of each metric over the rows of a gene: genes × metrics."""
    return pd.DataFrame(played.values[member]).groupby(played.genes).mean()


def _set_report(name: str, played: Played, tables: Mapping[str, pd.DataFrame], seed: int) -> SetReport:
    again = pd.DataFrame(played.replicate).groupby(played.genes).mean()
    members = [
        MemberReport(member, member == DEFAULT, {
            metric: _figure(metric, table[metric], tables[MEAN][metric], again[metric], seed)
            for metric in map(str, table)
        })
        for member, table in tables.items()
    ]  # fmt: skip
    return SetReport(name, len(played.genes), len(again), tuple(members), _pairs(tables, seed))


def _figure(metric: str, value: pd.Series[float], b: pd.Series[float], r: pd.Series[float], seed: int) -> MetricFigure:
    low, high = _interval(value.to_numpy(), seed)
    twice = r.notna() & value.notna()
    u, base, top = (float(one[twice].mean()) if twice.any() else float("nan") for one in (value, b, r))
    # Where a second measurement tells no more than the mean does, there is no scale to place a prediction on.
    room = (top - base) * _sign(metric)
    score = (u - base) / (top - base) if room > 0 else float("nan")
    return MetricFigure(float(value.mean()), float(b.mean()), float(r.mean()), score, low, high)


def _pairs(tables: Mapping[str, pd.DataFrame], seed: int) -> tuple[Pair, ...]:
    found = []
    for other in (name for name in tables if name != DEFAULT):
        for metric in map(str, tables[other]):
            gains = (tables[DEFAULT][metric] - tables[other][metric]) * _sign(metric)
            low, high = _interval(gains.to_numpy(), seed)
            found.append(Pair(other, metric, float(gains.mean()), low, high))
    return tuple(found)


def _sign(metric: str) -> int:
    told: Metric = load("expression_metrics", metric)()
    return 1 if told.more_is_better else -1


def _interval(values: npt.NDArray[np.floating[Any]], seed: int) -> tuple[float, float]:
    """90 % interval of the mean over genes, by a bootstrap."""
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return float("nan"), float("nan")
    drawn = np.random.default_rng([seed, 5]).integers(len(values), size=(DRAWS, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)
