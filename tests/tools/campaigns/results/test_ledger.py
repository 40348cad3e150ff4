"""Tallies against what the shortlists promised, what the results hold, and what the export orders."""

from __future__ import annotations

import pytest

from tests.campaign_world import TRUTH, confirmed, new_workspace, started, write_results
from tools.campaigns.listing import campaign_show
from tools.campaigns.results.ledger import tally_of
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.results.review import campaign_review
from tools.campaigns.rounds.grade import campaign_grade
from tools.campaigns.rounds.order_file import campaign_export
from tools.campaigns.rounds.proposal import campaign_propose
from tools.campaigns.start.exclusions import campaign_exclude
from tools.campaigns.state import state_of
from tools.prediction.expected_hits import common_doubt, expected_of


@pytest.fixture
def world(tmp_path):
    made = new_workspace(tmp_path, bare=True)
    started(made, size=20, hit_rule="|lfc|>1.96", price=2.0, positive_controls=["GENE0300"])
    return made


def test_a_round_is_tallied_by_what_it_promised_brought_and_costs(world, tmp_path):
    chosen = confirmed(world)
    order = campaign_export(world, tmp_path / "order.csv")
    before = tally_of(world, state_of(world.store))
    probabilities = [n.hit_probability for n in campaign_show(world).rounds[0].nominations]
    (one,) = before.rounds
    assert (one.state, one.nominated, one.measured, one.hits) == ("confirmed", 20, 0, None)
    rule = campaign_show(world).campaign.question.hit_rule
    assert one.expected == expected_of(probabilities, doubt=common_doubt(rule, 0))
    ordered = (before.spend.guides, before.spend.non_targeting, before.spend.cells, before.spend.price)
    assert ordered == (order.guides, order.non_targeting, order.cells, order.price)
    assert before.calibration == ()
    campaign_record(world, write_results(tmp_path / "r1.csv", chosen[:17]), positive_means="raises")
    after = tally_of(world, state_of(world.store))
    (one,) = after.rounds
    assert (one.state, one.measured) == ("measured", 17)
    assert one.hits == sum(abs(TRUTH[name]) > 1.96 for name in chosen[:17])
    chance = campaign_show(world).rounds[0].shortlist.random_probability
    assert one.random == pytest.approx(17 * chance)
    assert sum(b.nominations for b in after.calibration) == 17
    assert sum(b.hits for b in after.calibration) == one.hits
    assert sum(b.expected.mean for b in after.calibration) == pytest.approx(one.expected.mean)
    review = campaign_review(world)
    assert (review.calibration, review.spend) == (after.calibration, after.spend)
    assert [r.random for r in review.rounds] == [one.random]


def test_an_open_round_costs_nothing_yet(world):
    campaign_propose(world, predictor="mean_baseline")
    tally = tally_of(world, state_of(world.store))
    assert tally.rounds[0].spend.guides > 0
    assert (tally.spend.guides, tally.spend.price) == (0, None)


def test_an_open_round_says_what_came_after_it_was_computed(world):
    first = campaign_propose(world, predictor="mean_baseline")
    (before,) = tally_of(world, state_of(world.store)).rounds
    assert (before.stale, before.unheard) == (False, ())
    listed = {n.perturbation for n in first.nominations}
    other = next(name for name in TRUTH.index if name not in listed)
    campaign_grade(world, other, 4, "binds the receptor")
    (graded,) = tally_of(world, state_of(world.store)).rounds
    assert (graded.stale, graded.unheard) == (False, (other,))
    campaign_exclude(world, [first.nominations[0].perturbation], "no guides")
    assert tally_of(world, state_of(world.store)).rounds[0].stale
