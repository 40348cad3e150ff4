"""Which results of a campaign are hits, by a rule that may speak of a whole library."""

from __future__ import annotations

from dataclasses import dataclass, replace

from db.records import Side
from db.screens.reading import hit_list
from db.store import Store
from tools.campaigns.state import CampaignState
from tools.screens.hit_rules import HitRule, Term, hits, parse_rule


@dataclass(frozen=True)
class HitCall:
    """Which measured perturbations are hits, and in a sentence how that was told."""

    hits: frozenset[str]
    rule: str
    usable: bool = True
    """False where the results lack what the rule asks for, so that no hit says nothing."""
    of_library: bool = True
    """False where a share is of the nominations themselves. No predictor is told such hits: it would find as many in
    every round, whatever it nominates."""


def call_hits(store: Store, state: CampaignState) -> HitCall:
    """Which measured perturbations are hits by the campaign's rule.

    A share such as ``top 5%`` is of a library. Nominations are no sample of it, so the share becomes a bound: that of
    the effects measured before the first round; without them, that of the normal distribution which the negative
    controls follow; only without controls is it a share of what was nominated.

    Args:
        store: Where published lists of hits are.
        state: The campaign.
    """
    question = state.campaign.question
    rule = parse_rule(question.hit_rule)
    published = hit_list(store, rule.list_hash)
    effects = state.effects
    told = f"{question.hit_rule} ({question.side})"
    usable = of_library = True
    if rule.needs("top"):
        share = next(term.bound for term in rule.terms if term.quantity == "top")
        bound, how = _bound_of_share(state, share, question.side)
        if bound is not None:
            rule = _with_bound(rule, bound, question.side)
            told = f"{told}, taken as {how}"
        else:
            told, of_library = f"{told} {how}", False
    elif rule.needs("fdr") and len(effects) and effects[["fdr_low", "fdr_high"]].isna().to_numpy().all():
        told, usable = f"{told}; no result has an FDR, so none can be a hit", False
    called = hits(effects, rule, question.side, published)
    return HitCall(frozenset(effects.loc[called.to_numpy(dtype=bool), "perturbation"]), told, usable, of_library)


def _bound_of_share(state: CampaignState, share: float, side: Side) -> tuple[float | None, str]:
    before = state.effects[state.effects["round"] == 0].reset_index(drop=True)
    if len(before):
        top = before.loc[hits(before, HitRule("", (Term("top", "", share),)), side).to_numpy(dtype=bool), "estimate"]
        if len(top):
            bound = float(top.abs().min())
            return bound, f"an effect of {bound:.3g} or more, as among the {len(before)} measured before round 1"
    if state.scale.spread > 0:
        from scipy.stats import norm

        tail = share / 2 if side == "both" else share
        bound = abs(state.scale.centre) + float(norm.isf(tail)) * state.scale.spread
        return bound, f"an effect of {bound:.3g} or more, beyond {1 - share:.0%} of the negative controls"
    return None, "of what was nominated, for want of negative controls and of effects measured before"


def _with_bound(rule: HitRule, bound: float, side: Side) -> HitRule:
    bounded = {
        "both": Term("size", ">=", bound),
        "high": Term("estimate", ">=", bound),
        "low": Term("estimate", "<=", -bound),
    }[side]
    return replace(rule, terms=tuple(bounded if term.quantity == "top" else term for term in rule.terms))
