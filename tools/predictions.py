"""What is believed of each candidate, why, and which to take: the computed part of a shortlist."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.records import Question, Relation
from tools.predictors.base import Posterior, Rounds
from tools.workspace import Workspace

DEFAULT_PREDICTOR = "blend"
DEFAULT_ACQUISITION = "greedy"


@dataclass(frozen=True)
class PriorUse:
    """A screen that served as a prior.

    Attributes:
        screen: Name of the screen.
        relation: How it stands to the question.
        spearman: Rank correlation with the effects that are known of the target; None below 300 shared genes.
    """

    screen: str
    relation: Relation
    spearman: float | None


@dataclass(frozen=True)
class Excluded:
    """A screen that was not used as a prior.

    Attributes:
        screen: Name of the screen.
        why: The reason in a few words.
    """

    screen: str
    why: str


@dataclass(frozen=True)
class FeatureUse:
    """What one feature source had to say.

    Attributes:
        source: Name of the feature source.
        genes: Candidates that it knows.
        columns: Numbers for each gene.
        missing: Packs that would bring it, where it was empty.
    """

    source: str
    genes: int
    columns: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prediction:
    """What is believed of the candidates, and what that rests on.

    Attributes:
        posterior: Over all candidates.
        priors: Screens that were learnt from.
        excluded: Screens that were not, and why.
        predictor: Name of the predictor.
        features: What each feature source gave.
        question: What is looked for.
        rounds: Effects revealed so far.
        hits_so_far: Revealed perturbations that count as hits, strongest first.
        hidden: Ids of the screens that the prediction could not see.
    """

    posterior: Posterior
    priors: tuple[PriorUse, ...]
    excluded: tuple[Excluded, ...]
    predictor: str
    features: tuple[FeatureUse, ...]
    question: Question
    rounds: Rounds
    hits_so_far: tuple[str, ...]
    hidden: frozenset[int]


@dataclass(frozen=True)
class Reason:
    """Why a candidate is where it is, from facts of the store.

    Attributes:
        text: One line of clauses; never empty.
        evidence: Ids that `hitscout evidence` opens, strongest first.
    """

    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """The computed list.

    Attributes:
        perturbations: Best first.
        utility: Utility of every candidate that could have been taken.
    """

    perturbations: tuple[str, ...]
    utility: pd.Series[float]


@dataclass(frozen=True)
class ExpectedHits:
    """How many hits a list should hold.

    Attributes:
        mean: Expected number.
        low: Lower end of the interval.
        high: Upper end of the interval.
        level: Share of lists whose number of hits lies in the interval.
    """

    mean: float
    low: float
    high: float
    level: float = 0.8


def predict(
    workspace: Workspace,
    question: Question,
    candidates: pd.Index[str],
    rounds: Rounds,
    *,
    hidden: Collection[int] = (),
    predictor: str = DEFAULT_PREDICTOR,
    rng: np.random.Generator | None = None,
    hits: Collection[str] | None = None,
) -> Prediction:
    """What is believed of each candidate, learnt from other screens and the rounds so far.

    Args:
        workspace: Store, random numbers and folders.
        question: What is looked for; ``study``, ``phenotype``, ``cell_type`` and ``modality`` decide which screens
            are copies or siblings and so never priors.
        candidates: Perturbation names (``A`` or ``A+B``), unique, in any order.
        rounds: Effects revealed so far; an empty frame before the first round.
        hidden: Ids of screens that must not be seen, such as the campaign's own measured screen.
        predictor: Name of the predictor.
        rng: Where every random choice comes from; the workspace's where None.
        hits: Revealed perturbations that are hits by the campaign's rule; where None, they are those beyond the
            threshold that the predictor assumes.

    Returns:
        The posterior over exactly these candidates, in their order, and what it rests on.

    Raises:
        NotFoundError: There is no predictor of this name.
        InvalidValueError: A candidate is named twice.
    """
    raise NotImplementedError


def explain(workspace: Workspace, prediction: Prediction, perturbations: Sequence[str]) -> Mapping[str, Reason]:
    """Reasons for perturbations, each clause a fact that leads to a row of the store.

    Args:
        workspace: The store that the prediction was made from.
        prediction: What `predict` gave.
        perturbations: Names of candidates.

    Returns:
        Perturbation → reason; one for every name given, "no evidence" said where there is none.
    """
    raise NotImplementedError


def choose(
    workspace: Workspace,
    prediction: Prediction,
    size: int,
    *,
    acquisition: str = DEFAULT_ACQUISITION,
    exclusions: Collection[str] = (),
    rng: np.random.Generator | None = None,
) -> Choice:
    """The candidates that are worth most to measure next.

    Args:
        workspace: Where random numbers come from if `rng` is None.
        prediction: What `predict` gave.
        size: How many to take.
        acquisition: Name of the acquisition.
        exclusions: Candidates that must not be taken.
        rng: Breaks ties, and draws where the acquisition draws.

    Raises:
        InvalidValueError: Fewer candidates than `size` are left.
        NotFoundError: There is no acquisition of this name.
    """
    raise NotImplementedError


def expected_hits(prediction: Prediction, perturbations: Sequence[str]) -> ExpectedHits:
    """How many of the perturbations should turn out to be hits.

    Args:
        prediction: What `predict` gave.
        perturbations: The list in question.
    """
    raise NotImplementedError
