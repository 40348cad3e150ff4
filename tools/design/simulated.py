"""What simulations say beside a closed form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tools.design.detection import Floats
from tools.design.false_discovery import called
from tools.workspace import Progress, Workspace


@dataclass(frozen=True)
class Simulated:
    """Means over simulated experiments, each with its standard error.

    Attributes:
        runs: How many were simulated.
        power: Share of the true effects that were found.
        power_error: Its standard error.
        false_share: Share of false ones among what was found (0 where nothing was).
        false_share_error: Its standard error.
    """

    runs: int
    power: float
    power_error: float
    false_share: float
    false_share_error: float


def simulate(workspace: Workspace, p_values: Callable[[np.random.Generator], tuple[Floats, int]], fdr: float, runs: int,
             seed: int) -> Simulated:  # fmt: skip
    """Simulates experiments, calls their hits, and counts those that are true.

    Args:
        workspace: Where progress is told.
        p_values: Gives p-values of one experiment, those of true effects first, and how many these are.
        fdr: The rate of the procedure of Benjamini and Hochberg.
        runs: How many experiments.
        seed: Of all random numbers.
    """
    rng = np.random.default_rng(seed)
    found, wrong = np.empty(runs), np.empty(runs)
    for run in range(runs):
        p, true = p_values(rng)
        hits = called(p, fdr)
        found[run] = hits[:true].mean()
        wrong[run] = hits[true:].sum() / max(hits.sum(), 1)
        workspace.report(Progress("simulate", run + 1, runs))
    errors = [float(one.std(ddof=1) / np.sqrt(runs)) if runs > 1 else float("nan") for one in (found, wrong)]
    return Simulated(runs, float(found.mean()), errors[0], float(wrong.mean()), errors[1])
