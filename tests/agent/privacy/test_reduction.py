"""What each level shows of real results: what is declared, and what is withheld by name."""

from __future__ import annotations

import json

import pytest

from agent.binding import Toolbox, all_tools
from agent.privacy.folders import without_folders
from agent.privacy.reduction import WITHHELD, reduced, without_decimals, without_numbers
from tests.campaign_world import FAST, new_workspace, started
from tools.campaigns.rounds.proposal import campaign_propose


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    place = new_workspace(tmp_path_factory.mktemp("world"), bare=True)
    started(place)
    campaign_propose(place, predictor=FAST)
    return place


def value_of(world, tool: str, **arguments):
    called = Toolbox(world).perform(all_tools()[tool], "1", arguments)
    assert called.outcome == "done", called.text
    return called.value


def test_a_summary_of_the_screens_names_each_and_counts_its_hits(world):
    shown = reduced(value_of(world, "screen_list"), "summaries", "screen_list")
    assert [one["screen"]["name"] for one in shown["items"]] == ["alpha", "beta"]
    assert [one["perturbations"] for one in shown["items"]] == [600, 600]
    assert all(one["hits"] > 0 for one in shown["items"])


def test_a_summary_of_predictions_has_their_probabilities(world):
    value = value_of(world, "predict_hits", genes=["GENE0100", "GENE0101"])
    shown = reduced(value, "summaries", "predict_hits")
    assert [one["hit_probability"] for one in shown["genes"]] == [one["hit_probability"] for one in value["genes"]]
    names = reduced(value, "names", "predict_hits")
    assert [one["name"] for one in names["genes"]] == ["GENE0100", "GENE0101"]
    assert "hit_probability" not in json.dumps(names["genes"])
    assert "genes.hit_probability" in names[WITHHELD]["shown_from"]["summaries"]


def test_a_summary_of_a_round_ranks_its_names(world):
    shown = reduced(value_of(world, "campaign_show"), "summaries", "campaign_show")
    first = shown["rounds"][0]["nominations"][0]
    assert {"rank", "perturbation", "hit_probability"} <= set(first)
    assert "estimate" not in first


def test_measured_values_of_single_genes_are_withheld_and_the_level_that_shows_them_is_named(world):
    value = value_of(world, "gene_card", symbol="GENE0100")
    shown = reduced(value, "summaries", "gene_card")
    assert value["effects"][0]["estimate"]
    assert "estimate" not in shown["effects"][0]
    assert shown["effects"][0]["screen"]
    assert "effects.estimate" in shown[WITHHELD]["shown_from"]["rows"]
    screen = value_of(world, "screen_show", name="alpha")
    assert reduced(screen, "summaries", "screen_show")["highest"] == [name for name, _ in screen["highest"]]
    assert str(screen["highest"][0][1]) not in json.dumps(reduced(screen, "summaries", "screen_show"))


def test_a_field_that_nobody_declared_is_withheld():
    value = [{"screen": {"name": "alpha", "news": 7}, "hits": 3, "secret": 8}]
    shown = reduced(value, "summaries", "screen_list")
    assert shown["items"] == [{"screen": {"name": "alpha"}, "hits": 3}]
    assert shown[WITHHELD] == {"at": "summaries", "shown_from": {"rows": ["screen.news", "secret"]}}


def test_a_result_of_a_tool_that_is_not_known_shows_nothing_below_rows():
    value = {"name": "x", "estimate": 1.25, "rows": [1.5]}
    assert reduced(value, "rows", "nope") == value
    for level in ("nothing", "names", "summaries"):
        assert "1.25" not in json.dumps(reduced(value, level, "nope"))
        assert "1.5" not in json.dumps(reduced(value, level, "nope"))


@pytest.mark.parametrize("tool", ["sql_query", "open_evidence"])
def test_what_opens_rows_shows_none_below_rows(tool, world):
    arguments = {
        "sql_query": {"sql": "SELECT perturbation, estimate FROM effects LIMIT 3"},
        "open_evidence": {"evidence_id": "effect:1:GENE0100"},
    }[tool]
    value = value_of(world, tool, **arguments)
    shown = reduced(value, "summaries", tool)
    rows = reduced(value, "rows", tool)
    assert rows == value
    figures = [word for word in json.dumps(value).replace("]", " ").replace(",", " ").split() if "." in word]
    assert figures
    assert not [one for one in figures if one in json.dumps(shown)]
    assert shown[WITHHELD]["shown_from"]["rows"]


def test_nothing_tells_only_what_kinds_of_things_there_are(world):
    one, other = (
        reduced(value_of(world, "gene_card", symbol=name), "nothing", "gene_card") for name in ("GENE0100", "GENE0001")
    )
    assert one == other
    assert set(one) == {WITHHELD}


def test_sentences_lose_their_measured_numbers():
    text = "VAV1 is 2nd of 600: 12.5% in 3 screens, p = 1e-5, −0.7."
    assert without_decimals(text) == "VAV1 is 2nd of 600: … in 3 screens, p = …, …."
    assert "600" not in without_numbers(text)
    assert "VAV1" in without_numbers(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("There is no file /home/ann/My data/a.csv.", "a.csv"), ("'/home/ann/My data/a.csv' is empty", "a.csv"),
        (r"C:\Users\ann\a.csv is empty", "a.csv"), ("file:///home/ann/a.csv", "a.csv"), ("~/ann/a.csv", "a.csv"),
        ("../ann/a.csv", "a.csv"), ("see https://a.test/ann/b", "https://a.test/ann/b"), ("IL2/IFNG", "IL2/IFNG"),
    ],
)  # fmt: skip
def test_folders_are_taken_out_and_file_names_and_addresses_stay(text, told):
    from pathlib import Path

    found = without_folders(text, [Path("/home/ann/My data")])
    assert told in found
    if "https" not in text:
        assert "ann" not in found
        assert "My data" not in found


def test_a_summary_of_predicted_expression_has_its_figures_and_no_measured_one():
    change = {"readout": "FRYL", "mean": 0.6, "sd": 0.1, "average": 0.0, "perturbed": False,
              "measured": [{"table": "mine", "estimate": 0.77, "evidence": "response:mine:MED12:FRYL"}]}  # fmt: skip
    value = {"perturbation": "MED12", "within": "", "changes": [change], "points": [[0.6, 0.77]], "seen": True,
             "neighbours": [{"perturbation": "MED19", "weight": 0.4, "evidence": ""}]}  # fmt: skip
    shown = reduced(value, "summaries", "predict_expression")
    assert (shown["changes"][0]["mean"], shown["neighbours"][0]["weight"], shown["seen"]) == (0.6, 0.4, True)
    assert "0.77" not in str(shown)
    names = str(reduced(value, "names", "predict_expression"))
    assert "FRYL" in names
    assert "0.6" not in names


def test_a_summary_of_a_ranked_list_has_predicted_scores_and_no_measured_ones():
    one = {"rank": 1, "perturbation": "ATP6V1F", "side": "toward", "score": 4.34, "sd": 0.79, "measured": 5.32}
    shown = reduced({"signature": "state", "spearman": 0.5, "perturbations": [one]}, "summaries", "predict_signature")
    assert (shown["spearman"], shown["perturbations"][0]["score"]) == (0.5, 4.34)
    assert "5.32" not in str(shown)
