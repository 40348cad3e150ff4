"""On which scale a hit rule is read, and what it would find on the other one."""

from __future__ import annotations

import re

import pandas as pd

from db.acts import option
from db.records import Side
from tools.screens.hit_rules import hits, parse_rule
from tools.screens.tables.reading import Meaning

_BOUND = re.compile(r"(<=|>=|<|>)\s*([-+]?)\s*([\d.])")
_OTHER: dict[Side, Side] = {"low": "high", "high": "low", "both": "both"}
_SWAPPED = {"p_low": "p_high", "p_high": "p_low", "fdr_low": "fdr_high", "fdr_high": "fdr_low"}


def other_reading(effects: pd.DataFrame, rule_text: str, side: Side, meaning: Meaning) -> tuple[str, ...]:
    """A sentence where a rule or a side means one thing on the harmonised scale and another in the file's own sign.

    Args:
        effects: Harmonised effects, one row for each perturbation.
        rule_text: The hit rule.
        side: The side.
        meaning: What positive meant in the file; only where it lowers do the two scales differ.
    """
    rule = parse_rule(rule_text)
    signed = any(term.quantity == "estimate" for term in rule.terms)
    if meaning != "lowers" or rule.list_hash or not (signed or side != "both"):
        return ()
    in_file = effects.rename(columns=_SWAPPED).assign(estimate=-effects["estimate"])
    here, there = int(hits(effects, rule, side).sum()), int(hits(in_file, rule, side).sum())
    given = {"hit_rule": _mirrored(rule_text)} if signed else {}
    given |= {"side": _OTHER[side]} if side != "both" else {}
    return (
        f"{rule_text!r}, side {side}, is read on the harmonised scale, where positive raises the phenotype:"
        f" {here} hits."
        f" In the file's own sign, where positive lowers it, it would give {there}; if that was meant:"
        f" {option(**given)}.",
    )


def _mirrored(rule_text: str) -> str:
    """The rule with each bound on the effect turned over: ``lfc<-1`` becomes ``lfc>1``."""
    parts = []
    for part in rule_text.split("&"):
        name = part.strip().casefold()
        signed = not name.startswith(("fdr", "p<", "p ", "top", "|"))
        parts.append(_BOUND.sub(_turned, part) if signed else part)
    return "&".join(parts)


def _turned(match: re.Match[str]) -> str:
    comparison = match[1].translate(str.maketrans("<>", "><"))
    return f"{comparison}{'' if match[2] == '-' else '-'}{match[3]}"
