"""Power in perturbed cells: the closed form against simulated perturbations, and against whole cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tools.design.false_discovery import called
from tools.design.perturb_seq.levels import Levels, assumed_levels
from tools.design.perturb_seq.power import Sought, cells_for, power_of, powers_at_p, smallest_effect, strong_enough
from tools.design.perturb_seq.score_test import difference
from tools.design.perturb_seq.simulation import simulated_p
from tools.design.simulated import simulate

LEVELS = assumed_levels(4_000)
SOUGHT = Sought(fdr=0.05, share=40 / 4_000, power=0.8, working=1.0, controls=2_000)


@pytest.mark.parametrize(
    ("cells", "effect", "working"), [(100, 1.0, 1.0), (300, 1.0, 1.0), (400, -1.0, 1.0), (300, 1.0, 0.7)]
)
def test_simulated_perturbations_have_the_power_and_the_false_share_of_the_closed_form(
    workspace, cells, effect, working
):
    sought = replace(SOUGHT, working=working)
    found = simulate(workspace, lambda rng: (simulated_p(rng, LEVELS, sought, cells, effect, 40), 40), 0.05, 150, 11)
    assert found.power == pytest.approx(power_of(LEVELS, sought, cells, effect), abs=4 * found.power_error + 0.01)
    assert found.false_share == pytest.approx(0.05 * 0.99, abs=4 * found.false_share_error + 0.01)


def test_cells_counted_one_by_one_with_moments_from_controls_find_what_the_closed_form_says():
    rng, genes, responding, cells = np.random.default_rng(8), 800, 40, 150
    levels = Levels(np.geomspace(0.2, 5, genes), np.full(genes, 0.4), genes, 1e4, "")
    sought = Sought(0.05, responding / genes, 0.8, 1.0, 1_500)
    shares, wrong = [], []
    for _ in range(12):
        chosen = rng.permutation(genes)
        mu = levels.means[chosen]
        fold = np.where(np.arange(genes) < responding, 2.0**0.8, 1.0)
        perturbed, controls = (
            rng.poisson(rng.gamma(1 / 0.4, 0.4 * level, (n, genes))) for level, n in ((mu * fold, cells), (mu, 1_500))
        )
        mean, variance = controls.mean(axis=0), controls.var(axis=0, ddof=1)
        null = difference(mean, np.maximum((variance - mean) / mean**2, 0), 1.0, 1.0, cells, 1_500)
        change = perturbed.mean(axis=0) - mean
        hits = called(np.minimum(2 * np.minimum(null.above(change), null.below(change)), 1), 0.05)
        shares.append(hits[:responding].mean())
        wrong.append(hits[responding:].sum() / max(hits.sum(), 1))
    error = np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert np.mean(shares) == pytest.approx(power_of(levels, sought, cells, 0.8), abs=4 * error + 0.02)
    assert np.mean(wrong) < 0.08


def test_cells_that_are_told_are_just_enough():
    cells = cells_for(LEVELS, SOUGHT, 1.0, 1e5)
    assert cells is not None
    assert power_of(LEVELS, SOUGHT, cells, 1.0) == pytest.approx(0.8, abs=0.005)
    assert power_of(LEVELS, SOUGHT, 0.9 * cells, 1.0) < 0.79


def test_the_smallest_effect_is_found_with_the_wanted_power():
    effect = smallest_effect(LEVELS, SOUGHT, 300)
    assert effect is not None
    assert power_of(LEVELS, SOUGHT, 300, effect) == pytest.approx(0.8, abs=1e-3)


def test_more_cells_controls_and_counts_find_more_and_cells_where_nothing_works_less():
    base = power_of(LEVELS, SOUGHT, 150, 1.0)
    assert power_of(LEVELS, SOUGHT, 300, 1.0) > base
    assert power_of(LEVELS, replace(SOUGHT, controls=20_000), 150, 1.0) > base
    assert power_of(assumed_levels(4_000, 30_000), SOUGHT, 150, 1.0) > base
    assert power_of(LEVELS, replace(SOUGHT, working=0.5), 150, 1.0) < base / 2


def test_a_gene_that_too_few_cells_are_expected_to_show_is_not_tested_and_not_found():
    levels = Levels(np.array([0.01, 1.0]), np.array([0.0, 0.5]), 2, 1e4, "")
    # 1 - exp(-0.01) of the cells show the first: 0.995 of a hundred, 7.96 of eight hundred.
    assert strong_enough(levels, 100).tolist() == [0, 1]
    assert strong_enough(levels, 800).tolist() == [1, 1]
    assert powers_at_p(levels, SOUGHT, 100, 5.0, 1e-3)[0] == 0


def test_a_gene_without_a_change_is_called_as_often_as_the_p_value_says():
    levels = Levels(np.array([0.5, 4.0]), np.array([0.5, 0.2]), 2, 1e4, "")
    np.testing.assert_allclose(powers_at_p(levels, SOUGHT, 200, 0.0, 0.01), 0.01, rtol=1e-6)
