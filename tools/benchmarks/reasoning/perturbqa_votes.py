"""PerturbQA by retrieval: what the closest measured responses vote for, alone and beside the predictor."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.errors import check_word
from tools import registry
from tools.benchmarks.perturbqa import TASK, lines_and_annotation
from tools.benchmarks.perturbqa_line import (
    DEFAULT_PREDICTOR,
    LEVEL,
    AskedRows,
    Line,
    counted,
    names_of,
    pooled_frequency,
)
from tools.responses.annotation import Annotation
from tools.responses.label_table import Context, ask, prepare
from tools.responses.pair_metrics import Gain, bootstrap_interval, paired_gain, per_gene_auroc
from tools.responses.predictors.base import FittedResponsePredictor, ResponsePredictor
from tools.responses.reasoning.combination import Combination, fit_combination
from tools.responses.reasoning.retrieval import Retrieval, Task, retrieve
from tools.responses.reasoning.votes import Votes, votes
from tools.workspace import Progress, Workspace

Reasoning = Literal["votes", "combined"]
Floats = npt.NDArray[np.floating[Any]]
TASKS: tuple[Task, ...] = ("de", "dir")
SCORES = {"de": "score_de", "dir": "score_up"}


@dataclass(frozen=True)
class Reached:
    """An AUROC within readouts: its mean, that weighted by pairs, and its interval over test perturbations."""

    auroc: float
    auroc_weighted: float
    low: float
    high: float


@dataclass(frozen=True)
class ReasoningFigures:
    """One task of one line.

    Attributes:
        line: Name of the line.
        task: ``de`` or ``dir``.
        rows: Test rows asked about: those of readouts that the metric counts.
        genes_scored: Those readouts.
        abstained: Share of the rows for which nothing was retrieved.
        votes: What votes of the closest rows reach.
        graph: What they reach where closeness is that of the graph.
        votes_minus_graph: The one less the other, on the same draws of perturbations.
        shuffled_genes: Votes with every gene's annotation exchanged for another's; None without controls.
        gene_frequency_pooled: What each readout's share in training reaches over all these rows pooled; within
            readouts it is one half, and so is no retrieval at all.
        predictor: What the predictor reaches on the same rows; None where only votes were asked for.
        combined: The predictor's log-odds with those of the votes.
        combined_minus_predictor: The one less the other, on the same draws.
        weight: What the vote's log-odds count in the combination, by train rows.
        seconds: Computing time of the task.
    """

    line: str
    task: str
    rows: int
    genes_scored: int
    abstained: float
    votes: Reached
    graph: Reached
    votes_minus_graph: Gain
    shuffled_genes: float | None
    gene_frequency_pooled: float
    predictor: Reached | None = None
    combined: Reached | None = None
    combined_minus_predictor: Gain | None = None
    weight: float | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class ReasoningReport:
    """What a run found.

    Attributes:
        reasoning: ``votes`` or ``combined``.
        lines: Two entries a line.
        missing: Packs that would have brought more annotation.
    """

    reasoning: str
    lines: tuple[ReasoningFigures, ...]
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        values = {"reasoning": self.reasoning, "lines": [plain(one) for one in self.lines]}
        return values | ({"missing": list(self.missing)} if self.missing else {})


def plain(value: Any) -> Any:  # noqa: ANN401 – figures of several kinds
    """A figure as JSON has it: rounded, None where there is none.

    Args:
        value: A number, a text, or figures of this folder.
    """
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 5)
    if isinstance(value, Gain):
        return {key: plain(one) for key, one in value._asdict().items()}
    if isinstance(value, (ReasoningFigures, Reached)):
        return {key: plain(getattr(value, key)) for key in value.__dataclass_fields__}
    return value


def benchmark_reasoning(
    workspace: Workspace,
    data: Path | None = None,
    lines: Sequence[str] | None = None,
    *,
    reasoning: Reasoning = "votes",
    seed: int = 0,
    controls: bool = True,
) -> ReasoningReport:
    """Answers PerturbQA by votes of the closest measured responses, without a language model, and says how well.

    Rows are retrieved from the line's own train rows. Only rows of readouts that the metric counts are asked about, a
    quarter of all. With ``combined`` the predictor is fitted too, and what the votes add to it is told in pairs; how
    much they count is learnt from train rows alone.

    Args:
        workspace: Its store has the annotation; the fetched packs are the default folder.
        data: A folder of ``X-de.csv`` with ``X-dir.csv``.
        lines: Names X; all of the folder where None.
        reasoning: ``votes``, or ``combined`` with the predictor.
        seed: Seed of draws, folds, shuffle and bootstrap.
        controls: Whether votes with shuffled genes are counted too.

    Raises:
        NotFoundError: The folder, a line or all annotation is not at hand.
        RefusedFileError: A file cannot be read.
        InvalidValueError: There is no such reasoning, or a line has too few perturbations.
    """
    check_word("reasoning", reasoning, ("votes", "combined"))
    read, annotation = lines_and_annotation(workspace, data, lines)
    found: list[ReasoningFigures] = []
    for done, line in enumerate(read):
        workspace.report(Progress(TASK, done, len(read), f"{line.name} by {reasoning}"))
        found += play(line, annotation, reasoning, seed, controls=controls)
    workspace.report(Progress(TASK, len(read), len(read), "done"))
    return ReasoningReport(reasoning, tuple(found), tuple(annotation.missing))


def play(
    line: Line, annotation: Annotation, reasoning: Reasoning, seed: int, *, controls: bool = True
) -> list[ReasoningFigures]:
    """Both tasks of one line; test labels are looked at only to count.

    Args:
        line: The line.
        annotation: What is known of the genes.
        reasoning: ``votes`` or ``combined``.
        seed: Of everything.
        controls: Whether votes with shuffled genes are counted too.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        played = PlayedLine(line, annotation, prepare(line.train, annotation), seed)
        predictor, combinations = played.learnt() if reasoning == "combined" else (None, {})
        shuffled = played.shuffled() if controls else None
        return [_figures(played, shuffled, task, predictor, combinations.get(task)) for task in TASKS]


