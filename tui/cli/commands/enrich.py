"""``enrich``: gene sets that hold more of some genes than chance, or gather at one end of a screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, listed, session_of


def enrich(
    context: typer.Context,
    *,
    genes: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B|FILE", help="Genes to ask about, or a file of them. Repeat it, or use commas."),
    ] = None,
    screen: Annotated[str, typer.Option(metavar="SCREEN", help="Ask about the hits of a screen.")] = "",
    campaign: Annotated[str, typer.Option(metavar="NAME", help="Ask about the hits of a campaign so far.")] = "",
    ranked: Annotated[
        bool, typer.Option("--ranked", help="Rank all effects of the screen or campaign, with no rule for hits (GSEA).")
    ] = False,
    background: Annotated[
        str,
        typer.Option(
            metavar="FILE|SCREEN|RESPONSES|protein-coding",
            help="The tested genes, for --genes: those of a list, a screen or a table of responses.",
        ),
    ] = "",
    side: Annotated[
        options.Side | None, typer.Option(help="Which hits; else as the screen or campaign has it.")
    ] = None,
    collection: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Collections of gene sets; else all. Repeat it, or use commas."),
    ] = None,
    smallest: Annotated[
        int | None, typer.Option(min=1, help="Fewest tested genes of a set; 5, or 10 with --ranked, if not given.")
    ] = None,
    largest: Annotated[int, typer.Option(min=1, help="Most tested genes of a set.")] = 500,
    top: Annotated[int, typer.Option(min=1, help="How many sets to show.")] = 20,
    organism: Annotated[options.Organism, typer.Option(help="Whose genes --genes are.")] = "human",
    seed: Annotated[int, typer.Option(min=0, help="Seed of --ranked; the same seed gives the same figures.")] = 0,
) -> None:
    """Finds the gene sets that some genes, or the hits of a screen or campaign, gather in.

    The tested genes are the background, and false discovery rates are over all sets tested. With --ranked every effect
    counts, and sets are found whose genes gather at one end.
    """
    from tui.layouts import enrichment as layout

    session = session_of(context)
    if ranked:
        from tools.enrichment.over_representation import ranked_enrichment

        if genes or background or side:
            raise typer.BadParameter(
                "ranks all effects of a screen or campaign: --genes, --background and --side do not go with it.",
                param_hint="--ranked",
            )
        with session.workspace() as workspace:
            found = ranked_enrichment(
                workspace, screen, campaign=campaign, collections=listed(collection or ()),
                smallest=10 if smallest is None else smallest, largest=largest, top=top, seed=seed,
            )  # fmt: skip
        session.give(found, layout.ranked)
        return
    from tools.enrichment.over_representation import over_representation

    with session.workspace() as workspace:
        result = over_representation(
            workspace, _names(genes or ()), screen=screen, campaign=campaign, background=background, side=side or "",
            collections=listed(collection or ()), smallest=5 if smallest is None else smallest, largest=largest,
            top=top, organism=organism,
        )  # fmt: skip
    session.give(result, layout.over_represented)


_LISTS = (".txt", ".csv", ".tsv", ".list", ".gz", ".bz2", ".xz", ".zip", ".xlsx", ".parquet")


def _names(given: Sequence[str]) -> list[str]:
    """The names that were given, those in a file included; a gene comes before a file of the same name."""
    from tools.genes.name_lists import read_list

    names = []
    for one in listed(given):
        # A path is told from a gene by its slash or ending: no symbol has either.
        is_file = "/" in one or Path(one).suffix.lower() in _LISTS
        names += [line.name for line in read_list(Path(one), "genes")] if is_file else [one]
    return names


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app, "enrich", enrich, serves=["over_representation", "ranked_enrichment"],
        examples=[
            "hitscout enrich --screen schmidt-il2 --side low",
            "hitscout enrich --screen schmidt-il2 --ranked --collection gobp",
            "hitscout enrich --genes CD3D,CD3E,LCK,ZAP70,LAT --background schmidt-il2",
            "hitscout enrich --campaign il2 --json",
        ],
    )  # fmt: skip
