"""Two screens compared, against closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError
from tests.campaign_world import add_measured, new_workspace
from tests.synthetic_store import SYMBOLS
from tools.evidence import open_evidence
from tools.screens.comparison import screen_compare

RISING = pd.Series(np.linspace(-3, 3, 600), index=SYMBOLS)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    workspace = new_workspace(tmp_path_factory.mktemp("comparisons"), bare=True)
    add_measured(workspace.store, "rising", RISING, study="One", phenotype="a")
    add_measured(workspace.store, "falling", -RISING, study="Two", phenotype="b")
    add_measured(workspace.store, "rising again", RISING * 2 + 0.001, study="One", phenotype="a")
    add_measured(workspace.store, "half", RISING[:300], study="Three", phenotype="c")
    add_measured(workspace.store, "few", RISING[:10], study="Three", phenotype="c")
    return workspace


def test_a_mirrored_screen_correlates_by_minus_one_and_shares_its_hits_with_opposite_signs(world):
    found = screen_compare(world, "rising", "falling")
    assert found.shared == 600
    assert found.spearman == pytest.approx(-1)
    assert found.spearman_size == pytest.approx(1)
    assert (found.first_hits, found.second_hits, found.both) == (30, 30, 30)
    assert (found.same_sign, found.opposite_sign) == (0, 30)
    assert found.expected == pytest.approx(1.5)
    assert found.relation == "other"


def test_the_chance_of_the_shared_hits_is_hypergeometric(world):
    from math import comb

    found = screen_compare(world, "rising", "falling")
    # All 30 hits of one among the 30 of the other, of 600.
    assert found.p == pytest.approx(1 / comb(600, 30), rel=1e-6)


def test_hits_are_told_over_the_whole_screen_and_counted_over_the_shared(world):
    found = screen_compare(world, "rising", "half")
    assert found.shared == 300
    assert found.first_hits == 15
    assert found.second_hits == 15


def test_shared_hits_come_strongest_first_with_evidence_that_opens(world):
    found = screen_compare(world, "rising", "falling")
    assert len(found.hits) == 20
    sizes = [abs(one.first) + abs(one.second) for one in found.hits]
    assert sizes == sorted(sizes, reverse=True)
    first = found.hits[0]
    assert [open_evidence(world, one).facts["estimate"] for one in first.evidence] == [first.first, first.second]


def test_copies_are_said_to_be_copies(world):
    found = screen_compare(world, "rising", "rising again")
    assert found.relation == "copy"
    assert "copies of one experiment" in found.notes[0]


def test_what_cannot_be_compared_is_refused_in_words(world):
    with pytest.raises(InvalidValueError, match="share 10 perturbations"):
        screen_compare(world, "rising", "few")
    with pytest.raises(InvalidValueError, match="named twice"):
        screen_compare(world, "rising", "Rising")
    with pytest.raises(NotFoundError, match="'fallling'") as refused:
        screen_compare(world, "rising", "fallling")
    assert "falling" in refused.value.suggestion


def test_effects_without_a_sign_are_compared_by_size_and_no_signs_are_counted(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    add_measured(workspace.store, "rising", RISING, study="One", phenotype="a")
    add_measured(workspace.store, "sizes", RISING.abs(), study="Two", phenotype="b", positive_means="unsigned")
    found = screen_compare(workspace, "rising", "sizes")
    assert found.spearman == found.spearman_size == pytest.approx(1)
    assert (found.both, found.same_sign, found.opposite_sign, found.signed) == (30, 0, 0, False)
    assert any(note.startswith("sizes says how strong effects are, not which way") for note in found.notes)


def test_agreement_of_directions_is_tested_by_fisher_in_the_direction_that_was_expected(tmp_path):
    from scipy.stats import fisher_exact

    workspace = new_workspace(tmp_path, bare=True)
    other = RISING.copy()
    # Three of the fifteen that raise in one lower in the other.
    other.iloc[[-1, -2, -3]] *= -1
    add_measured(workspace.store, "first", RISING, study="One", phenotype="a")
    add_measured(workspace.store, "second", other, study="Two", phenotype="b")
    same = screen_compare(workspace, "first", "second")
    assert (same.both, same.agreeing, same.same_sign, same.opposite_sign) == (30, 27, 27, 3)
    assert [one.perturbation for one in same.discordant] == [SYMBOLS[-1], SYMBOLS[-2], SYMBOLS[-3]]
    assert same.expected_agreeing == pytest.approx(30 * (0.5 * 0.4 + 0.5 * 0.6))
    assert same.agreeing_p == pytest.approx(fisher_exact([[12, 3], [0, 15]], alternative="greater").pvalue)
    opposite = screen_compare(workspace, "first", "second", direction="opposite")
    assert opposite.agreeing == 3
    assert opposite.agreeing_p > 0.99
    assert len(opposite.discordant) == 20


def test_hits_that_go_one_way_only_tell_nothing_of_directions(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    for name in ("first", "second"):
        add_measured(workspace.store, name, RISING, study=name, phenotype=name)
    with workspace.store.write("test") as connection:
        connection.execute("UPDATE screen SET side = 'high' WHERE name IN ('first', 'second')")
    found = screen_compare(workspace, "first", "second")
    assert found.agreeing == found.both == 30
    assert found.agreeing_p is None
