"""Hits of a screen, and hits that several share, against closed forms and scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from db.errors import InvalidValueError, NotFoundError
from tests.campaign_world import add_measured, new_workspace
from tests.synthetic_store import ESSENTIAL, FITNESS, SYMBOLS
from tools.evidence import open_evidence
from tools.screens.common_hits import by_chance, shared_hits
from tools.screens.hit_listing import screen_hits

RISING = pd.Series(np.linspace(-3, 3, 600), index=SYMBOLS)
"""By top 5 %: the first fifteen genes, of which all are essential, lower it; the last fifteen raise it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    workspace = new_workspace(tmp_path_factory.mktemp("hits"))
    add_measured(workspace.store, "rising", RISING, study="One", phenotype="p24 production")
    add_measured(workspace.store, "falling", -RISING, study="Two", phenotype="IL2 secretion")
    add_measured(workspace.store, "shifted", RISING.shift(10, fill_value=0.0), study="Three", phenotype="CD69 level")
    add_measured(workspace.store, "half", RISING[:300], study="Four", phenotype="CD69 level")
    return workspace


def test_hits_come_strongest_first_with_direction_fitness_and_evidence_that_opens(world):
    found = screen_hits(world, "Rising", top=12)
    assert (found.found, found.raising, found.lowering, found.measured) == (30, 15, 15, 600)
    assert found.fitness == 15
    sizes = [abs(one.estimate) for one in found.hits]
    assert sizes == sorted(sizes, reverse=True)
    assert [one.rank for one in found.hits] == list(range(1, 13))
    by_name = {one.perturbation: one for one in found.hits}
    assert by_name["GENE0000"].direction == "lowers"
    assert {"essential", "fitness"} <= set(by_name["GENE0000"].flags)
    assert by_name["GENE0599"].direction == "raises"
    assert "fitness" not in by_name["GENE0599"].flags
    assert open_evidence(world, found.hits[0].evidence).kind == "effect"


def test_one_side_and_specific_hits_are_what_is_left_and_are_counted(world):
    low = screen_hits(world, "rising", side="low")
    assert {one.perturbation for one in low.hits} == set(SYMBOLS[:15])
    assert low.matching == 15
    specific = screen_hits(world, "rising", specific=True)
    assert {one.perturbation for one in specific.hits} == set(SYMBOLS[-15:])
    assert not {one.perturbation for one in specific.hits} & set(FITNESS)
    assert set(SYMBOLS[:15]) <= set(ESSENTIAL)


def test_the_hits_that_are_listed_are_those_that_the_list_of_screens_counts(world):
    from tools.screens.listing import screen_list

    counted = {one.screen.name: one.hits for one in screen_list(world)}
    assert {name: screen_hits(world, name).found for name in counted} == counted


def test_two_screens_share_hits_with_their_directions_and_the_hypergeometric_chance(world):
    found = shared_hits(world, ["rising", "shifted"])
    # The shift by ten leaves the last fifteen of one and the last fifteen of the other, ten apart, five in common.
    names = {one.perturbation for one in found.hits}
    assert found.found == len(names)
    assert found.expected == pytest.approx(found.hits_of[0] * found.hits_of[1] / 600)
    assert found.p == pytest.approx(hypergeom.sf(found.found - 1, 600, *found.hits_of))
    assert found.opposite == 0
    mirrored = shared_hits(world, ["rising", "falling"])
    assert (mirrored.found, mirrored.same, mirrored.opposite) == (30, 0, 30)
    assert mirrored.hits[0].effects[0] == pytest.approx(-mirrored.hits[0].effects[1])
    assert shared_hits(world, ["rising", "falling"], direction="same").matching == 0


def test_hits_of_at_least_two_of_three_are_more_than_hits_of_all(world):
    every = shared_hits(world, ["rising", "falling", "shifted"])
    two = shared_hits(world, ["rising", "falling", "shifted"], at_least=2)
    assert two.found == 30
    assert every.found < two.found
    assert [one.screens for one in two.hits] == sorted((one.screens for one in two.hits), reverse=True)
    assert {one.perturbation for one in every.hits} <= {one.perturbation for one in two.hits}


def test_hits_that_another_screen_did_not_measure_are_said_to_be_left_out(world):
    found = shared_hits(world, ["rising", "half"])
    assert found.measured == 300
    assert any("15 of rising" in note for note in found.notes)


