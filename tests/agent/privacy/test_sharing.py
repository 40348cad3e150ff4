"""What leaves the machine, read from what a provider received; and nothing before a person agreed."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.assistant import Assistant
from agent.events import Failed, Finished
from agent.privacy.consent import ConsentNeededError, missing_consent
from agent.privacy.sharing import is_local, require_share, share_of
from agent.providers.language_models import resolve
from agent.serialising import plain
from agent.settings import SHARES, load_settings
from db.errors import InvalidValueError
from tests.agent.conftest import DISTANT, NAMES, PATIENT, events_of
from tests.agent.fake_providers import Reply
from tests.campaign_world import new_workspace, started

ASK = [Reply(calls=[("screen_show", {"name": "alpha"}), ("campaign_show", {"name": "pilot"})]), Reply("Thank you.")]


@pytest.fixture(scope="module")
def _world(tmp_path_factory):
    place = new_workspace(tmp_path_factory.mktemp("world"), bare=True)
    started(place)
    return place


@pytest.fixture
def world(_world, workspace):
    """The store of a small laboratory, with folders of this test's own."""
    from dataclasses import replace

    return replace(_world, paths=workspace.paths)


def sent(provider) -> str:
    """Everything that the provider was told in the last request of a run."""
    return provider.received[-1].conversation


def run(converse, world, share, **limits):
    conversation = converse(on=world, share=share, agree=True, campaign="pilot", **limits)
    return asyncio.run(events_of(conversation, "What about alpha?"))


@pytest.mark.parametrize("share", SHARES)
def test_a_provider_on_another_machine_receives_what_the_level_allows_and_no_more(share, distant, converse, world):
    distant.script = ASK
    events = run(converse, world, share)
    assert isinstance(events[-1], Finished), events[-1]
    assert DISTANT in distant.received[0].path
    told = sent(distant)
    allowed = {
        # A measured value of one gene, a figure of the screen as a whole, and a name.
        "estimates": ("rows",),
        "figures": ("rows", "summaries"),
        "names": ("rows", "summaries", "names"),
    }
    shown = {e.tool: plain(e.result) for e in events if getattr(e, "result", None) is not None}
    strongest = shown["screen_show"]["highest"][0]
    assert (str(strongest[1]) in told) == (share in allowed["estimates"])
    assert (str(shown["campaign_show"]["library_size"]) in told) == (share in allowed["figures"])
    assert ("cytokine secretion" in told) == (share in allowed["figures"])
    assert ("alpha phenotype" in told) == (share in allowed["figures"])
    assert ("Study alpha" in told) == (share in allowed["names"])
    # The provider itself named alpha and pilot; the campaign in use is told from the level of names on.
    assert ("The campaign in use is 'pilot'" in told) == (share in allowed["names"])


def test_what_tools_gave_stays_whole_for_the_person(distant, converse, world):
    distant.script = ASK
    events = run(converse, world, "nothing")
    shown = next(e for e in events if getattr(e, "tool", "") == "screen_show" and getattr(e, "result", None))
    assert len(shown.result.highest) > 5


def test_a_provider_on_this_machine_receives_all(provider, converse, world):
    provider.script = ASK
    events = run(converse, world, "nothing")
    value = next(e.result for e in events if getattr(e, "tool", "") == "screen_show" and getattr(e, "result", None))
    assert str(plain(value)["highest"][0][1]) in sent(provider)


def test_the_name_of_no_folder_of_this_machine_is_sent(distant, converse, world, tmp_path):
    distant.script = [Reply(calls=[("diagnose", {}), ("screen_show", {"name": "nope"})]), Reply("Thank you.")]
    run(converse, world, "rows")
    assert str(tmp_path) not in sent(distant)
    assert str(world.store.path.parent) not in sent(distant)


def test_answers_given_with_more_in_sight_are_withheld_from_who_may_see_less(distant, converse, world, monkeypatch):
    here = converse("offline", on=world)
    asyncio.run(events_of(here, "Show screen alpha"))
    distant.script = [Reply("I see.")]
    again = converse(on=world, share="names", agree=True, resume=here.transcript)
    asyncio.run(events_of(again, "And now you?"))
    assert "Show screen alpha" in sent(distant)
    assert "raise the phenotype most" not in sent(distant)
    assert "not shared with you" in sent(distant)
    distant.script = [Reply("I see.")]
    again = converse(on=world, share="rows", agree=True, resume=here.transcript)
    asyncio.run(events_of(again, "And now?"))
    assert "raise the phenotype most" in sent(distant)


def test_nothing_is_sent_before_a_person_agreed(distant, converse, world):
    distant.script = [Reply("Hello.")]
    with pytest.raises(ConsentNeededError, match=DISTANT) as refusal:
        converse(on=world)
    assert "`agree=True`" in refusal.value.suggestion
    assert distant.received == []


def test_nothing_is_sent_by_code_that_goes_round_the_conversation_either(distant, world):
    from pydantic_ai import Agent

    distant.script = [Reply("Hello.")]
    with pytest.raises(ConsentNeededError):
        asyncio.run(Agent(resolve(NAMES["openai"])).run("Hello?"))
    assert distant.received == []


def test_consent_is_kept_for_that_place_and_that_much(distant, converse, world):
    distant.script = [Reply("Hello.")]
    asyncio.run(events_of(converse(on=world, share="names", agree=True), "Hello?"))
    asyncio.run(events_of(converse(on=world, share="names"), "Hello?"))
    asyncio.run(events_of(converse(on=world, share="nothing"), "Hello?"))
    assert len(distant.received) == 3
    with pytest.raises(ConsentNeededError):
        converse(on=world, share="rows")


