"""What is done to a campaign from its page: chosen, started, its question edited, closed, its results recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.campaigns.start.start_options import StartOptions
from tui.chat.pages import campaign_forms as forms
from tui.chat.pages.parameter_fields import split
from tui.chat.widgets.asking import ChoiceDialog, ConfirmDialog, ReadingDialog
from tui.chat.widgets.form import Field, FormDialog
from tui.chat.widgets.text import say
from tui.layouts import campaign as campaign_layout
from tui.layouts.acts import trouble_in_chat
from tui.layouts.format import Column

if TYPE_CHECKING:
    from tools.campaigns.results.recording import Recorded
    from tools.campaigns.start.start import CampaignStart
    from tui.chat.app import HitscoutApp
    from tui.chat.pages.campaign_reading import Overview

_COLUMNS = (Column("campaign"), Column("phenotype"), Column("is"), Column("rounds", right=True), Column("newest"))


def choose(app: HitscoutApp, overview: Overview) -> None:
    """Chooses among the campaigns of the store.

    Args:
        app: The app.
        overview: The campaigns.
    """
    lines = overview.lines
    if not lines:
        say(app, "The store has no campaign; n starts one.")
        return
    rows = [(o.name, o.phenotype, "closed" if o.closed else "open", o.rounds, o.state) for o in lines]

    def use(name: str | None) -> None:
        if name is not None:
            app.set_campaign(name)

    names = [one.name for one in lines]
    app.push_screen(ChoiceDialog("Which campaign?", _COLUMNS, rows, names, chosen=overview.name), use)


def start(app: HitscoutApp, given: dict[str, Any] | None = None, error: str = "") -> None:
    """Starts a campaign by a form, which comes back with the error where it was refused.

    Args:
        app: The app.
        given: Values of an earlier try.
        error: Why it was refused.
    """

    def send(values: dict[str, Any] | None) -> None:
        if values is not None:
            _start(app, values)

    app.push_screen(FormDialog("A new campaign", forms.start_fields(given), send="start", error=error), send)


def _start(app: HitscoutApp, values: dict[str, Any]) -> None:
    from tools.campaigns.start.start import campaign_start

    options, others = split(StartOptions, values)

    def done(made: CampaignStart) -> None:
        app.set_campaign(made.campaign.name)
        if made.notes or made.ignored:
            app.push_screen(ReadingDialog(lambda: campaign_layout.started(made)))

    app.run_job(
        f"start {values['name']}", campaign_start, options=options, **others, on_done=done,
        on_failed=lambda error: start(app, values, trouble_in_chat(error)),
    )  # fmt: skip


def edit(app: HitscoutApp, overview: Overview) -> None:
    """Edits the question, as long as no round is confirmed.

    Args:
        app: The app.
        overview: The campaign.
    """
    if overview.shown is None:
        return
    if overview.frozen:
        say(app, "The question is frozen, because a round was confirmed. n starts another campaign.")
        return
    fields = forms.question_fields(overview.shown.campaign.question)
    _question_form(app, overview.name, fields, fields)


def _question_form(
    app: HitscoutApp, name: str, before: tuple[Field, ...], fields: tuple[Field, ...], error: str = ""
) -> None:
    def send(values: dict[str, Any] | None) -> None:
        changes = forms.changes_of(before, values) if values is not None else {}
        if not changes:
            return
        from tools.campaigns.start.question import campaign_question

        again = forms.with_values(fields, values)
        app.run_job(
            "edit the question", campaign_question, name, changes,
            on_done=lambda _: say(app, f"Changed: {', '.join(changes)}."),
            on_failed=lambda problem: _question_form(
                app, name, before, again, trouble_in_chat(problem)
            ),
        )  # fmt: skip

    app.push_screen(FormDialog(f"The question of {name}", fields, send="save", error=error), send)


def close(app: HitscoutApp, overview: Overview) -> None:
    """Closes the campaign after asking, or opens a closed one again.

    Args:
        app: The app.
        overview: The campaign.
    """
    if overview.shown is None:
        return
    from tools.campaigns.listing import campaign_close

    name, closed = overview.name, overview.shown.campaign.closed_at is not None

    def go(answer: bool | None) -> None:  # noqa: FBT001 – what a dialog gives
        if answer:
            # Named from now on: without a name, tools take the only open one.
            app.set_campaign(name)
            app.run_job(f"{'open' if closed else 'close'} {name}", campaign_close, name, reopen=closed)

    if closed:
        go(answer=True)
        return
    said = ["All of it stays in the store; it takes no new round or result.", "o opens it again."]
    app.push_screen(ConfirmDialog(f"Close {name}?", said, yes="Close it"), go)


def record(app: HitscoutApp, overview: Overview) -> None:
    """Records a results file: pick it, see what is read, send it.

    Args:
        app: The app.
        overview: The campaign.
    """
    newest = overview.newest
    rounds = [one for one in (overview.shown.rounds if overview.shown else ()) if one.state != "open"]
    if newest is None or not rounds:
        say(app, "Results are recorded of a confirmed round; none is.")
        return
    from tui.chat.widgets.file_picker import FilePicker

    number = rounds[-1].number

    def recorded(done: Recorded) -> None:
        app.push_screen(ReadingDialog(lambda: campaign_layout.recorded(done)))

    def look(path: Path | None) -> None:
        if path is not None:
            from tui.chat.pages.file_reading import look_at_results

            look_at_results(app, path, overview, number, on_done=recorded)

    app.push_screen(FilePicker(f"Results of round {number} of {overview.name}"), look)
