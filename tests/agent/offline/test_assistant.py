"""The offline assistant: plain wishes, the same tools, the same answer each time, and no grades."""

from __future__ import annotations

import asyncio
import inspect
import re
from dataclasses import replace

import pytest
from pydantic_ai import Agent
from pydantic_ai.messages import ModelResponse, TextPart

from agent.assistant import Assistant
from agent.conversation import approve_all
from agent.events import ApprovalAsked, Finished, TextDelta, ToolFinished
from agent.offline import wishes as offline_wishes
from agent.offline.assistant import pieces
from agent.offline.phrases import NOTE
from agent.offline.tables import table
from agent.offline.wishes import genes_in
from agent.providers.language_models import resolve
from tests.agent.conftest import events_of
from tests.campaign_world import TRUTH, confirmed, new_workspace, started, write_results
from tests.store_copy import copied
from tools.campaigns.results.recording import campaign_record

GENE = TRUTH.index[0]


@pytest.fixture(scope="module")
def _world(tmp_path_factory):
    """Two screens of others, a campaign with one measured round, and one that has no round yet."""
    folder = tmp_path_factory.mktemp("offline")
    place = new_workspace(folder)
    started(place, size=10)
    campaign_record(place, write_results(folder / "r.csv", confirmed(place)), "pilot", positive_means="raises")
    started(place, "second", size=6)
    return place


@pytest.fixture
def world(_world, tmp_path, workspace):
    store = copied(_world.store, tmp_path / "world.duckdb")
    return replace(_world, store=store, paths=replace(_world.paths, config=workspace.paths.config))


def ask(converse, world, question, *, campaign="pilot", approve=None):
    conversation = converse("offline", on=world, campaign=campaign, approve=approve)
    events = asyncio.run(events_of(conversation, question))
    assert isinstance(events[-1], Finished), events[-1]
    return events[-1].answer, [event.tool for event in events if isinstance(event, ToolFinished)], events


@pytest.mark.parametrize(
    ("question", "tools", "words"),
    [
        (f"Tell me about {GENE}", ["gene_card"], [GENE, "alpha", "effect:"]),
        ("Which screens are there?", ["screen_list"], ["alpha phenotype", "beta phenotype"]),
        ("Show screen beta", ["screen_list", "screen_show"], ["beta phenotype", "raise the phenotype most"]),
        ("Compare alpha and beta", ["screen_list", "screen_compare"], ["alpha", "beta"]),
        ("Hits of alpha", ["screen_list", "screen_hits"], ["GENE"]),
        ("Which hits do alpha and beta share? The shared hits, please", ["screen_list", "shared_hits"], ["GENE"]),
        ("How did the last round do?", ["campaign_review"], ["hits so far", "Worth it"]),
        ("Is another round worth it?", ["campaign_review"], ["Another round of"]),
        ("Which gene sets are enriched among the hits of alpha?", ["screen_list", "over_representation"], ["overlap"]),
        ("ranked enrichment of alpha", ["screen_list", "ranked_enrichment"], ["gene sets"]),
        (f"How likely is {GENE} a hit?", ["predict_hits"], [GENE]),
        (f"Why {GENE}?", ["explain_prediction"], [GENE]),
        (f"Why not {GENE}?", ["why_not"], [GENE]),
        (f"genes similar to {GENE}", ["similar_genes"], [GENE]),
        (f"effect:1:{GENE}", ["open_evidence"], [GENE, "alpha"]),
        ("SELECT name FROM screen ORDER BY name", ["sql_query"], ["alpha", "beta"]),
        ("What is the status of the campaign?", ["campaign_show"], ["round 1: measured"]),
        ("What can you do?", [], ["offline assistant", "grade genes", "--model"]),
        ("Please write me a poem", [], ["offline assistant", "Which genes next?"]),
    ],
)
def test_a_plain_wish_is_met_with_the_tools_for_it(question, tools, words, converse, world):
    answer, called, _events = ask(converse, world, question)
    assert called == tools
    for word in words:
        assert word in answer


def test_the_next_round_is_proposed_only_with_approval(converse, world):
    answer, called, events = ask(converse, world, "Which genes next?")
    assert called == ["campaign_show", "campaign_propose"]
    assert sum(isinstance(event, ApprovalAsked) for event in events) == 1
    assert "Nothing was changed" in answer
    assert "--approve all" in answer
    assert events[-1].shortlist is None
    answer, _called, events = ask(converse, world, "Which genes next?", approve=approve_all)
    shortlist = events[-1].shortlist
    assert shortlist["round"] == 2
    assert len(shortlist["nominations"]) == 10
    assert shortlist["nominations"][0]["perturbation"] in answer
    answer, called, _events = ask(converse, world, "Which genes next?", approve=approve_all)
    assert called == ["campaign_show"]
    assert "stands open" in answer
    answer, called, _events = ask(converse, world, "Confirm the round", approve=approve_all)
    assert called == ["campaign_confirm"]
    answer, called, _events = ask(converse, world, "What next?", approve=approve_all)
    assert "waits for its results" in answer