def test_the_chance_of_hits_of_all_three_is_that_of_draws_one_after_another():
    rng = np.random.default_rng(3)
    sizes, measured = [40, 60, 50], 200
    draws = [
        len(set.intersection(*(set(rng.choice(measured, size, replace=False)) for size in sizes)))
        for _ in range(20_000)
    ]
    expected, p = by_chance(sizes, measured, 3, 6)
    assert expected == pytest.approx(40 * 60 * 50 / 200**2)
    assert np.mean(draws) == pytest.approx(expected, abs=0.05)
    assert p == pytest.approx(np.mean(np.array(draws) >= 6), abs=0.01)


def test_the_chance_of_at_least_two_of_three_is_near_what_draws_give_and_not_below():
    rng = np.random.default_rng(4)
    sizes, measured = [40, 60, 50], 200
    draws = []
    for _ in range(5_000):
        times = np.zeros(measured, int)
        for size in sizes:
            times[rng.choice(measured, size, replace=False)] += 1
        draws.append(int((times >= 2).sum()))
    expected, p = by_chance(sizes, measured, 2, 36)
    assert np.mean(draws) == pytest.approx(expected, abs=0.3)
    share = float(np.mean(np.array(draws) >= 36))
    assert share <= p + 0.01
    assert p < 5 * share + 0.01


def test_a_hit_of_every_phenotype_is_flagged_and_growth_does_not_count(tmp_path):
    workspace = new_workspace(tmp_path)
    for number, phenotype in enumerate(("IL2 secretion", "CD69 level", "IFNG production")):
        effects = pd.Series(np.random.default_rng(number).normal(size=600), index=SYMBOLS)
        effects["GENE0300"] = 9.0
        add_measured(workspace.store, f"reporter {number}", effects, study=f"S{number}", phenotype=phenotype)
    nothing = pd.Series(np.random.default_rng(9).normal(size=600), index=SYMBOLS)
    nothing["GENE0300"] = 0.0
    add_measured(workspace.store, "viability", nothing, study="S9", phenotype="cell viability")
    flagged = {one.perturbation: one.flags for one in screen_hits(workspace, "reporter 0").hits}
    # The two screens of the template have phenotypes of their own, in which the gene is no hit.
    assert "every-reporter" not in flagged["GENE0300"]
    from tools.screens.listing import screen_remove

    for name in ("alpha", "beta"):
        screen_remove(workspace, name)
    found = screen_hits(workspace, "reporter 0")
    flagged = {one.perturbation: one.flags for one in found.hits}
    assert flagged["GENE0300"] == ("every-reporter",)
    assert any("1 of them are hits of every phenotype" in note for note in found.notes)


def test_a_gene_that_goes_up_in_both_bins_of_a_sort_is_flagged_and_its_mirror_is_not(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    low, high = (pd.Series(np.random.default_rng(n).normal(size=600) / 10, index=SYMBOLS) for n in (1, 2))
    # Harmonised: a gene enriched in the low bin lowers the phenotype, one enriched in the high bin raises it.
    low["GENE0100"], high["GENE0100"] = -3.0, 3.0
    low["GENE0200"], high["GENE0200"] = 3.0, 3.0
    for name, effects in (("low bin", low), ("high bin", high)):
        add_measured(workspace.store, name, effects, study="Sorted", phenotype="CD69 level")
    with workspace.store.write("test") as connection:
        connection.execute(
            "UPDATE contrast SET positive_means = CASE WHEN s.name = 'low bin' THEN 'lowers' ELSE 'raises' END"
            " FROM screen s WHERE s.id = screen_id AND s.name IN ('low bin', 'high bin')"
        )
    flagged = {one.perturbation: one.flags for one in screen_hits(workspace, "low bin").hits}
    assert flagged["GENE0100"] == ("opposite-bins",)
    assert flagged["GENE0200"] == ()


def test_refusals_name_what_was_given_and_what_works(world):
    with pytest.raises(NotFoundError, match="Did you mean rising"):
        screen_hits(world, "risingg")
    with pytest.raises(InvalidValueError, match="top=0"):
        screen_hits(world, "rising", top=0)
    with pytest.raises(InvalidValueError, match="two different screens"):
        shared_hits(world, ["rising", "rising"])
    with pytest.raises(InvalidValueError, match="at_least=3"):
        shared_hits(world, ["rising", "falling"], at_least=3)


def test_a_side_of_effects_without_a_sign_is_refused(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    add_measured(workspace.store, "sizes", RISING.abs(), study="One", phenotype="a")
    with workspace.store.write("test") as connection:
        connection.execute("UPDATE contrast SET positive_means = 'unsigned'")
    with pytest.raises(InvalidValueError, match="no sign"):
        screen_hits(workspace, "sizes", side="low")
    assert {one.direction for one in screen_hits(workspace, "sizes").hits} == {""}
