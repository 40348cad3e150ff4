"""Evidence for one side only: a Bayes factor says how surely a gene has an effect, and below zero that it has none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError
from db.records import ONE_SIDED, UNSIGNED, EstimateKind, Side
from tools.screens.tables.reading import Meaning


def to_one_side(rows: pd.DataFrame, p: str | None, fdr: str | None) -> pd.DataFrame:
    """Gives p and FDR to the side that positive estimates speak for; of the other side nothing is known.

    Args:
        rows: Typed rows.
        p: Column of p-values, or None.
        fdr: Column of FDR, or None.
    """
    for field, column in (("p", p), ("fdr", fdr)):
        if column is not None:
            rows[f"{field}_high"], rows[f"{field}_low"] = rows[column].to_numpy(dtype=float), np.nan
    return rows


def side_of_evidence(kind: EstimateKind, meaning: Meaning, side: Side) -> Side:
    """The side on which hits can lie: that of the evidence, where it speaks for one only.

    Args:
        kind: What the estimates are.
        meaning: What positive means in the file.
        side: The side that was asked for.

    Raises:
        InvalidValueError: The other side was asked for.
    """
    if kind not in ONE_SIDED or meaning == UNSIGNED:
        return side
    known: Side = "low" if meaning == "lowers" else "high"
    if side not in ("both", known):
        raise InvalidValueError(
            f"{option(side=side)} was given, but the file's Bayes factors speak for the {known} side only: one"
            " below zero"
            " says that a gene has no effect, not that it has the other one.",
            f"Leave {option('side')} out, or check {option('positive_means')}.",
        )
    return known


def as_evidence(effects: pd.DataFrame, kind: EstimateKind, meaning: Meaning) -> pd.DataFrame:
    """Effects as predictors may learn from them: of evidence for one side, the other says nothing, which is 0.

    Args:
        effects: Harmonised effects.
        kind: What the estimates are.
        meaning: What positive meant in the file.
    """
    if kind not in ONE_SIDED or meaning == UNSIGNED:
        return effects
    beyond = effects["estimate"] > 0 if meaning == "lowers" else effects["estimate"] < 0
    return effects.assign(estimate=effects["estimate"].mask(beyond, 0.0))


Ends = tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]


def both_ends(effects: pd.DataFrame, kind: EstimateKind, meaning: Meaning, count: int) -> Ends:
    """The perturbations that lower the phenotype most and those that raise it most, with their effects.

    Args:
        effects: Columns perturbation and estimate; positive raises.
        kind: What the estimates are.
        meaning: What positive meant in the file.
        count: How many of each.

    Returns:
        None lower where effects have no sign, and none stand on a side of which the evidence does not speak.
    """
    ordered = effects.sort_values(["estimate", "perturbation"])
    pairs = list(zip(ordered["perturbation"].astype(str), ordered["estimate"].astype(float), strict=True))
    lowest, highest = pairs[:count], pairs[::-1][:count]
    if meaning == UNSIGNED:
        return (), tuple(highest)
    if kind in ONE_SIDED:
        known = side_of_evidence(kind, meaning, "both")
        return (
            tuple(pair for pair in lowest if known == "low" and pair[1] < 0),
            tuple(pair for pair in highest if known == "high" and pair[1] > 0),
        )
    return tuple(lowest), tuple(highest)
