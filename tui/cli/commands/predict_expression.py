"""``predict-expression``: what a perturbation that nobody made does to the expression of every readout gene."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tools.expression.unseen.options import Learning
from tui.cli import options
from tui.cli.frame import command, session_of
from tui.cli.parameter_objects import takes_options


@takes_options()
def predict_expression(
    context: typer.Context,
    gene: Annotated[str, typer.Argument(help="The gene to perturb, or a pair A+B.")],
    *,
    learning: Learning,
    within: Annotated[
        str, typer.Option(metavar="NAME", help="The context that is answered for; the mean over all if not given.")
    ] = "",
    blind: Annotated[
        bool, typer.Option("--blind", help="Learn from nothing that was measured of these genes; learns anew.")
    ] = False,
    top: Annotated[int, typer.Option(min=1, help="Readout genes to list, the surest changes first.")] = 50,
    neighbours: Annotated[int, typer.Option(min=0, help="Measured perturbations that speak for it.")] = 10,
    plot: Annotated[
        bool, typer.Option("--plot", help="Plot the predicted against the measured profile, where there is one.")
    ] = False,
    sample: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Draw N cells, and write them to --out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where cells are written: an .h5ad.")] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Predicts what a perturbation that nobody made does to the expression of every readout gene.

    The first question to the same tables learns from them, which takes up to a minute; later ones take a second or two.
    """
    from tools.expression.unseen import prediction, sampling
    from tui.layouts import predicted_expression as layout

    if (sample is None) != (out is None):
        raise typer.BadParameter("cells are drawn with both --sample N and --out FILE.", param_hint="--sample")
    session = session_of(context)
    with session.workspace(learning.seed) as workspace:
        if sample is None or out is None:
            found = prediction.predict_expression(
                workspace, gene, learning, within=within, blind=blind, top=top, neighbours=neighbours,
                points=prediction.PLOTTED if plot else 0,
            )  # fmt: skip
            drawn = None
        else:
            drawn = sampling.sample_expression(
                workspace, gene, out, learning, sample=sample, within=within, blind=blind, overwrite=overwrite
            )
    if drawn is None:
        session.give(found, layout.predicted)
    else:
        session.give(drawn, layout.sampled)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app, "predict-expression", predict_expression, serves=["predict_expression", "sample_expression"],
        examples=[
            "hitscout predict-expression MED12 --context replogle-k562-ranks",
            "hitscout predict-expression MED12 --context replogle-k562-ranks --blind --plot",
            "hitscout predict-expression KLF1+CEBPA --data cells.h5ad --sample 500 --out cells-after.h5ad",
        ],
    )  # fmt: skip
