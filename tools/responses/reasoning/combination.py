"""The predictor's log-odds and the votes of retrieved rows, combined by what train rows teach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.responses.annotation import Annotation
from tools.responses.kernels import Floats
from tools.responses.label_table import VERSION as LABEL_TABLE
from tools.responses.label_table import ask, prepare
from tools.responses.predictors.base import ResponsePredictor, TrainingResponses
from tools.responses.reasoning.retrieval import Retrieval, Task, retrieve
from tools.responses.reasoning.votes import VERSION as VOTES
from tools.responses.reasoning.votes import votes

VERSION = ("combination 1", *VOTES, *LABEL_TABLE)
COLUMNS = {"de": "de", "dir": "up"}
MOST_ROWS = 20_000
"""Rows of a left-out part that are taken to fit two numbers."""
LEFT_OUT = 0.25


@dataclass(frozen=True)
class Combination:
    """z = score + weight · logit(vote): the order of pairs by both.

    Attributes:
        weight: How much the vote's log-odds count beside those of the predictor; from 0 to 1.
    """

    weight: float

    def scores(self, predicted: Floats, share: Floats) -> npt.NDArray[np.floating[Any]]:
        """The combined log-odds of n pairs.

        Args:
            predicted: The predictor's log-odds.
            share: The votes' share, from 0 to 1.
        """
        return np.asarray(predicted + self.weight * log_odds(share), dtype=float)


def log_odds(share: Floats) -> npt.NDArray[np.floating[Any]]:
    """ln(p / (1 − p)) of a share kept .01 away from 0 and 1.

    Args:
        share: Any shape.
    """
    kept = np.clip(np.asarray(share, dtype=float), 0.01, 0.99)
    return np.asarray(np.log(kept / (1 - kept)))


def fit_combination(
    responses: TrainingResponses,
    annotation: Annotation,
    predictor: ResponsePredictor,
    how: Retrieval,
    rng: np.random.Generator,
) -> dict[Task, Combination]:
    """What the vote should count, from train rows alone: a quarter of the perturbations is predicted by the others.

    The weight is that of a logistic regression on both log-odds over the left-out rows, as a multiple of the
    predictor's own; a readout's rows are taken from its mean, because pairs are compared within a readout.

    Args:
        responses: Train rows of the context.
        annotation: What is known of the genes.
        predictor: Who is combined with.
        how: How rows are looked for.
        rng: Who is left out.
    """
    names = np.array(sorted(set(responses.rows["perturbation"])), dtype=object)
    left = set(rng.permutation(names)[: max(1, round(LEFT_OUT * len(names)))])
    out = responses.rows["perturbation"].isin(left)
    inner = TrainingResponses(responses.name, responses.rows[~out], responses.members)
    fitted = predictor.fit(inner, (), annotation, np.random.default_rng(rng.integers(2**32)))
    context = prepare(inner, annotation)
    found: dict[Task, Combination] = {}
    tasks: tuple[Task, ...] = ("de", "dir")
    for task in tasks:
        rows = _compared(responses.rows[out], COLUMNS[task], rng)
        said = votes(retrieve(context, ask(rows, annotation), annotation, task, how)).share
        score = fitted.predict(rows[["perturbation", "readout"]])[f"score_{COLUMNS[task]}"].to_numpy(float)
        found[task] = Combination(_weight(rows, COLUMNS[task], score, said))
    return found


def _compared(rows: pd.DataFrame, column: str, rng: np.random.Generator) -> pd.DataFrame:
    """Labelled rows of readouts that have both labels, whole readouts by chance up to the most that are taken."""
    rows = rows[rows[column].notna()]
    both = rows.groupby("readout")[column].transform("nunique") > 1
    rows = rows[both].sort_values(["perturbation", "readout"], ignore_index=True)
    order = rng.permutation(np.array(sorted(set(rows["readout"])), dtype=object))
    sizes = rows["readout"].value_counts().reindex(order).cumsum()
    return rows[rows["readout"].isin(set(order[(sizes <= MOST_ROWS).to_numpy()]))].reset_index(drop=True)


def _weight(rows: pd.DataFrame, column: str, score: Floats, share: Floats) -> float:
    from sklearn.linear_model import LogisticRegression

    labels = rows[column].to_numpy(dtype=bool)
    if len(set(labels.tolist())) < 2:
        return 0.0
    table = pd.DataFrame({"score": score, "vote": log_odds(share)})
    centred = table - table.groupby(rows["readout"].to_numpy()).transform("mean")
    both = LogisticRegression(C=1.0).fit(np.column_stack([centred, _rate(rows, labels)]), labels)
    own, other = (float(one) for one in both.coef_[0][:2])
    # The predictor has votes of the same kernels among its columns, so they are never trusted above it.
    return min(1.0, max(0.0, other / own)) if own > 0 else 0.0


def _rate(rows: pd.DataFrame, labels: npt.NDArray[np.bool_]) -> npt.NDArray[np.floating[Any]]:
    """Log-odds of each readout's own share, so that readouts differ by it alone."""
    share = pd.Series(labels.astype(float)).groupby(rows["readout"].to_numpy()).transform("mean")
    return log_odds(share.to_numpy())
