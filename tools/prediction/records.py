"""What predictions are made of: effects of other screens, rounds so far, and what is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from db.records import Screen


@dataclass(frozen=True)
class Priors:
    """Visible effects of other screens.

    Attributes:
        screens: The screens, by name.
        effects: Long frame as `db.view.View.effects` gives it.
        passed_over: Genes whose effects teach nothing of the candidates, such as fitness genes where none of these is
            a candidate: what makes one a hit is not what makes the others hits.
        kept_in: Where what they teach may be kept between runs; nowhere where None, as for rows drawn at random.
    """

    screens: tuple[Screen, ...]
    effects: pd.DataFrame
    passed_over: frozenset[str] = frozenset()
    kept_in: Path | None = None


@dataclass(frozen=True)
class Rounds:
    """Effects revealed so far in this campaign.

    Attributes:
        effects: Frame with the columns perturbation (text, unique), round (int; 0 for effects measured before the
            first round) and estimate (float, harmonised).
    """

    effects: pd.DataFrame


@dataclass(frozen=True)
class Posterior:
    """What is believed of each candidate.

    Attributes:
        frame: Indexed by candidate, with the float columns mean and sd (of the effect on the predictor's own scale),
            hit_probability, low and high (an 80 % interval of the hit probability), and support (0 to 1: how much
            evidence speaks, 0 = none). A predictor may add worth (0 to 1): what a hit would be worth.
        contributions: Column name → Series over candidates: how much each kind of evidence added, for reasons.
    """

    frame: pd.DataFrame
    contributions: Mapping[str, pd.Series[float]] = field(default_factory=dict)
