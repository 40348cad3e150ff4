"""``campaign explain|why-not|close``: where a gene stands in a campaign, and whether the campaign is open."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, session_of


def explain(context: typer.Context, words: options.CampaignGene) -> None:
    """Explains a gene's hit probability: what other screens, the question and the rounds say, and by which facts."""
    from tools.campaigns.answers.explanation import explain_prediction
    from tui.layouts import explanation as layout

    name, gene = _name_and_last(words, "GENE")
    session = session_of(context)
    with session.workspace() as workspace:
        found = explain_prediction(workspace, gene, name)
    session.give(found, layout.explained)


def why_not(context: typer.Context, words: options.CampaignGene) -> None:
    """Says why a gene is not on the next shortlist: measured, excluded, outside the library, or outranked."""
    from tools.campaigns.answers.explanation import why_not as tool
    from tui.layouts import explanation as layout

    name, gene = _name_and_last(words, "GENE")
    session = session_of(context)
    with session.workspace() as workspace:
        found = tool(workspace, gene, name)
    session.give(found, layout.why_not)


def close(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    reopen: Annotated[bool, typer.Option("--reopen", help="Open a closed campaign again; name it.")] = False,
) -> None:
    """Closes a campaign: it stays in the store and can be looked at, but no verb takes it for the open one."""
    from tools.campaigns.listing import campaign_close
    from tui.layouts import campaign as layout

    session = session_of(context)
    with session.workspace() as workspace:
        done = campaign_close(workspace, name, reopen=reopen)
    session.give(done, layout.closed)


def _name_and_last(words: list[str], what: str) -> tuple[str, str]:
    """The campaign, if it was named, and what comes after it."""
    if len(words) > 2:
        raise typer.BadParameter(f"Give [NAME] {what}; {len(words)} words were given.", param_hint=f"[NAME] {what}")
    return (words[0] if len(words) == 2 else ""), words[-1]


def add_to(group: typer.Typer) -> None:
    """Registers the commands.

    Args:
        group: The group ``campaign``.
    """
    explaining = ["hitscout campaign explain VAV1", "hitscout campaign explain tcell VAV1 --json"]
    asking = ["hitscout campaign why-not CD28", "hitscout campaign why-not tcell CD28"]
    closing = ["hitscout campaign close tcell", "hitscout campaign close tcell --reopen"]
    command(group, "explain", explain, serves=["explain_prediction"], examples=explaining)
    command(group, "why-not", why_not, serves=["why_not"], examples=asking)
    command(group, "close", close, serves=["campaign_close"], examples=closing)