def test_a_dry_run_shows_the_request_itself_and_sends_nothing(distant, converse, world):
    for protocol, name in NAMES.items():
        distant.script = [Reply("Hello.")]
        assistant = Assistant(world, language_model=name, campaign="pilot", share="names", **PATIENT)
        shown = assistant.dry_run("What about alpha?")
        assert distant.received == []
        assert shown.exact
        assert DISTANT in shown.url
        assert any(DISTANT in sentence for sentence in shown.leaves)
        assistant.agree()
        assistant.ask_sync("What about alpha?")
        assert distant.received[0].body == json.loads(json.dumps(shown.body)), protocol


def test_a_dry_run_of_the_offline_assistant_says_that_nothing_leaves(world):
    shown = Assistant(world, language_model="offline").dry_run("Hello?")
    assert (shown.leaves, shown.url, dict(shown.body)) == ((), "", {})


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8080/v1", True), ("http://localhost/v1", True), ("http://[::1]:1/v1", True),
        ("http://127.9.9.9/", True), ("https://api.openai.com/v1", False), ("http://10.0.0.7:8000/v1", False),
        ("http://localhost.example.com/v1", False), ("http://127.0.0.1.example.com/v1", False), ("", False),
        ("http://0.0.0.0/v1", False),
    ],
)  # fmt: skip
def test_only_the_loopback_is_this_machine(url, local):
    assert is_local(url) is local


def test_this_machine_behind_a_proxy_counts_as_another(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://proxy.example.test:3128")
    assert not is_local("http://127.0.0.1:8080/v1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert is_local("http://127.0.0.1:8080/v1")


def test_of_two_language_models_the_stricter_border_counts(provider, monkeypatch):
    settings = load_settings(name=NAMES["openai-chat"], fallback=NAMES["anthropic"], share="names")
    assert share_of(resolve(settings=settings)) == "rows"
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://{DISTANT}")
    both = resolve(settings=settings)
    assert share_of(both) == "names"
    assert [one.host for one in missing_consent(both)] == [DISTANT]


def test_work_that_needs_more_than_is_shared_is_refused_with_the_option(distant):
    language_model = resolve(settings=load_settings(name=NAMES["openai"], share="names"))
    require_share(language_model, "names", "Grading genes")
    with pytest.raises(InvalidValueError, match="Grading genes sends rows") as refusal:
        require_share(language_model, "rows", "Grading genes")
    assert "`share='rows'`" in refusal.value.suggestion


@pytest.mark.parametrize(("share", "shown"), [("names", False), ("summaries", False), ("rows", True)])
def test_one_genes_measured_value_is_a_row_however_it_is_asked_for(share, shown, distant, converse, world):
    from tests.campaign_world import TRUTH
    from tools.evidence import open_evidence

    evidence = f"effect:1:{TRUTH.index[5]}"
    value = plain(open_evidence(world, evidence))["facts"]["estimate"]
    sql = f"SELECT estimate FROM effects WHERE perturbation = '{TRUTH.index[5]}'"
    distant.script = [
        Reply(calls=[("open_evidence", {"evidence_id": evidence}), ("sql_query", {"sql": sql})]),
        Reply("!"),
    ]
    events = asyncio.run(events_of(converse(on=world, share=share, agree=True), "Open it"))
    assert isinstance(events[-1], Finished)
    assert (str(value) in sent(distant)) == shown
    assert (f"{value:.2f}" in sent(distant)) == shown


def test_a_run_that_is_refused_consent_midway_ends_in_a_message(distant, converse, world):
    distant.script = [Reply("Hello.")]
    conversation = converse(on=world, share="names", agree=True)
    (world.paths.config / "consent.json").unlink()
    end = asyncio.run(events_of(conversation, "Hello?"))[-1]
    assert isinstance(end, Failed)
    assert end.kind == "consent"
    assert distant.received == []


def test_a_distant_language_model_learns_names_and_probabilities_from_summaries(distant, converse, world):
    calls = [("screen_list", {}), ("predict_hits", {"genes": ["GENE0100"], "predictor": "mean_baseline"})]
    distant.script = [Reply(calls=calls), Reply("Thank you.")]
    events = run(converse, world, "summaries")
    shown = {e.tool: plain(e.result) for e in events if getattr(e, "result", None) is not None}
    told = sent(distant)
    assert "Study beta" in told
    assert str(shown["predict_hits"]["genes"][0]["hit_probability"]) in told


def test_consent_is_readable_by_its_owner_alone_and_names_no_key(distant, converse, world, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://me:geheim77@{DISTANT}/v1?key=geheim88")
    distant.script = [Reply("Hello.")]
    asyncio.run(events_of(converse(on=world, share="names", agree=True), "Hello?"))
    path = world.paths.config / "consent.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text(encoding="utf-8")) == {DISTANT: "names"}
    shown = Assistant(world, language_model=NAMES["openai-chat"], share="names", **PATIENT).dry_run("Hello?")
    assert "geheim" not in repr(shown)


def test_a_reading_tool_takes_no_path_from_a_distant_language_model(distant, converse, world, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("GEHEIM7\n", encoding="utf-8")
    calls = [
        ("predict_hits", {"genes": ["GENE0100"], "library": str(secret)}),
        ("benchmark_gene_sets", {"data": str(tmp_path)}),
        ("over_representation", {"genes": ["GENE0100"], "background": str(secret)}),
    ]  # fmt: skip
    distant.script = [Reply(calls=calls), Reply("Thank you.")]
    run(converse, world, "rows")
    told = sent(distant)
    assert "GEHEIM7" not in told
    assert "files are not read here" in told
