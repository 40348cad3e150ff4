"""One line of PerturbQA, played: learn from train rows, answer for test pairs, count."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools import registry
from tools.packs.definition import read_packs
from tools.packs.loaders.responses import read_perturbqa
from tools.responses.annotation import Annotation
from tools.responses.pair_metrics import (
    bootstrap_interval,
    expected_calibration_error,
    expected_if_true,
    per_gene_auroc,
)
from tools.responses.predictors.base import FittedResponsePredictor, TrainingResponses

GROUP = "perturbqa"
"""Group of the packs, and the folder that they share."""
LEVEL = 0.9
Setting = Literal["within", "across"]
DEFAULT_PREDICTOR = "smoothing_stack"
SHUFFLE_READOUTS = 300
"""Readouts of one shuffle, at most."""
TASKS = {"de": ("de", "de"), "dir": ("up", "up")}
"""Task → column of the label and suffix of the score."""


@dataclass(frozen=True)
class Line:
    """A line of the benchmark.

    Attributes:
        name: Its name, such as ``k562``.
        cell_line: The cells; lines of the same cells never train each other.
        rows: Columns perturbation, readout, split, de and up, as `tools.packs.loaders.responses.read_perturbqa` gives.
        members: Readout → genes, where readouts are gene sets.
    """

    name: str
    cell_line: str
    rows: pd.DataFrame
    members: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def train(self) -> TrainingResponses:
        """What may be learnt from."""
        rows = self.rows[self.rows["split"] == "train"]
        return TrainingResponses(self.name, rows[["perturbation", "readout", "de", "up"]], self.members)

    @property
    def test(self) -> pd.DataFrame:
        """The rows that are asked about, sorted by name."""
        return self.rows[self.rows["split"] == "test"].sort_values(["perturbation", "readout"], ignore_index=True)


def read_line(folder: Path, name: str) -> Line:
    """Reads one line of the benchmark.

    Args:
        folder: Where its files are.
        name: Its name X.

    Raises:
        RefusedFileError: The files are not what they should be.
    """
    mapping = folder / f"{name}-mapping.json"
    table = read_perturbqa(
        folder / f"{name}-de.csv", folder / f"{name}-dir.csv", mapping if mapping.is_file() else None
    )
    members = {readout: list(genes) for readout, genes in (table.members or {}).items()}
    return Line(name, cell_line(name), table.rows, members)


def cell_line(name: str) -> str:
    """The cells of a line: as the catalogue says, else the line's name without ``_set``.

    Args:
        name: Name of the line.
    """
    for pack in read_packs():
        for step in pack.loads:
            if pack.group == GROUP and f"{name}-de.csv" in step.files:
                return str(step.options.get("cell_type", name)).lower()
    return name.removesuffix("_set").lower()


def teachers(line: Line, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines whose train rows another may learn from: those of other cells that share a readout.

    Args:
        line: The line that is asked about.
        lines: All lines at hand.
    """
    readouts = set(line.rows["readout"])
    return tuple(
        other for other in lines if other.cell_line != line.cell_line and readouts & set(other.rows["readout"])
    )


def names_of(line: Line) -> set[str]:
    """The genes whose annotation a line needs, as its files name them: perturbed ones, readouts, members of sets.

    Args:
        line: The line.
    """
    sets = {gene for genes in line.members.values() for gene in genes}
    return set(line.rows["perturbation"]) | (sets or set(line.rows["readout"]))


def counted(line: Line, task: str) -> list[str]:
    """The readouts that the metric counts, sorted: their test rows have both labels of the task.

    Args:
        line: The line.
        task: Name of the task.
    """
    column, test = TASKS[task][0], line.test
    labels = test[test[column].notna()].groupby("readout")[column].nunique()
    return sorted(labels.index[labels > 1])


@dataclass(frozen=True)
class LineJob:
    """One line to be played once.

    Attributes:
        line: The line.
        others: Lines whose train rows are learnt from too.
        seed: Seed of folds, shuffle and bootstrap.
        shuffle: Which shuffle of the genes' annotation is played, the control; None for the line as it is.
        predictor: Name of the response predictor.
    """

    line: Line
    others: tuple[Line, ...]
    seed: int
    shuffle: int | None = None
    predictor: str = DEFAULT_PREDICTOR

    @property
    def setting(self) -> Setting:
        """Whether other lines are learnt from."""
        return "across" if self.others else "within"


