"""The ways in which a wish can be met: guides, replicates, coverage, reads, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf

from tools.design.pooled.noise import Noise, Pool
from tools.design.pooled.power import Wanted, coverage_for, covered, power_of, smallest_effect
from tools.design.pooled.wish import ScreenWish

GUIDES, REPLICATES, COVERAGES = (3, 4, 6, 8), (2, 3, 4), (100, 500, 1000)
"""What is tried where it is not given."""
REPLICATES_FROM_ONE = (1, *REPLICATES)
USUAL_GUIDES, USUAL_REPLICATES, USUAL_COVERAGE = 4, 2, 500
MOST_REPLICATES = 12
"""More are not tried."""


@dataclass(frozen=True)
class ScreenOption:
    """One way to make a screen.

    Attributes:
        guides: Guides of a gene.
        replicates: Replicates.
        coverage: Cells of a guide in each arm.
        reads: Reads of a guide in each arm.
        effect: Log2 fold change that is found.
        power: Share of the hits with such an effect that is found.
        library: Guides in all, controls included.
        cells: Cells in all replicates, before arms are parted.
        total_reads: Reads in all arms and replicates.
        cost: What guides, cells and reads cost; None without prices.
    """

    guides: int
    replicates: int
    coverage: int
    reads: int
    effect: float
    power: float
    library: int
    cells: float
    total_reads: float
    cost: float | None


@dataclass(frozen=True)
class Setting:
    """What all options have in common.

    Attributes:
        wish: What is wished for.
        genes: Genes of the library.
        noise: Noise beside counting.
        wanted: What is to be found.
    """

    wish: ScreenWish
    genes: int
    noise: Noise
    wanted: Wanted

    @property
    def reads_a_cell(self) -> float:
        """Reads for each cell; infinite where the reads of a guide are given."""
        return inf if self.wish.reads is not None else 1.0

    def pool(self, guides: int, replicates: int, coverage: float) -> Pool:
        """A way to make the screen.

        Args:
            guides: Guides of a gene.
            replicates: Replicates.
            coverage: Cells of a guide in each arm.
        """
        wish = self.wish
        given = Pool(guides, replicates, coverage, float(wish.reads or inf), wish.skew, wish.bottlenecks)
        return covered(given, coverage, self.reads_a_cell)

    def option(self, pool: Pool, effect: float, power: float) -> ScreenOption:
        """What a way to make the screen takes.

        Args:
            pool: The way.
            effect: Log2 fold change that is found.
            power: With which power.
        """
        wish, coverage, reads = self.wish, ceil(pool.coverage), ceil(pool.reads)
        library = self.genes * pool.guides + wish.control_guides
        cells = library * coverage * pool.replicates / wish.gate
        total = 2.0 * library * reads * pool.replicates
        cost = wish.price_guide * library + wish.price_cells * cells / 1e6 + wish.price_reads * total / 1e6
        return ScreenOption(
            pool.guides, pool.replicates, coverage, reads, effect, power, library, cells, total, cost or None
        )


def options_of(setting: Setting) -> tuple[list[ScreenOption], str]:
    """Every way that meets the wish, the cheapest first, and what was solved for.

    Args:
        setting: What is wished for.
    """
    wish = setting.wish
    if wish.effect is None:
        found = [one for pool in _pools(setting, REPLICATES_FROM_ONE) if (one := _with_effect(setting, pool))]
        return found, "effect"
    if wish.coverage is None and setting.noise.counted:
        return _cheapest(setting, _with_coverage), "coverage"
    if wish.replicates is None:
        return _cheapest(setting, _with_replicates), "replicates"
    if wish.guides is None:
        found = [_with_power(setting, pool) for pool in _pools(setting, (wish.replicates,))]
        return sorted((one for one in found if one.power >= wish.power), key=_price), "guides"
    return [_with_power(setting, pool) for pool in _pools(setting, (wish.replicates,))], "power"


def best_of(options: list[ScreenOption], solved_for: str) -> ScreenOption:
    """The way that an answer tells first: the cheapest, or the most usual one where effects were solved for.

    Args:
        options: At least one.
        solved_for: What was solved for.
    """
    if solved_for != "effect":
        return options[0]
    return min(options, key=lambda one: (abs(one.replicates - USUAL_REPLICATES), abs(one.coverage - USUAL_COVERAGE)))


def _price(option: ScreenOption) -> tuple[float, float, int]:
    return option.cost or 0.0, option.cells, option.guides


def _pools(setting: Setting, replicates: tuple[int, ...]) -> list[Pool]:
    """Ways over what is not given; guides are tried only where something else is known to be met by them."""
    wish = setting.wish
    guides = (wish.guides,) if wish.guides else GUIDES if wish.effect is not None else (USUAL_GUIDES,)
    tried = (wish.replicates,) if wish.replicates else replicates
    usual = COVERAGES if wish.effect is None and setting.noise.counted else (USUAL_COVERAGE,)
    coverages = (wish.coverage,) if wish.coverage else usual
    return [setting.pool(g, r, c) for g in guides for r in tried for c in coverages]


def _cheapest(setting: Setting, solve: Callable[[Setting, Pool], ScreenOption | None]) -> list[ScreenOption]:
    wish = setting.wish
    # Where replicates are solved for, each number of guides is asked once.
    tried = REPLICATES if solve is _with_coverage else (1,)
    found = [solve(setting, pool) for pool in _pools(setting, (wish.replicates,) if wish.replicates else tried)]
    return sorted((one for one in found if one is not None), key=_price)


def _with_effect(setting: Setting, pool: Pool) -> ScreenOption | None:
    effect = smallest_effect(pool, setting.noise, setting.wanted)
    return None if effect is None else setting.option(pool, effect, setting.wanted.power)


def _with_power(setting: Setting, pool: Pool) -> ScreenOption:
    effect = setting.wish.effect or 0.0
    return setting.option(pool, effect, power_of(pool, setting.noise, setting.wanted, effect))


def _with_coverage(setting: Setting, pool: Pool) -> ScreenOption | None:
    effect = setting.wish.effect or 0.0
    coverage = coverage_for(pool, setting.noise, setting.wanted, effect, setting.reads_a_cell)
    if coverage is None:
        return None
    # Rounded up to ten, as nobody counts cells closer.
    return _with_power(setting, setting.pool(pool.guides, pool.replicates, ceil(coverage / 10 - 1e-9) * 10))


def _with_replicates(setting: Setting, pool: Pool) -> ScreenOption | None:
    for replicates in range(1, MOST_REPLICATES + 1):
        found = _with_power(setting, setting.pool(pool.guides, replicates, pool.coverage))
        if found.power >= setting.wish.power:
            return found
    return None
