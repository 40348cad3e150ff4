"""Effects of one perturbation in several measurements, combined: inverse-variance mean, or Stouffer's sum of z."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import EstimateKind
from db.screens.writing import EFFECT_NUMBERS
from tools.genes.false_discovery import false_discovery_rates

VERSION = 1
Method = Literal["inverse-variance", "stouffer"]
ADDING: frozenset[EstimateKind] = frozenset({"lfc", "beta"})
"""Kinds of estimates of which a mean has a meaning."""
LEAST_P = 1e-300
NORMAL_MAD = 1.4826
Vector = npt.NDArray[np.float64]


def method_of(frames: Sequence[pd.DataFrame], kinds: Sequence[EstimateKind]) -> Method:
    """How measurements can be combined: by their standard errors where all have them and share a kind, else by z.

    Args:
        frames: Effects of each, as `db.screens.reading.effects_of` gives.
        kinds: What the estimates of each are.
    """
    alike = len(set(kinds)) == 1 and kinds[0] in ADDING
    errors = all(bool((frame["standard_error"] > 0).all()) for frame in frames)
    return "inverse-variance" if alike and errors else "stouffer"


def signed_z(effects: pd.DataFrame, kind: EstimateKind, controls: pd.Series[float]) -> tuple[pd.Series[float], str]:
    """A standard normal deviate of each effect, and in words where it comes from.

    From the one-sided p where there are any (of the smaller side); a z as it is; a signed log10 p by its two-sided p;
    an effect over its standard error; else (effect − median) / (1.4826 × MAD), of the negative controls where there
    are twenty, or of all effects.

    Args:
        effects: One row for each perturbation, with the columns of `db.screens.reading.effects_of`.
        kind: What the estimates are.
        controls: Estimates of negative controls.

    Returns:
        By perturbation; positive raises.
    """
    estimate = effects["estimate"].to_numpy(float)
    low, high = (effects[f"p_{side}"].to_numpy(float) for side in ("low", "high"))
    if not np.isnan(low).all() or not np.isnan(high).all():
        values, how = _from_sides(low, high), "one-sided p"
    elif kind == "z":
        values, how = estimate, "the z of the file"
    elif kind == "signed_log10_p":
        values, how = np.sign(estimate) * _isf(10.0 ** -np.abs(estimate) / 2), "the signed log10 p"
    elif bool((effects["standard_error"] > 0).all()):
        values, how = estimate / effects["standard_error"].to_numpy(float), "effects over their standard errors"
    else:
        values, how = _standardised(estimate, controls)
    return pd.Series(values, pd.Index(effects["perturbation"], dtype=object)).dropna(), how


def _from_sides(low: Vector, high: Vector) -> Vector:
    below = np.where(np.isnan(high) | (low < high), -_isf(low), _isf(high))
    result: Vector = np.where(np.isnan(low) & np.isnan(high), np.nan, below)
    return result


def _isf(p: Vector) -> Vector:
    from scipy.stats import norm

    return np.asarray(norm.isf(np.maximum(p, LEAST_P)), dtype=np.float64)


def _standardised(estimate: Vector, controls: pd.Series[float]) -> tuple[Vector, str]:
    enough = len(controls) >= 20
    reference = controls.to_numpy(float) if enough else estimate
    centre = float(np.median(reference))
    spread = NORMAL_MAD * float(np.median(np.abs(reference - centre)))
    spread = spread if spread > 0 else float(np.std(reference))
    how = f"effects over the spread of {'the negative controls' if enough else 'all effects'}"
    return (estimate - centre) / spread if spread > 0 else np.zeros_like(estimate), how


def by_stouffer(z: pd.DataFrame) -> pd.DataFrame:
    """Stouffer's sum: z = Σ zᵢ / √k over the k measurements that have a value, all of one weight.

    Args:
        z: Perturbations × measurements, NaN where not measured.

    Returns:
        Columns of an effect: estimate is the combined z, its standard error 1.
    """
    count = z.notna().sum(axis=1)
    combined = z.sum(axis=1) / np.sqrt(count)
    return _with_p(combined, combined, pd.Series(1.0, z.index))


def by_inverse_variance(estimates: pd.DataFrame, errors: pd.DataFrame) -> pd.DataFrame:
    """The fixed-effect mean: Σ wᵢ eᵢ / Σ wᵢ with wᵢ = 1 / seᵢ²; its standard error is 1 / √Σ wᵢ.

    Args:
        estimates: Perturbations × measurements, NaN where not measured.
        errors: Their standard errors, above 0.
    """
    weights = 1 / errors**2
    total = weights.sum(axis=1)
    mean, error = (estimates * weights).sum(axis=1) / total, 1 / np.sqrt(total)
    return _with_p(mean, mean / error, error)


def _with_p(estimate: pd.Series[float], z: pd.Series[float], error: pd.Series[float]) -> pd.DataFrame:
    """One-sided p of each side; the two-sided FDR of Benjamini and Hochberg goes to the side of the sign."""
    from scipy.stats import norm

    values = z.to_numpy(float)
    fdr = false_discovery_rates(np.asarray(2 * norm.sf(np.abs(values)), dtype=np.float64))
    found = {
        "estimate": estimate.to_numpy(float), "standard_error": error.to_numpy(float), "p_low": norm.cdf(values),
        "p_high": norm.sf(values), "fdr_low": np.where(values < 0, fdr, 1.0),
        "fdr_high": np.where(values < 0, 1.0, fdr),
    }  # fmt: skip
    return pd.DataFrame(found, index=estimate.index)[list(EFFECT_NUMBERS)]