@dataclass(frozen=True)
class TaskFigures:
    """The figures of one task of one line.

    Attributes:
        auroc: Mean over readouts of the AUROC within each.
        auroc_weighted: The same weighted by pairs of unlike labels.
        low: Lower end of its interval by bootstrap over test perturbations.
        high: Upper end.
        genes_scored: Readouts whose test rows have both labels.
        ece: Expected calibration error of the probabilities.
        ece_if_true: What it would be on average if the probabilities were exactly true: chance alone.
        gene_frequency_pooled: AUROC over all test rows pooled of each readout's share in the train rows.
        ece_train: Expected calibration error of the train rows, whole perturbations left out: more rows, less chance.
    """

    auroc: float
    auroc_weighted: float
    low: float
    high: float
    genes_scored: int
    ece: float
    ece_if_true: float
    gene_frequency_pooled: float
    ece_train: float = float("nan")


@dataclass(frozen=True)
class LineResult:
    """What came of a job.

    Attributes:
        aurocs: Task → mean AUROC within readouts.
        tasks: Task → its figures; empty for a shuffle.
        scores: Task → score of each test row that has a label of the task; empty for a shuffle.
        seconds: Computing time.
    """

    aurocs: Mapping[str, float]
    tasks: Mapping[str, TaskFigures]
    scores: Mapping[str, npt.NDArray[np.floating[Any]]]
    seconds: float


def run_line(job: LineJob, annotation: Annotation) -> LineResult:
    """Plays a line once; test labels are looked at only to count.

    Args:
        job: What to play.
        annotation: What is known of the genes.
    """
    started = time.perf_counter()
    if job.shuffle is not None:
        job = _thinned(job)
    fitted = fit(job, annotation)
    answers = fitted.predict(job.line.test[["perturbation", "readout"]])
    tested = {task: AskedRows.of(job.line, task) for task in TASKS}
    scores = {task: one.scores(answers) for task, one in tested.items()}
    aurocs = {task: per_gene_auroc(one.readouts, one.labels, scores[task]).mean for task, one in tested.items()}
    if job.shuffle is not None:
        return LineResult(aurocs, {}, {}, time.perf_counter() - started)
    figures = {
        task: replace(
            _figures(one, scores[task], one.probabilities(answers), job.line, np.random.default_rng(job.seed)),
            ece_train=fitted.calibration_errors[TASKS[task][1]],
        )
        for task, one in tested.items()
    }
    return LineResult(aurocs, figures, scores, time.perf_counter() - started)


def _thinned(job: LineJob) -> LineJob:
    """The job with some readouts only, because a shuffle is played many times.

    They are those counted for direction, which are few, and by chance as many of those counted for response as there is
    room for.
    """
    rng = np.random.default_rng([job.seed, 3, job.shuffle or 0])
    directed = counted(job.line, "dir")
    others_counted = [one for one in counted(job.line, "de") if one not in set(directed)]
    kept = set([*directed, *rng.permutation(others_counted)][:SHUFFLE_READOUTS])
    line, *others = (replace(one, rows=one.rows[one.rows["readout"].isin(kept)]) for one in (job.line, *job.others))
    return replace(job, line=line, others=tuple(others))


def answer(job: LineJob, annotation: Annotation) -> pd.DataFrame:
    """The predictor's answers for the test pairs of a line, in their order.

    Args:
        job: What to play.
        annotation: What is known of the genes.
    """
    return fit(job, annotation).predict(job.line.test[["perturbation", "readout"]])