def test_a_size_in_the_question_is_kept(converse, world):
    _answer, _called, events = ask(converse, world, "Propose the next 4 genes", campaign="second", approve=approve_all)
    assert events[-1].shortlist["size"] == 4


def test_an_exclusion_needs_genes_and_a_reason(converse, world):
    answer, called, _events = ask(converse, world, f"exclude {GENE}", approve=approve_all)
    assert called == []
    assert "say why" in answer
    answer, called, _events = ask(converse, world, f"exclude {GENE} because it is toxic", approve=approve_all)
    assert called == ["campaign_exclude"]
    assert GENE in answer


@pytest.mark.parametrize(
    "question", ["Which genes next?", "How did it go? review", "gene NOSUCHGENE1", "Show screen beta"]
)
def test_where_there_is_nothing_a_sentence_says_what_would_help(question, converse, workspace):
    answer, _called, _events = ask(converse, workspace, question, campaign="")
    assert NOTE in answer
    # As a script calls them, or in the assistant's own words: the faces say the acts in theirs.
    assert re.search(r"`hitscout |`campaign_start\(|`fetch\(", answer)


def test_the_same_question_store_and_seed_give_the_same_answer(world):
    def answers():
        assistant = Assistant(world, language_model="offline", campaign="second", seed=4)
        return [assistant.ask_sync(question).answer for question in (f"why {GENE}", "Which screens are there?")]

    assert answers() == answers()


def test_what_is_streamed_is_what_is_answered(converse, world):
    answer, _called, events = ask(converse, world, f"Tell me about {GENE}")
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == answer
    assert sum(isinstance(event, TextDelta) for event in events) > 3
    text = "A table:\n\n| a | b |\n|---|---|\n\nand  more \n"
    assert "".join(pieces(text)) == text


def test_it_answers_without_streaming_in_the_same_words():
    plain = asyncio.run(Agent(resolve("offline")).run("What can you do?")).output
    assert plain == asyncio.run(streamed("What can you do?"))


async def streamed(question: str) -> str:
    async with Agent(resolve("offline")).run_stream(question) as run:
        return await run.get_output()


def test_it_has_no_way_to_grade():
    assert "campaign_grade" not in inspect.getsource(offline_wishes)


def test_it_says_who_it_is_in_every_answer(converse, world):
    for question in ("Which screens are there?", f"gene {GENE}", "What can you do?"):
        assert "ffline assistant" in ask(converse, world, question)[0]


@pytest.mark.parametrize(
    ("text", "genes"),
    [
        ("What of VAV1 and IL2RA?", ["VAV1", "IL2RA"]), ("HLA-A, C1orf112", ["HLA-A", "C1orf112"]),
        ("Is CRISPR OK in T cells?", []), ("effect:1:VAV1", []), ("gene Vav1", ["Vav1"]), ("the gene of choice", []),
    ],
)  # fmt: skip
def test_genes_are_told_from_other_words(text, genes):
    assert genes_in(text) == genes


def test_no_name_can_break_a_table():
    assert table(["a|b"], [["x | y\n| z |", None, True]]).splitlines()[-1] == "| x \\| y \\| z \\| | – | yes |"


def test_an_answer_of_a_real_language_model_in_the_history_does_not_confuse_it():
    history = [ModelResponse(parts=[TextPart("Earlier words.")])]
    assert "offline" in asyncio.run(Agent(resolve("offline")).run("help", message_history=history)).output


def test_why_one_gene_responds_to_another_is_explained_from_the_table_that_is_named():
    known = offline_wishes.Wishes({"explain_response": {}, "predict_responses": {}, "response_list": {}})
    answer = {
        "predicted": {"probability_de": 0.25, "probability_up": 0.5},
        "summaries": [{"downstream": "VAV1 is a GEF."}],
        "verdicts": [{"question": "Does it?", "verdict": "yes", "share": 0.8, "by": "votes",
                      "draws": [{"reason": "VAV2 is close."}]}],
        "notes": ["A note."],
    }  # fmt: skip
    for question, pair in (
        ("Why does VAV1 change IL2 in k562-a?", ("VAV1", "IL2")),
        ("Why does IL2 respond to VAV1 in k562-a?", ("VAV1", "IL2")),
    ):
        wish = offline_wishes.begin(question, known)
        assert next(wish).tool == "response_list"
        call = wish.send(offline_wishes.Given(done=True, denied=False, value=[{"name": "k562-a"}], text=""))
        assert call.tool == "explain_response"
        assert (call.arguments["perturbation"], call.arguments["readout"]) == pair
        assert call.arguments["context"] == "k562-a"
        with pytest.raises(StopIteration) as said:
            wish.send(offline_wishes.Given(done=True, denied=False, value=answer, text=""))
        for part in ("Does it?** yes (0.8), by votes", "VAV2 is close", "VAV1 is a GEF", "apart from this"):
            assert part in said.value.value
