"""What a round promises is written down before it is measured, and the measured round is held against it."""

from __future__ import annotations

import hashlib
import json

import pytest

from db.errors import ConflictError, InvalidValueError, NotFoundError, RefusedFileError
from tests.campaign_world import confirmed, new_workspace, started, write_results
from tools.campaigns.preregistration.document import digest
from tools.campaigns.preregistration.writing import campaign_preregister
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.results.review import campaign_review
from tools.campaigns.rounds.proposal import campaign_confirm, campaign_propose
from tools.doctor.undoing import undo


@pytest.fixture
def world(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    started(workspace)
    return workspace, confirmed(workspace), tmp_path / "round1.json"


def record(workspace, folder, names, **changes):
    campaign_record(workspace, write_results(folder / "r.csv", names, **changes), "pilot", positive_means="raises")


def review(workspace, out):
    return campaign_review(workspace, "pilot", preregistration=out).preregistration


def test_the_file_has_the_list_its_hash_the_rule_the_expected_hits_and_versions(world):
    workspace, names, out = world
    done = campaign_preregister(workspace, out, "pilot")
    said = json.loads(out.read_text())
    assert [one["perturbation"] for one in said["nominations"]] == names
    assert said["list_sha256"] == hashlib.sha256("\n".join(names).encode()).hexdigest() == done.list_sha256
    total = sum(one["hit_probability"] for one in said["nominations"])
    assert said["expected_hits"]["mean"] == pytest.approx(total)
    assert said["expected_hits"]["low"] <= total <= said["expected_hits"]["high"]
    assert (said["hit_rule"], said["side"]) == (done.hit_rule, done.side) == ("top 5%", "both")
    assert {"hitscout", "duckdb", "python"} <= set(said["versions"])
    rest = {key: value for key, value in said.items() if key != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    assert said["sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_round_that_kept_to_it_is_told_so_in_sentences(world, tmp_path):
    workspace, names, out = world
    campaign_preregister(workspace, out, "pilot")
    record(workspace, tmp_path, names)
    found = review(workspace, out)
    assert found.kept
    assert (found.intact, found.known, found.same_list, found.same_rule) == (True, True, True, True)
    assert found.hits == campaign_review(workspace, "pilot").hits
    said = json.loads(out.read_text())["expected_hits"]
    assert found.within == (said["low"] <= found.hits <= said["high"])
    assert found.findings[0].startswith("round1.json is as it was written on 20")
    assert any(f"{found.hits} came: " in one for one in found.findings)


def test_the_same_content_in_another_layout_is_no_change(world, tmp_path):
    workspace, names, out = world
    campaign_preregister(workspace, out, "pilot")
    record(workspace, tmp_path, names)
    out.write_text(json.dumps(dict(reversed(json.loads(out.read_text()).items()))))
    assert review(workspace, out).kept


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["expected_hits"].update(low=0.5),
        lambda said: said["nominations"].reverse(),
        lambda said: said["nominations"][0].update(perturbation="GENE0599"),
        lambda said: said.update(hit_rule="top 50%"),
        lambda said: said["nominations"][3].update(hit_probability=0.99),
    ],
    ids=["interval", "order", "gene", "rule", "probability"],
)
def test_a_changed_file_is_noticed_by_its_hash_and_with_a_new_hash_by_the_stores(world, tmp_path, change):
    workspace, names, out = world
    campaign_preregister(workspace, out, "pilot")
    record(workspace, tmp_path, names)
    said = json.loads(out.read_text())
    change(said)
    out.write_text(json.dumps(said))
    found = review(workspace, out)
    assert not found.intact
    assert not found.kept
    assert found.findings[0].startswith("round1.json was changed after it was written")
    forged = said | {"list_sha256": hashlib.sha256(
        "\n".join(one["perturbation"] for one in said["nominations"]).encode()).hexdigest()}  # fmt: skip
    out.write_text(json.dumps(forged | {"sha256": digest(forged)}))
    found = review(workspace, out)
    assert found.intact
    assert not found.known
    assert not found.kept
    assert "the store never noted it" in found.findings[0]


def test_another_list_and_another_rule_are_named(world, tmp_path):
    workspace, names, out = world
    campaign_preregister(workspace, out, "pilot")
    record(workspace, tmp_path, names)
    said = json.loads(out.read_text())
    said["nominations"][0]["perturbation"] = "GENE0599"
    said["hit_rule"] = "top 50%"
    out.write_text(json.dumps(said))
    found = review(workspace, out)
    assert found.changed == tuple(sorted({names[0], "GENE0599"}))
    assert found.hits is None
    assert any("2 stand in one of them alone" in one for one in found.findings)
    assert any(one == "Its hit rule was top 50% (both); hits are told by top 5% (both) now." for one in found.findings)


def test_nominations_without_a_result_are_named_and_no_interval_is_judged(world, tmp_path):
    workspace, names, out = world
    campaign_preregister(workspace, out, "pilot")
    record(workspace, tmp_path, names[:-2])
    found = review(workspace, out)
    assert found.missing == tuple(names[-2:])
    assert found.within is None
    assert any("of the 10 that were measured" in one for one in found.findings)


def test_confirming_writes_it_at_once_and_an_unwritable_file_confirms_nothing(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    started(workspace)
    campaign_propose(workspace, "pilot", predictor="mean_baseline")
    taken = tmp_path / "taken.json"
    taken.write_text("mine")
    with pytest.raises(RefusedFileError):
        campaign_confirm(workspace, "pilot", preregister=taken)
    with pytest.raises(InvalidValueError, match=r"does not end in \.json"):
        campaign_confirm(workspace, "pilot", preregister=tmp_path / "round.csv")
    with pytest.raises(ConflictError, match="its list may still change"):
        campaign_preregister(workspace, tmp_path / "early.json", "pilot")
    out = tmp_path / "round1.json"
    done = campaign_confirm(workspace, "pilot", preregister=out)
    assert done.state == "confirmed"
    assert done.path == out
    assert json.loads(out.read_text())["round"] == 1
    assert taken.read_text() == "mine"


def test_it_is_refused_once_the_results_are_known_and_for_another_campaign(world, tmp_path):
    workspace, names, out = world
    campaign_preregister(workspace, out, "pilot")
    started(workspace, "other")
    with pytest.raises(InvalidValueError, match="of campaign pilot, not of other"):
        confirmed(workspace, "other")
        campaign_record(workspace, write_results(tmp_path / "o.csv", names), "other", positive_means="raises",
                        allow_others=True)  # fmt: skip
        campaign_review(workspace, "other", preregistration=out)
    record(workspace, tmp_path, names)
    with pytest.raises(ConflictError, match="its results are known"):
        campaign_preregister(workspace, tmp_path / "late.json", "pilot")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("{", RefusedFileError),
        ("[]", RefusedFileError),
        ('{"kind": "preregistered round"}', RefusedFileError),
        ('{"kind": "something else"}', RefusedFileError),
    ],
)
def test_what_is_no_preregistration_is_refused(world, tmp_path, content, error):
    workspace, names, out = world
    record(workspace, tmp_path, names)
    out.write_text(content)
    with pytest.raises(error):
        review(workspace, out)


def test_a_round_that_does_not_exist_or_is_not_measured_is_refused(world, tmp_path):
    workspace, names, out = world
    campaign_preregister(workspace, out, "pilot")
    record(workspace, tmp_path, names)
    said = json.loads(out.read_text())
    out.write_text(json.dumps(said | {"round": 7}))
    with pytest.raises(NotFoundError):
        review(workspace, out)
    campaign_propose(workspace, "pilot", predictor="mean_baseline")
    out.write_text(json.dumps(said | {"round": 2}))
    with pytest.raises(ConflictError, match="is open"):
        review(workspace, out)


def test_taking_the_preregistration_back_makes_the_store_forget_its_hash(world, tmp_path):
    workspace, names, out = world
    campaign_preregister(workspace, out, "pilot")
    assert "preregistered" in undo(workspace).act
    record(workspace, tmp_path, names)
    assert not review(workspace, out).known
