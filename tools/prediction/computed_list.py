"""What is believed of each candidate, why, and which to take: the computed part of a shortlist."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.campaigns.records import Expected
from db.errors import InvalidValueError
from db.records import Question
from db.view import View
from tools import registry
from tools.genes.texts.encoders import Encoder
from tools.genes.texts.vectors import question_encoder
from tools.prediction import reasons
from tools.prediction.acquisitions import base as acquisitions
from tools.prediction.calibration import threshold
from tools.prediction.expected_hits import common_doubt, expected_of
from tools.prediction.feature_frames import Features, build, for_perturbations, genes_of
from tools.prediction.priors import Excluded, PriorChoice, PriorUse, choose_priors
from tools.prediction.reasons import Reason
from tools.prediction.records import Posterior, Priors, Rounds
from tools.screens.hit_rules import foreseen_share
from tools.screens.strength import strength
from tools.workspace import Workspace

DEFAULT_PREDICTOR = "blend"
DEFAULT_ACQUISITION = "ucb"


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
class Basis:
    """What a prediction is learnt from, apart from the rounds.

    Attributes:
        question: What is looked for.
        choice: The priors, and a view that sees them alone.
        features: Frames over the perturbations asked about and the genes of the priors.
        encoder: What the question's text was encoded by; None where its words were compared.
    """

    question: Question
    choice: PriorChoice
    features: Features
    encoder: Encoder | None = None


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
        view: What the prediction could see, so that reasons rest on nothing else.
        encoder: What the question's text was encoded by; None where its words were compared.
    """

    posterior: Posterior
    priors: tuple[PriorUse, ...]
    excluded: tuple[Excluded, ...]
    predictor: str
    features: tuple[FeatureUse, ...]
    question: Question
    rounds: Rounds
    hits_so_far: tuple[str, ...]
    view: View
    encoder: Encoder | None = None


@dataclass(frozen=True)
class Choice:
    """The computed list.

    Attributes:
        perturbations: Best first.
        utility: Utility of every candidate that could have been taken.
    """

    perturbations: tuple[str, ...]
    utility: pd.Series[float]


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
    from threadpoolctl import threadpool_limits

    if candidates.has_duplicates:
        twice = candidates[candidates.duplicated()][0]
        raise InvalidValueError(f"The candidate {twice!r} is named twice.", "Name each candidate once.")
    generator = workspace.rng if rng is None else rng
    revealed = _with_hits(rounds, hits)
    known = pd.Series(rounds.effects["estimate"].to_numpy(float), index=rounds.effects["perturbation"])
    basis = gather(workspace, question, candidates.append(pd.Index(known.index)), hidden=hidden, known=known)
    with threadpool_limits(1):
        fitted = registry.load("predictors", predictor)().fit(
            basis.features.frames, revealed, basis.choice.priors, question, generator
        )
        posterior = fitted.predict(candidates)
    return Prediction(
        posterior=posterior,
        priors=basis.choice.used,
        excluded=basis.choice.excluded,
        predictor=predictor,
        features=_feature_uses(basis.features, candidates),
        question=question,
        rounds=revealed,
        hits_so_far=hits_among(revealed, basis),
        view=basis.choice.view,
        encoder=basis.encoder,
    )


def gather(
    workspace: Workspace,
    question: Question,
    perturbations: pd.Index[str],
    *,
    hidden: Collection[int] = (),
    siblings: bool = False,
    replay: bool = False,
    known: pd.Series[float] | None = None,
) -> Basis:
    """Chooses the priors, and describes the perturbations through a view that sees nothing else.

    Args:
        workspace: Store, cache folder and progress.
        question: What is looked for.
        perturbations: Everything that a prediction may be asked about.
        hidden: Ids of screens that must not be seen.
        siblings: Whether other phenotypes of the same study may be priors.
        replay: Whether the answers are known and only hidden (see `tools.prediction.priors.choose_priors`).
        known: Effects of the target that are known, by perturbation.
    """
    choice = choose_priors(View(workspace.store, hidden), question, siblings=siblings, replay=replay, known=known)
    perturbations = perturbations.unique()
    genes = genes_of(perturbations).union(genes_of(pd.Index(choice.priors.effects["perturbation"].unique())))
    sources = registry.names("features")
    encoder = question_encoder(workspace)
    built = build(sources, genes, question, choice.view, workspace.paths.features, workspace.report, encoder)
    everything = genes.union(perturbations)
    frames = {name: for_perturbations(frame, everything) for name, frame in built.frames.items()}
    return Basis(question, choice, Features(frames, built.missing), encoder)