@dataclass(frozen=True)
class PlayedLine:
    """A line with its train rows made ready.

    Attributes:
        line: The line.
        annotation: What is known of its genes.
        context: Its train rows, with the kernels.
        seed: Of everything.
    """

    line: Line
    annotation: Annotation
    context: Context
    seed: int

    def predictor(self) -> FittedResponsePredictor:
        """The default predictor, fitted to the train rows."""
        predictor: ResponsePredictor = registry.load("response_predictors", DEFAULT_PREDICTOR)()
        return predictor.fit(self.line.train, (), self.annotation, np.random.default_rng(self.seed))

    def learnt(self) -> tuple[FittedResponsePredictor, Mapping[Task, Combination]]:
        """The predictor, and what the votes count beside it, by train rows alone."""
        fitted, predictor = self.predictor(), registry.load("response_predictors", DEFAULT_PREDICTOR)()
        rng = np.random.default_rng([self.seed, 5])
        return fitted, fit_combination(self.line.train, self.annotation, predictor, Retrieval(), rng)

    def votes(self, pairs: pd.DataFrame, task: Task, how: Retrieval) -> Votes:
        """What the closest rows say of some pairs.

        Args:
            pairs: Columns perturbation and readout.
            task: The task.
            how: How rows are retrieved.
        """
        asked = ask(pairs, self.annotation)
        return votes(retrieve(self.context, asked, self.annotation, task, how, self.seed))

    def shuffled(self) -> PlayedLine:
        """The same with every gene's annotation exchanged for another's."""
        rng = np.random.default_rng([self.seed, 1, 0])
        annotation = self.annotation.shuffled(rng, sorted(names_of(self.line)))
        return replace(self, annotation=annotation, context=prepare(self.line.train, annotation))


def _figures(
    played: PlayedLine,
    other: PlayedLine | None,
    task: Task,
    predictor: FittedResponsePredictor | None,
    combination: Combination | None,
) -> ReasoningFigures:
    """One task; `other` is the same line with shuffled genes, where that control is counted."""
    started = time.perf_counter()
    rows = AskedRows.of(played.line, task).among(counted(played.line, task))
    pairs = pd.DataFrame({"perturbation": rows.perturbations, "readout": rows.readouts})
    said = played.votes(pairs, task, Retrieval())
    graph = played.votes(pairs, task, Retrieval(closeness="graph")).share
    shuffled = None if other is None else other.votes(pairs, task, Retrieval()).share
    counting = Counting(rows, played.seed)
    found = ReasoningFigures(
        line=played.line.name, task=task, rows=len(pairs), genes_scored=len(set(rows.readouts)),
        abstained=float(np.mean(said.abstains)) if len(pairs) else float("nan"),
        votes=counting.reached(said.share), graph=counting.reached(graph),
        votes_minus_graph=counting.gain(said.share, graph),
        shuffled_genes=None if shuffled is None else counting.reached(shuffled).auroc,
        gene_frequency_pooled=pooled_frequency(rows, played.line),
    )  # fmt: skip
    if predictor is not None and combination is not None:
        score = predictor.predict(pairs)[SCORES[task]].to_numpy(float)
        both = combination.scores(score, said.share)
        found = replace(
            found, predictor=counting.reached(score), combined=counting.reached(both),
            combined_minus_predictor=counting.gain(both, score), weight=combination.weight,
        )  # fmt: skip
    return replace(found, seconds=time.perf_counter() - started)


@dataclass(frozen=True)
class Counting:
    """Counts scores of the asked rows, always on the same draws of perturbations.

    Attributes:
        rows: The rows.
        seed: Of the draws.
    """

    rows: AskedRows
    seed: int

    def reached(self, scores: Floats) -> Reached:
        """The figures of some scores.

        Args:
            scores: One for each row.
        """
        rows, rng = self.rows, np.random.default_rng(self.seed)
        found = per_gene_auroc(rows.readouts, rows.labels, scores)
        low, high = bootstrap_interval(rows.perturbations, rows.readouts, rows.labels, scores, rng, level=LEVEL)
        return Reached(found.mean, found.weighted, low, high)

    def gain(self, first: Floats, second: Floats) -> Gain:
        """The first scores less the second, in pairs.

        Args:
            first: One for each row.
            second: Likewise.
        """
        rows, rng = self.rows, np.random.default_rng([self.seed, 2])
        return paired_gain(rows.perturbations, rows.readouts, rows.labels, (first, second), rng, level=LEVEL)
