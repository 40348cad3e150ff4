"""Votes of retrieved rows: what the closest rows say of a question, without a language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tools.responses.kernels import Floats
from tools.responses.reasoning.retrieval import VERSION as RETRIEVAL
from tools.responses.reasoning.retrieval import Retrieved

VERSION = ("votes 1", *RETRIEVAL)
PRIOR = 0.1
"""Weight of not knowing, beside the closeness of rows; chosen by left-out folds of the train rows of K562 and RPE1."""


@dataclass(frozen=True)
class Votes:
    """What rows say of n questions.

    Attributes:
        share: Mean of the votes, from 0 to 1; one half where nothing speaks for either side.
        draws: The vote of each draw, n × draws; NaN where it found nothing.
        abstains: Whether no draw found a row.
    """

    share: Floats
    draws: Floats
    abstains: npt.NDArray[np.bool_]


def votes(retrieved: Retrieved) -> Votes:
    """Of each neighbourhood (Σ w⁺ + ½ · 0.1) / (Σ w + 0.1), the mean of both, and the mean over draws.

    w is how close a row is, w⁺ that of a positive one. There are as many rows of the one label as of the other, so what
    counts is which of them are closer. A neighbourhood without rows says nothing, and neither does a draw without any.

    Args:
        retrieved: Rows of n questions.
    """
    parts = [_neighbourhood(retrieved, part) for part in (slice(0, retrieved.same), slice(retrieved.same, None))]
    values = np.stack(parts)
    said = np.isfinite(values)
    count = said.sum(axis=0)
    draws = np.where(count > 0, np.where(said, values, 0).sum(axis=0) / np.maximum(count, 1), np.nan)
    valid = np.isfinite(draws)
    abstains: npt.NDArray[np.bool_] = ~np.any(valid, axis=1)
    share = np.where(valid, draws, 0).sum(axis=1) / np.maximum(valid.sum(axis=1), 1)
    return Votes(np.where(abstains, 0.5, share), draws, abstains)


def _neighbourhood(retrieved: Retrieved, part: slice) -> npt.NDArray[np.floating[Any]]:
    weight = retrieved.weight[:, :, part].astype(float)
    for_it, all_of_it = (weight * retrieved.positive[:, :, part]).sum(axis=2), weight.sum(axis=2)
    return np.where(all_of_it > 0, (for_it + PRIOR / 2) / (all_of_it + PRIOR), np.nan)
