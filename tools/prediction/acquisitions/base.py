"""From a posterior to a shortlist: an acquisition gives each candidate a utility, and the highest are taken."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import numpy as np
import pandas as pd

from tools.prediction.records import Posterior

UTILITY_DECIMALS = 9


class Acquisition(Protocol):
    """Says how much measuring each candidate would be worth."""

    def utility(self, posterior: Posterior, rng: np.random.Generator) -> pd.Series[float]:
        """Utility of each candidate, higher is better.

        Args:
            posterior: What is believed of the candidates.
            rng: Where every random choice comes from; draws must depend on the candidates' names alone, never on
                their order (see `seeded_order`).

        Returns:
            Float Series over the posterior's candidates.
        """
        ...


def worth_of(posterior: Posterior) -> pd.Series[float]:
    """What a hit of each candidate would be worth; 1 where the predictor says nothing on it.

    Args:
        posterior: What is believed of the candidates.
    """
    frame = posterior.frame
    return frame["worth"].astype(float) if "worth" in frame else pd.Series(1.0, index=frame.index)


def seeded_order(names: pd.Index[str], rng: np.random.Generator) -> pd.Index[str]:
    """The names in an order that depends on the names and the seed alone, never on the order that they came in.

    The row order of a screen's file is often its ranking, so it must not break a tie.

    Args:
        names: Unique names.
        rng: Where the order comes from.
    """
    ordered = names.sort_values()
    return ordered[rng.permutation(len(ordered))]


def shortlist(
    utility: pd.Series[float],
    size: int,
    rng: np.random.Generator,
    exclusions: Collection[str] = (),
) -> list[str]:
    """The `size` candidates of highest utility, best first; ties are broken by a seeded order of the names.

    Args:
        utility: Utility of each candidate; rounded to 1e-9 here, so that the last bits of a float decide nothing.
        size: How many to take.
        rng: Breaks ties.
        exclusions: Candidates that must not be taken.

    Raises:
        ValueError: Fewer candidates than `size` are left, or a utility is not a number.
    """
    left = utility.drop(labels=list(set(exclusions) & set(utility.index)))
    if len(left) < size:
        raise ValueError(f"{size} wanted, but only {len(left)} candidates are left.")
    if left.isna().any():
        raise ValueError(f"{int(left.isna().sum())} candidates have no utility.")
    shuffled = left.round(UTILITY_DECIMALS).reindex(seeded_order(left.index, rng))
    return list(shuffled.sort_values(ascending=False, kind="stable").index[:size])
