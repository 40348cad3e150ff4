"""``campaign explain|why-not``: where a gene stands in a campaign."""

from __future__ import annotations

import typer

from tui.cli import options
from tui.cli.frame import name_and_last, session_of


def explain(context: typer.Context, words: options.CampaignGene) -> None:
    """Explains a gene's hit probability: what other screens, the question and the rounds say, and by which facts."""
    from tools.campaigns.answers.explanation import explain_prediction
    from tui.layouts import explanation as layout

    name, gene = name_and_last(words, "GENE")
    session = session_of(context)
    with session.workspace() as workspace:
        found = explain_prediction(workspace, gene, name)
    session.give(found, layout.explained)


def why_not(context: typer.Context, words: options.CampaignGene) -> None:
    """Says why a gene is not on the next shortlist: measured, excluded, outside the library, or outranked."""
    from tools.campaigns.answers.explanation import why_not as tool
    from tui.layouts import explanation as layout

    name, gene = name_and_last(words, "GENE")
    session = session_of(context)
    with session.workspace() as workspace:
        found = tool(workspace, gene, name)
    session.give(found, layout.why_not)
