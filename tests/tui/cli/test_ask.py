"""``hitscout ask`` and ``hitscout transcript``: what they print, refuse, ask for and keep."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager

import pytest

from tests.agent.fake_providers import KEY, Reply, fake_provider
from tests.campaign_world import FAST, manifest, new_workspace, started
from tui.cli.main import run

DISTANT = "api.example.test"


@pytest.fixture(scope="module")
def _served():
    with fake_provider() as provider:
        yield provider


@pytest.fixture
def provider(_served, monkeypatch):
    for name in ("HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "HITSCOUT_MODEL", "HITSCOUT_SHARE", "HITSCOUT_FALLBACK_MODEL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{_served.base_url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return _served


@contextmanager
def distant(provider, monkeypatch):
    """The provider goes by the name of another machine."""
    with monkeypatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", f"http://{DISTANT}/v1")
        patch.setenv("http_proxy", provider.base_url)
        yield


@pytest.fixture
def world(tmp_path, monkeypatch):
    folder = tmp_path / "laboratory"
    folder.mkdir()
    place = new_workspace(folder, bare=True)
    started(place)
    monkeypatch.setenv("HITSCOUT_STORE", str(place.store.path))
    return place


@pytest.fixture
def hitscout(capsys):
    """Runs the command line in this process; gives exit code, stdout and stderr."""

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            run(arguments)
        out, error = capsys.readouterr()
        return ended.value.code, out, error

    return command


def test_without_a_language_model_the_offline_assistant_answers_on_stdout(hitscout, world):
    code, out, error = hitscout("ask", "Which", "screens", "are", "there?")
    assert code == 0
    assert "alpha phenotype" in out
    assert "Offline assistant" in out
    assert "screen_list" in error
    assert "screen_list" not in out
    code, out, error = hitscout("ask", "Which screens are there?", "--quiet")
    assert (code, error) == (0, "")


def test_as_json_it_gives_answer_shortlist_transcript_and_usage(hitscout, world, provider):
    provider.script = [
        Reply(calls=[("campaign_propose", {"name": "pilot", "predictor": FAST, "size": 4})]), Reply("Here they are."),
    ]  # fmt: skip
    code, out, _error = hitscout("ask", "Propose!", "--model", "openai-chat:m", "--approve", "all", "--json")
    assert code == 0, out
    answer = json.loads(out)
    assert list(answer) == ["answer", "shortlist", "transcript", "usage", "marks"]
    assert answer["answer"].strip() == "Here they are."
    assert len(answer["shortlist"]["nominations"]) == 4
    assert set(answer["usage"]) == {"requests", "tool_calls", "input_tokens", "output_tokens", "cost"}
    listed = json.loads(hitscout("transcript", "list", "--json")[1])
    assert [(one["id"], one["rounds"]) for one in listed] == [(answer["transcript"], ["pilot 1"])]


def test_without_a_terminal_nothing_is_written_unless_it_is_allowed(hitscout, world, provider):
    provider.script = [Reply(calls=[("screen_remove", {"name": "alpha"})]), Reply("It was not allowed.")]
    before = json.loads(manifest(world))["ingests"]
    code, _out, error = hitscout("ask", "Remove alpha", "--model", "openai-chat:m")
    assert code == 0
    assert "denied" in error
    assert json.loads(manifest(world))["ingests"] == before
    assert "no terminal" in provider.received[1].raw


def test_a_failed_run_exits_with_1_and_one_line(hitscout, world, provider):
    provider.script = [Reply(fault="401")]
    code, out, error = hitscout("ask", "Hello?", "--model", "openai-chat:m")
    assert (code, out) == (1, "")
    assert error.startswith("Error: The key for m was refused.")
    assert "Traceback" not in error
    assert KEY not in error
    code, out, _error = hitscout("ask", "Hello?", "--model", "openai-chat:m", "--json")
    assert code == 1
    assert json.loads(out)["error"]["kind"] == "provider"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "nonsense"], "provider:name"), (["--campaign", "pilott"], "pilot"),
        (["--resume", "nope"], "transcript"), (["--model", "groq:x"], "not installed"),
    ],
)  # fmt: skip
def test_what_cannot_be_begun_is_refused_with_what_would_work(arguments, words, hitscout, world, provider):
    code, _out, error = hitscout("ask", "Hello?", *arguments)
    assert code == 1
    assert words in error


def test_an_empty_question_is_wrong_usage(hitscout, world):
    assert hitscout("ask", "  ")[0] == 2
    assert hitscout("ask")[0] == 2
    assert hitscout("ask", "Hello?", "--share", "everything")[0] == 2


def test_without_consent_a_run_that_nobody_watches_is_refused_with_how_to(hitscout, world, provider, monkeypatch):
    provider.script = [Reply("Hello.")]
    with distant(provider, monkeypatch):
        code, _out, error = hitscout("ask", "Hello?", "--model", "openai-chat:m")
        assert code == 1
        assert DISTANT in error
        assert "--yes" in error
        assert "--dry-run" in error
        assert provider.received == []
        assert hitscout("ask", "Hello?", "--model", "openai-chat:m", "--yes")[0] == 0
        assert hitscout("ask", "Hello?", "--model", "openai-chat:m")[0] == 0
        assert len(provider.received) == 2


def test_a_dry_run_prints_what_would_be_sent_and_where(hitscout, world, provider, monkeypatch):
    provider.script = [Reply("Hello.")]
    with distant(provider, monkeypatch):
        code, out, _error = hitscout(
            "ask", "What of VAV1?", "--model", "openai-chat:m", "--share", "names", "--dry-run"
        )
    assert code == 0
    assert provider.received == []
    assert f"POST http://{DISTANT}/v1/chat/completions" in out
    assert "What of VAV1?" in out
    assert '"name": "screen_list"' in out
    assert "names of genes, screens and campaigns" in out
    assert KEY not in out
    code, out, _error = hitscout("ask", "Hello?", "--dry-run")
    assert "nothing would leave" in out


def test_a_conversation_is_listed_shown_resumed_and_rerun(hitscout, world, provider):
    provider.script = [
        Reply(calls=[("screen_list", {}), ("screen_show", {"name": "nope"})]), Reply("There are two."),
    ]  # fmt: skip
    hitscout("ask", "Which screens are there?", "--model", "openai-chat:m", "--campaign", "pilot")
    code, out, _error = hitscout("transcript", "list")
    assert code == 0
    name = re.search(r"\d{8}-\d{6}-[0-9a-f]{4}", out)[0]
    assert "Which screens are there?" in out
    provider.script = [Reply("You asked of screens.")]
    assert hitscout("ask", "What did I ask?", "--model", "openai-chat:m", "--resume", name)[0] == 0
    assert "Which screens are there?" in provider.received[0].raw
    _code, out, _error = hitscout("transcript", "show", name)
    for word in (
        "> Which screens are there?",
        "screen_list",
        "refused",
        "There are two.",
        "You asked of screens.",
        "pilot",
    ):
        assert word in out
    rerun = json.loads(hitscout("transcript", "rerun", "last", "--json")[1])
    assert [call["verdict"] for call in rerun["calls"]] == ["same", "same"]
    assert (rerun["same"], rerun["differing"]) == (2, 0)


def test_a_rerun_says_where_the_store_gives_something_else_now(hitscout, world, provider):
    provider.script = [
        Reply(calls=[("campaign_list", {}), ("screen_show", {"name": "alpha"})]),
        Reply(calls=[("campaign_exclude", {"name": "pilot", "genes": ["GENE0001"], "reason": "toxic"})]),
        Reply("Done."),
    ]  # fmt: skip
    hitscout("ask", "Go on", "--model", "openai-chat:m", "--approve", "all")
    started(world, "another")
    before = manifest(world)
    rerun = json.loads(hitscout("transcript", "rerun", "--json")[1])
    assert sorted((call["tool"], call["verdict"]) for call in rerun["calls"]) == [
        ("campaign_exclude", "skipped"), ("campaign_list", "differs"), ("screen_show", "same"),
    ]  # fmt: skip
    assert rerun["store_changed"] is True
    written = json.loads(hitscout("transcript", "rerun", "--with-writes", "--json")[1])
    assert next(c["verdict"] for c in written["calls"] if c["tool"] == "campaign_exclude") in ("same", "differs")
    assert manifest(world) == before


def test_where_there_is_no_conversation_the_list_says_how_one_begins(hitscout, world):
    assert "hitscout ask" in hitscout("transcript", "list")[1]
    assert hitscout("transcript", "list", "--json")[1].strip() == "[]"
    code, _out, error = hitscout("transcript", "show")
    assert code == 1
    assert "There is no transcript" in error


def test_nothing_in_an_answer_acts_on_the_terminal(cli, provider):
    hostile = "An \x1b]52;c;aGFjaw==\x07answer \x1b[2J[bold]with\x9b31m [/b] \u202eorders\u200b"
    provider.script = [Reply(hostile)]
    code, seen = cli.in_terminal("ask", "Hello?", "--model", "openai-chat:m")
    assert code == 0
    for bytes_ in ("\x1b]52", "\x1b[2J", "\x9b", "\u202e", "\u200b", "aGFjaw"):
        assert bytes_ not in seen
    assert "[bold]with" in seen


def test_in_a_terminal_approval_is_asked_for(cli, provider):
    provider.script = [Reply(calls=[("screen_remove", {"name": "plain"})]), Reply("As you wish.")]
    code, seen = cli.in_terminal("ask", "Remove it", "--model", "openai-chat:m", typed="n\n")
    assert code == 0
    assert "screen_remove" in seen
    assert "Allow it?" in seen
    assert "plain" in json.dumps(cli.json("screen", "list"))


def test_every_argument_is_shown_before_approval_and_a_long_one_is_marked_as_shortened(cli, provider):
    arguments = {"genes": [f"GENE{number:04d}" for number in range(300)], "reason": "toxic", "name": "pilot"}
    provider.script = [Reply(calls=[("campaign_exclude", arguments)]), Reply("As you wish.")]
    code, seen = cli.in_terminal("ask", "Exclude them", "--model", "openai-chat:m", typed="n\n")
    assert code == 0
    plain = " ".join(seen.split())
    assert "reason: toxic" in plain
    assert "name: pilot" in plain
    assert "GENE0000" in plain
    assert "GENE0299" in plain
    assert "GENE0150" not in plain
    assert "characters left out of" in plain
    assert "in 300 items" in plain
