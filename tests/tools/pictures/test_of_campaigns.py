"""Pictures of campaigns: bars, intervals and bins are those of its review."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import ConflictError
from tests.campaign_world import confirmed, new_workspace, started, write_results
from tests.picture_world import cut, on_figure, texts
from tools.campaigns.results.ledger import tally_of
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.results.review import campaign_review
from tools.campaigns.rounds.proposal import campaign_propose
from tools.campaigns.state import state_of
from tools.pictures.progress import progress
from tools.pictures.reliability import plot_reliability, reliability
from tools.pictures.sets import plot_sets, sets, told_apart


@pytest.fixture(scope="module")
def _played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("played")
    place = new_workspace(folder)
    started(place, size=24, hit_rule="|lfc|>2")
    for number in (1, 2):
        names = confirmed(place)
        results = write_results(folder / f"round{number}.csv", names)
        campaign_record(place, results, name="pilot", positive_means="raises")
    campaign_propose(place, "pilot", predictor="mean_baseline")
    return place


@pytest.fixture
def played(_played):
    """Two measured rounds of 24, and one that is open; only read."""
    return _played


def picture_of_progress(place):
    state = state_of(place.store)
    return progress(state, tally_of(place, state))


def test_bars_are_the_hits_of_the_review_and_lines_its_intervals(played):
    review = campaign_review(played)
    figure = on_figure(picture_of_progress(played))
    bars = [one.get_height() for one in figure.axes[0].patches]
    assert bars == [*(one.hits for one in review.rounds), 0]
    lines = figure.axes[0].containers[1].lines
    np.testing.assert_allclose(lines[0].get_ydata()[:2], [one.expected.mean for one in review.rounds])
    ends = [segment[:, 1] for segment in lines[2][0].get_segments()][:2]
    np.testing.assert_allclose(ends, [(one.expected.low, one.expected.high) for one in review.rounds])
    assert [one.get_text() for one in figure.axes[0].get_xticklabels()] == ["1", "2", "3\nopen"]


def test_hits_so_far_add_up_and_their_promise_is_that_of_the_review(played):
    review = campaign_review(played)
    hits, promised = (
        figure_line.get_ydata() for figure_line in reversed(on_figure(picture_of_progress(played)).axes[1].lines[:2])
    )
    assert list(hits) == [0, review.rounds[0].hits, review.hits]
    assert promised[-1] == pytest.approx(review.expected.mean)


def test_nothing_of_a_campaigns_pictures_is_cut_or_small(played):
    state = state_of(played.store)
    tally = tally_of(played, state)
    for picture in (progress(state, tally), reliability(tally), sets(played, state)):
        figure = on_figure(picture)
        assert cut(figure) == []
        assert min(one.get_fontsize() for one in texts(figure)) >= 13


def test_a_bin_lies_at_its_mean_probability_and_the_share_that_hit(played):
    tally = tally_of(played, state_of(played.store))
    figure = on_figure(reliability(tally))
    (drawn,) = (one for one in figure.axes[0].lines if one.get_label() == "share that hit")
    np.testing.assert_allclose(drawn.get_xdata(), [one.expected.mean / one.nominations for one in tally.calibration])
    np.testing.assert_allclose(drawn.get_ydata(), [one.hits / one.nominations for one in tally.calibration])


def test_a_campaign_without_results_has_no_reliability_and_without_rounds_no_progress(tmp_path):
    place = new_workspace(tmp_path, bare=True)
    started(place)
    with pytest.raises(ConflictError, match="pilot has no round yet"):
        picture_of_progress(place)
    with pytest.raises(ConflictError, match="too few"):
        plot_reliability(place, tmp_path / "a.png")
    with pytest.raises(ConflictError, match="no round 1"):
        plot_sets(place, tmp_path / "a.png")


def test_sets_are_counted_over_the_library(played):
    state = state_of(played.store)
    picture = sets(played, state, 1)
    figure = on_figure(picture)
    bars = [one.get_width() for one in figure.axes[0].patches]
    assert picture.shown == len(bars)
    assert all(2 <= width <= 24 for width in bars)
    with pytest.raises(ConflictError, match="no round 9"):
        sets(played, state, 9)


def test_a_set_of_the_same_nominations_is_told_once():
    frame = pd.DataFrame({"genes": [["a", "b", "c"], ["a", "b"], ["c", "d", "e"], ["f", "g"]]})
    assert list(told_apart(frame).index) == [0, 2, 3]
    assert list(told_apart(frame, 2).index) == [0, 2]
