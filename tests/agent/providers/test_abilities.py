"""A language model is asked once what it can do, over each protocol, and what it showed is kept."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.providers.abilities import Abilities, context_of, keep_abilities, kept_abilities
from agent.providers.constrained import Constrained
from agent.providers.language_models import resolve
from agent.providers.probing import diagnose_language_model
from db.errors import InvalidValueError
from tests.agent.conftest import NAMES
from tests.agent.fake_providers import Reply
from tools.doctor.findings import Diagnosis

CALL = Reply(calls=[("look_up", {"gene": "TP53"})])
FITS = Reply(json.dumps({"gene": "TP53", "hit": True}))
WORDS = Reply("I would rather talk.")


def probed(workspace, provider, protocol, *replies):
    provider.script = replies
    return diagnose_language_model(workspace, Diagnosis(()), NAMES[protocol])


@pytest.mark.parametrize("protocol", NAMES)
def test_tools_and_schema_are_told_apart_over_each_protocol(workspace, provider, protocol):
    found = probed(workspace, provider, protocol, CALL, FITS).abilities
    assert found is not None
    assert (found.tools, found.json_schema) == (True, True)
    assert len(provider.received) == 2
    found = probed(workspace, provider, protocol, WORDS, FITS).abilities
    assert (found.tools, found.json_schema) == (False, True)
    found = probed(workspace, provider, protocol, CALL, WORDS).abilities
    assert (found.tools, found.json_schema) == (True, False)


@pytest.mark.parametrize("protocol", NAMES)
def test_nothing_of_the_store_is_sent(workspace, provider, protocol):
    probed(workspace, provider, protocol, CALL, FITS)
    asked = [json.dumps(one.body) for one in provider.received]
    assert all("hitscout" not in one and "screen_list" not in one for one in asked)


def test_a_call_with_another_argument_is_no_sign_of_tools(workspace, provider):
    wrong = Reply(calls=[("look_up", {"gene": "the gene"})])
    assert probed(workspace, provider, "openai-chat", wrong, FITS).abilities.tools is False


def test_a_refusal_of_tools_is_a_lack_of_them_and_not_an_error(workspace, provider):
    found = probed(workspace, provider, "openai-chat", Reply(fault="400"), FITS)
    assert found.abilities == Abilities(tools=False, json_schema=True)
    assert found.healthy
    assert "single turns" in found.findings[-1].message


def test_a_server_that_cannot_be_asked_is_a_finding_and_nothing_is_kept(workspace, provider):
    found = probed(workspace, provider, "openai-chat", Reply(fault="401"))
    assert not found.healthy
    assert found.abilities is None
    assert kept_abilities(resolve(NAMES["openai-chat"])) is None


def test_one_that_refuses_everything_is_an_error_and_not_without_abilities(workspace, provider):
    found = probed(workspace, provider, "openai-chat", Reply(fault="400"))
    assert found.abilities is None
    assert found.findings[-1].state == "mend"


def test_what_was_found_is_kept_for_this_language_model_at_this_address(workspace, provider, monkeypatch):
    probed(workspace, provider, "openai-chat", WORDS, FITS)
    assert kept_abilities(resolve(NAMES["openai-chat"])) == Abilities(tools=False, json_schema=True)
    assert kept_abilities(resolve("openai-chat:another")) is None
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert kept_abilities(resolve(NAMES["openai-chat"])) is None


def test_one_without_tools_is_asked_in_single_turns_from_then_on(workspace, provider):
    assert not isinstance(resolve(NAMES["openai-chat"]).wrapped, Constrained)
    probed(workspace, provider, "openai-chat", WORDS, FITS)
    assert isinstance(resolve(NAMES["openai-chat"]).wrapped, Constrained)
    probed(workspace, provider, "openai-chat", CALL, FITS)
    assert not isinstance(resolve(NAMES["openai-chat"]).wrapped, Constrained)


def test_a_server_says_how_much_it_reads_at_once(provider, monkeypatch):
    answers = {
        "/props": {"default_generation_settings": {"n_ctx": 4096}},
        "/v1/models": {"data": [{"id": "local", "max_model_len": 16384}]},
    }
    monkeypatch.setattr(
        "agent.providers.abilities._got", lambda url: answers.get(url.removeprefix(provider.base_url), {})
    )
    language_model = resolve("openai-chat:local")
    assert context_of(language_model) == 4096
    answers.pop("/props")
    assert context_of(language_model) == 16384
    answers.pop("/v1/models")
    assert context_of(language_model) is None


def test_one_that_reads_little_is_offered_few_tools(workspace, provider, converse):
    provider.script = [Reply("Hello.")]
    asyncio.run(_asked(converse()))
    everything = {tool["function"]["name"] for tool in provider.received[0].body["tools"]}
    keep_abilities(resolve(NAMES["openai-chat"]), Abilities(tools=True, json_schema=True, context=8_192))
    provider.script = [Reply("Hello.")]
    asyncio.run(_asked(converse()))
    few = {tool["function"]["name"] for tool in provider.received[0].body["tools"]}
    assert few == {
        "screen_list", "gene_card", "campaign_show", "campaign_propose", "explain_prediction", "over_representation",
        "similar_genes", "open_evidence",
    }  # fmt: skip
    assert few < everything


async def _asked(conversation):
    return [event async for event in conversation.run("Hello")]


def test_the_offline_assistant_is_not_probed(workspace):
    with pytest.raises(InvalidValueError, match="no language model"):
        diagnose_language_model(workspace, Diagnosis(()), "offline")
