"""A replay with a judge: hidden results stay hidden, slots are filled, and the controls say what grades were worth."""

from __future__ import annotations

import json

import numpy as np
import pytest

from db.errors import InvalidValueError
from tests.scripted_judge import ScriptedJudge
from tests.synthetic_store import MODULE_OF, SYMBOLS, shared_world, workspace_on
from tools.replays.replay import known_until, memory_of, replay
from tools.workspace import Progress, Workspace

QUICK = {"pool": "all", "size": 40, "rounds": 3, "seeds": 1, "controls": False, "predictor": "mean_baseline"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A workspace on the small world, only read."""
    store, _ = shared_world(tmp_path_factory)
    folder = tmp_path_factory.mktemp("judged-replay")
    return workspace_on(store, folder)


def oracle(task):
    """Knows the modules that matter, and says so of whatever it may grade."""
    good = {SYMBOLS[i] for i in np.flatnonzero(np.isin(MODULE_OF, [4, 7, 11]))}
    tested = set(task.rounds.effects["perturbation"])
    return [(name, 4, "module", []) for name in sorted(good - tested)]


def test_without_a_judge_the_replay_is_what_it_was(shared):
    report = replay(shared, ["target"], **QUICK).to_json()
    assert report["setting"]["language_model"] is None
    assert "usage" not in report
    assert "memory" not in report["screens"][0]


def test_a_good_judge_finds_more_and_the_report_says_who_and_what_it_took(shared):
    said: list[Progress] = []
    workspace = Workspace(shared.store, shared.rng, paths=shared.paths, report=said.append)
    judge = ScriptedJudge(oracle, price=0.5)
    report = replay(workspace, ["target"], judge=judge, **(QUICK | {"controls": True})).to_json()
    screen = report["screens"][0]
    assert report["setting"]["language_model"] == "scripted:judge"
    assert screen["memory"] == "possible"
    # 25 % of 40 and 15 % of 40, then up to 30 % of 40 as the record is good.
    assert 10 + 6 < screen["slots"]["filled"] <= 10 + 6 + 12
    assert screen["slots"]["hits"] > 0.3 * screen["slots"]["filled"]
    without = screen["controls"]["without_grades"]["hit_ratio"]
    assert screen["hit_ratio"]["mean"] > without
    assert screen["controls"]["masked_names"]["hit_ratio"] == pytest.approx(screen["hit_ratio"]["mean"], abs=0.15)
    assert "permuted_feedback" in screen["controls"]
    # Played itself, with permuted feedback and with masked names: three times three rounds.
    assert report["usage"]["requests"] == len(judge.tasks) == 9
    assert report["usage"]["cost"] == pytest.approx(4.5)
    assert sum(task.masked for task in judge.tasks) == 3
    estimate = next(one.message for one in said if one.task.startswith("estimate"))
    assert "9 requests" in estimate
    assert "$4.50" in estimate
    json.dumps(report, allow_nan=False)


def test_a_judge_sees_only_what_was_revealed_and_shuffled_names(shared):
    judge = ScriptedJudge([])
    report = replay(shared, ["target"], judge=judge, **QUICK)
    plain = replay(shared, ["target"], **QUICK)
    assert report.screens[0].picks == plain.screens[0].picks, "without a good grade the list is the computed one"
    first, second, third = judge.tasks
    assert first.rounds.effects.empty
    assert set(second.rounds.effects["perturbation"]) == set(report.screens[0].picks[0][0])
    assert len(third.rounds.effects) == 80
    assert len(first.candidates) == 500
    assert list(first.candidates) != sorted(first.candidates)
    assert not set(third.candidates) & set(third.rounds.effects["perturbation"])
    assert "target" not in {screen.name for screen in first.view.screens()}


def test_bad_judges_leave_the_replay_full_and_valid(shared):
    rows = [("FAKE1", 4, "x", ["text:FAKE1"]), *[("GENE0100", 4, "x", [])] * 128]
    report = replay(shared, ["target"], judge=ScriptedJudge(rows), **QUICK)
    picks = [name for step in report.screens[0].picks[0] for name in step]
    assert len(picks) == len(set(picks)) == 120
    assert "FAKE1" not in picks
    assert report.screens[0].refused >= 3


def test_memory_is_possible_unless_the_screen_is_newer_than_the_language_model():
    assert memory_of("Schmidt 2022", None) == "possible"
    assert memory_of("Schmidt 2022", known_until("2021-09")) == "excluded"
    assert memory_of("Schmidt 2022", known_until("2022")) == "possible"
    assert memory_of("in-house", known_until("2021")) == "possible"
    with pytest.raises(InvalidValueError, match="no year"):
        known_until("lately")
