"""What a predictor is given and what it gives: a fitted predictor turns candidates into a posterior."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from db.records import Question
from tools.prediction.records import Posterior, Priors, Rounds


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
