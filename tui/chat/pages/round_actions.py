"""What is done to a round from the shortlist page: graded, computed again, confirmed, exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.chat.pages import campaign_forms as forms
from tui.chat.pages import shortlist_parts as parts
from tui.chat.widgets.asking import ConfirmDialog, TextDialog
from tui.chat.widgets.form import Field, FormDialog
from tui.chat.widgets.text import say
from tui.layouts.acts import in_chat, trouble_in_chat

if TYPE_CHECKING:
    from db.errors import HitscoutError
    from db.records import Round
    from tools.campaigns.rounds.order_file import Exported
    from tools.campaigns.rounds.shortlist import Shortlist
    from tui.chat.app import HitscoutApp
    from tui.chat.pages.campaign_reading import Overview


# Grades and exclusions ---------------------------------------------------------------------------


def ask_grade(app: HitscoutApp, campaign: str, gene: str, grade: float) -> None:
    """Asks for the reason of a grade, and writes it.

    Args:
        app: The app.
        campaign: The campaign.
        gene: What is graded.
        grade: 0 (no hit) to 4 (surely a hit).
    """
    said = ["It counts as a language model's grade does: it may fill a slot, and changes no probability."]

    def send(reason: str | None) -> None:
        if reason is not None:
            _grade(app, campaign, gene, grade, reason)

    title = f"Grade {grade:g} for {gene}: why?"
    app.push_screen(TextDialog(title, said, placeholder="it binds the receptor"), send)


def ask_grade_of_any(app: HitscoutApp, campaign: str) -> None:
    """Asks for a gene, its grade and the reason, and writes it.

    Args:
        app: The app.
        campaign: The campaign.
    """
    fields = (
        Field("gene", "Gene", needed=True, help="A gene of the campaign's library."),
        Field("grade", "Grade", "number", needed=True, help="0 (no hit) to 4 (surely a hit)."),
        Field("reason", "Reason", needed=True, help="Why, in words; it is kept."),
    )

    def send(values: dict[str, Any] | None) -> None:
        if values is not None:
            _grade(app, campaign, values["gene"], values["grade"], values["reason"])

    app.push_screen(FormDialog("Grade a gene", fields, send="grade"), send)


def _grade(app: HitscoutApp, campaign: str, gene: str, grade: float, reason: str) -> None:
    from tools.campaigns.rounds.grade import campaign_grade

    app.run_job(
        f"grade {gene}", campaign_grade, gene, grade, reason, campaign,
        on_done=lambda made: say(app, f"{made.perturbation} has grade {made.grade:g}; p lets it count."),
    )  # fmt: skip


def ask_exclusion(app: HitscoutApp, campaign: str, gene: str) -> None:
    """Asks for a reason, and excludes a gene for good.

    Args:
        app: The app.
        campaign: The campaign.
        gene: What is excluded.
    """
    from tools.campaigns.start.exclusions import campaign_exclude

    def send(reason: str | None) -> None:
        if reason is not None:
            app.run_job(
                f"exclude {gene}", campaign_exclude, [gene], reason, campaign,
                on_done=lambda made: say(app, in_chat(" ".join([f"{gene} is excluded.", *made.notes]))),
            )  # fmt: skip

    said = ["It is nominated no more in this campaign; the reason is kept."]
    app.push_screen(TextDialog(f"Exclude {gene}: why?", said, placeholder="no guides"), send)


# The list ----------------------------------------------------------------------------------------


def propose(app: HitscoutApp, overview: Overview, options: dict[str, Any]) -> None:
    """Computes the open round again, or opens the next one.

    Args:
        app: The app.
        overview: The campaign.
        options: Size, seed and predictor, where they are not the usual ones.
    """
    if overview.shown is None:
        say(app, "There is no campaign to propose for: Alt-2, then n, starts one.", severity="warning")
        return
    from tools.campaigns.rounds.proposal import campaign_propose

    def done(made: Shortlist) -> None:
        app.round = None
        say(app, in_chat("\n".join([f"Round {made.round}: {made.size:,} genes.", *made.notes])))

    name = overview.name
    app.run_job(f"compute the shortlist of {name}", campaign_propose, name, **options, on_done=done)


def propose_otherwise(app: HitscoutApp, overview: Overview) -> None:
    """Asks for size, seed and predictor, and computes the list with them.

    Args:
        app: The app.
        overview: The campaign.
    """
    if overview.shown is None:
        return
    newest = overview.newest
    is_open = newest is not None and newest.state == "open"
    size = len(newest.nominations) if newest is not None and is_open else overview.shown.campaign.settings.size
    fields = forms.propose_fields(size, newest.seed if newest is not None and is_open else 0)

    def send(values: dict[str, Any] | None) -> None:
        if values is not None:
            propose(app, overview, values)

    app.push_screen(FormDialog("Compute the shortlist", fields, send="compute"), send)


def confirm(app: HitscoutApp, overview: Overview, one: Round) -> None:
    """Says what confirming means, and confirms the open round if that is wanted.

    Args:
        app: The app.
        overview: The campaign.
        one: Its open round.
    """
    from tools.campaigns.rounds.proposal import campaign_confirm

    name = overview.name

    def go(answer: bool | None) -> None:  # noqa: FBT001 – what a dialog gives
        if answer:
            app.run_job(
                f"confirm round {one.number}", campaign_confirm, name,
                on_done=lambda made: say(app, f"Round {made.round} is confirmed; e exports it for ordering."),
            )  # fmt: skip

    said = parts.confirming(overview, one, overview.tally_of(one.number))
    app.push_screen(ConfirmDialog(f"Confirm round {one.number} of {name}?", said, yes="Confirm"), go)


# Export ------------------------------------------------------------------------------------------


def export(app: HitscoutApp, campaign: str, number: int) -> None:
    """Asks for format and file, and exports a round.

    Args:
        app: The app.
        campaign: The campaign.
        number: The round.
    """
    _export_form(app, campaign, number, forms.export_fields(campaign, number, Path.cwd()))


def _export_form(app: HitscoutApp, campaign: str, number: int, fields: tuple[Field, ...], error: str = "") -> None:
    def send(values: dict[str, Any] | None) -> None:
        if values is None:
            return
        from tools.campaigns.rounds.order_file import campaign_export

        def failed(problem: HitscoutError) -> None:
            again = forms.with_values(fields, {**values, "path": str(values["path"])})
            _export_form(app, campaign, number, again, trouble_in_chat(problem))

        app.run_job(
            f"export round {number}", campaign_export, forms.export_path(values), campaign, round=number,
            overwrite=bool(values["overwrite"]), changes=False, on_done=lambda made: _exported(app, made),
            on_failed=failed,
        )  # fmt: skip

    app.push_screen(FormDialog(f"Export round {number} of {campaign}", fields, send="export", error=error), send)


def _exported(app: HitscoutApp, made: Exported) -> None:
    price = "" if made.price is None else f", price {made.price:,.6g}"
    text = f"{made.path}\n{made.rows:,} rows, {made.guides:,} guides, {made.cells:,} cells{price}"
    say(app, text, title="Exported", seconds=10)
