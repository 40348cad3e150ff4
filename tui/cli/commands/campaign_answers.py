"""``campaign explain|why-not``: where a gene stands in a campaign."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from tui.cli import options
from tui.cli.frame import Session, name_and_last, session_of


def gene_after_campaign(session: Session, words: Sequence[str]) -> tuple[str, str]:
    """The campaign, if it was named, and the gene."""
    from tools.campaigns.leading_campaign import is_gene

    return name_and_last(session, words, "GENE", is_gene)


def explain(context: typer.Context, words: options.CampaignGene) -> None:
    """Explains a gene's hit probability: what other screens, the question and the rounds say, and by which facts."""
    from tools.campaigns.answers.explanation import explain_prediction
    from tui.layouts import explanation as layout

    session = session_of(context)
    name, gene = gene_after_campaign(session, words)
    with session.workspace() as workspace:
        found = explain_prediction(workspace, gene, name)
    session.give(found, layout.explained)


def why_not(context: typer.Context, words: options.CampaignGene) -> None:
    """Says why a gene is not on the next shortlist: measured, excluded, outside the library, or outranked."""
    from tools.campaigns.answers.explanation import why_not as tool
    from tui.layouts import explanation as layout

    session = session_of(context)
    name, gene = gene_after_campaign(session, words)
    with session.workspace() as workspace:
        found = tool(workspace, gene, name)
    session.give(found, layout.why_not)
