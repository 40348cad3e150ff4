"""What predictions are made of: effects of other screens, rounds so far, and what is believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from db.records import Screen

SAME_PHENOTYPE, ROUNDS = "same_phenotype", "rounds"
"""Kinds of evidence: what screens of the question's own phenotype say of the gene itself, and what the rounds say."""


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

    def without(self, kind: str, perturbations: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Hit probabilities as they would be if one kind of evidence said nothing of a candidate, and as they are.

        The probability grows with the sum of the parts (in standard deviations of what is known before the rounds, to
        which the rounds are added), so that what another sum would give is read off the other candidates.

        Args:
            kind: A kind of evidence other than the rounds.
            perturbations: Candidates; those of which nothing is believed or known are left out.

        Returns:
            Candidate → the two probabilities; empty where this kind says nothing of any candidate.
        """
        if kind not in self.contributions:
            return {}
        known = self.frame.index[self.frame["support"] > 0]
        parts = {key: values.loc[known] for key, values in self.contributions.items()}
        before = sum((values for key, values in parts.items() if key != ROUNDS), pd.Series(0.0, known))
        spread = float(before.std(ddof=0)) or 1.0
        total = before / spread + parts.get(ROUNDS, pd.Series(0.0, known))
        order = np.argsort(total.to_numpy(), kind="stable")
        chances = self.frame.loc[known, "hit_probability"].astype(float)
        wanted = [name for name in dict.fromkeys(perturbations) if name in known]
        less = total.loc[wanted] - parts[kind].loc[wanted] / spread
        found = np.interp(less, total.to_numpy()[order], chances.to_numpy()[order])
        return {name: (float(was), float(chances[name])) for name, was in zip(wanted, found, strict=True)}
