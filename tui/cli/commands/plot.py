"""``plot``: pictures of screens, campaigns, genes and plates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui.cli import options
from tui.cli.frame import command, group, listed, session_of

if TYPE_CHECKING:
    from tools.pictures.base import DrawnPicture

Out = Annotated[Path, typer.Option(metavar="FILE", help="The picture: .png or .svg.")]
ScreenName = Annotated[str, typer.Argument(metavar="SCREEN", help="Name of the screen.")]
Named = Annotated[
    list[str] | None, typer.Option("--gene", metavar="NAME", help="Name it whatever its effect is; repeat, or commas.")
]
Label = Annotated[int, typer.Option(min=0, max=40, help="How many of the strongest hits are named.")]


def _draw(context: typer.Context, tool: Callable[..., DrawnPicture], *arguments: Any, **named: Any) -> None:  # noqa: ANN401
    """Calls a tool that draws, and shows what it drew."""
    from tui.layouts import pictures as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = tool(workspace, *arguments, **named)
    session.give(found, layout.drawn)


def volcano(
    context: typer.Context, screen: ScreenName, *, out: Out, gene: Named = None, label: Label = 20,
    overwrite: options.Overwrite = False,
) -> None:  # fmt: skip
    """Draws a screen as a volcano: how large each effect is against how sure, with the names of the strongest hits."""
    from tools.pictures.volcano import plot_volcano

    _draw(context, plot_volcano, screen, out, genes=listed(gene or []), label=label, overwrite=overwrite)


def rank(
    context: typer.Context, screen: ScreenName, *, out: Out, gene: Named = None, label: Label = 20,
    overwrite: options.Overwrite = False,
) -> None:  # fmt: skip
    """Draws the effects of a screen by rank, with names, and the spread of its negative controls where it has some."""
    from tools.pictures.rank import plot_rank

    _draw(context, plot_rank, screen, out, genes=listed(gene or []), label=label, overwrite=overwrite)


def replicates(
    context: typer.Context,
    first: ScreenName,
    second: Annotated[
        str, typer.Argument(metavar="[SCREEN]", help="Another one, such as another donor; else the first's replicates.")
    ] = "",
    *,
    out: Out,
    overwrite: options.Overwrite = False,
) -> None:
    """Draws two screens, or the replicates of one, against each other."""
    from tools.pictures.replicates import plot_replicates

    _draw(context, plot_replicates, first, second, out=out, overwrite=overwrite)


def controls(context: typer.Context, screen: ScreenName, *, out: Out, overwrite: options.Overwrite = False) -> None:
    """Draws how far a screen's negative controls spread, beside essential genes and hits."""
    from tools.pictures.controls import plot_controls

    _draw(context, plot_controls, screen, out, overwrite=overwrite)


def progress(
    context: typer.Context, name: options.CampaignName = "", *, out: Out, overwrite: options.Overwrite = False
) -> None:
    """Draws a campaign's hits by round beside those that were expected, and those of a random list."""
    from tools.pictures.progress import plot_progress

    _draw(context, plot_progress, out, campaign=name, overwrite=overwrite)


def reliability(
    context: typer.Context, name: options.CampaignName = "", *, out: Out, overwrite: options.Overwrite = False
) -> None:
    """Draws how often a campaign's nominations hit against how often they were said to."""
    from tools.pictures.reliability import plot_reliability

    _draw(context, plot_reliability, out, campaign=name, overwrite=overwrite)


def sets(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    out: Out,
    round_: Annotated[int, typer.Option("--round", min=0, help="Number of the round; the newest if not given.")] = 0,
    collection: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A collection of gene sets; repeat, or commas.")
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Draws the gene sets that a shortlist's nominations gather in, with their genes."""
    from tools.pictures.sets import plot_sets

    _draw(
        context, plot_sets, out, campaign=name, round=round_, collections=listed(collection or []), overwrite=overwrite
    )


def gene(
    context: typer.Context,
    symbol: Annotated[str, typer.Argument(metavar="GENE", help="A symbol, alias or identifier.")],
    *,
    out: Out,
    organism: Annotated[options.Organism | None, typer.Option(help="human first if not given.")] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Draws a gene across screens: where its effect lies among all effects of each."""
    from tools.pictures.gene import plot_gene

    _draw(context, plot_gene, symbol, out, organism=organism or "", overwrite=overwrite)


def screens(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[SCREEN]...", help="Screens; all if not given.")] = None,
    *,
    out: Out,
    overwrite: options.Overwrite = False,
) -> None:
    """Draws how alike screens are: a heat map of rank correlations, like ones side by side."""
    from tools.pictures.screens import plot_screens

    _draw(context, plot_screens, names or (), out=out, overwrite=overwrite)


def plate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A csv with the columns plate, well, perturbation and kind.")],
    *,
    out: Out,
    name: Annotated[str, typer.Option("--plate", metavar="NAME", help="One plate; all if not given.")] = "",
    overwrite: options.Overwrite = False,
) -> None:
    """Draws what lies in which well of a plate."""
    from tools.pictures.plate import plot_plate

    _draw(context, plot_plate, file, out, plate=name, overwrite=overwrite)


_EXAMPLES: dict[Callable[..., Any], list[str]] = {
    volcano: ["SCREEN --out volcano.png", "SCREEN --gene LCK,VAV1 --label 10 --out volcano.svg"],
    rank: ["schmidt-il2 --out rank.png"],
    replicates: ["schmidt-ifng schmidt-il2 --out both.png", "SCREEN --out replicates.png"],
    controls: ["SCREEN --out controls.png"],
    progress: ["--out progress.png", "tcell --out progress.svg"],
    reliability: ["--out reliability.png"],
    sets: ["--out sets.png", "tcell --round 1 --collection gobp --out sets.png"],
    gene: ["VAV1 --out vav1.png"],
    screens: ["--out screens.png", "schmidt-ifng schmidt-il2 sanchez-tau --out three.svg"],
    plate: ["plates.csv --plate P1 --out plate.png"],
}


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "plot")
    for function, examples in _EXAMPLES.items():
        kind = function.__name__
        shown = [f"hitscout plot {kind} {words}" for words in examples]
        command(verbs, kind, function, serves=[f"plot_{kind}"], examples=shown)
