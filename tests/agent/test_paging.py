"""Long lists for an assistant: page by page, until every item was seen; a person gets all at once."""

from __future__ import annotations

import json

import pytest

from agent.binding import Toolbox, all_tools
from agent.paging import Page, shown, split
from agent.serialising import MAX_CHARACTERS, plain, unfenced
from tests.campaign_world import FAST, new_workspace, started
from tools.campaigns.rounds.proposal import campaign_propose


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    place = new_workspace(tmp_path_factory.mktemp("world"), bare=True)
    started(place)
    return place


def ask(world, tool: str, **arguments):
    called = Toolbox(world).perform(all_tools()[tool], "1", arguments)
    assert called.outcome == "done", called.text
    return unfenced(called.text), called


def test_pages_lead_from_one_to_the_next_until_every_item_was_seen(world):
    whole = plain(all_tools()["screen_compare"](world, "alpha", "beta"))["hits"]
    assert len(whole) == 5
    seen, offset = [], 0
    while offset is not None:
        page, _ = ask(world, "screen_compare", first="alpha", second="beta", offset=offset, top=2)
        assert len(page["hits"]) <= 2
        seen += [one["perturbation"] for one in page["hits"]]
        offset = page.get("page", {}).get("next_offset")
    assert seen == [one["perturbation"] for one in whole]


def test_a_person_gets_the_whole_of_what_an_assistant_asked_a_page_of(world):
    page, called = ask(world, "screen_list", top=1)
    assert len(page["items"]) == 1
    assert page["page"] == {"offset": 0, "shown": 1, "of": 2, "next_offset": 1}
    assert len(called.result) == 2


def test_fields_leave_the_other_keys_of_an_item_out(world):
    page, _ = ask(world, "screen_list", fields=["hits"])
    assert [set(one) for one in page["items"]] == [{"hits"}, {"hits"}]


def test_one_round_can_be_asked_for(world, tmp_path):
    place = new_workspace(tmp_path, bare=True)
    started(place)
    campaign_propose(place, predictor=FAST)
    page, _ = ask(place, "campaign_show", round=1, top=3)
    assert [one["number"] for one in page["rounds"]] == [1]
    assert len(page["rounds"][0]["nominations"]) == 3
    none, _ = ask(place, "campaign_show", round=2)
    assert none["rounds"] == []


def test_a_tool_with_a_limit_of_its_own_is_asked_for_what_is_passed_over_too():
    own, page = split(
        "similar_genes", {"symbol": "", "size": 10, "organism": "human"}, {"symbol": "JAK1", "offset": 20}
    )
    assert own == {"symbol": "JAK1", "size": 30}
    assert page == Page(offset=20)


def test_a_page_is_as_long_as_its_text_may_be_and_says_how_much_is_left():
    value = [{"name": f"pack-{number}", "title": "x" * 200} for number in range(400)]
    made = shown("list_packs", value, "rows", Page(), MAX_CHARACTERS)
    assert len(json.dumps(made)) <= MAX_CHARACTERS
    assert made["page"]["of"] == 400
    assert made["page"]["next_offset"] == made["page"]["shown"] == len(made["items"])
    names = shown("list_packs", value, "names", Page(fields=("title",)), MAX_CHARACTERS)
    # What is withheld stays so, whatever is asked for.
    assert "xxx" not in json.dumps(names)
    assert shown("list_packs", value, "nothing", Page(), MAX_CHARACTERS).keys() == {"withheld"}


def test_a_field_that_no_item_has_is_told_with_those_that_there_are():
    value = [{"name": "hgnc", "title": "Names of genes"}]
    made = shown("list_packs", value, "rows", Page(fields=("nofield", "name")), MAX_CHARACTERS)
    assert made["page"] == {"unknown_fields": ["nofield"], "fields": ["name", "title"]}
    assert made["items"] == [{"name": "hgnc"}]
