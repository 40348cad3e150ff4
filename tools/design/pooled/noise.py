"""Where the noise of a pooled screen comes from, and what is left of it in a gene's mean log2 fold change.

A guide is counted in two arms; its log2 fold change has the variance (delta method)

    exp(σ²) / ln²2 · [ b/C + 1/n + (b/C + 1/n) / f ]

of counting: C cells and n reads a guide in the first arm, f = 2^Δ times as many in the second, b narrow points that the
cells pass after the arms have parted, and abundances of guides in the library that are log-normal with σ (so that the
mean of 1/abundance is exp(σ²) over the mean; σ follows from the skew, the ratio of the 90th to the 10th percentile, as
ln(skew)/2.563). To this come what a guide does differently in each replicate, and what it does in all of them (off
targets, cutting), which no replicate averages out. The mean over G guides and R replicates has the variance

    [ guide² + (replicate² + counting) / R ] / G.

The same sources are told apart by CRISPulator (Nagy & Kampmann 2017, BMC Bioinformatics 18:347).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, sqrt

BETWEEN_DECILES = 2.563
"""Standard deviations between the 10th and the 90th percentile of a normal distribution."""
GUIDE_SD, REPLICATE_SD = 0.12, 0.36
"""As in Schmidt 2022, interference in T cells of two donors, counting at 500 cells a guide taken off the second."""


@dataclass(frozen=True)
class Noise:
    """What a guide's log2 fold change varies by beside counting.

    Attributes:
        guide_sd: Standard deviation of what a guide without an effect does in all replicates alike.
        replicate_sd: Standard deviation of what it does in one replicate, beyond counting.
        counted: Whether counting noise comes on top; a pilot's own spread holds it already.
        source: Where the figures come from, in words.
    """

    guide_sd: float = GUIDE_SD
    replicate_sd: float = REPLICATE_SD
    counted: bool = True
    source: str = ""


@dataclass(frozen=True)
class Pool:
    """How a screen is made.

    Attributes:
        guides: Guides of a gene.
        replicates: Replicates.
        coverage: Cells of a guide in each arm at its narrowest point.
        reads: Reads of a guide in each arm; infinite where reads are not what limits.
        skew: Ratio of the 90th to the 10th percentile of guides' abundance in the library.
        bottlenecks: Narrow points that cells pass after the arms have parted.
    """

    guides: int
    replicates: int
    coverage: float
    reads: float = inf
    skew: float = 1.0
    bottlenecks: int = 1


def counting_variance(pool: Pool, effect: float) -> float:
    """Variance of the log2 fold change of a guide by counting alone.

    Args:
        pool: How the screen is made.
        effect: Log2 fold change of the guide.
    """
    sigma = log(pool.skew) / BETWEEN_DECILES
    one_arm = pool.bottlenecks / pool.coverage + 1 / pool.reads
    return float(exp(sigma**2) * one_arm * (1 + 2.0**-effect) / log(2) ** 2)


def spread_of_mean(pool: Pool, noise: Noise, effect: float = 0.0, working: int = 0) -> float:
    """Standard deviation of the mean log2 fold change of a gene over its guides and replicates.

    Args:
        pool: How the screen is made.
        noise: Noise beside counting.
        effect: Log2 fold change of each guide that works.
        working: How many of the gene's guides work.
    """
    at_rest, moved = (counting_variance(pool, one) if noise.counted else 0.0 for one in (0.0, effect))
    counted = ((pool.guides - working) * at_rest + working * moved) / pool.guides
    own = noise.guide_sd**2 + (noise.replicate_sd**2 + counted) / pool.replicates
    return sqrt(own / pool.guides)
