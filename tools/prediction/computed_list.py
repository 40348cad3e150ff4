"""What is believed of each candidate, why, and which to take: the computed part of a shortlist."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import option
from db.campaigns.records import Expected
from db.errors import InvalidValueError
from db.genes.perturbation_names import genes_among
from db.records import Question
from db.view import View
from tools import registry
from tools.genes.essentials import fitness_genes
from tools.genes.orthologs import HUMAN, Orthologs, required_orthologs, view_in_human_terms
from tools.genes.question_terms import terms_of
from tools.prediction import human_terms
from tools.prediction.acquisitions.base import Acquisition, shortlist
from tools.prediction.expected_hits import common_doubt, expected_of
from tools.prediction.feature_frames import Features, build, for_perturbations, genes_of
from tools.prediction.library_strengths import hits_of
from tools.prediction.predictors.base import Predictor
from tools.prediction.prior_learner import PASSED_OVER
from tools.prediction.priors import Excluded, PriorChoice, PriorUse, choose_priors
from tools.prediction.reasons import explained
from tools.prediction.reasons.facts import Fact, Reason
from tools.prediction.records import SAME_PHENOTYPE, Expectation, Posterior, Priors, Rounds
from tools.workspace import Workspace

DEFAULT_PREDICTOR = "blend"
DEFAULT_ACQUISITION = "ucb"
ELSEWHERE = frozenset({"string_spectral"})
"""Sources that the predictor of responses reads: which genes hit they do not tell (docs/predictors.md)."""


@dataclass(frozen=True)
class FeatureUse:
    """What one feature source had to say.

    Attributes:
        source: Name of the feature source.
        genes: Candidates that it knows.
        missing: Packs that would bring it, where it was empty.
    """

    source: str
    genes: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Basis:
    """What a prediction is learnt from, apart from the rounds.

    Attributes:
        question: What is looked for.
        choice: The priors, and a view that sees them alone.
        features: Frames over the perturbations asked about and the genes of the priors.
    """

    question: Question
    choice: PriorChoice
    features: Features


@dataclass(frozen=True)
class Streams:
    """Random numbers of one ranking, one stream for each part that draws.

    Attributes:
        fit: Where the predictor's choices come from.
        utility: Where the acquisition's draws come from.
        ties: Breaks ties of utility.
    """

    fit: np.random.Generator
    utility: np.random.Generator
    ties: np.random.Generator

    @classmethod
    def of(cls, seed: int) -> Streams:
        """The streams of a campaign's round: one for the fit, and one that the acquisition and the ties share.

        Args:
            seed: Seed of the round.
        """
        choosing = np.random.default_rng([seed, 1])
        return cls(np.random.default_rng([seed, 0]), choosing, choosing)


@dataclass(frozen=True)
class Ranking:
    """All candidates of one round, ranked.

    Attributes:
        posterior: What is believed of each.
        utility: What measuring each would be worth.
        order: Their names, best first: the first n of them are the computed list of n.
    """

    posterior: Posterior
    utility: pd.Series[float]
    order: tuple[str, ...]

    def picks(self, size: int) -> tuple[str, ...]:
        """The computed list, best first; all candidates where there are fewer.

        Args:
            size: Places of the list.
        """
        return self.order[:size]


def rank(
    features: Mapping[str, pd.DataFrame],
    rounds: Rounds,
    priors: Priors,
    question: Question,
    candidates: pd.Index[str],
    *,
    predictor: Predictor,
    acquisition: Acquisition,
    streams: Streams,
) -> Ranking:
    """Ranks the candidates of one round: the step that a campaign and a replay have in common.

    Args:
        features: Source → frame over the candidates, the revealed perturbations and the genes of the priors.
        rounds: Effects revealed so far.
        priors: Effects of other screens.
        question: What is looked for.
        candidates: Perturbation names, unique, in any order.
        predictor: Says what is believed of them; one that ranks several rounds may keep what the priors taught it.
        acquisition: Says what measuring each would be worth.
        streams: Where every random choice comes from.
    """
    posterior = predictor.fit(features, rounds, priors, question, streams.fit).predict(candidates)
    utility = acquisition.utility(posterior, streams.utility)
    return Ranking(posterior, utility, tuple(shortlist(utility, len(utility), streams.ties)))


@dataclass(frozen=True)
class Prediction:
    """What is believed of the candidates and how they rank, and what that rests on.

    Attributes:
        ranking: All candidates, ranked.
        priors: Screens that were learnt from.
        excluded: Screens that were not, and why.
        predictor: Name of the predictor.
        features: What each feature source gave.
        question: What is looked for.
        rounds: Effects revealed so far.
        hits_so_far: Revealed perturbations that count as hits, strongest first.
        view: What the prediction could see, in human terms, so that reasons rest on nothing else.
        effects: The effects of that view.
        orthologs: Through which the question's genes were taken; for human ones, what changes nothing.
        kept_in: Folder where what is known of genes is kept between runs.
        expectation: What was expected besides, by own names.
    """

    ranking: Ranking
    priors: tuple[PriorUse, ...]
    excluded: tuple[Excluded, ...]
    predictor: str
    features: tuple[FeatureUse, ...]
    question: Question
    rounds: Rounds
    hits_so_far: tuple[str, ...]
    view: View
    effects: pd.DataFrame
    orthologs: Orthologs = field(default_factory=Orthologs)
    kept_in: Path | None = None
    expectation: Expectation | None = None

    @property
    def posterior(self) -> Posterior:
        """What is believed of each candidate."""
        return self.ranking.posterior


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
    acquisition: str = DEFAULT_ACQUISITION,
    seed: int = 0,
    hits: Collection[str] | None = None,
    expectation: Expectation | None = None,
) -> Prediction:
    """What is believed of each candidate and how they rank, learnt from other screens and the rounds so far.

    What is asked of another organism's genes is asked of their one-to-one human orthologs, and answered by own names.

    Args:
        workspace: Store and folders; its random numbers are not used, so that the seed alone decides.
        question: What is looked for; ``study``, ``phenotype``, ``cell_type`` and ``modality`` decide which screens
            are copies or siblings and so never priors.
        candidates: Perturbation names (``A`` or ``A+B``), unique, in any order.
        rounds: Effects revealed so far; an empty frame before the first round.
        hidden: Ids of screens that must not be seen, such as the campaign's own measured screen.
        predictor: Name of the predictor.
        acquisition: Name of the acquisition.
        seed: Where every random choice comes from; see `Streams.of`.
        hits: Revealed perturbations that are hits by the campaign's rule; where None, they are those beyond the
            threshold that the predictor assumes.
        expectation: What is expected of candidates besides, by their own names.

    Returns:
        The posterior over exactly these candidates, in their order, their ranking, and what both rest on.

    Raises:
        NotFoundError: There is no predictor or acquisition of this name, or the store has no orthologs of the
            question's organism.
        InvalidValueError: A candidate is named twice.
    """
    from threadpoolctl import threadpool_limits

    if candidates.has_duplicates:
        twice = candidates[candidates.duplicated()][0]
        raise InvalidValueError(f"The candidate {twice!r} is named twice.", "Name each candidate once.")
    ranks, values = registry.load("predictors", predictor)(), registry.load("acquisitions", acquisition)()
    orthologs = required_orthologs(workspace.store, question.organism)
    revealed = _with_hits(rounds, hits)
    asked, named = orthologs.question(question), orthologs.into_human(candidates)
    seen = human_terms.rounds_in_human_terms(revealed, orthologs)
    known = pd.Series(seen.effects["estimate"].to_numpy(float), index=seen.effects["perturbation"])
    basis = gather(workspace, asked, named.append(pd.Index(known.index)), hidden=hidden, known=known)
    priors = replace(basis.choice.priors, expectation=_in_human_terms(expectation, orthologs))
    with threadpool_limits(1):
        ranking = rank(
            basis.features.frames, seen, priors, asked, named,
            predictor=ranks, acquisition=values, streams=Streams.of(seed),
        )  # fmt: skip
    return Prediction(
        ranking=ranking if orthologs.organism == HUMAN else _in_own_terms(ranking, orthologs),
        priors=basis.choice.used,
        excluded=basis.choice.excluded,
        predictor=predictor,
        features=_feature_uses(basis.features, named),
        question=question,
        rounds=revealed,
        hits_so_far=hits_of(revealed, question),
        view=basis.choice.view,
        effects=basis.choice.priors.effects,
        orthologs=orthologs,
        kept_in=workspace.paths.features,
        expectation=expectation,
    )


def _in_human_terms(expectation: Expectation | None, orthologs: Orthologs) -> Expectation | None:
    if expectation is None or orthologs.organism == HUMAN:
        return expectation
    odds = expectation.log_odds
    return replace(expectation, log_odds=odds.set_axis(orthologs.into_human(odds.index)))


def _in_own_terms(ranking: Ranking, orthologs: Orthologs) -> Ranking:
    return Ranking(
        human_terms.posterior_in_own_terms(ranking.posterior, orthologs),
        ranking.utility.set_axis(orthologs.into_own(ranking.utility.index)),
        tuple(orthologs.into_own(ranking.order)),
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
        question: What is looked for, among human genes (`tools.genes.orthologs.Orthologs.question`).
        perturbations: Everything that a prediction may be asked about, in human terms.
        hidden: Ids of screens that must not be seen.
        siblings: Whether other phenotypes of the same study may be priors.
        replay: Whether the answers are known and only hidden (see `tools.prediction.priors.choose_priors`).
        known: Effects of the target that are known, by perturbation.
    """
    # One connection for short looks at the store; features, which may take long to make, open their own.
    with workspace.store.read():
        view, readable = view_in_human_terms(workspace.store, hidden)
        choice = choose_priors(view, question, siblings=siblings, replay=replay, known=known, readable=readable)
        fitness, seen = fitness_genes(workspace), choice.view.fingerprint()
    perturbations = perturbations.unique()
    genes = genes_of(perturbations).union(genes_of(pd.Index(choice.priors.effects["perturbation"].unique())))
    sources = [name for name in registry.names("features") if name not in ELSEWHERE]
    built = build(
        sources, genes, question, choice.view, workspace.paths.features, workspace.report, late=PASSED_OVER
    )  # fmt: skip
    priors = replace(
        choice.priors,
        passed_over=fitness if fitness.isdisjoint(genes_among(perturbations)) else frozenset(),
        kept_in=workspace.paths.features / f"priors-{seen}",
    )
    everything = genes.union(perturbations)
    frames = built.frames.turned(lambda frame: for_perturbations(frame, everything))
    return Basis(question, replace(choice, priors=priors), Features(frames, built.missing))


