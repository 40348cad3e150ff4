"""What a metric is: one number that says how good nominations or probabilities were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class RoundOutcome:
    """One round after its results are known.

    Attributes:
        probability: Hit probability of each nominated perturbation, shape (n,).
        hit: Whether it was a hit, shape (n,).
        low: Lower end of the 80 % interval of the number of hits in the round.
        high: Upper end of it.
        log_loss: Log-loss of the hit probabilities over all candidates of the round.
        base_log_loss: The same with the base rate in place of the probabilities.
    """

    probability: npt.NDArray[np.float64]
    hit: npt.NDArray[np.bool_]
    low: float
    high: float
    log_loss: float = float("nan")
    base_log_loss: float = float("nan")


@dataclass(frozen=True)
class Outcome:
    """What came of a replay or campaign, all that a metric may look at.

    Attributes:
        rounds: The rounds, in order.
        hits: Hits in the whole library, found or not.
        library: Perturbations in the whole library.
        confident: Names of hits with FDR ≤ .05 that were found, out of all, by side; None where the file has no FDR.
    """

    rounds: Sequence[RoundOutcome]
    hits: int
    library: int
    confident: dict[str, tuple[int, int]] | None = field(default=None)


class Metric(Protocol):
    """Turns an outcome into a number."""

    title: str
    """What it says, in a few words."""

    def value(self, outcome: Outcome) -> float:
        """The metric, or NaN where the outcome does not tell.

        Args:
            outcome: What came of a replay or campaign.
        """
        ...
