"""Clusters of genes named by a language model: over each protocol, once each, at about the estimated cost."""

from __future__ import annotations

import pytest

from agent.judge.calls import CHARACTERS_OF_TOKEN
from agent.judge.gene_set_namer import INSTRUCTIONS
from agent.judge.opening import open_namer
from db.errors import HitscoutError, InvalidValueError
from tests.agent.conftest import NAMES
from tests.agent.fake_providers import Reply
from tools.benchmarks.reasoning.gene_sets_asked import AskedGenes

TEXTS = tuple((f"PSM{one}", "A part of the proteasome. " * 4) for one in "ABCDEFGH")
CLUSTER = AskedGenes(tuple(gene for gene, _ in TEXTS), TEXTS, ("PROTEASOME", "PROTEIN DEGRADATION"))


def saying(name="26S proteasome", usage=(900, 30)) -> Reply:
    return Reply(calls=[("give_name", {"names": [{"name": name, "reason": "All are its parts."}]})], usage=usage)


@pytest.mark.parametrize("protocol", NAMES)
def test_a_name_is_heard_over_each_protocol_and_asked_for_once(workspace, provider, protocol):
    provider.script = [saying()]
    for _ in range(2):
        with open_namer(workspace, NAMES[protocol]) as namer:
            assert namer.names([CLUSTER]) == ["26S proteasome"]
    (asked,) = provider.received
    assert "PSMA" in asked.raw
    assert "PROTEASOME" in asked.raw


def test_a_name_in_several_lines_becomes_one_and_none_stays_empty(workspace, provider):
    provider.script = [saying("the\nproteasome"), saying("")]
    with open_namer(workspace, NAMES["openai-chat"]) as namer:
        (said,) = namer.names([CLUSTER])
        assert said.split() == ["the", "proteasome"]
        assert "\n" not in said
        other = AskedGenes(("TP53",), (), ())
        assert namer.names([other]) == [""]


def test_what_it_takes_is_estimated_within_a_tenth(workspace, provider):
    provider.script = [saying()]
    with open_namer(workspace, NAMES["openai-chat"]) as namer:
        estimated = namer.estimate([CLUSTER])
        assert not provider.received
        namer.names([CLUSTER])
    sent = len(provider.received[0].raw) / CHARACTERS_OF_TOKEN
    assert len(INSTRUCTIONS) / CHARACTERS_OF_TOKEN < estimated.input_tokens
    assert estimated.requests == 1
    assert estimated.input_tokens == pytest.approx(sent, rel=0.1)


def test_a_failure_and_the_offline_assistant_are_told_in_words(workspace, provider):
    with pytest.raises(InvalidValueError, match="names no clusters"):
        open_namer(workspace, "offline")
    provider.script = [Reply(fault="401")]
    with open_namer(workspace, NAMES["openai-chat"]) as namer, pytest.raises(HitscoutError, match="gave no names"):
        namer.names([CLUSTER])
