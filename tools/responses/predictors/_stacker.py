"""The stacker: columns of evidence into one calibrated probability, fitted with whole perturbations left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tools.responses.pair_metrics import VERSION as PAIR_METRICS
from tools.responses.pair_metrics import expected_calibration_error

Task = Literal["de", "dir"]
Floats = npt.NDArray[np.floating[Any]]

VERSION = ("_stacker 1", *PAIR_METRICS)
BOOSTING: dict[Task, dict[str, Any]] = {
    "de": {"learning_rate": 0.1, "max_iter": 80, "max_leaf_nodes": 15, "min_samples_leaf": 100},
    "dir": {"learning_rate": 0.06, "max_iter": 150, "max_leaf_nodes": 6, "min_samples_leaf": 50},
}
"""Chosen by cross-validation over perturbations on train rows of K562 and RPE1."""
RIDGE = 0.01
"""Inverse strength of the logistic regression's penalty, chosen likewise."""


def logit(probability: Floats) -> Floats:
    """ln(p / (1 − p)), p kept 1e-6 away from 0 and 1.

    Args:
        probability: Any shape.
    """
    kept = np.clip(np.asarray(probability, dtype=float), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept / (1 - kept)))


def _isotonic(score: Floats, labels: npt.NDArray[np.bool_]) -> Any:  # noqa: ANN401 – scikit-learn is untyped
    from sklearn.isotonic import IsotonicRegression

    return IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, labels.astype(float))


@dataclass(frozen=True)
class Stack:
    """A fitted stacker.

    Attributes:
        members: One (boosted trees, logistic regression) for each fold left out; empty where one label was all.
        isotonic: Log-odds → calibrated probability, fitted on out-of-fold log-odds.
        base: Share of positive labels.
        out_of_fold: Log-odds of the train rows, each from the members that did not see its perturbation.
        calibration_error: Expected calibration error of the train rows, each by a map fitted on other folds alone.
    """

    members: tuple[tuple[Any, Any], ...]
    isotonic: Any
    base: float
    out_of_fold: Floats
    calibration_error: float

    def predict(self, columns: Floats) -> tuple[Floats, Floats]:
        """Log-odds (the mean of the members') and calibrated probability, n each.

        Args:
            columns: n × d; NaN where a column does not apply.
        """
        if not self.members or not len(columns):
            return logit(np.full(len(columns), self.base)), np.full(len(columns), self.base)
        score = np.mean([_log_odds(member, columns) for member in self.members], axis=0)
        return score, self.isotonic.predict(score)


def fit_stack(columns: Floats, labels: npt.NDArray[np.bool_], folds: npt.NDArray[np.int64], task: Task) -> Stack:
    """Fits one pair of members for each fold, and an isotonic map on what they say of the fold they never saw.

    A member's log-odds are the mean of those of boosted trees and of a logistic regression.

    Args:
        columns: n × d.
        labels: n.
        folds: n; all rows of a perturbation are in one fold.
        task: Which settings are used.
    """
    labels = np.asarray(labels, dtype=bool)
    base = float((labels.sum() + 0.5) / (len(labels) + 1))
    seen = sorted(set(folds.tolist()))
    if len(seen) < 2 or any(len(set(labels[folds != fold].tolist())) < 2 for fold in seen):
        return Stack((), None, base, logit(np.full(len(labels), base)), float("nan"))
    members, score = [], np.zeros(len(labels))
    for fold in seen:
        out = folds == fold
        member = _fit_member(columns[~out], labels[~out], task)
        members.append(member)
        score[out] = _log_odds(member, columns[out])
    unseen = np.zeros(len(labels))
    for fold in seen:
        out = folds == fold
        unseen[out] = _isotonic(score[~out], labels[~out]).predict(score[out])
    error = expected_calibration_error(labels, unseen)
    return Stack(tuple(members), _isotonic(score, labels), base, score, error)


def _fit_member(columns: Floats, labels: npt.NDArray[np.bool_], task: Task) -> tuple[Any, Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    trees = HistGradientBoostingClassifier(
        random_state=0, early_stopping=False, l2_regularization=10.0, **BOOSTING[task]
    )
    line = make_pipeline(StandardScaler(), LogisticRegression(C=RIDGE, max_iter=200))
    return trees.fit(columns, labels), line.fit(np.nan_to_num(columns), labels)


def _log_odds(member: tuple[Any, Any], columns: Floats) -> Floats:
    trees, line = member
    both = logit(trees.predict_proba(columns)[:, 1]), logit(line.predict_proba(np.nan_to_num(columns))[:, 1])
    return np.asarray((both[0] + both[1]) / 2)
