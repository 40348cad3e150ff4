"""Shortlists in one line."""

from __future__ import annotations

import pytest

from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from tests.campaign_world import manifest, new_workspace, started, write_results
from tests.synthetic_store import SYMBOLS
from tools.campaigns.rounds.proposal import campaign_propose
from tools.campaigns.start.start_and_propose import shortlist


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


def test_the_one_line_leaves_nothing_behind_when_it_is_refused(world, tmp_path):
    file = write_results(tmp_path / "mine.csv", SYMBOLS[:590])
    before = manifest(world)
    with pytest.raises(InvalidValueError, match="20 was asked for, but only 10 candidates"):
        shortlist(world, "cytokine", measured=str(file), positive_means="raises", size=20)
    with pytest.raises(RefusedFileError, match="cannot be written"):
        shortlist(world, "cytokine", size=5, out=tmp_path / "no folder" / "list.csv")
    with pytest.raises(NotFoundError):
        shortlist(world, "cytokine", size=5, predictor="oracle")
    assert manifest(world) == before


def test_the_one_line_gives_what_start_and_propose_give(world, tmp_path):
    file = write_results(tmp_path / "mine.csv", SYMBOLS[::2])
    out = tmp_path / "list.csv"
    options = {"measured": str(file), "positive_means": "raises", "size": 10}
    line = shortlist(world, "Cytokine secretion!", out=out, **options)
    assert line.campaign == "cytokine-secretion"
    assert line.path == out
    assert out.is_file()
    started(world, "two", **options)
    steps = campaign_propose(world, "two")
    assert [n.perturbation for n in line.nominations] == [n.perturbation for n in steps.nominations]
    assert [n.hit_probability for n in line.nominations] == [n.hit_probability for n in steps.nominations]
    again = shortlist(world, "Cytokine secretion!", **options)
    assert again.campaign == "cytokine-secretion-2"
    assert [n.perturbation for n in again.nominations] == [n.perturbation for n in line.nominations]
    assert not {n.perturbation for n in line.nominations} & set(SYMBOLS[::2])
