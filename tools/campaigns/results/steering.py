"""Whether results steer: whether nominated genes hit more often than random ones, and the likelier ones harder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from db.records import Round
from tools.campaigns.results.ledger import promises_of
from tools.campaigns.state import CampaignState
from tools.screens.strength import strength

LEVEL = 0.05
FEWEST = 8
"""Measured nominations below which nothing is said."""


@dataclass(frozen=True)
class Steering:
    """Whether a campaign's results steer its rounds.

    Attributes:
        steers: ``yes``; ``in-part`` where the list as a whole hits more often than chance but its order says nothing;
            ``no`` where it does not hit more often; ``unknown`` where there are too few results to tell.
        measured: Nominations with a result, known positive controls left out.
        hits: Hits among them.
        random: Hits that as many candidates drawn at random were believed to bring; None where that was not kept.
        random_p: Binomial probability of as many or more hits of random ones; None likewise.
        needed: Hits from which on that probability is below 0.05; None likewise.
        rank_correlation: Spearman's correlation of the promised probabilities with the strength of the results on the
            side on which hits lie; None where it is not defined.
        rank_p: Its one-sided p.
        text: The same in a sentence, with the rule.
    """

    steers: Literal["yes", "in-part", "no", "unknown"]
    measured: int
    hits: int
    random: float | None
    random_p: float | None
    needed: int | None
    rank_correlation: float | None
    rank_p: float | None
    text: str


def steering_of(state: CampaignState, hits: Collection[str], promised: float) -> Steering:
    """Judges whether results steer.

    They do where hits are beyond what random candidates bring (one-sided binomial p below 0.05) and the rank
    correlation of probabilities and results is above zero; in part where only the former holds; not where hits are
    within what random ones bring, unless so few were promised that no outcome of theirs could have shown it.

    Args:
        state: The campaign.
        hits: Perturbations that are hits by its rule.
        promised: Hits that the shortlists promised of what was measured.
    """
    measured = [one for one in state.rounds if one.state == "measured"]
    promises = {name: p for one in measured for name, p in promises_of(one).items()}
    found, chance = sum(name in hits for name in promises), _chance(measured)
    random_p, needed = _beyond(found, len(promises), chance)
    rho, rank_p = _ranked(state, promises)
    steers = _judged(len(promises), found, needed, promised, rho)
    random = None if chance is None else chance * len(promises)
    text = _said(steers, len(promises), found, random, random_p, needed, promised, rho, rank_p)
    return Steering(steers, len(promises), found, random, random_p, needed, rho, rank_p, text)


def _chance(measured: Sequence[Round]) -> float | None:
    """Mean probability of a random candidate over the nominations that were measured."""
    counts = [len(promises_of(one)) for one in measured]
    chances = [one.shortlist.random_probability for one in measured]
    if not sum(counts) or any(one is None for one in chances):
        return None
    return sum(n * (one or 0.0) for n, one in zip(counts, chances, strict=True)) / sum(counts)


def _beyond(found: int, count: int, chance: float | None) -> tuple[float | None, int | None]:
    from scipy.stats import binom

    if chance is None or not count:
        return None, None
    needed = next(k for k in range(count + 2) if float(binom.sf(k - 1, count, chance)) < LEVEL or k > count)
    return float(binom.sf(found - 1, count, chance)), needed


def _ranked(state: CampaignState, promises: dict[str, float]) -> tuple[float | None, float | None]:
    from scipy.stats import spearmanr

    results = state.effects.set_index("perturbation")["estimate"].astype(float)
    names = [name for name in promises if name in results.index]
    values = strength(results.loc[names], state.campaign.question.side)
    if len(names) < FEWEST or values.nunique() < 2 or len({promises[name] for name in names}) < 2:
        return None, None
    found = spearmanr([promises[name] for name in names], values.to_numpy(float), alternative="greater")
    return float(found.statistic), float(found.pvalue)


def _judged(
    count: int, found: int, needed: int | None, promised: float, rho: float | None
) -> Literal["yes", "in-part", "no", "unknown"]:
    if count < FEWEST or needed is None:
        return "unknown"
    if found < needed:
        return "unknown" if promised < needed else "no"
    return "in-part" if rho is not None and rho <= 0 else "yes"


def _said(
    steers: str,
    count: int,
    found: int,
    random: float | None,
    random_p: float | None,
    needed: int | None,
    promised: float,
    rho: float | None,
    rank_p: float | None,
) -> str:
    order = (
        "too few results to tell whether likelier genes hit harder"
        if rho is None
        else f"the rank correlation of probability and result is {rho:+.2f} (one-sided p {rank_p:.2g})"
    )
    hits = f"{found} hit{'s' * (found != 1)} of {count}"
    if random is None or random_p is None:
        return f"Whether results steer cannot be told: {hits}; {order}."
    against = f"{hits}, where random candidates bring {random:.1f} (p {random_p:.2g}); {order}"
    ends = {
        "yes": f"Results steer: {against}.",
        "in-part": f"Results steer in part: {against}, so the list hits but its order says nothing.",
        "no": f"Results are not steering: {against}. {needed} hits would have been beyond chance, and {promised:.1f}"
        " were promised. Stop here, or change the question, the assay or what the predictor learns from, before another"
        " round is paid for.",
        "unknown": f"Too early to say whether results steer: {against}. It takes {needed} hits to be beyond chance, and"
        f" {promised:.1f} were promised.",
    }
    return ends[steers]
