"""What is shown of one gene: its card, why its chance is what it is, why it is not on the list, and the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.chat.pages import shortlist_parts as parts
from tui.chat.widgets.asking import ChoiceDialog, ReadingDialog, TextDialog
from tui.chat.widgets.text import say
from tui.layouts import evidence as evidence_layout
from tui.layouts import explanation as explanation_layout
from tui.layouts import gene as gene_layout
from tui.layouts.format import Column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType
    from textual.screen import Screen

    from db.records import Nomination
    from tools.campaigns.answers.explanation import Explanation, WhyNot
    from tools.campaigns.results.ledger import RoundTally
    from tools.evidence import Evidence
    from tools.genes.card import GeneCard
    from tools.workspace import Workspace
    from tui.chat.app import HitscoutApp
    from tui.chat.pages.campaign_reading import Overview


def show_card(app: HitscoutApp, overview: Overview, one: Nomination, tally: RoundTally | None) -> None:
    """Shows a nomination with the card of each of its genes.

    Args:
        app: The app.
        overview: The campaign.
        one: The nomination.
        tally: Its round.
    """
    organism = overview.shown.campaign.question.organism if overview.shown else "human"

    def done(cards: tuple[GeneCard, ...]) -> None:
        def render() -> list[RenderableType]:
            return [*parts.place(one, tally), *(part for card in cards for part in ("", *gene_layout.shown(card)))]

        dialog = ReadingDialog(render, hint="w why   v evidence   Esc back", keys={"w": "why", "v": "evidence"})
        app.push_screen(dialog, follow)

    def follow(key: str | None) -> None:
        if key == "why":
            show_why(app, one.perturbation, overview.name)
        elif key == "evidence":
            choose_evidence(app, one)

    app.run_job(f"card of {one.perturbation}", _cards, one.target_genes, organism, quiet=True, on_done=done)


def _cards(workspace: Workspace, genes: tuple[str, ...], organism: str) -> tuple[GeneCard, ...]:
    from tools.genes.card import gene_card

    return tuple(gene_card(workspace, gene, organism) for gene in genes)


def show_why(app: HitscoutApp, gene: str, campaign: str) -> None:
    """Shows why a gene's chance is what it is.

    Args:
        app: The app.
        gene: The gene, or pair.
        campaign: The campaign.
    """
    from tools.campaigns.answers.explanation import explain_prediction

    page = app.screen_stack[0]

    def done(found: Explanation) -> None:
        if not _still_at(app, page):
            say(app, found.verdict, title=f"Why {gene}", seconds=12)
            return
        dialog = ReadingDialog(lambda: explanation_layout.explained(found), hint="v evidence   Esc back", keys=_OPEN)
        ids = {i: fact.text for fact in (*found.facts, *found.effects_elsewhere) for i in fact.evidence}
        app.push_screen(dialog, lambda key: choose_among(app, ids, gene) if key else None)

    app.run_job(f"why {gene}", explain_prediction, gene, campaign, changes=False, on_done=done)


def _still_at(app: HitscoutApp, page: Screen[Any]) -> bool:
    """Whether a page is in front and free, so that a late answer may open a dialog over it."""
    return app.screen is page


def ask_why_not(app: HitscoutApp, campaign: str) -> None:
    """Asks for a gene, and shows why it is not on the next shortlist.

    Args:
        app: The app.
        campaign: The campaign.
    """
    from tools.campaigns.answers.explanation import why_not

    page = app.screen_stack[0]

    def done(found: WhyNot) -> None:
        if not _still_at(app, page):
            say(app, found.verdict, title=f"Why not {found.perturbation}", seconds=12)
            return
        dialog = ReadingDialog(lambda: explanation_layout.why_not(found), hint="v evidence   Esc back", keys=_OPEN)
        ids = {**dict.fromkeys(found.evidence, ""), **{i: fact.text for fact in found.facts for i in fact.evidence}}
        app.push_screen(dialog, lambda key: choose_among(app, ids, found.perturbation) if key else None)

    def ask(gene: str | None) -> None:
        if gene is not None:
            app.run_job(f"why not {gene}", why_not, gene, campaign, changes=False, on_done=done)

    said = ["Measured, excluded, outside the library, or outranked: by what, and by how much."]
    app.push_screen(TextDialog("Which gene is not on the list?", said, placeholder="CD28"), ask)


_OPEN = {"v": "evidence"}


def choose_evidence(app: HitscoutApp, one: Nomination) -> None:
    """Chooses among the rows that a nomination's reason rests on, and opens it.

    Args:
        app: The app.
        one: The nomination.
    """
    choose_among(app, dict.fromkeys(one.evidence, ""), one.perturbation)


def choose_among(app: HitscoutApp, ids: Mapping[str, str], gene: str) -> None:
    """Chooses among evidence ids, and opens the one that is chosen.

    Args:
        app: The app.
        ids: Evidence id → what it says; empty where that is not known.
        gene: Whose evidence it is.
    """
    if not ids:
        app.push_screen(ReadingDialog(lambda: [f"The store holds no evidence on {gene}."]))
        return
    columns, rows = [Column("evidence")], [(one,) for one in ids]
    if any(ids.values()):
        columns, rows = [*columns, Column("says")], [(one, text) for one, text in ids.items()]  # type: ignore[misc]

    def chosen(evidence: str | None) -> None:
        if evidence is not None:
            open_one(app, evidence)

    app.push_screen(ChoiceDialog(f"Evidence on {gene}", columns, rows, list(ids)), chosen)


def open_one(app: HitscoutApp, evidence: str) -> None:
    """Shows one fact of the store, and where it came from.

    Args:
        app: The app.
        evidence: Its id.
    """
    from tools.evidence import open_evidence

    def done(found: Evidence) -> None:
        app.push_screen(ReadingDialog(lambda: evidence_layout.opened(found)))

    app.run_job(f"open {evidence}", open_evidence, evidence, quiet=True, on_done=done)
