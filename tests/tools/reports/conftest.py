"""A campaign of two measured rounds and an open one, whose name is markup."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.campaign_world import confirmed, new_workspace, started, write_results
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.rounds.proposal import campaign_propose
from tui.layouts.acts import in_commands

NAME = "<b>bold</b> & co"


@pytest.fixture(scope="session")
def reported(tmp_path_factory):
    """A workspace on its store; only read."""
    folder = tmp_path_factory.mktemp("reported")
    place = new_workspace(folder)
    started(place, NAME, size=24, hit_rule="|lfc|>2", price=2.5, positive_controls=["GENE0085"])
    for number in (1, 2):
        results = write_results(folder / f"round{number}.csv", confirmed(place, NAME))
        campaign_record(place, results, name=NAME, positive_means="raises")
    campaign_propose(place, NAME, predictor="mean_baseline", seed=3)
    return replace(place, says=in_commands)
