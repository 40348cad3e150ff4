"""Pooled screens that are planned: answers, ways, pilots, and wishes that cannot be met."""

from __future__ import annotations

import math

import numpy as np
import pytest

from db.errors import InvalidValueError, NotFoundError
from tests.design_world import SHARED, SINGLE, add_replicated, add_table, write_table
from tests.synthetic_store import GENES
from tools.design.pooled.plan import design_screen


def test_the_answer_says_first_how_many_cells_are_needed(workspace):
    found = design_screen(workspace, effect=1.0)
    best = found.best
    assert found.answer.startswith(f"You need {best.cells / 1e6:,.0f} million cells")
    assert f"{best.guides} guides a gene, {best.replicates} replicates and {best.coverage}" in found.answer
    assert (found.solved_for, best) == ("coverage", found.options[0])
    assert all(one.power >= 0.8 for one in found.options)
    cells = [one.cells for one in found.options]
    assert cells == sorted(cells)


def test_what_a_way_takes_is_counted_over_library_arms_and_replicates(workspace):
    wish = {"effect": 1.0, "guides": 4, "replicates": 3, "coverage": 300, "genes": 5_000, "control_guides": 400}
    found = design_screen(workspace, **wish, gate=0.15, price_guide=0.1, price_cells=2.0, price_reads=3.0).best
    assert found.library == 20_400
    assert found.cells == pytest.approx(20_400 * 300 * 3 / 0.15)
    assert found.total_reads == 20_400 * 300 * 3 * 2
    assert found.cost == pytest.approx(2_040 + 2 * found.cells / 1e6 + 3 * found.total_reads / 1e6)


def test_with_prices_the_cheapest_way_comes_first(workspace):
    dear_guides = design_screen(workspace, effect=1.0, price_guide=100.0)
    assert dear_guides.best.guides == min(one.guides for one in dear_guides.options)
    costs = [one.cost for one in dear_guides.options]
    assert costs == sorted(costs)
    assert f"{dear_guides.best.cost:,.0f} in all" in dear_guides.answer


@pytest.mark.parametrize(
    ("given", "solved_for"),
    [
        ({}, "effect"), ({"effect": 0.8}, "coverage"), ({"effect": 0.8, "coverage": 400}, "replicates"),
        ({"effect": 0.8, "coverage": 400, "replicates": 4}, "guides"),
        ({"effect": 0.8, "coverage": 400, "replicates": 4, "guides": 4}, "power"),
    ],
)  # fmt: skip
def test_what_is_not_given_is_solved_for(workspace, given, solved_for):
    found = design_screen(workspace, **given)
    assert found.solved_for == solved_for
    for name, value in given.items():
        assert {getattr(one, name) for one in found.options} == {value}
    if solved_for != "power":
        assert all(one.power >= 0.8 - 1e-6 for one in found.options)


def test_fewer_replicates_than_are_told_would_not_do(workspace):
    best = design_screen(workspace, effect=0.6, coverage=400, guides=4).best
    fewer = design_screen(workspace, effect=0.6, coverage=400, guides=4, replicates=best.replicates - 1).best
    assert fewer.power < 0.8 <= best.power


def test_each_replicate_shows_smaller_effects(workspace):
    effects = [one.effect for one in design_screen(workspace, coverage=500).options]
    assert effects == sorted(effects, reverse=True)
    assert len(effects) == 4


def test_simulations_stand_beside_the_closed_form_and_follow_the_seed(workspace):
    wish = {"effect": 1.0, "guides": 4, "replicates": 2, "coverage": 300, "genes": 3_000, "hits": 60, "simulate": 20}
    found, again, other = (design_screen(workspace, **wish, seed=seed) for seed in (1, 1, 2))
    assert found.simulated == again.simulated
    assert found.simulated != other.simulated
    assert found.simulated.runs == 20
    assert found.simulated.power == pytest.approx(found.best.power, abs=5 * found.simulated.power_error + 0.02)