def _with_hits(rounds: Rounds, hits: Collection[str] | None) -> Rounds:
    if hits is None:
        return rounds
    return Rounds(rounds.effects.assign(hit=rounds.effects["perturbation"].isin(set(hits))))


def _feature_uses(features: Features, candidates: pd.Index[str]) -> tuple[FeatureUse, ...]:
    held = [FeatureUse(name, int(candidates.isin(features.frames.known(name)).sum())) for name in features.frames]
    return (*held, *(FeatureUse(name, 0, packs) for name, packs in features.missing.items()))


def explain(prediction: Prediction, perturbations: Sequence[str]) -> Mapping[str, Reason]:
    """Reasons for perturbations, each clause a fact that leads to a row of the store.

    Args:
        prediction: What `predict` gave.
        perturbations: Names of candidates.

    Returns:
        Perturbation → reason; one for every name given, "no evidence" said where there is none.
    """
    orthologs, wanted = prediction.orthologs, list(dict.fromkeys(perturbations))
    human, question = list(orthologs.into_human(wanted)), orthologs.question(prediction.question)
    raised = prediction.posterior.without(SAME_PHENOTYPE, wanted)
    found = explained.explain(
        prediction.view,
        prediction.effects,
        question,
        terms_of(question, prediction.view, prediction.kept_in),
        human_terms.posterior_in_human_terms(prediction.posterior, wanted, orthologs),
        human_terms.rounds_in_human_terms(prediction.rounds, orthologs),
        list(orthologs.into_human(prediction.hits_so_far)),
        human,
        {name: raised[own] for own, name in zip(wanted, human, strict=True) if own in raised},
    )
    expected = prediction.expectation.facts if prediction.expectation else {}
    return {
        own: _with_fact(human_terms.reason_in_own_terms(found[name], own, name, orthologs), expected.get(own, ""))
        for own, name in zip(wanted, human, strict=True)
    }


def _with_fact(reason: Reason, text: str) -> Reason:
    """The reason with one more fact before the others: it was asked for."""
    if not text:
        return reason
    said = f"{text}; {reason.text}" if reason.facts else text
    return Reason(said, reason.evidence, (Fact(text, ()), *reason.facts))


def choose(prediction: Prediction, size: int, *, exclusions: Collection[str] = ()) -> Choice:
    """The candidates that are worth most to measure next.

    Args:
        prediction: What `predict` gave.
        size: How many to take.
        exclusions: Candidates that must not be taken.

    Raises:
        InvalidValueError: Fewer candidates than `size` are left.
    """
    ranking, taboo = prediction.ranking, set(exclusions)
    left = [name for name in ranking.order if name not in taboo]
    if size > len(left):
        raise InvalidValueError(
            f"A shortlist of {size} was asked for, but only {len(left)} candidates are left.",
            f"Ask for {option(size=len(left))} or fewer.",
        )
    return Choice(tuple(left[:size]), ranking.utility[~ranking.utility.index.isin(taboo)])


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
