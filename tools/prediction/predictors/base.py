"""What a predictor is given and what it gives: a fitted predictor turns candidates into a posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd

from db.records import Question, Screen


@dataclass(frozen=True)
class Priors:
    """Visible effects of other screens.

    Attributes:
        screens: The screens, by name.
        effects: Long frame as `db.view.View.effects` gives it.
    """

    screens: tuple[Screen, ...]
    effects: pd.DataFrame


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


class FittedPredictor(Protocol):
    """A predictor that has seen its data."""

    def predict(self, candidates: pd.Index[str]) -> Posterior:
        """What is believed of the candidates.

        Args:
            candidates: Perturbation names, unique, shape (n,).

        Returns:
            A posterior with exactly these candidates as index, in this order; a candidate without features gets what
            is known of candidates at large, with support 0.
        """
        ...


class Predictor(Protocol):
    """Learns from features, revealed rounds and other screens."""

    def fit(
        self,
        features: Mapping[str, pd.DataFrame],
        rounds: Rounds,
        priors: Priors,
        question: Question,
        rng: np.random.Generator,
    ) -> FittedPredictor:
        """Learns.

        Args:
            features: Source name → frame of shape (genes, d) as `FeatureSource.features` gives it, over the genes of
                the library and of the priors.
            rounds: Effects revealed so far.
            priors: Visible effects of other screens.
            question: What is looked for; ``question.side`` and ``question.hit_rule`` say what a hit is.
            rng: Where every random choice comes from.
        """
        ...
