"""What predictions are made of: features, effects of other screens, rounds so far, and what is believed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from db.records import Screen

SAME_PHENOTYPE, SIGNATURE, ROUNDS = "same_phenotype", "signature", "rounds"
"""Kinds of evidence: what screens of the question's own phenotype say of the gene itself, what its score on a signature
says, and what the rounds say."""


@dataclass(frozen=True)
class Expectation:
    """What something other than a screen lets expect of candidates.

    Attributes:
        log_odds: What it adds to the log-odds of a hit before the rounds, by perturbation; it is silent on others.
        facts: Perturbation → a clause that says it.
    """

    log_odds: pd.Series[float]
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Priors:
    """Visible effects of other screens.

    Attributes:
        screens: The screens, by name.
        effects: Long frame as `db.view.View.effects` gives it.
        passed_over: Genes whose effects teach nothing of the candidates, such as fitness genes where none of these is
            a candidate: what makes one a hit is not what makes the others hits.
        kept_in: Where what they teach may be kept between runs; nowhere where None, as for rows drawn at random.
        expectation: What is expected besides, though no screen measured it.
    """

    screens: tuple[Screen, ...]
    effects: pd.DataFrame
    passed_over: frozenset[str] = frozenset()
    kept_in: Path | None = None
    expectation: Expectation | None = None


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


@dataclass(frozen=True)
class Late:
    """A frame that is not made yet.

    Attributes:
        known: The genes that it will know, in its order.
        make: Makes it.
    """

    known: pd.Index[str]
    make: Callable[[], pd.DataFrame]


class Frames(Mapping[str, pd.DataFrame]):
    """Source → frame, as every predictor is given them; to ask for a late one makes it.

    Args:
        frames: Source → frame, or what will be one.
    """

    def __init__(self, frames: Mapping[str, pd.DataFrame | Late]) -> None:
        self._frames = dict(frames)

    def __getitem__(self, name: str) -> pd.DataFrame:
        frame = self._frames[name]
        if isinstance(frame, Late):
            frame = self._frames[name] = frame.make()
        return frame

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def known(self, name: str) -> pd.Index[str]:
        """The genes that a source knows; its frame is not made for that.

        Args:
            name: A source that is here.
        """
        frame = self._frames[name]
        return frame.known if isinstance(frame, Late) else frame.index

    def without(self, names: Collection[str]) -> Frames:
        """The other frames.

        Args:
            names: Sources that are left out.
        """
        return Frames({name: frame for name, frame in self._frames.items() if name not in names})

    def turned(self, by: Callable[[pd.DataFrame], pd.DataFrame]) -> Frames:
        """The frames with their rows chosen anew, late ones when they are made.

        Args:
            by: Chooses rows, by nothing but the index.
        """
        return Frames({name: _turned(frame, by) for name, frame in self._frames.items()})


def _turned(frame: pd.DataFrame | Late, by: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame | Late:
    if not isinstance(frame, Late):
        return by(frame)
    make = frame.make
    return Late(by(pd.DataFrame(index=frame.known)).index, lambda: by(make()))


def known_to(features: Mapping[str, pd.DataFrame], name: str) -> pd.Index[str]:
    """The genes that a source knows; where its frame is a late one, it is not made for that.

    Args:
        features: Source → frame.
        name: A source that is here.
    """
    return features.known(name) if isinstance(features, Frames) else features[name].index
