"""A campaign's question: edited until a round is confirmed."""

from __future__ import annotations

import pytest

from db.errors import ConflictError, InvalidValueError
from tests.campaign_world import confirmed, manifest, new_workspace, started
from tools.campaigns.start.question import campaign_question


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


def test_the_question_can_be_edited_until_a_round_is_confirmed(world):
    started(world)
    edited = campaign_question(world, changes={"direction": "raises", "positive_controls": ["cytokin"]})
    assert (edited.direction, edited.positive_controls) == ("raises", ("GENE0400",))
    assert campaign_question(world) == edited
    confirmed(world)
    before = manifest(world)
    with pytest.raises(ConflictError, match="frozen: round 1 was confirmed"):
        campaign_question(world, changes={"direction": "lowers"})
    assert campaign_question(world) == edited
    assert manifest(world) == before


@pytest.mark.parametrize(
    "changes", [{"organism": "mouse"}, {"colour": "red"}, {"direction": "up"}, {"hit_rule": "x"}, {"phenotype": " "}]
)
def test_an_edit_that_makes_no_question_is_refused(world, changes):
    started(world)
    before = manifest(world)
    with pytest.raises(InvalidValueError):
        campaign_question(world, changes=changes)
    assert manifest(world) == before
