"""One set of responses played: every gene predicted once by predictors that saw none of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.genes.perturbation_names import are_pairs, genes_among
from tools.benchmarks.expression.halves import Halves
from tools.expression.expression_responses import ExpressionResponses, Floats
from tools.expression.gene_folds import Places, held_out_folds
from tools.expression.metrics.base import Metric, Numbers, Predictions
from tools.expression.predictors.base import ExpressionPredictor, FittedExpressionPredictor
from tools.registry import load, names
from tools.responses.annotation import Annotation

MEAN = "training_mean"
OF_CELLS = ("energy_distance", "variance_ratio")


@dataclass(frozen=True)
class Member:
    """A predictor, or a control: the same predictor with other vectors.

    Attributes:
        predictor: Its name in the family.
        vectors: What it is given.
    """

    predictor: str
    vectors: Annotation


@dataclass(frozen=True)
class Played:
    """What came of it: values of each metric, one for each row that was judged.

    Attributes:
        genes: The perturbed gene of each row, n.
        values: Member → metric → n numbers.
        replicate: Metric → n numbers of a second measurement in place of a prediction; NaN where there is none.
    """

    genes: npt.NDArray[np.object_]
    values: Mapping[str, Mapping[str, Numbers]]
    replicate: Mapping[str, Numbers]


def judged_rows(responses: ExpressionResponses, within: str = "", strongest: int = 0) -> Places:
    """Rows that are judged: those of single genes, and of them perhaps some only.

    Args:
        responses: The set.
        within: Only rows of this context; of all where empty.
        strongest: Only so many genes, those whose readouts differ most from controls (root mean square over the
            rows that are left); all where 0.
    """
    names = responses.rows["perturbation"].to_numpy(object)
    found = ~are_pairs(list(names)) & ((responses.rows["context"] == within) | (not within)).to_numpy()
    if strongest:
        sizes = np.sqrt(np.nanmean(responses.estimates[found] ** 2, axis=1))
        first = pd.Series(sizes).groupby(names[found]).mean().nlargest(strongest)
        found &= np.isin(names, first.index.to_numpy(object))
    return np.flatnonzero(found)


def play(
    responses: ExpressionResponses,
    judged: Places,
    members: Mapping[str, Member],
    seed: int,
    report: Callable[[str, float], None],
) -> Played:
    """Plays a set. A fold holds out genes, in all contexts, replicates and pairs.

    Args:
        responses: The set.
        judged: The rows that are judged; all others are learnt from only.
        members: Name → predictor with its vectors; the training mean is among them.
        seed: Of folds, halves, and whatever predictors draw.
        report: Told which member is fitted, and which share of all is done.
    """
    perturbations = responses.rows["perturbation"].to_numpy(object)
    halves = Halves.of(responses, judged, np.random.default_rng([seed, 1]))
    guesses = {name: _Guesses.empty(len(judged), len(responses.readouts)) for name in members}
    folds = [tried for _, tried in held_out_folds(perturbations, seed) if np.isin(judged, tried).any()]
    for number, tried in enumerate(folds):
        learnt = responses.without(sorted(genes_among(perturbations[tried])))
        rows = np.flatnonzero(np.isin(judged, tried))
        for place, (name, member) in enumerate(members.items()):
            report(name, (number + place / len(members)) / len(folds))
            predictor = cast("ExpressionPredictor", load("expression_predictors", member.predictor)())
            fitted = predictor.fit(learnt, member.vectors, np.random.default_rng([seed, 2]))
            asked = responses.rows.iloc[judged[rows]]
            guesses[name].fill(asked, rows, fitted, set(learnt.rows["context"]), halves, seed)
    mean = guesses[MEAN].means
    found = {
        name: _values(_case(responses, judged, mean, one.means, one.drawn, halves)) for name, one in guesses.items()
    }
    again = _values(_case(responses, judged, mean, halves.second, halves.others, halves))
    unknown = ~np.isfinite(halves.second).any(axis=1)
    replicate = {name: np.where(unknown, np.nan, one) for name, one in again.items()}
    return Played(perturbations[judged], found, replicate)


@dataclass(frozen=True)
class _Guesses:
    """What one member predicted: means n × m, and for each row as many cells as there are to compare them with."""

    means: Floats
    drawn: list[Floats]

    @classmethod
    def empty(cls, rows: int, readouts: int) -> _Guesses:
        none = np.empty((0, readouts), dtype=np.float32)
        return cls(np.full((rows, readouts), np.nan, dtype=np.float32), [none] * rows)

    def fill(
        self, asked: pd.DataFrame, rows: Places, fitted: FittedExpressionPredictor, known: set[str], halves: Halves,
        seed: int,
    ) -> None:  # fmt: skip
        # A context of which nothing is left to learn from is asked about as the mean over all.
        contexts = asked["context"].where(asked["context"].isin(known), "").to_numpy(object)
        names = asked["perturbation"].to_numpy(object)
        for context in sorted(set(contexts)):
            own = np.flatnonzero(contexts == context)
            self.means[rows[own]] = fitted.predict(list(names[own]), context).mean
            for row, name in zip(rows[own], names[own], strict=True):
                if halves.cells and len(halves.cells[row]):
                    rng = np.random.default_rng([seed, 3, int(row)])
                    self.drawn[row] = fitted.sample(name, len(halves.cells[row]), rng, context)


def _case(
    responses: ExpressionResponses, judged: Places, mean: Floats, predicted: Floats, drawn: Sequence[Floats],
    halves: Halves,
) -> Predictions:  # fmt: skip
    rows = responses.rows.iloc[judged]
    names = rows["perturbation"].to_numpy(object)
    return Predictions(
        names, rows["context"].to_numpy(object), predicted, halves.first, mean,
        own=names[:, None] == responses.readouts.to_numpy(object)[None, :],
        panel=responses.readouts.isin(responses.genes), drawn=drawn if halves.cells else (), real=halves.cells,
    )  # fmt: skip


def _values(case: Predictions) -> dict[str, Numbers]:
    told = {name: cast("Metric", load("expression_metrics", name)()) for name in names("expression_metrics")}
    return {name: one.values(case) for name, one in told.items() if case.real or name not in OF_CELLS}
