"""One line of PerturbQA, played: learn from train rows, answer for test pairs, count."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools import registry
from tools.gene_annotation import Annotation
from tools.loaders.responses import read_perturbqa
from tools.metrics._pairs import bootstrap_interval, expected_calibration_error, per_gene_auroc
from tools.packs.base import read_packs
from tools.response_predictors.base import TrainingResponses

GROUP = "perturbqa"
"""Group of the packs, and the folder that they share."""
LEVEL = 0.9
DEFAULT_PREDICTOR = "smoothing_stack"
TASKS = {"de": ("de", "de"), "dir": ("up", "up")}
"""Task → column of the label and suffix of the score."""


@dataclass(frozen=True)
class Line:
    """A line of the benchmark.

    Attributes:
        name: Its name, such as ``k562``.
        cell_line: The cells; lines of the same cells never train each other.
        rows: Columns perturbation, readout, split, de and up, as `tools.loaders.responses.read_perturbqa` gives them.
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


@dataclass(frozen=True)
class LineJob:
    """One line to be played once.

    Attributes:
        line: The line.
        others: Lines whose train rows are learnt from too.
        shuffled: Whether the genes' annotation is shuffled: the control.
        seed: Seed of folds, shuffle and bootstrap.
        predictor: Name of the response predictor.
    """

    line: Line
    others: tuple[Line, ...]
    shuffled: bool
    seed: int
    predictor: str = DEFAULT_PREDICTOR


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
        gene_frequency_pooled: AUROC over all test rows pooled of each readout's share in the train rows.
    """

    auroc: float
    auroc_weighted: float
    low: float
    high: float
    genes_scored: int
    ece: float
    gene_frequency_pooled: float


@dataclass(frozen=True)
class LineResult:
    """What came of a job.

    Attributes:
        tasks: Task → its figures.
        seconds: Computing time.
    """

    tasks: Mapping[str, TaskFigures]
    seconds: float


def run_line(job: LineJob, annotation: Annotation) -> LineResult:
    """Plays a line once; test labels are looked at only to count.

    Args:
        job: What to play.
        annotation: What is known of the genes.
    """
    started = time.perf_counter()
    answers = answer(job, annotation)
    test, train = job.line.test, job.line.train.rows
    figures = {task: _figures(task, test, train, answers, np.random.default_rng(job.seed)) for task in TASKS}
    return LineResult(figures, time.perf_counter() - started)


def answer(job: LineJob, annotation: Annotation) -> pd.DataFrame:
    """The predictor's answers for the test pairs of a line, in their order.

    Args:
        job: What to play.
        annotation: What is known of the genes.
    """
    if job.shuffled:
        annotation = annotation.shuffled(np.random.default_rng([job.seed, 1]))
    predictor = registry.load("response_predictors", job.predictor)()
    fitted = predictor.fit(
        job.line.train, [other.train for other in job.others], annotation, np.random.default_rng(job.seed)
    )
    answers: pd.DataFrame = fitted.predict(job.line.test[["perturbation", "readout"]])
    return answers


def _figures(
    task: str, test: pd.DataFrame, train: pd.DataFrame, answers: pd.DataFrame, rng: np.random.Generator
) -> TaskFigures:
    column, suffix = TASKS[task]
    asked = test[column].notna().to_numpy()
    rows, given = test[asked], answers[asked]
    labels = rows[column].to_numpy(dtype=bool)
    scores = given[f"score_{suffix}"].to_numpy(float)
    units, groups = rows["perturbation"].to_numpy(object), rows["readout"].to_numpy(object)
    found = per_gene_auroc(groups, labels, scores)
    low, high = bootstrap_interval(units, groups, labels, scores, rng, level=LEVEL)
    error = expected_calibration_error(labels, given[f"probability_{suffix}"].to_numpy(float))
    pooled = _pooled(groups, labels, train[train[column].notna()], column)
    return TaskFigures(found.mean, found.weighted, low, high, found.groups, error, pooled)


def _pooled(groups: npt.NDArray[np.object_], labels: npt.NDArray[np.bool_], train: pd.DataFrame, column: str) -> float:
    """What pooling rewards: knowing nothing but how often each readout was positive in training."""
    from sklearn.metrics import roc_auc_score

    if len(set(labels.tolist())) < 2:
        return float("nan")
    shares = train.groupby("readout")[column].agg(lambda values: float(values.astype(float).mean()))
    overall = float(train[column].astype(float).mean())
    return float(roc_auc_score(labels, pd.Series(groups).map(shares).astype(float).fillna(overall)))
