"""Grades by hand: kept under a name, and changing no probability."""

from __future__ import annotations

import pytest

from db.errors import InvalidValueError
from tests.campaign_world import FAST, manifest, new_workspace, started
from tools.campaigns.listing import campaign_show
from tools.campaigns.rounds.grade import campaign_grade
from tools.campaigns.rounds.proposal import campaign_propose


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


def names(shortlist):
    return [nomination.perturbation for nomination in shortlist.nominations]


def test_a_grade_is_kept_and_moves_neither_probability_nor_rank(world):
    started(world)
    before = campaign_propose(world)
    last = names(before)[-1]
    assert campaign_grade(world, last.lower(), 4, "textbook receptor").perturbation == last
    after = campaign_propose(world)
    assert names(after) == names(before)
    assert [n.hit_probability for n in after.nominations] == [n.hit_probability for n in before.nominations]
    assert [n.grade for n in after.nominations] == [None] * 11 + [4.0]
    campaign_grade(world, last, 1, "on second thoughts")
    assert campaign_show(world).rounds[0].nominations[-1].grade == 1.0


@pytest.mark.parametrize(
    ("gene", "grade", "reason", "said"),
    [("GENE0001", 5, "x", "between 0 and 4"), ("GENE0001", 2, " ", "reason"), ("NOPE", 2, "x", "'NOPE' cannot")],
)
def test_a_grade_that_says_nothing_is_refused(world, gene, grade, reason, said):
    started(world)
    campaign_propose(world, predictor=FAST)
    before = manifest(world)
    with pytest.raises(InvalidValueError, match=said):
        campaign_grade(world, gene, grade, reason)
    assert manifest(world) == before
