"""The campaign page: what it shows of a campaign, and what its keys do to the store."""

from __future__ import annotations

import pytest

from tests.tui.chat.page_world import on_page, text, until, world
from tools.campaigns.listing import campaign_list, campaign_show
from tools.campaigns.start.question import campaign_question
from tools.campaigns.start.start import campaign_start
from tui.chat.widgets.asking import ChoiceDialog, ReadingDialog
from tui.chat.widgets.form import FieldRow, FormDialog
from tui.chat.widgets.hits_plot import HitsPlot
from tui.chat.widgets.table import SafeTable

HOSTILE = "tau\x1b]52;c;aGFjaw==\x07\x1b[2J\x9b31m [/b][@click=app.quit]\u202eevil\u202c\u200b end"


def fields(app):
    """The fields of the form in front, by name."""
    return {row.field.name: row for row in app.screen.query(FieldRow)}


async def type_into(app, pilot, name, value):
    fields(app)[name].set_text(value)
    await pilot.pause()


def test_rounds_are_shown_with_hits_against_expectation_and_random(tmp_path):
    async def act(app, pilot):
        await until(pilot, lambda: "worth it? " in text(app), "the review")
        page = app.screen
        rounds = campaign_show(workspace).rounds
        table = page.query_one("#rounds", SafeTable)
        assert [(row[0], row[1], row[2]) for row in table.values] == [(1, "measured", 20), (2, "open", 20)]
        (first, second) = page.query_one(HitsPlot).points
        assert first.hits == table.values[0][4]
        assert second.hits is None
        assert first.random == pytest.approx(20 * rounds[0].shortlist.random_probability)
        shown = text(app)
        for words in ("Calibration", "promised", "65,000 cells", "frozen", "What moves the cytokine?"):
            assert words in shown
        assert app.screen.query_one("#plot").size.height >= 8

    workspace = world(tmp_path, "measured")
    on_page(workspace, "campaign", act, size=(120, 48))


def test_the_question_is_edited_until_a_round_is_confirmed(tmp_path):
    async def act(app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, FormDialog), "the form")
        await type_into(app, pilot, "cell_type", "primary T cells")
        await type_into(app, pilot, "screen_weights", "alpha=oops")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "is no number" in text(app), "the refusal")
        await type_into(app, pilot, "screen_weights", "alpha=0.5")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: campaign_question(workspace).cell_type == "primary T cells", "the change")
        assert campaign_question(workspace).screen_weights == {"alpha": 0.5}
        assert campaign_question(workspace).text == "What moves the cytokine?"
        await until(pilot, lambda: not app.jobs and not isinstance(app.screen, FormDialog), "the page")

    workspace = world(tmp_path, "open")
    on_page(workspace, "campaign", act)


def test_a_frozen_question_is_not_offered_for_editing(tmp_path):
    async def act(app, pilot):
        await pilot.press("e")
        await pilot.pause()
        assert not isinstance(app.screen, FormDialog)

    on_page(world(tmp_path, "confirmed"), "campaign", act)


def test_results_are_picked_previewed_and_recorded(tmp_path):
    async def act(app, pilot):
        await pilot.press("r")
        await until(pilot, lambda: app.screen.query("#path"), "the picker")
        app.screen.query_one("#path").value = str(tmp_path / "results.csv")
        app.screen.query_one("#path").focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FormDialog), "the form")
        await until(pilot, lambda: "what positive" in text(app) or "positive" in text(app), "the preview's question")
        fields(app)["positive_means"].entry.value = "raises"
        await until(pilot, lambda: app.screen.preview is not None, "the preview")
        assert (app.screen.preview.effects, app.screen.preview.controls) == (20, 30)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ReadingDialog), "the report")
        assert campaign_show(workspace).rounds[0].state == "measured"
        await until(pilot, lambda: "is measured (revision 1)" in text(app), "the words of the report")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ReadingDialog), "the page")

    workspace = world(tmp_path, "confirmed")
    on_page(workspace, "campaign", act)


def test_a_campaign_is_started_from_a_form_which_comes_back_with_the_error(tmp_path):
    async def act(app, pilot):
        assert "There is no campaign yet" in text(app)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, FormDialog), "the form")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Name must be given" in text(app), "what is missing")
        await type_into(app, pilot, "name", "first")
        await type_into(app, pilot, "phenotype", "cytokine secretion")
        await type_into(app, pilot, "size", "5000")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "5000" in text(app) and "candidates" in text(app), "the tool's refusal")
        assert fields(app)["name"].entry.value == "first"
        await type_into(app, pilot, "size", "12")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: [one.name for one in campaign_list(workspace)] == ["first"], "the campaign")
        await until(pilot, lambda: app.campaign == "first" and not app.jobs, "the page follows")
        while isinstance(app.screen, ReadingDialog):
            await pilot.press("escape")
            await pilot.pause()
        await until(pilot, lambda: "first: cytokine secretion" in text(app), "the campaign's name")

    workspace = world(tmp_path, "new")
    on_page(workspace, "campaign", act)


def test_campaigns_are_chosen_and_hostile_names_are_harmless(tmp_path):
    async def act(app, pilot):
        assert "2 campaigns are in the store" in text(app)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ChoiceDialog), "the choice")
        assert "[/b][@click=app.quit]evil end" in text(app)
        assert not any(ord(letter) < 32 or ord(letter) in (0x9B, 0x202E) for letter in text(app).replace("\n", ""))
        await pilot.press("enter")
        await until(pilot, lambda: app.campaign == "other" and not app.jobs, "the campaign in use")
        await until(pilot, lambda: "other: tau" in text(app), "its page")

    workspace = world(tmp_path, "open")
    campaign_start(workspace, "other", HOSTILE, size=10)
    on_page(workspace, "campaign", act)


def test_the_page_can_be_used_on_a_small_terminal(tmp_path):
    async def act(app, pilot):
        assert "pilot: cytokine secretion" in text(app)
        await pilot.press("pagedown", "pagedown", "pagedown")
        await until(pilot, lambda: "Ordered so far" in text(app) or "Question" in text(app), "what stands below")

    on_page(world(tmp_path, "open"), "campaign", act, size=(60, 20))
