"""Lists of campaigns, and which of them is meant where none is named."""

from __future__ import annotations

import pytest

from db.errors import NeedsChoiceError, NotFoundError
from tests.campaign_world import new_workspace, started
from tools.campaigns.listing import campaign_show


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


def test_without_a_name_the_only_campaign_is_meant_and_several_are_listed(world):
    with pytest.raises(NotFoundError, match="no open campaign"):
        campaign_show(world)
    started(world, "one")
    assert campaign_show(world).campaign.name == "one"
    started(world, "two")
    with pytest.raises(NeedsChoiceError, match="one, two"):
        campaign_show(world)
    assert campaign_show(world, "TWO").campaign.name == "two"
    with pytest.raises(NotFoundError, match="Did you mean two"):
        campaign_show(world, "twoo")
