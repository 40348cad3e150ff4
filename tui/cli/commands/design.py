"""``design``: how large a screen has to be, and what a finished one could show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tools.design.perturb_seq.wish import CellsWish
from tools.design.pooled.wish import ScreenWish
from tui.cli import options
from tui.cli.frame import command, group, session_of
from tui.cli.parameter_objects import takes_options

Picture = Annotated[Path | None, typer.Option(metavar="FILE", help="Also draw the power: .png or .svg.")]


@takes_options()
def screen(
    context: typer.Context,
    *,
    wish: ScreenWish,
    out: Picture = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Says how many guides, replicates, cells and reads a pooled screen needs to find an effect, or what it finds.

    What is not given of effect, guides, replicates and coverage is solved for.
    """
    from tui.layouts import design as layout

    session = session_of(context)
    with session.workspace() as workspace:
        if out is None:
            from tools.design.pooled.plan import design_screen

            session.give(design_screen(workspace, wish), layout.screen)
        else:
            from tools.design.pictures import draw_screen_design

            session.give(draw_screen_design(workspace, wish, out, overwrite=overwrite), layout.drawn_screen)


def detectable(
    context: typer.Context,
    screen: Annotated[str, typer.Argument(help="A finished screen of the store.")],
    *,
    fdr: Annotated[float, typer.Option(metavar="RATE", help="False discovery rate at which hits are called.")] = 0.05,
    power: Annotated[float, typer.Option(metavar="SHARE", help="Share of the hits that is to be found.")] = 0.8,
    hits: Annotated[
        int | None, typer.Option(metavar="N", help="How many hits there are; by the screen's own rule if not given.")
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option(metavar="N", help="Replicates that its effects rest on, where the store has them not one by one."),
    ] = None,
    simulate: Annotated[
        int,
        typer.Option(min=0, metavar="N", help="Simulate so many beside the closed form, and tell what they showed."),
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of what is simulated.")] = 0,
    out: Picture = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Says the smallest effect that a finished screen could show, and what another replicate buys."""
    from tui.layouts import design as layout

    session = session_of(context)
    with session.workspace() as workspace:
        if out is None:
            from tools.design.detectable import detectable_effect

            found = detectable_effect(
                workspace, screen, fdr=fdr, power=power, hits=hits, replicates=replicates, simulate=simulate, seed=seed
            )
            session.give(found, layout.detectable)
        else:
            from tools.design.pictures import draw_detectable_effect

            drawn = draw_detectable_effect(
                workspace, screen, out, fdr=fdr, power=power, hits=hits, replicates=replicates, simulate=simulate,
                seed=seed, overwrite=overwrite,
            )  # fmt: skip
            session.give(drawn, layout.drawn_detectable)


@takes_options()
def perturb_seq(
    context: typer.Context,
    *,
    wish: CellsWish,
    out: Picture = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Says how many cells of each perturbation are needed to see a number of genes respond, or what a number shows.

    What is not given of effect and cells is solved for.
    """
    from tui.layouts import design as layout

    session = session_of(context)
    with session.workspace() as workspace:
        if out is None:
            from tools.design.perturb_seq.plan import design_perturb_seq

            session.give(design_perturb_seq(workspace, wish), layout.perturb_seq)
        else:
            from tools.design.pictures import draw_perturb_seq_design

            session.give(draw_perturb_seq_design(workspace, wish, out, overwrite=overwrite), layout.drawn_perturb_seq)


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "design")
    command(
        verbs, "screen", screen, serves=["design_screen", "draw_screen_design"],
        examples=[
            "hitscout design screen --effect 1",
            "hitscout design screen --effect -0.5 --pilot schmidt-il2 --power 0.9",
            "hitscout design screen --guides 4 --replicates 2 --coverage 500 --simulate 100",
            "hitscout design screen --effect 1 --gate 0.15 --price-guide 0.05 --price-cells 20 --out power.png",
        ],
    )  # fmt: skip
    command(
        verbs, "detectable", detectable, serves=["detectable_effect", "draw_detectable_effect"],
        examples=["hitscout design detectable schmidt-il2", "hitscout design detectable freimer-il2 --replicates 3"],
    )  # fmt: skip
    command(
        verbs, "perturb-seq", perturb_seq, serves=["design_perturb_seq", "draw_perturb_seq_design"],
        examples=[
            "hitscout design perturb-seq --effect 1 --responding 50 --find 40",
            "hitscout design perturb-seq --effect -1 --cells 200 --umis 20000 --simulate 200",
            "hitscout design perturb-seq --effect 1 --pilot papalexi-cells --responding 20",
        ],
    )  # fmt: skip