def hits_among(rounds: Rounds, basis: Basis) -> tuple[str, ...]:
    """Revealed perturbations that count as hits, strongest first.

    Args:
        rounds: Effects revealed so far; a column ``hit`` says which are hits, otherwise a threshold is guessed.
        basis: What the prediction is learnt from.
    """
    return hits_of(rounds, basis.question, basis.choice.priors)


def hits_of(rounds: Rounds, question: Question, priors: Priors) -> tuple[str, ...]:
    """Revealed perturbations that count as hits, strongest first, where nothing but the priors tells what is strong.

    Args:
        rounds: Effects revealed so far; a column ``hit`` says which are hits, otherwise a threshold is guessed.
        question: What is looked for.
        priors: Effects of other screens.
    """
    effects = rounds.effects
    if effects.empty:
        return ()
    side = question.side
    values = strength(effects["estimate"].astype(float), side).to_numpy(float)
    strengths = pd.Series(values, index=pd.Index(effects["perturbation"], dtype=object))
    if "hit" in effects:
        chosen = strengths[effects["hit"].to_numpy(bool)]
    else:
        rate = foreseen_share(question.hit_rule, side).share
        chosen = strengths[strengths >= threshold(strengths.to_numpy(), side, rate, priors)]
    return tuple(chosen.sort_index().sort_values(ascending=False, kind="stable").index)


def _with_hits(rounds: Rounds, hits: Collection[str] | None) -> Rounds:
    if hits is None:
        return rounds
    return Rounds(rounds.effects.assign(hit=rounds.effects["perturbation"].isin(set(hits))))


def _feature_uses(features: Features, candidates: pd.Index[str]) -> tuple[FeatureUse, ...]:
    held = [
        FeatureUse(name, int(candidates.isin(frame.index).sum()), frame.shape[1])
        for name, frame in features.frames.items()
    ]
    return (*held, *(FeatureUse(name, 0, 0, packs) for name, packs in features.missing.items()))


def explain(
    workspace: Workspace,  # noqa: ARG001 - a tool takes its workspace first
    prediction: Prediction,
    perturbations: Sequence[str],
) -> Mapping[str, Reason]:
    """Reasons for perturbations, each clause a fact that leads to a row of the store.

    Args:
        workspace: The store that the prediction was made from.
        prediction: What `predict` gave.
        perturbations: Names of candidates.

    Returns:
        Perturbation → reason; one for every name given, "no evidence" said where there is none.
    """
    return reasons.explain(
        prediction.view,
        prediction.question,
        prediction.posterior,
        prediction.rounds,
        prediction.hits_so_far,
        perturbations,
        prediction.encoder,
    )


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
    generator = workspace.rng if rng is None else rng
    utility = registry.load("acquisitions", acquisition)().utility(prediction.posterior, generator)
    utility = utility.drop(labels=[name for name in set(exclusions) if name in utility.index])
    if size > len(utility):
        raise InvalidValueError(
            f"A shortlist of {size} was asked for, but only {len(utility)} candidates are left.",
            f"Ask for --size {len(utility)} or fewer.",
        )
    taken = acquisitions.shortlist(utility, size, generator)
    return Choice(tuple(taken), utility)


def expected_hits(prediction: Prediction, perturbations: Sequence[str]) -> Expected:
    """How many of the perturbations should turn out to be hits.

    Args:
        prediction: What `predict` gave.
        perturbations: The list in question.
    """
    frame = prediction.posterior.frame
    chances = list(frame.loc[list(perturbations), "hit_probability"].astype(float))
    return expected_of(chances, doubt=doubt_of(prediction))


def doubt_of(prediction: Prediction) -> float:
    """The error that the log-odds of all probabilities share; see `tools.prediction.expected_hits.common_doubt`.

    Args:
        prediction: What `predict` gave.
    """
    return common_doubt(prediction.question.hit_rule, len(prediction.rounds.effects))
