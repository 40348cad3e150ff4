"""The chance that a repeat of a screen finds a gene again: a logistic regression on what the screen itself says.

What speaks for a gene is its strength (−log10 of the share of genes with as strong an effect), its certainty (the same
of its p-value), and whether it is a fitness gene, since growth comes back in every repeat. Found again is a gene among
the strongest 5 % of the repeat. A screen with replicates teaches its own weights: each replicate is held against
the others. For other screens stand weights that were learnt on pairs of donors (Schmidt et al. 2022, IFN-gamma and
IL-2, Dolcetto set A, three guides a gene); `hitscout benchmark validation` learns them anew, and judges them on
phenotypes that they were not learnt on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Side
from tools.screens.strength import strength

STRONGEST = 0.05
"""Share of a repeat's genes that count as found."""
PENALTY = 0.3
"""Inverse strength of the regression's penalty, on terms of variance one."""
Numbers = npt.NDArray[np.float64]
TERMS = ("strength", "strength squared", "certainty", "certainty squared", "strength × certainty", "fitness",
         "fitness × strength")  # fmt: skip
WITHOUT_P = ("strength", "strength squared", "fitness", "fitness × strength")


@dataclass(frozen=True)
class Weights:
    """A logistic regression.

    Attributes:
        intercept: Log-odds where all terms are 0.
        weights: What each term adds, in the order of `TERMS`, or of `WITHOUT_P` where there are four.
    """

    intercept: float
    weights: tuple[float, ...]

    def chances(self, evidence: pd.DataFrame) -> pd.Series[float]:
        """The chance of each gene.

        Args:
            evidence: As `evidence_of` gives it.
        """
        odds = self.intercept + terms(evidence, certain=len(self.weights) == len(TERMS)) @ np.array(self.weights)
        return pd.Series(1 / (1 + np.exp(-odds)), evidence.index)


def evidence_of(effects: pd.DataFrame, side: Side, fitness: frozenset[str]) -> pd.DataFrame:
    """What a screen says of each of its genes.

    Args:
        effects: Harmonised rows of one measurement of the screen: perturbation, estimate, p_low, p_high.
        side: On which side hits lie.
        fitness: Symbols of fitness genes.

    Returns:
        Indexed by perturbation: columns estimate, strength, certainty (NaN everywhere where p-values are missing) and
        fitness (1 where any target is one).
    """
    smallest = effects["p_low"] if side == "low" else effects["p_high"]
    if side == "both":
        smallest = effects[["p_low", "p_high"]].min(axis=1)
    grouped = effects.assign(p=smallest).groupby("perturbation").agg(estimate=("estimate", "mean"), p=("p", "min"))
    known = bool(grouped["p"].notna().all())
    return pd.DataFrame({
        "estimate": grouped["estimate"],
        "strength": _rarity(strength(grouped["estimate"], side)),
        "certainty": _rarity(-grouped["p"]) if known else np.nan,
        "fitness": [float(not fitness.isdisjoint(name.split("+"))) for name in grouped.index],
    })  # fmt: skip


def found_again(effects: pd.DataFrame, side: Side) -> pd.Series[bool]:
    """Which genes a repeat finds: its strongest 5 %, on the side of hits.

    Args:
        effects: Rows of the repeat.
        side: On which side hits lie.
    """
    means = strength(effects.groupby("perturbation")["estimate"].mean(), side)
    return pd.Series(means.rank(ascending=False, pct=True) <= STRONGEST)


def terms(evidence: pd.DataFrame, *, certain: bool) -> Numbers:
    """The terms of the regression: genes × `TERMS`, or `WITHOUT_P`.

    Args:
        evidence: As `evidence_of` gives it.
        certain: Whether p-values count.
    """
    strong, fit = evidence["strength"].to_numpy(float), evidence["fitness"].to_numpy(float)
    if not certain:
        return np.column_stack([strong, strong**2, fit, fit * strong])
    sure = evidence["certainty"].to_numpy(float)
    return np.column_stack([strong, strong**2, sure, sure**2, strong * sure, fit, fit * strong])


def learn(evidence: Sequence[pd.DataFrame], found: Sequence[pd.Series[bool]], *, certain: bool = True) -> Weights:
    """Learns weights from screens and their repeats.

    Args:
        evidence: Of each screen.
        found: Which of its genes its repeat finds, of the same index.
        certain: Whether p-values count.
    """
    from sklearn.linear_model import LogisticRegression

    rows = np.vstack([terms(one, certain=certain) for one in evidence])
    mean, sd = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-9)
    fit = LogisticRegression(C=PENALTY, max_iter=5_000).fit((rows - mean) / sd, np.concatenate(list(found)))
    weights = fit.coef_[0] / sd
    return Weights(float(fit.intercept_[0] - (weights * mean).sum()), tuple(float(one) for one in weights))


def _rarity(values: pd.Series[float]) -> pd.Series[float]:
    """−log10 of the share of genes that are as large, ties by their mean rank."""
    return pd.Series(-np.log10((values.rank(ascending=False) - 0.5) / len(values)), values.index)
