"""A command that is given again because nobody knows whether it was done says so, and writes nothing twice."""

from __future__ import annotations

import pytest

from db.errors import ConflictError
from tests.campaign_world import FAST, confirmed, manifest, new_workspace, started, write_results
from tests.synthetic_store import SYMBOLS
from tools.campaigns.listing import campaign_list
from tools.campaigns.rounds.proposal import campaign_confirm, campaign_propose
from tools.campaigns.start.exclusions import campaign_exclude
from tools.campaigns.start.start_and_propose import shortlist


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


@pytest.mark.parametrize("measured", [False, True])
def test_the_same_start_again_is_recognised(world, tmp_path, measured):
    options = {}
    if measured:
        options = {"measured": str(write_results(tmp_path / "mine.csv", SYMBOLS[:50])), "positive_means": "raises"}
    first = started(world, "pilot", size=10, **options)
    before = manifest(world)
    again = started(world, "pilot", size=10, **options)
    assert (first.recognised, again.recognised) == (False, True)
    assert again.campaign == first.campaign
    assert (again.library_size, again.candidates) == (first.library_size, first.candidates)
    assert "was started already" in again.notes[0]
    assert manifest(world) == before


@pytest.mark.parametrize("changes", [{"size": 11}, {"cell_type": "K562"}, {"flag_essential": True}])
def test_another_start_of_the_name_is_refused(world, changes):
    started(world, "pilot", size=10)
    with pytest.raises(ConflictError, match="'pilot' already"):
        started(world, "pilot", **{"size": 10, **changes})


def test_a_campaign_that_went_on_is_not_started_again(world):
    started(world, "pilot", size=10)
    campaign_propose(world, predictor=FAST)
    with pytest.raises(ConflictError, match="'pilot' already"):
        started(world, "pilot", size=10)


def test_a_named_shortlist_again_gives_the_list_that_is_there(world):
    first = shortlist(world, "cytokine", name="pilot", size=5, predictor=FAST)
    before = manifest(world)
    again = shortlist(world, "cytokine", name="pilot", size=5, predictor=FAST)
    assert again.nominations == first.nominations
    assert "was started already and has this list" in again.notes[0]
    assert manifest(world) == before
    assert [one.name for one in campaign_list(world)] == ["pilot"]
    with pytest.raises(ConflictError, match="'pilot' already"):
        shortlist(world, "cytokine", name="pilot", size=6, predictor=FAST)


def test_a_confirmation_and_an_exclusion_again_say_that_they_were_done(world):
    started(world, "pilot", size=10)
    campaign_exclude(world, [SYMBOLS[0]], "no guides")
    again = campaign_exclude(world, [SYMBOLS[0]], "other reason")
    assert again.excluded == (SYMBOLS[0],)
    assert "had been excluded already, and keep their first reason (no guides)" in again.notes[0]
    chosen = confirmed(world)
    before = manifest(world)
    said = campaign_confirm(world)
    assert [one.perturbation for one in said.nominations] == chosen
    assert said.notes[0].startswith("Round 1 was confirmed already on ")
    assert manifest(world) == before
