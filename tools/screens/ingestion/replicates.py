"""Replicates of a screen: kept apart, and combined by one rule."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.genes.false_discovery import false_discovery_rates

SIDES = ("low", "high")
FEWEST_EQUAL = 10
"""Fewer equal effects do not show that two replicates are one measurement."""


def combined_and_single(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The combined rows, and the single ones where there is more than one replicate.

    Args:
        rows: As `combine` takes them; a replicate without a name among named ones is called unnamed.
    """
    labels = set(rows["replicate"])
    if len(labels) == 1:
        return rows.assign(replicate="").sort_values("perturbation", kind="stable"), rows.iloc[:0]
    named = rows.assign(replicate=rows["replicate"].replace("", "unnamed"))
    return combine(named), named.sort_values(["perturbation", "replicate"], kind="stable")


def combine(rows: pd.DataFrame) -> pd.DataFrame:
    """Combines the replicates of each perturbation.

    The estimate is the mean; the standard error is the spread of the replicates, sd / √n, and where a perturbation
    has one replicate only, its own. One-sided p-values of a side are combined by Fisher's method (-2 Σ ln p is χ²
    with 2n degrees of freedom) where every replicate of the perturbation has one, and the FDR is computed anew from
    the combined p of all perturbations (Benjamini and Hochberg 1995). An FDR cannot be combined, so without p there
    is none. Guides are the largest number of any replicate, because replicates mostly share their guides.

    Args:
        rows: Typed rows with their perturbation; at most one for each perturbation and replicate.

    Returns:
        One row for each perturbation with an empty replicate, sorted by perturbation; line and name are those of its
        first row in the file.
    """
    ordered = rows.sort_values(["perturbation", "line", "replicate"], kind="stable")
    groups = ordered.groupby("perturbation", sort=True)
    first = groups.head(1).reset_index(drop=True)
    counts = np.asarray(groups.size(), dtype=np.int64)
    spread = groups["estimate"].std(ddof=1).to_numpy(dtype=float) / np.sqrt(counts)
    combined = first.assign(
        replicate="",
        estimate=groups["estimate"].mean().to_numpy(dtype=float),
        standard_error=np.where(counts > 1, spread, first["standard_error"].to_numpy(dtype=float)),
        guides=groups["guides"].max().to_numpy(),
    )
    combined["guides"] = combined["guides"].astype("Int64")
    for side in SIDES:
        with np.errstate(divide="ignore"):
            logs = np.log(ordered[f"p_{side}"].to_numpy(dtype=float))
        # A plain sum over each perturbation's stretch of rows keeps the NaN of a replicate without p.
        sums = np.add.reduceat(logs, np.concatenate([[0], np.cumsum(counts)[:-1]]))
        p = fisher(sums, counts)
        combined[f"p_{side}"], combined[f"fdr_{side}"] = p, false_discovery_rates(p)
    return combined


def same_effects(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    """Whether two replicates are one measurement: on all perturbations of both, effects of the same size.

    The sign is left out, because the same file may have been read with the opposite one. Single genes agree by chance,
    so at least `FEWEST_EQUAL` perturbations are needed, and half of those of the smaller replicate.

    Args:
        first: Columns perturbation and estimate, one row for each perturbation.
        second: Likewise.
    """
    sizes = [rows.set_index("perturbation")["estimate"].abs().astype(float) for rows in (first, second)]
    one, two = sizes[0].align(sizes[1], join="inner")
    if len(one) < max(FEWEST_EQUAL, min(map(len, sizes)) / 2):
        return False
    return bool(np.allclose(one, two, rtol=1e-9, atol=0.0))


def fisher(sum_of_logs: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Fisher's combined p.

    Args:
        sum_of_logs: Natural logarithms of the p-values, summed; NaN where unknown.
        counts: How many p-values each sum has.

    Returns:
        The combined p, NaN where unknown.
    """
    # scipy.stats, which has it too, takes half a second to import.
    from scipy.special import chdtrc

    return np.asarray(chdtrc(2 * counts, -2 * sum_of_logs), dtype=np.float64)
