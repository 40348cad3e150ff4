"""The commands that ask a language model outside a conversation, against providers on this machine."""

from __future__ import annotations

import json
import re

import pytest

from db.campaigns.rounds import grades_of
from db.transcripts import find_transcript, lines_of
from tests.agent.conftest import NAMES, holds_key
from tests.agent.fake_providers import KEY, Reply
from tests.campaign_world import FAST, new_workspace, transcripts_of_round, write_results
from tests.synthetic_store import SYMBOLS, share_features
from tools.campaigns.rounds.proposal import campaign_propose
from tools.workspace import Paths
from tui.cli.main import run


@pytest.fixture
def world(tmp_path, monkeypatch):
    workspace = new_workspace(tmp_path, bare=True)
    share_features(Paths.of_user())
    monkeypatch.setenv("HITSCOUT_STORE", str(workspace.store.path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return workspace


@pytest.fixture
def hitscout(capsys):
    """Runs a command in this process: exit code, what stdout holds as JSON, and stderr."""

    def call(*arguments: str):
        with pytest.raises(SystemExit) as ended:
            run([*arguments, "--json"])
        said = capsys.readouterr()
        return ended.value.code or 0, json.loads(said.out) if said.out.startswith("{") else said.out, said.err

    return call


def material(body) -> dict:
    """What a request asks about, whichever protocol it came in."""
    text = json.dumps(body, ensure_ascii=False)
    found = re.search(r"<material>\\n(.*?)\\n</material>", text, re.DOTALL)
    assert found is not None
    return json.loads(json.loads(f'"{found[1]}"'))


def answer(number, body) -> Reply:
    asked = material(body)
    if "screens" in asked:
        declared = {"phenotype": "cytokine secretion", "direction": "lowers", "positive_controls": ["FAKE1"]}
        return Reply(calls=[("declare_question", declared)])
    nominated = [{"gene": "GENE0599", "grade": 4, "reason": "a kinase", "evidence": ["text:GENE0599", "text:FAKE"]}]
    rows = [{"gene": one["gene"], "grade": 1, "reason": "", "evidence": []} for one in asked.get("genes", [])]
    return Reply(calls=[("give_grades", {"grades": rows or nominated})], usage=(1000, 100))


@pytest.fixture
def library(tmp_path) -> str:
    """A library of sixty genes."""
    path = tmp_path / "library.txt"
    path.write_text("\n".join(SYMBOLS[540:]))
    return str(path)


@pytest.mark.parametrize("protocol", list(NAMES))
def test_a_campaign_is_compiled_and_graded_over_each_protocol(world, provider, hitscout, library, protocol):
    provider.script = answer
    name = NAMES[protocol]
    code, made, said = hitscout(
        "campaign", "start", "pilot", "--question", "What lowers the cytokine?", "--size", "12", "--model", name,
        "--library", library,
    )  # fmt: skip
    assert code == 0, said
    assert made["campaign"]["question"]["direction"] == "lowers"
    assert made["campaign"]["question"]["phenotype"] == "cytokine secretion"
    assert [one["name"] for one in made["ignored"]] == ["FAKE1"]
    code, done, said = hitscout("campaign", "grade", "--model", name)
    assert code == 0, said
    assert done["usage"]["requests"] == len(provider.received) - 1 == 6
    assert (done["by"], done["graded"], done["usage"]["cost"]) == (name, 60, 0.0)
    names = [one["perturbation"] for one in done["shortlist"]["nominations"]]
    assert len(names) == len(set(names)) == 12
    assert done["shortlist"]["slots"]["graded_by"] == [name]
    assert KEY not in said + json.dumps(done)


def test_grading_is_estimated_first_and_its_replies_and_transcript_are_kept(
    world, provider, hitscout, library, tmp_path
):
    provider.script = answer
    name = NAMES["openai-chat"]
    hitscout("campaign", "start", "pilot", "--phenotype", "cytokine", "--size", "12", "--library", library)
    code, guess, _ = hitscout("campaign", "grade", "--model", name, "--estimate")
    assert (code, guess["shortlist"], guess["estimate"]["requests"]) == (0, None, 6)
    assert provider.received == []
    _, done, _ = hitscout("campaign", "grade", "--model", name)
    assert "text:FAKE" in {one["name"] for one in done["ignored"]}
    made_with = transcripts_of_round(world.store, "pilot", 1)
    assert len(made_with) == 1
    kept = list(lines_of(find_transcript(world.store, made_with[0]).path))
    assert [line["kind"] for line in kept] == ["start", "asked", "grades", "usage", "answer"]
    assert len(kept[2]["grades"]) == len(grades_of(world.store, 1)) == 2 * 60 + 2
    assert hitscout("transcript", "show", made_with[0])[0] == 0
    assert holds_key(tmp_path) == []
    # What was answered is kept: the second time nothing is asked.
    code, again, _ = hitscout("campaign", "grade", "--model", name)
    assert again["usage"]["requests"] == 0
    assert again["shortlist"]["nominations"] == done["shortlist"]["nominations"]
    assert len(provider.received) == 6


def test_a_distant_provider_needs_consent_and_gets_no_measured_value_unless_rows_are_shared(
    world, distant, hitscout, tmp_path
):
    distant.script = answer
    pilot = write_results(tmp_path / "pilot.csv", SYMBOLS[80:160])
    code, made, _ = hitscout(
        "campaign", "start", "pilot", "--phenotype", "cytokine", "--measured", str(pilot), "--positive-means", "raises"
    )
    assert (code, made["measured"]) == (0, 80)
    code, refused, _ = hitscout("campaign", "grade", "--model", NAMES["openai-chat"])
    assert (code, refused["error"]["kind"]) == (1, "consent")
    assert distant.received == []
    code, _, said = hitscout("campaign", "grade", "--model", NAMES["openai-chat"], "--yes", "--share", "summaries")
    assert code == 0, said
    asked = [material(one.body) for one in distant.received]
    assert len(asked) == 28
    assert all(one["results_so_far"]["tested"] == 80 for one in asked)
    assert all(one["results_so_far"]["hit"] for one in asked), "which were hits is told, how strong they were is not"
    assert not re.search(r'effect\\*":', "".join(one.raw for one in distant.received))
    code, refused, _ = hitscout("campaign", "grade", "--model", NAMES["openai-chat"], "--yes", "--share", "nothing")
    assert (code, refused["error"]["kind"]) == (1, "invalid-value")
    assert "--share names" in refused["error"]["suggestion"]


def test_faults_of_a_provider_leave_the_computed_list(world, provider, hitscout):
    hitscout("campaign", "start", "pilot", "--phenotype", "cytokine", "--size", "12")
    before = [n.perturbation for n in campaign_propose(world, predictor=FAST).nominations]
    for fault in ("401", "choices-empty"):
        provider.script = [Reply(fault=fault)]
        code, told, said = hitscout("campaign", "grade", "--model", NAMES["openai-chat"])
        assert KEY not in json.dumps(told) + said
        if fault == "401":
            assert code == 1
            assert "key" in told["error"]["message"]
            assert len(provider.received) == 2
        else:
            assert code == 0
            assert "no reply" in json.dumps(told["ignored"])
            assert len(told["shortlist"]["nominations"]) == 12
    assert len(before) == 12


def test_without_a_language_model_grading_says_how_to_name_one_or_grade_oneself(world, hitscout):
    hitscout("campaign", "start", "pilot", "--question", "What moves it?", "--phenotype", "cytokine", "--size", "12")
    campaign_propose(world, predictor=FAST)
    code, told, _ = hitscout("campaign", "grade", "--model", "offline")
    assert (code, told["error"]["message"]) == (1, "The offline assistant gives no grades.")
    code, _, said = hitscout("campaign", "grade", "--gene", "GENE0001")
    assert code == 2
    assert "--grade" in said
    code, done, _ = hitscout("campaign", "grade", "--gene", "GENE0001", "--grade", "4", "--reason", "a hunch")
    assert (code, done["grade"]) == (0, 4.0)
    assert "propose" in done["notes"][0]


def test_a_replay_with_a_language_model_reports_tokens_money_and_memory_and_can_be_taken_up(world, provider, hitscout):
    provider.script = answer
    arguments = (
        "replay", "alpha", "--pool", "all", "--rounds", "2", "--size", "20", "--seeds", "1", "--predictor", FAST,
        "--model", NAMES["anthropic"], "--trained-until", "2023",
    )  # fmt: skip
    code, report, said = hitscout(*arguments)
    assert code == 0, said
    assert report["setting"]["language_model"] == NAMES["anthropic"]
    assert report["setting"]["trained_until"] == 2023
    assert report["usage"]["requests"] == len(provider.received) > 50
    assert report["usage"]["input_tokens"] == 1000 * len(provider.received)
    screen = report["screens"][0]
    assert screen["memory"] == "possible"
    assert {"without_grades", "masked_names", "permuted_feedback"} <= set(screen["controls"])
    masked = [one for one in provider.received if "GENE0" not in one.conversation]
    assert len(masked) > 10
    asked = len(provider.received)
    code, again, _ = hitscout(*arguments)
    assert len(provider.received) == asked
    assert again["usage"]["requests"] == 0
    assert again["screens"][0]["hit_ratio"] == screen["hit_ratio"]
