"""``enrich``, ``response`` and ``respond`` as users run them."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from rich.console import Console

from tools.enrichment.over_representation import EnrichedSet, OverRepresentation, RankedEnrichment, RankedSet
from tools.responses.answers import MeasuredResponse, NeighbourResponse, PredictedResponses, ResponseAnswer
from tui.cli.main import commands_by_tool
from tui.layouts import enrichment, responses


def shown(parts):
    console = Console(file=io.StringIO(), width=160)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def test_over_represented_sets_are_shown_with_their_counts_and_the_short_name():
    one = EnrichedSet("set:CP:TCR", "CP", "TCR_SIGNALING", 61, 22, 3.05, 7.21, 6.4e-14, 5e-10, ("LAT", "LCK"))
    found = OverRepresentation("5 genes", 5, 18804, 7830, 1, "tcr", (one,), (), ("All are taken.",))
    text = shown(enrichment.over_represented(found))
    for part in (
        "5 of 18,804 tested genes",
        "1 of 7,830 sets",
        "TCR_SIGNALING",
        "22",
        "7.21",
        "6.4e-14",
        "LAT, LCK",
        "tcr",
    ):
        assert part in text
    assert "Note: All are taken." in text


def test_ranked_sets_are_shown_with_their_side():
    one = RankedSet("set:CP:R", "CP", "RIBOSOME", 87, "high", 0.7, 3.43, 2.3e-40, 2e-37, ("RPL35",))
    text = shown(enrichment.ranked(RankedEnrichment("all effects of il2", 18804, 7213, 0, 1, (one,), ())))
    for part in ("all effects of il2", "18,804 genes ranked", "RIBOSOME", "high", "3.43", "RPL35"):
        assert part in text


def test_a_single_answer_is_shown_with_what_speaks_for_it():
    near = NeighbourResponse("response:c:PSMD7:HSPA5", "PSMD7", "HSPA5", responds=True, weight=0.91)
    measured = MeasuredResponse("response:d:PSMD6:HSPA5", "d", responds=True, up=False)
    one = ResponseAnswer("PSMD6", "HSPA5", 0.82, 0.13, 2.5, "high", (near,), (measured,))
    found = PredictedResponses("c", "K562", "interference", ("c", "d"), 134467, 1, (one,), ("gobp",), ("It is so.",))
    text = shown(responses.predicted(found))
    for part in (
        "c (K562)", "134,467", "and from d", "0.820", "0.130", "high", "down (d)", "response:c:PSMD7:HSPA5",
        "Note: It is so.", "hitscout fetch gobp",
    ):  # fmt: skip
        assert part in text


def test_each_tool_has_its_command():
    found = commands_by_tool()
    assert found["over_representation"] == found["ranked_enrichment"] == "enrich"
    assert (found["add_responses"], found["response_list"]) == ("response add", "response list")
    assert (found["response_remove"], found["predict_responses"]) == ("response remove", "respond")


def test_a_table_of_responses_is_added_listed_and_opened(cli):
    rows = [("IL2RA", "MYC", 1.5, 0.001), ("IL2RA", "LCK", 0.1, 0.9), ("JAK1", "MYC", -2.0, 0.5)]
    pd.DataFrame(rows, columns=["pert", "gene", "lfc", "padj"]).to_csv(cli.folder / "mine.csv", index=False)
    added = cli.json("response", "add", "mine.csv", "--cell-type", "T cells")
    assert (added["context"]["name"], added["responding"], added["raised"]) == ("mine", 1, 1)
    (one,) = cli.json("response", "list")
    assert (one["name"], one["rows"]) == ("mine", 3)
    opened = cli("evidence", "response:mine:IL2RA:MYC")
    assert "goes up" in opened.stdout
    assert "mine (3 responses) was removed" in cli("response", "remove", "mine").stdout
    assert cli.json("response", "list") == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["enrich", "--screen", "plain"], 1, "hitscout fetch hgnc gobp pathways"),
        (["enrich", "--ranked", "--genes", "IL2"], 2, "do not go with it"),
        (["respond", "IL2RA", "MYC"], 1, "hitscout response add FILE"),
        (["response", "remove", "mine"], 1, "There are no responses named 'mine'"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(cli, arguments, code, said):
    result = cli(*arguments)
    assert result.returncode == code
    assert said in " ".join(result.stderr.split())
