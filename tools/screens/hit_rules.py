"""Hit rules: which perturbations of a screen count as hits, and on which side of the phenotype."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from db.errors import InvalidValueError
from db.records import Side

DEFAULT_FDR = "fdr<0.05"
DEFAULT_TOP = "top 5%"
FEW_HITS = 30
"""Below this many hits by the default rule, the ingest says so and offers the top 5 %."""
USUAL_SHARE = 0.05
"""Where nothing says how many hits there are, a predictor may assume the top 5 % of the library."""
ANY_EFFECT = 0.25
"""Share on a side where any effect at all makes a hit, as in a table of -1, 0 and +1: half change, half of them so."""

GRAMMAR = (
    "A hit rule is 'fdr<0.05', 'p<0.01', 'top 5%', a bound on the effect such as 'lfc<-1' or '|z|>2' (also beta, score,"
    " estimate), several of these joined by '&' as in 'lfc<-1 & fdr<0.1', or 'list:<hash>' for a published list."
)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_TOP = re.compile(rf"top\s*({_NUMBER})\s*%")
_BOUND = re.compile(rf"(\|?)\s*(fdr|p|lfc|beta|z|score|estimate)\s*(\|?)\s*(<=|>=|<|>)\s*({_NUMBER})")
_LIST = re.compile(r"list:([0-9a-z]+)")


@dataclass(frozen=True)
class ForeseenShare:
    """How common hits are, as far as their rule alone lets foresee.

    Attributes:
        share: Share of the library that are hits.
        doubt: Scale of the Laplace distribution of ln(hits in the library) around that.
        promised: Whether the rule says the share, so that results do not change it.
    """

    share: float
    doubt: float
    promised: bool = False


@dataclass(frozen=True)
class Term:
    """One condition of a rule.

    Attributes:
        quantity: ``top`` (a share), ``fdr`` and ``p`` (of the side asked for), ``estimate`` or ``size`` (its absolute
            value).
        comparison: ``<``, ``<=``, ``>`` or ``>=``; empty for ``top``.
        bound: The number it is compared with; for ``top`` a share between 0 and 1.
    """

    quantity: Literal["top", "fdr", "p", "estimate", "size"]
    comparison: str
    bound: float


@dataclass(frozen=True)
class HitRule:
    """A rule that was understood.

    Attributes:
        text: The rule as it was given.
        terms: Conditions that all have to hold; empty for a published list.
        list_hash: Hash of a published list; empty for other rules.
    """

    text: str
    terms: tuple[Term, ...] = ()
    list_hash: str = ""

    def needs(self, quantity: str) -> bool:
        """Whether the rule looks at ``fdr`` or ``p``, which a table may lack."""
        return any(term.quantity == quantity for term in self.terms)


def parse_rule(text: str) -> HitRule:
    """Understands a hit rule.

    Args:
        text: Such as ``fdr<0.05``, ``top 5%``, ``lfc<-1 & fdr<0.1`` or ``list:3f0a``.

    Raises:
        InvalidValueError: The text is no rule; the grammar is in the message.
    """
    plain = text.strip().casefold()
    if match := _LIST.fullmatch(plain):
        return HitRule(text.strip(), list_hash=match[1])
    return HitRule(text.strip(), tuple(_parse_term(part.strip(), text) for part in plain.split("&")))


def _parse_term(part: str, text: str) -> Term:
    if match := _TOP.fullmatch(part):
        share = float(match[1]) / 100
        if not 0 < share <= 1:
            raise InvalidValueError(
                f"'{part}' of the hit rule {text!r} is not a share above 0 % and up to 100 %.", GRAMMAR
            )
        return Term("top", "", share)
    match = _BOUND.fullmatch(part)
    if match is None or match[1] != match[3]:
        raise InvalidValueError(f"{text!r} is not a hit rule: {part!r} is not understood.", GRAMMAR)
    bars, name, _, comparison, number = match.groups()
    bound = float(number)
    if name in ("fdr", "p"):
        if bars or comparison not in ("<", "<=") or not 0 < bound <= 1:
            raise InvalidValueError(
                f"{part!r} of the hit rule {text!r} must be below a number between 0 and 1.", GRAMMAR
            )
        return Term("fdr" if name == "fdr" else "p", comparison, bound)
    return Term("size" if bars else "estimate", comparison, bound)


def foreseen_share(hit_rule: str, side: Side = "both") -> ForeseenShare:
    """What share of a library a rule will call hits.

    ``top 5%`` promises it. False discovery rates and published lists mostly give about 5 %. A bound on the effect
    alone says little, as units differ from screen to screen, and a bound of 0 asks for any effect at all.

    Args:
        hit_rule: A rule as `parse_rule` understands it.
        side: Side on which hits lie.
    """
    text = hit_rule.casefold()
    if found := _TOP.search(text):
        return ForeseenShare(float(np.clip(float(found[1]) / 100, 1e-4, 0.5)), 0.02, promised=True)
    bounds = [(name, float(bound)) for _, name, _, _, bound in _BOUND.findall(text)]
    if not bounds or {name for name, _ in bounds} & {"fdr", "p"}:
        return ForeseenShare(USUAL_SHARE, 0.35)
    if all(bound == 0 for _, bound in bounds):
        return ForeseenShare(ANY_EFFECT * (2 if side == "both" else 1), 1.0)
    return ForeseenShare(USUAL_SHARE, 1.0)


def strength_bound(hit_rule: str, side: Side) -> float | None:
    """The strength at which hits begin, where a rule is one bound on the effect and nothing else.

    Args:
        hit_rule: A rule as `parse_rule` understands it.
        side: Side on which hits lie.

    Returns:
        Above 0; None where the rule asks for anything else.
    """
    terms = parse_rule(hit_rule).terms
    if len(terms) != 1 or terms[0].quantity not in ("estimate", "size"):
        return None
    term = terms[0]
    if term.quantity == "size" and ">" in term.comparison:
        return term.bound if term.bound > 0 else None
    signed = -term.bound if side == "low" else term.bound
    outwards = ("<" if side == "low" else ">") in term.comparison
    return signed if side != "both" and outwards and signed > 0 else None


def told_by_results(hit_rule: str) -> bool:
    """Whether a rule tells of a single result, by its own numbers, whether it is a hit: no share and no list does.

    Args:
        hit_rule: A rule as `parse_rule` understands it.
    """
    rule = parse_rule(hit_rule)
    return bool(rule.terms) and not rule.needs("top")


def default_rule(effects: pd.DataFrame) -> str:
    """The rule where none is given: FDR below 0.05 where the table has FDR, else the top 5 %.

    Args:
        effects: Columns fdr_low and fdr_high, as `db.screens.reading.effects_of` gives.
    """
    has_fdr = bool(effects[["fdr_low", "fdr_high"]].notna().to_numpy().any())
    return DEFAULT_FDR if has_fdr else DEFAULT_TOP


def hits(
    effects: pd.DataFrame, rule: HitRule | str, side: Side = "both", published: Collection[str] = frozenset()
) -> pd.Series[bool]:
    """Which effects are hits.

    FDR and p are those of the side: ``fdr_low`` on the low one, ``fdr_high`` on the high one, and with ``both`` a row
    is a hit when all conditions hold on either side. Bounds such as ``lfc<-1`` are on the harmonised estimate. The
    top k % are the ``round(k / 100 · n)`` rows that lie furthest out on the side (by absolute value with ``both``), n
    being all rows with an estimate; rows that tie at the cut are taken in the order of their names, so that neither
    the file's row order nor the number of ties changes how many hits there are.

    Args:
        effects: One row for each perturbation, with the columns of `db.screens.reading.effects_of`; positive raises.
        rule: A rule, or its text.
        side: Side on which hits lie: ``low``, ``high`` or ``both``.
        published: Perturbations of the list that a ``list:`` rule names; a published list has no side.

    Returns:
        True for hits, indexed like `effects`.

    Raises:
        InvalidValueError: The text of the rule is not understood.
    """
    parsed = parse_rule(rule) if isinstance(rule, str) else rule
    if parsed.list_hash:
        return effects["perturbation"].isin(set(published)).rename("hit")
    sides: tuple[Literal["low", "high"], ...] = ("low", "high") if side == "both" else (side,)
    found = pd.Series(False, index=effects.index, name="hit")  # noqa: FBT003 - the fill value of a column
    for one in sides:
        holds = pd.Series(True, index=effects.index, name="hit")  # noqa: FBT003
        for term in parsed.terms:
            holds &= _holds(term, effects, one, both=side == "both")
        found |= holds
    return found


def _holds(term: Term, effects: pd.DataFrame, side: Literal["low", "high"], *, both: bool) -> pd.Series[bool]:
    estimate = effects["estimate"]
    on_side = estimate < 0 if side == "low" else estimate >= 0
    if term.quantity == "top":
        return _top(effects, term.bound, side, both=both) & on_side
    if term.quantity == "size":
        return _compare(estimate.abs(), term) & on_side
    values = estimate if term.quantity == "estimate" else effects[f"{term.quantity}_{side}"]
    return _compare(values, term)


def _compare(values: pd.Series[float], term: Term) -> pd.Series[bool]:
    numbers = values.to_numpy(dtype=float)
    compared = {
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
    }[term.comparison](numbers, term.bound)
    return pd.Series(compared, index=values.index, dtype=bool)


def _top(effects: pd.DataFrame, share: float, side: Literal["low", "high"], *, both: bool) -> pd.Series[bool]:
    estimate = effects["estimate"].astype(float)
    strength = estimate.abs() if both else (-estimate if side == "low" else estimate)
    # Half up, as people round: the built-in would make 2 of 2.5.
    count = int(np.floor(share * float(estimate.notna().sum()) + 0.5))
    order = pd.DataFrame({"strength": strength.to_numpy(), "name": effects["perturbation"].to_numpy()})
    strongest = order.dropna().sort_values(["strength", "name"], ascending=[False, True]).index[:count]
    chosen = np.zeros(len(effects), dtype=bool)
    chosen[strongest] = True
    return pd.Series(chosen, index=effects.index, dtype=bool)
