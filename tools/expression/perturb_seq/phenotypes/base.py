"""What a phenotype of perturbed cells is: an effect for each perturbation, with what is known of its error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from db.records import EstimateKind
from tools.expression.perturb_seq.cells_grouped.arms import Floats
from tools.genes.false_discovery import false_discovery_rates


@dataclass(frozen=True, eq=False)
class Phenotype:
    """One number for each perturbation.

    Attributes:
        effects: Columns estimate, standard_error, p_low, p_high, fdr_low and fdr_high, one row for each perturbation in
            the order of the groups; NaN where not known.
        positive_means: ``raises`` where the sign says which way; ``unsigned`` where an effect only says how strong.
        estimate_kind: What the estimate is.
        name: The phenotype in words, where the user gives none.
        said: How estimate, error and FDR are defined, a sentence each.
    """

    effects: pd.DataFrame
    positive_means: Literal["raises", "unsigned"]
    estimate_kind: EstimateKind
    name: str
    said: tuple[str, ...]


def unsigned_effects(estimate: Floats, p: Floats) -> pd.DataFrame:
    """Effects that say how strong a perturbation is: p and FDR are of the upper side.

    Args:
        estimate: Shape (groups,), none below 0.
        p: Shape (groups,).
    """
    fdr = false_discovery_rates(p)
    none = np.full(len(estimate), np.nan)
    return pd.DataFrame({
        "estimate": estimate, "standard_error": none, "p_low": 1 - p, "p_high": p, "fdr_low": np.ones(len(p)),
        "fdr_high": fdr,
    })  # fmt: skip


def signed_effects(estimate: Floats, standard_error: Floats, p: Floats) -> pd.DataFrame:
    """Effects with a sign: a two-sided p is halved for the side of the sign, FDR stands there whole.

    Args:
        estimate: Shape (groups,).
        standard_error: Shape (groups,).
        p: Two-sided, shape (groups,).
    """
    fdr, high = false_discovery_rates(p), estimate > 0
    return pd.DataFrame({
        "estimate": estimate, "standard_error": standard_error,
        "p_low": np.where(high, 1 - p / 2, p / 2), "p_high": np.where(high, p / 2, 1 - p / 2),
        "fdr_low": np.where(high, 1.0, fdr), "fdr_high": np.where(high, fdr, 1.0),
    })  # fmt: skip
