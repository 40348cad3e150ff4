"""What a list of perturbations by their predicted score on a signature reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TELLING = 0.1
"""Rank correlation of predicted and measured scores of held-out genes below which predicted ones hardly tell."""


@dataclass(frozen=True)
class ScoredPerturbation:
    """One perturbation's place.

    Attributes:
        rank: Its place from the top, the strongest push toward the state first.
        perturbation: Its name.
        side: ``toward`` or ``away``, beyond the average perturbation.
        score: What is predicted by a fit that saw nothing of the gene, in standard deviations of measured scores; 0 is
            the average perturbation.
        sd: How far a new measurement may lie from it.
        measured: The score of what was measured of it, on the same scale; None where nothing was.
        told: Whether anything that is known tells it from the average perturbation.
    """

    rank: int
    perturbation: str
    side: Literal["toward", "away"]
    score: float
    sd: float
    measured: float | None
    told: bool


@dataclass(frozen=True)
class PredictedSignature:
    """A list of perturbations by their predicted score on a signature.

    Attributes:
        signature: Its name.
        genes: How many genes it has.
        used: How many of them are readout genes whose changes vary.
        within: The context that is answered for; empty for the mean over all that were learnt from.
        predictor: Who predicts.
        learnt_from: Names of the tables or files that were learnt from.
        candidates: How many perturbations were scored.
        untold: How many of them nothing is known of that tells them from the average.
        measured: How many single genes were measured.
        spearman: Rank correlation of predicted and measured scores over the measured genes, each predicted by a fit
            that saw nothing of it; None where that cannot be told.
        average: Raw score of the average measured perturbation against controls, on the same scale.
        perturbations: Those that push most toward the state, and those that push most away, in the order of the list.
        missing: Packs that would bring more knowledge of genes.
        notes: What should be known of the list, a sentence each.
    """

    signature: str
    genes: int
    used: int
    within: str
    predictor: str
    learnt_from: tuple[str, ...]
    candidates: int
    untold: int
    measured: int
    spearman: float | None
    average: float
    perturbations: tuple[ScoredPerturbation, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
