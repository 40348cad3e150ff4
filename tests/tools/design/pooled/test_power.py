"""Noise and power of pooled screens: closed forms against simulated counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from tools.design.detection import Test as Detection
from tools.design.false_discovery import p_for_power
from tools.design.pooled.noise import Noise, Pool, counting_variance, spread_of_mean
from tools.design.pooled.power import Wanted, coverage_for, power_at_p, power_of, smallest_effect
from tools.design.pooled.simulation import simulated_p
from tools.design.simulated import simulate
from tools.workspace import Workspace

QUIET = Noise(0.0, 0.0)
WANTED = Wanted(fdr=0.05, share=0.02, power=0.8, working=0.8, one_sided=False, controls=1000)


@pytest.mark.parametrize("effect", [0.0, -1.0, 0.7])
@pytest.mark.parametrize("bottlenecks", [1, 3])
def test_counting_varies_as_the_delta_method_says(effect, bottlenecks):
    pool = Pool(1, 1, coverage=400, reads=600, skew=1.0, bottlenecks=bottlenecks)
    rng = np.random.default_rng(2)

    def arm(fold: float) -> np.ndarray:
        cells = np.full(40_000, 400 * fold)
        for _ in range(bottlenecks):
            cells = rng.poisson(cells)
        return np.log2(rng.poisson(cells * 1.5) + 0.5)

    seen = np.var(arm(2**effect) - arm(1.0))
    assert seen == pytest.approx(counting_variance(pool, effect), rel=0.05)


def test_an_uneven_library_is_counted_as_the_mean_of_one_over_abundance():
    even, skewed = (counting_variance(Pool(1, 1, 500, 500, skew=skew), 0.0) for skew in (1.0, 4.0))
    sigma = math.log(4) / 2.563
    abundance = np.exp(np.random.default_rng(0).normal(-(sigma**2) / 2, sigma, 400_000))
    assert np.quantile(abundance, 0.9) / np.quantile(abundance, 0.1) == pytest.approx(4, rel=0.02)
    assert skewed / even == pytest.approx(np.mean(1 / abundance), rel=0.02)


def test_replicates_average_out_what_they_do_not_share_and_guides_everything():
    noise = Noise(guide_sd=0.2, replicate_sd=0.5, counted=False)
    assert spread_of_mean(Pool(4, 3, 500), noise) == pytest.approx(math.sqrt((0.04 + 0.25 / 3) / 4))
    assert spread_of_mean(Pool(4, 10**9, 500), noise) == pytest.approx(0.1)


def test_guides_that_do_not_work_bound_the_power():
    found = power_at_p(Pool(3, 50, 1e6), QUIET, WANTED, 8.0, 1e-4)
    assert found == pytest.approx(1 - 0.2**3, abs=1e-6)


def test_power_is_the_mean_over_the_guides_that_work():
    noise, pool = Noise(0.1, 0.3, counted=False), Pool(4, 2, 500)
    spread, test = spread_of_mean(pool, noise), Detection(249)
    expected = sum(binom.pmf(k, 4, 0.8) * test.power(1e-3, k / 4, spread, spread) for k in range(5))
    assert power_at_p(pool, noise, WANTED, 1.0, 1e-3) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("pool", "noise", "effect"),
    [
        (Pool(4, 2, 300, 300, 2.0), Noise(), 1.0), (Pool(4, 2, 300, 300, 2.0), Noise(), -1.0),
        (Pool(6, 3, 500, 200, 3.0, 2), Noise(), -0.6), (Pool(3, 2, 500), Noise(0.05, 0.25, counted=False), 0.6),
    ],
    ids=["gained", "lost", "few reads", "pilot"],
)  # fmt: skip
def test_simulated_screens_have_the_power_and_the_false_share_of_the_closed_form(
    workspace: Workspace, pool, noise, effect
):
    genes, hits, runs = 5_000, 100, 60
    found = simulate(
        workspace, lambda rng: (simulated_p(rng, pool, noise, WANTED, effect, genes, hits), hits), 0.05, runs, 7
    )
    closed = power_of(pool, noise, WANTED, effect)
    # Deep in the tail counts are not quite normal, which moves power by less than two hundredths.
    assert found.power == pytest.approx(closed, abs=4 * found.power_error + 0.02)
    assert 0.2 < closed < 0.97
    assert found.false_share == pytest.approx(0.05 * 0.98, abs=4 * found.false_share_error + 0.015)


def test_the_coverage_that_is_told_is_just_enough():
    coverage = coverage_for(Pool(4, 2, 1, skew=4.0), Noise(), WANTED, 1.0, reads_a_cell=1.0)
    assert coverage is not None
    p = p_for_power(0.05, 0.02, 0.8)
    reached = [power_at_p(Pool(4, 2, c, c, 4.0), Noise(), WANTED, 1.0, p) for c in (coverage, 0.97 * coverage)]
    assert reached[0] == pytest.approx(0.8, abs=1e-5)
    assert reached[1] < 0.8


def test_more_of_anything_finds_more_and_no_number_of_cells_finds_what_guides_hide():
    base = Pool(4, 2, 300, 300, 4.0)
    powers = [
        power_of(pool, Noise(), WANTED, 0.9)
        for pool in (base, Pool(4, 3, 300, 300, 4.0), Pool(5, 2, 300, 300, 4.0), Pool(4, 2, 900, 300, 4.0))
    ]
    assert powers[0] < min(powers[1:])
    assert coverage_for(Pool(4, 2, 1), Noise(), WANTED, 0.2, 1.0) is None


@pytest.mark.parametrize("sign", [1, -1])
def test_the_smallest_effect_is_found_with_the_wanted_power(sign):
    pool = Pool(4, 2, 500, 500, 4.0)
    effect = smallest_effect(pool, Noise(), WANTED, sign)
    assert effect is not None
    assert math.copysign(1, effect) == sign
    assert power_of(pool, Noise(), WANTED, effect) == pytest.approx(0.8, abs=1e-4)