def fit(job: LineJob, annotation: Annotation) -> FittedResponsePredictor:
    """The predictor, learnt from the train rows of a line and of those that teach it.

    Args:
        job: What to play.
        annotation: What is known of the genes.
    """
    if job.shuffle is not None:
        rng = np.random.default_rng([job.seed, 1, job.shuffle])
        annotation = annotation.shuffled(rng, sorted(set().union(*map(names_of, (job.line, *job.others)))))
    predictor = registry.load("response_predictors", job.predictor)()
    fitted: FittedResponsePredictor = predictor.fit(
        job.line.train, [other.train for other in job.others], annotation, np.random.default_rng(job.seed)
    )
    return fitted


@dataclass(frozen=True)
class AskedRows:
    """The test rows of a task.

    Attributes:
        task: Name of the task.
        asked: Which test rows of the line have a label of the task.
        perturbations: Of those rows, n.
        readouts: Likewise.
        labels: Likewise.
    """

    task: str
    asked: npt.NDArray[np.bool_]
    perturbations: npt.NDArray[np.object_]
    readouts: npt.NDArray[np.object_]
    labels: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, line: Line, task: str) -> AskedRows:
        """The test rows of a line that have a label of the task.

        Args:
            line: The line.
            task: Name of the task.
        """
        test, (column, _) = line.test, TASKS[task]
        asked = test[column].notna().to_numpy()
        rows = test[asked]
        units, groups = rows["perturbation"].to_numpy(object), rows["readout"].to_numpy(object)
        return cls(task, asked, units, groups, rows[column].to_numpy(dtype=bool))

    def among(self, readouts: Sequence[str]) -> AskedRows:
        """The rows of some readouts alone; `asked` is of them too.

        Args:
            readouts: Their names.
        """
        return self.where(np.isin(self.readouts, list(readouts)))

    def where(self, kept: npt.NDArray[np.bool_]) -> AskedRows:
        """Some of the rows alone; `asked` is of them too.

        Args:
            kept: Which of them, shape (n,).
        """
        asked = self.asked.copy()
        asked[np.flatnonzero(asked)[~kept]] = False
        return AskedRows(self.task, asked, self.perturbations[kept], self.readouts[kept], self.labels[kept])

    def scores(self, answers: pd.DataFrame) -> npt.NDArray[np.floating[Any]]:
        """The score of each row.

        Args:
            answers: Those of all test rows.
        """
        return answers.loc[self.asked, f"score_{TASKS[self.task][1]}"].to_numpy(float)

    def probabilities(self, answers: pd.DataFrame) -> npt.NDArray[np.floating[Any]]:
        """The probability of each row.

        Args:
            answers: Those of all test rows.
        """
        return answers.loc[self.asked, f"probability_{TASKS[self.task][1]}"].to_numpy(float)


def _figures(
    rows: AskedRows,
    scores: npt.NDArray[np.floating[Any]],
    probabilities: npt.NDArray[np.floating[Any]],
    line: Line,
    rng: np.random.Generator,
) -> TaskFigures:
    found = per_gene_auroc(rows.readouts, rows.labels, scores)
    low, high = bootstrap_interval(rows.perturbations, rows.readouts, rows.labels, scores, rng, level=LEVEL)
    error, chance = expected_calibration_error(rows.labels, probabilities), expected_if_true(probabilities, rng)
    pooled = pooled_frequency(rows, line)
    return TaskFigures(found.mean, found.weighted, low, high, found.groups, error, chance, pooled)


def pooled_frequency(rows: AskedRows, line: Line) -> float:
    """What pooling rewards: the AUROC over all rows pooled of each readout's share of positive train rows.

    Args:
        rows: The rows that are counted.
        line: Their line.
    """
    column, train = TASKS[rows.task][0], line.train.rows
    return _pooled(rows.readouts, rows.labels, train[train[column].notna()], column)


def _pooled(groups: npt.NDArray[np.object_], labels: npt.NDArray[np.bool_], train: pd.DataFrame, column: str) -> float:
    """What pooling rewards: knowing nothing but how often each readout was positive in training."""
    from sklearn.metrics import roc_auc_score

    if len(set(labels.tolist())) < 2:
        return float("nan")
    shares = train.groupby("readout")[column].agg(lambda values: float(values.astype(float).mean()))
    overall = float(train[column].astype(float).mean())
    return float(roc_auc_score(labels, pd.Series(groups).map(shares).astype(float).fillna(overall)))
