"""``gene``: what the store knows of one gene."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli import options
from tui.cli.frame import Session, command, session_of
from tui.cli.options import Organism
from tui.cli.spending import asks_first

if TYPE_CHECKING:
    from agent.judge.terms import Terms


def gene(
    context: typer.Context,
    symbol: Annotated[str, typer.Argument(help="Symbol, former symbol, alias, or an HGNC, MGI, Ensembl or Entrez id.")],
    *,
    organism: Annotated[Organism | None, typer.Option(help="Whose gene; human first if not given.")] = None,
    summary: Annotated[
        bool,
        typer.Option("--summary", help="Two short texts: what its perturbation does, and what changes its level."),
    ] = False,
    table: Annotated[
        str,
        typer.Option(
            "--context",
            metavar="NAME",
            help="With --summary: as for a question on these responses, whose cells it does not tell of.",
        ),
    ] = "",
    language_model: Annotated[
        str, typer.Option("--model", metavar="PROVIDER:NAME", help="With --summary: who writes, from the same facts.")
    ] = "",
    estimate: options.Estimate = False,
    max_cost: options.MaxCost = None,
    share: options.Share = None,
    agree: options.Agree = False,
) -> None:
    """Shows what the store knows of a gene: names, essentiality, pathways, neighbours, its effect in each screen."""
    from agent.judge.terms import Terms
    from tools.genes.card import gene_card
    from tui.layouts import gene as layout

    session = session_of(context)
    if summary:
        terms = Terms(language_model, share, agree, max_cost, asks_first(agree=agree))
        if estimate and not language_model:
            raise typer.BadParameter("Name the language model that is meant.", param_hint="--model")
        _summarised(session, symbol, table, terms, estimate=estimate)
        return
    if language_model or estimate or table:
        raise typer.BadParameter("--model, --estimate and --context go with --summary.", param_hint="--summary")
    with session.workspace() as workspace:
        card = gene_card(workspace, symbol, organism or "")
    session.give(card, layout.shown)


def _summarised(session: Session, gene: str, table: str, terms: Terms, *, estimate: bool) -> None:
    from tools.responses.reasoning.summaries import facts_on, gene_summary
    from tools.responses.reasoning.written import gene_summary_by, lacking
    from tui.layouts import reasoning

    with session.workspace() as workspace:
        if not terms.language_model:
            session.give(gene_summary(workspace, gene, context=table), reasoning.summarised)
            return
        from agent.judge.opening import open_writer

        with terms.opened(open_writer, workspace) as writer:
            if estimate:
                facts = facts_on(workspace, gene, table)
                left = lacking(workspace, {facts.gene: facts}, writer.name)
                session.give(writer.estimate(left), reasoning.estimated)
                return
            written = gene_summary_by(workspace, writer, gene, context=table)
    session.give(written, reasoning.summarised)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app,
        "gene",
        gene,
        serves=["gene_card", "gene_summary"],
        examples=[
            "hitscout gene IL2",
            "hitscout gene IL2 --summary",
            "hitscout gene IL2 --summary --model openai-chat:NAME --estimate",
            "hitscout gene Cd4 --organism mouse",
            "hitscout gene ENSG00000109471 --json",
        ],
    )
