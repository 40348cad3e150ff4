"""The power of a pooled screen in closed form.

Each guide of a gene that is a hit works with probability w, so k of G do with the binomial probability; the gene's mean
is then kΔ/G, its spread that of `noise`. It is tested against the spread of non-targeting guides, put together as
many at a time as a gene has: a t with (controls/G − 1) degrees of freedom. Power is the mean over k.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, inf, log2

from tools.design.detection import Test, solved
from tools.design.false_discovery import p_for_power, power_at_rate
from tools.design.pooled.noise import Noise, Pool, spread_of_mean

SMALLEST, LARGEST = 0.01, 15.0
"""Between these a smallest effect is looked for."""
FEWEST_CELLS, MOST_CELLS = 100.0, 1e7
"""Cells of a guide between which a coverage is looked for; with fewer, rare guides are counted by far from normal
logarithms."""


@dataclass(frozen=True)
class Wanted:
    """What a screen is to find.

    Attributes:
        fdr: At which false discovery rate hits are called.
        share: Share of the genes that are hits.
        power: Share of these that are to be found.
        working: Probability that a guide works.
        one_sided: Whether hits of one sign alone are looked for.
        controls: Non-targeting guides that tell the spread; 0 where it is known.
    """

    fdr: float
    share: float
    power: float
    working: float
    one_sided: bool
    controls: int

    def test(self, guides: int) -> Test:
        """How a gene is tested.

        Args:
            guides: Guides of a gene.
        """
        return Test(max(self.controls // guides - 1, 1) if self.controls else inf, self.one_sided)


def power_at_p(pool: Pool, noise: Noise, wanted: Wanted, effect: float, p: float) -> float:
    """Probability that a hit is called at p, over which of its guides work.

    Args:
        pool: How the screen is made.
        noise: Noise beside counting.
        wanted: What it is to find.
        effect: Log2 fold change of a guide that works.
        p: p-value that is just called.
    """
    test, null = wanted.test(pool.guides), spread_of_mean(pool, noise)
    total, w = 0.0, wanted.working
    for k in range(pool.guides + 1):
        chance = comb(pool.guides, k) * w**k * (1 - w) ** (pool.guides - k)
        if chance > 1e-12:
            spread = spread_of_mean(pool, noise, effect, k)
            total += chance * test.power(p, k * abs(effect) / pool.guides, spread, null)
    return total


def power_of(pool: Pool, noise: Noise, wanted: Wanted, effect: float) -> float:
    """Share of the hits that is found at the wanted false discovery rate.

    Args:
        pool: How the screen is made.
        noise: Noise beside counting.
        wanted: What it is to find.
        effect: Log2 fold change of a guide that works.
    """
    return power_at_rate(lambda p: power_at_p(pool, noise, wanted, effect, p), wanted.fdr, wanted.share)


def coverage_for(pool: Pool, noise: Noise, wanted: Wanted, effect: float, reads_a_cell: float) -> float | None:
    """Cells of a guide that reach the wanted power; None where no number does.

    Args:
        pool: How the screen is made; its coverage and reads do not count.
        noise: Noise beside counting.
        wanted: What it is to find.
        effect: Log2 fold change of a guide that works.
        reads_a_cell: Reads for each cell; infinite where `pool.reads` are given.
    """
    p = p_for_power(wanted.fdr, wanted.share, wanted.power)

    def reached(coverage: float) -> float:
        return power_at_p(covered(pool, coverage, reads_a_cell), noise, wanted, effect, p)

    return solved(reached, wanted.power, FEWEST_CELLS, MOST_CELLS)


def covered(pool: Pool, coverage: float, reads_a_cell: float) -> Pool:
    """The same screen with another coverage.

    Args:
        pool: The screen.
        coverage: Cells of a guide in each arm.
        reads_a_cell: Reads for each cell; infinite where `pool.reads` stay.
    """
    reads = pool.reads if reads_a_cell == inf else coverage * reads_a_cell
    return Pool(pool.guides, pool.replicates, coverage, reads, pool.skew, pool.bottlenecks)


def smallest_effect(pool: Pool, noise: Noise, wanted: Wanted, sign: int = 1) -> float | None:
    """The smallest log2 fold change that is found with the wanted power; None where none is.

    Args:
        pool: How the screen is made.
        noise: Noise beside counting.
        wanted: What it is to find.
        sign: Of the effect: -1 for guides that are lost.
    """
    p = p_for_power(wanted.fdr, wanted.share, wanted.power)
    # A guide that is lost is counted worse and worse, so that power falls again where almost none is left.
    end = LARGEST if sign > 0 else max(log2(max(pool.coverage, 2)), 1.0)
    found = solved(lambda size: power_at_p(pool, noise, wanted, sign * size, p), wanted.power, SMALLEST, end)
    return None if found is None else sign * found
