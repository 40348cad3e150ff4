"""Genes taken out of a campaign for good."""

from __future__ import annotations

import pytest

from db.errors import InvalidValueError
from tests.campaign_world import FAST, new_workspace, started
from tests.synthetic_store import FITNESS
from tools.campaigns.listing import campaign_show
from tools.campaigns.rounds.proposal import campaign_propose
from tools.campaigns.start.exclusions import campaign_exclude
from tools.campaigns.start.start import campaign_start


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


def test_excluded_genes_are_never_nominated_and_names_outside_are_reported(world):
    started(world)
    done = campaign_exclude(world, ["GENE0005", "cytokin", "NOPE"], "sequence is toxic")
    assert done.excluded == ("GENE0005", "GENE0400")
    assert [one.name for one in done.ignored] == ["NOPE"]
    names = {n.perturbation for n in campaign_propose(world, size=598, predictor="mean_baseline").nominations}
    assert len(names) == 598
    assert not names & {"GENE0005", "GENE0400"}
    with pytest.raises(InvalidValueError, match="needs a reason"):
        campaign_exclude(world, ["GENE0006"], " ")


@pytest.fixture
def rich_world(tmp_path):
    return new_workspace(tmp_path)


def names(shortlist):
    return [nomination.perturbation for nomination in shortlist.nominations]


def test_fitness_genes_are_left_out_and_the_start_says_so(rich_world):
    plain = started(rich_world)
    assert plain.candidates == plain.library_size - len(FITNESS)
    assert any(str(len(FITNESS)) in note and "`flag_essential=True`" in note for note in plain.notes)
    everyone = campaign_propose(rich_world, size=plain.candidates, predictor=FAST)
    assert not set(names(everyone)) & set(FITNESS)
    assert campaign_show(rich_world).excluded == len(FITNESS)


def test_fitness_genes_stay_where_a_library_is_named_or_growth_is_asked_about(rich_world, tmp_path):
    library = tmp_path / "mine.txt"
    library.write_text("\n".join(FITNESS) + "\n")
    assert started(rich_world, "named", library=str(library)).candidates == len(FITNESS)
    assert campaign_start(rich_world, "growth", "proliferation of T cells", size=12).candidates == 600
