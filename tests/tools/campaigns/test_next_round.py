"""Results in, review, and the next round out, in one step."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from db.errors import ConflictError, InvalidValueError, RefusedFileError
from tests.campaign_world import FAST, confirmed, manifest, new_workspace, started, write_results
from tests.synthetic_store import SYMBOLS
from tools.campaigns.next_round import campaign_next
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.results.review import campaign_review
from tools.campaigns.rounds.proposal import campaign_propose


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


def go_on(workspace, path, **options):
    return campaign_next(workspace, path, "pilot", positive_means="raises", predictor=FAST, **options)


def test_it_does_what_the_three_verbs_do_one_after_another(tmp_path):
    results = []
    for folder in (tmp_path / "one", tmp_path / "three"):
        folder.mkdir()
        workspace = new_workspace(folder, bare=True)
        started(workspace)
        path = write_results(folder / "r.csv", confirmed(workspace))
        if folder.name == "one":
            done = go_on(workspace, path)
            results.append((done.recorded, done.review, done.shortlist))
        else:
            recorded = campaign_record(workspace, path, "pilot", positive_means="raises")
            review = campaign_review(workspace, "pilot")
            results.append((recorded, review, campaign_propose(workspace, "pilot", predictor=FAST)))
    assert results[0] == results[1]
    assert results[0][2].round == 2


def test_the_round_is_written_to_a_file_too(world, tmp_path):
    started(world)
    out = tmp_path / "round2.csv"
    done = go_on(world, write_results(tmp_path / "r.csv", confirmed(world)), out=out, size=5)
    assert done.shortlist.path == out
    frame = pd.read_csv(out)
    nominated = [one.perturbation for one in done.shortlist.nominations]
    assert frame["perturbation"].tolist()[:5] == nominated
    assert json.loads(json.dumps(done.to_json(), default=str))["shortlist"]["round"] == 2


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"out": "round.doc"}, InvalidValueError),
        ({"out": "taken.csv"}, RefusedFileError),
        ({"size": 0}, InvalidValueError),
    ],
    ids=["ending", "taken", "size"],
)
def test_what_can_be_refused_beforehand_is_and_nothing_is_recorded(world, tmp_path, options, error):
    started(world)
    path = write_results(tmp_path / "r.csv", confirmed(world))
    (tmp_path / "taken.csv").write_text("mine")
    before = manifest(world)
    if "out" in options:
        options = {"out": tmp_path / options["out"]}
    with pytest.raises(error):
        go_on(world, path, **options)
    assert manifest(world) == before
    assert (tmp_path / "taken.csv").read_text() == "mine"


def test_a_refused_file_changes_nothing(world, tmp_path):
    started(world)
    others = sorted(set(SYMBOLS) - set(confirmed(world)))
    before = manifest(world)
    with pytest.raises(InvalidValueError, match="none of the 12 genes"):
        go_on(world, write_results(tmp_path / "r.csv", others))
    assert manifest(world) == before


def test_where_no_round_can_be_proposed_the_results_stay_and_it_is_said(world, tmp_path):
    started(world)
    path = write_results(tmp_path / "r.csv", confirmed(world))
    done = go_on(world, path, size=100_000)
    assert done.shortlist is None
    assert done.stopped.startswith("The results of round 1 are recorded, and no further round was proposed.")
    assert "only 588 candidates are left" in done.stopped
    assert done.recorded.measured == 12
    # The very same file goes on from there.
    again = go_on(world, path)
    assert again.recorded.recognised
    assert again.shortlist.round == 2


def test_without_a_confirmed_round_it_is_refused(world, tmp_path):
    started(world)
    campaign_propose(world, "pilot", predictor=FAST)
    with pytest.raises(ConflictError, match="is open"):
        go_on(world, write_results(tmp_path / "r.csv", []))
