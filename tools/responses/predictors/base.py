"""What a response predictor is: it learns from the train rows of one context and answers for pairs of names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from tools.responses.annotation import Annotation


@dataclass(frozen=True)
class TrainingResponses:
    """The responses of one context that a predictor may learn from.

    Attributes:
        name: Name of the context, such as ``k562``.
        rows: Columns perturbation, readout (names as in the file), de (bool) and up (nullable boolean: missing where
            the pair does not respond, or its direction is not known). Row order carries nothing.
        members: Readout → its genes, where readouts are gene sets; empty where they are genes.
    """

    name: str
    rows: pd.DataFrame
    members: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Neighbour(NamedTuple):
    """One observation of the train rows that an answer rests on, whichever way it points."""

    perturbation: str
    readout: str
    responds: bool
    weight: float


class FittedResponsePredictor(Protocol):
    """What a fit gives; there is no unfitted state."""

    @property
    def support_thirds(self) -> tuple[float, float]:
        """Support below which a third and two thirds of the pairs learnt from lie."""
        ...

    @property
    def calibration_errors(self) -> Mapping[str, float]:
        """Expected calibration error of the train rows for ``de`` and ``up``, whole perturbations left out."""
        ...

    def predict(self, pairs: pd.DataFrame, neighbours: int = 0) -> pd.DataFrame:
        """The answers for pairs of a perturbation and a readout; nothing but the two names is looked at.

        Args:
            pairs: Columns perturbation and readout, n rows.
            neighbours: How many train observations to name for each pair; naming them is slow for many pairs.

        Returns:
            n rows with the index of `pairs`: probability_de and probability_up (calibrated; the second given that the
            pair responds), score_de and score_up (log-odds before calibration, without its ties: rank by these),
            support (log of the kernel weight of the labelled train perturbations, −inf for a readout that was never
            seen and for a perturbation that is like none of them) and neighbours (a tuple of `Neighbour`, the
            weightiest first).
        """
        ...


class ResponsePredictor(Protocol):
    """Learns what perturbations do to readouts."""

    VERSION: tuple[str, ...]
    """Names the numbers that it gives, so that those of an earlier way to compute them are not taken from the cache.

    The first part is the method's own, ``"smoothing_stack 1"``; the others are the ``VERSION`` of every file of `tools`
    that it imports. Whoever changes what a file's numbers are raises the number in that very file, and every method
    that rests on it follows; a release changes every key by itself (`db.disk_cache.computed_key`).
    """

    needs: tuple[str, ...]
    """Packs that bring the annotation; it works with those that are there."""

    def fit(
        self,
        responses: TrainingResponses,
        others: Sequence[TrainingResponses],
        annotation: Annotation,
        rng: np.random.Generator,
    ) -> FittedResponsePredictor:
        """Learns from train rows.

        Args:
            responses: Rows of the context that is asked about.
            others: Rows of other contexts, never of the same cell line; empty to learn within one.
            annotation: What is known of the genes.
            rng: Where the perturbations' folds come from.

        Raises:
            InvalidValueError: There are too few perturbations to learn from.
        """
        ...
