"""Pooled screens simulated guide by guide: library, cells of both arms, reads, what guides do beside their effect."""

from __future__ import annotations

from math import log

import numpy as np

from tools.design.detection import Floats
from tools.design.pooled.noise import BETWEEN_DECILES, Noise, Pool
from tools.design.pooled.power import Wanted

MOST_CONTROLS = 20_000
"""Guides from which the spread is told where it counts as known."""


def simulated_p(
    rng: np.random.Generator, pool: Pool, noise: Noise, wanted: Wanted, effect: float, genes: int, hits: int
) -> Floats:
    """p-values of the genes of one simulated screen, hits first.

    Args:
        rng: Where chance comes from.
        pool: How the screen is made.
        noise: Noise beside counting.
        wanted: What it is to find.
        effect: Log2 fold change of a guide that works.
        genes: Genes.
        hits: How many of them are hits.
    """
    works = rng.random((genes, pool.guides)) < wanted.working
    works[hits:] = False
    shift = np.where(works, effect, 0.0)
    count = wanted.controls or MOST_CONTROLS
    controls = np.zeros((count // pool.guides, pool.guides))
    means = _mean_changes(rng, np.concatenate([shift, controls]), pool, noise)
    at_rest = means[genes:]
    # As screens are: what most guides do is no effect.
    values = (means[:genes] - np.median(at_rest)) / at_rest.std(ddof=1)
    return wanted.test(pool.guides).p_of(values * (np.sign(effect) or 1.0))


def _mean_changes(rng: np.random.Generator, shift: Floats, pool: Pool, noise: Noise) -> Floats:
    """Mean log2 fold change of each gene; `shift` has the shape (genes, guides)."""
    sigma = log(pool.skew) / BETWEEN_DECILES
    abundance = np.exp(rng.normal(-(sigma**2) / 2, sigma, shift.shape)) if sigma else np.ones(shift.shape)
    own = rng.normal(0, noise.guide_sd, shift.shape)
    total = np.zeros(shift.shape)
    for _ in range(pool.replicates):
        moved = shift + own + rng.normal(0, noise.replicate_sd, shift.shape)
        if noise.counted:
            # What a guide does beside its effect is put on the logarithm, as the closed form has it.
            before, after = (_counted(rng, abundance * fold, pool) for fold in (1.0, np.exp2(shift)))
            moved = moved - shift + np.log2((after + 0.5) / (before + 0.5))
        total += moved
    return np.asarray((total / pool.replicates).mean(axis=1))


def _counted(rng: np.random.Generator, abundance: Floats, pool: Pool) -> Floats:
    """Reads of each guide in one arm, after the narrow points that its cells pass."""
    share = abundance
    for _ in range(pool.bottlenecks):
        share = rng.poisson(share * pool.coverage) / pool.coverage
    return rng.poisson(share * pool.reads).astype(float) if np.isfinite(pool.reads) else share * pool.coverage
