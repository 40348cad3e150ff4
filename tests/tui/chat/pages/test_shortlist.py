"""The shortlist page: what stands in its rows, and what its keys do to the round."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.campaign_world import new_workspace, started
from tests.tui.chat.page_world import lines, on_page, text, until, words, world
from tools.campaigns.chosen_campaign import pick_campaign
from tools.campaigns.listing import campaign_show
from tools.campaigns.results.ledger import tally_of
from tools.campaigns.rounds.proposal import campaign_propose
from tools.campaigns.state import load_state, state_of
from tui.chat.pages.shortlist_parts import holds
from tui.chat.widgets.asking import ConfirmDialog, ReadingDialog, TextDialog
from tui.chat.widgets.form import FieldRow, FormDialog
from tui.chat.widgets.interval import axis, axis_end, interval_bar
from tui.chat.widgets.table import SafeTable


def table_of(app):
    return app.screen.query_one("#nominations", SafeTable)


def test_an_interval_bar_has_its_dot_at_the_value_and_its_ends_at_the_interval():
    bar = interval_bar(0.1, 0.25, 0.5, end=0.5, width=11).plain
    assert (bar.index("●"), bar.index("─"), len(bar.rstrip()) - 1) == (5, 2, 10)
    assert axis(0.5, 11) == "0───────0.5"
    assert [axis_end(high) for high in (0.04, 0.11, 0.5, 0.97)] == [0.05, 0.2, 0.5, 1.0]
    assert interval_bar(float("nan"), 0.2, 0.3).plain.strip() == "–"


def test_rows_are_filtered_sorted_and_opened(tmp_path):
    async def act(app, pilot):
        nominations = campaign_show(workspace).rounds[-1].nominations
        table = table_of(app)
        assert [row[1] for row in table.values] == [one.perturbation for one in nominations]
        assert nominations[0].perturbation in lines(app)[-4]
        wanted = nominations[7].perturbation
        await pilot.press("slash", *wanted[-3:].lower())
        expected = [one.perturbation for one in nominations if holds(one, [wanted[-3:].lower()])]
        await until(pilot, lambda: table.keys == expected, "the filter")
        await pilot.press("enter")
        assert app.focused is table
        await pilot.press("escape")
        await until(pilot, lambda: len(table.keys) == len(nominations), "the filter is gone")
        await pilot.press("s", "s")
        in_order = sorted(one.perturbation for one in nominations)
        await until(pilot, lambda: [table.keys[i] for i in table.order()] == in_order, "sorted by gene")
        first = table.selected_key
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingDialog) and f"{first}: rank" in text(app), "the card")
        assert "hgnc" in text(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query("#nominations"), "the list again")

    workspace = world(tmp_path, "measured")
    on_page(workspace, "shortlist", act)


def test_grades_and_exclusions_need_reasons_and_are_counted_when_it_is_computed_again(tmp_path):
    async def act(app, pilot):
        listed = [one.perturbation for one in campaign_show(workspace).rounds[0].nominations]
        other = next(name for name in load_state(workspace.store, pick_campaign(workspace.store)).candidates
                     if name not in listed)  # fmt: skip
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, FormDialog), "the form")
        for name, value in (("gene", other), ("grade", "4"), ("reason", "binds the receptor")):
            next(row for row in app.screen.query(FieldRow) if row.field.name == name).set_text(value)
        await pilot.press("ctrl+s")
        await until(
            pilot,
            lambda: tally_of(workspace, state_of(workspace.store)).rounds[0].unheard == (other,),
            "the grade is kept",
        )
        await until(pilot, lambda: f"grades of {other} came" in text(app), "the page says so")
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, TextDialog), "the reason")
        await pilot.press("enter")
        await until(pilot, lambda: "Something must be said" in text(app), "a reason is needed")
        await pilot.press(*"toxic", "enter")
        await until(pilot, lambda: campaign_show(workspace).excluded == 1, "the exclusion")
        await until(pilot, lambda: "exclusions" in text(app), "the page says so, too")
        await pilot.press("2")
        await until(pilot, lambda: isinstance(app.screen, TextDialog), "the reason of a grade")
        assert f"Grade 2 for {listed[0]}" in text(app)
        await pilot.press("escape")
        await until(pilot, lambda: not app.jobs and app.screen.query("#nominations"), "the page")
        await pilot.press("p")
        await until(pilot, lambda: not tally_of(workspace, state_of(workspace.store)).rounds[0].stale, "computed again")
        again = {one.perturbation: one for one in campaign_show(workspace).rounds[0].nominations}
        assert again[other].by == "grade"
        assert listed[0] not in again
        await until(pilot, lambda: other in table_of(app).keys and not app.jobs, "the new list")

    workspace = world(tmp_path, "open")
    on_page(workspace, "shortlist", act, size=(100, 30))


def test_confirming_says_what_it_means_and_every_format_is_exported(tmp_path, monkeypatch):
    async def act(app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        for said in ("changes no more", "question is frozen", "130 guides", "price 260"):
            assert said in words(app)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ConfirmDialog), "closed")
        assert campaign_show(workspace).rounds[0].state == "open"
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question again")
        await pilot.press("y")
        await until(pilot, lambda: campaign_show(workspace).rounds[0].state == "confirmed", "confirmed")
        await until(pilot, lambda: "(confirmed)" in text(app) and not app.jobs, "the page says so")
        for suffix in (".csv", ".tsv", ".xlsx", ".parquet", ".md"):
            await pilot.press("e")
            await until(pilot, lambda: isinstance(app.screen, FormDialog), "the form")
            app.screen.query(FieldRow).first().entry.value = suffix
            await pilot.press("ctrl+s")
            file = tmp_path / f"pilot-round1{suffix}"
            await until(pilot, lambda file=file: file.exists() and not app.jobs, f"the file {suffix}")
        exported = pd.read_csv(tmp_path / "pilot-round1.csv")
        assert len(exported) == 21
        assert exported["perturbation"].iloc[-1] == "non-targeting"

    monkeypatch.chdir(tmp_path)
    workspace = world(tmp_path, "open")
    on_page(workspace, "shortlist", act)


@pytest.mark.parametrize("columns", [60])
def test_why_and_why_not_are_answered(tmp_path, columns):
    async def act(app, pilot):
        gene = table_of(app).selected_key
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, ReadingDialog) and gene in text(app), "why")
        await until(pilot, lambda: "of a random candidate" in text(app), "the words")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query("#nominations"), "the list")
        measured = campaign_show(workspace).rounds[0].nominations[0].perturbation
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, TextDialog), "which gene")
        await pilot.press(*measured, "enter")
        await until(pilot, lambda: "cannot be nominated: measured already" in words(app), "why not")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query("#nominations"), "the list again")

    workspace = world(tmp_path, "measured")
    on_page(workspace, "shortlist", act, size=(columns, 24))


def test_a_list_of_500_arrives_in_slices_and_whole(tmp_path):
    async def act(app, pilot):
        table = table_of(app)
        await until(pilot, lambda: table.row_count == 500, "all rows")
        shown = [str(table.get_row_at(place)[1]) for place in (0, 250, 499)]
        assert shown == [table.keys[0], table.keys[250], table.keys[499]]
        table.move_cursor(row=499)
        await until(pilot, lambda: table.selected_key == table.keys[499], "the last row")
        app.screen.refresh_page()
        await until(pilot, lambda: not app.jobs, "read again")
        assert table.selected_key == table.keys[499]

    workspace = new_workspace(tmp_path, bare=True)
    started(workspace, size=500)
    campaign_propose(workspace, predictor="mean_baseline")
    on_page(workspace, "shortlist", act, size=(120, 40))


def test_without_a_campaign_the_page_says_how_to_get_one(tmp_path):
    async def act(app, pilot):
        await until(pilot, lambda: "no open campaign" in text(app), "what is missing")
        await pilot.press("p", "c", "x", "3", "w", "e", "enter")
        assert app.screen.query("#nominations")

    on_page(world(tmp_path, "new"), "shortlist", act)