def test_a_pilots_own_spread_takes_the_place_of_what_is_assumed(known, tmp_path):
    add_replicated(known, tmp_path, hits=10)
    found = design_screen(known, effect=1.0, pilot="pilot")
    assert (found.genes, found.hits, found.noise) == (GENES, 10, "pilot")
    # Four guides a gene: what a guide does is twice what its gene does.
    assert found.guide_sd == pytest.approx(2 * SHARED, rel=0.25)
    assert found.replicate_sd == pytest.approx(2 * SINGLE, rel=0.1)
    assert any("as in the pilot" in note for note in found.notes)


def test_of_a_pilot_without_replicates_one_stands_for_the_whole(known, tmp_path):
    values = np.random.default_rng(0).normal(0, 0.2, GENES)
    add_table(known, write_table(tmp_path / "a.csv", values), "alone")
    found = design_screen(known, effect=1.0, pilot="alone", hits=10)
    assert found.replicate_sd == pytest.approx(0.4, rel=0.1)
    assert found.guide_sd == 0
    assert any("no replicates of alone" in note for note in found.notes)


def test_a_standard_deviation_that_is_given_counts(workspace):
    quiet, loud = (design_screen(workspace, sd=sd, guides=4, replicates=2).best.effect for sd in (0.2, 0.8))
    assert quiet < loud / 2
    assert design_screen(workspace, sd=0.2).replicate_sd == 0.2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"effect": 0.0}, "no number of cells"), ({"effect": math.nan}, "no number of cells"),
        ({"effect": 20.0}, "beyond what counts"), ({"effect": 1.0, "power": 1.0}, "A power of 1 cannot be had"),
        ({"effect": 1.0, "power": 0.0}, "finds nothing"), ({"effect": 1.0, "fdr": 0.0}, "risk being wrong"),
        ({"effect": 1.0, "fdr": 1.0}, "every call be wrong"), ({"hits": 20_000}, "leave none without an effect"),
        ({"hits": 0}, "nothing to find"), ({"guides": 500}, "good sites"), ({"guides": 0}, "0 guides"),
        ({"genes": 300_000, "guides": 8}, "larger than any that is made"), ({"replicates": 0}, "0 replicates"),
        ({"replicates": 1000}, "1000 replicates"), ({"working": 0.0}, "no share of guides"),
        ({"gate": 0.8}, "Two arms"), ({"skew": 0.5}, "even library"), ({"control_guides": 3}, "3 control guides"),
        ({"sd": -1.0}, "standard deviation of -1"), ({"pilot": "", "price_guide": -1.0}, "below nothing"),
        ({"simulate": 10**6}, "more than tell"), ({"bottlenecks": 0}, "narrow points"),
        ({"effect": 0.1}, "at most 0%"), ({"effect": 3.0, "guides": 2, "power": 0.99}, "at most 96%"),
        ({"guides": 2, "power": 0.99}, "4% of the genes have none that works"),
        ({"effect": 0.6, "genes": 100_000, "guides": 8, "replicates": 12, "coverage": 10**7}, "more than can be grown"),
    ],
    ids=str,
)  # fmt: skip
def test_an_impossible_wish_is_told_so_with_what_would_be_possible(workspace, given, said):
    with pytest.raises(InvalidValueError, match=said) as refused:
        design_screen(workspace, **given)
    assert refused.value.message.endswith((".", "?"))
    assert refused.value.suggestion.endswith(".")


def test_the_effect_that_is_said_to_be_possible_is(workspace):
    with pytest.raises(InvalidValueError) as refused:
        design_screen(workspace, effect=0.1)
    possible = float(refused.value.suggestion.split("An effect of ")[1].split()[0])
    # Rounded to two digits as it is said.
    assert design_screen(workspace, effect=1.05 * possible, guides=8, replicates=12).options


def test_more_cells_than_fit_usual_flasks_are_said_in_flasks_and_litres(workspace):
    found = design_screen(workspace, effect=0.8, guides=4, replicates=4, coverage=5_000)
    assert any("flasks of 225" in note and "litres" in note for note in found.notes)


def test_a_pilot_that_is_not_there_is_named(known):
    with pytest.raises(NotFoundError, match="'nope'"):
        design_screen(known, effect=1.0, pilot="nope")


def test_a_pilot_and_a_standard_deviation_are_one_too_many(known, tmp_path):
    add_replicated(known, tmp_path)
    with pytest.raises(InvalidValueError, match="both given"):
        design_screen(known, effect=1.0, pilot="pilot", sd=0.3)
