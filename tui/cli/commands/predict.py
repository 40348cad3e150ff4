"""``predict``: how likely named genes are to be hits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, listed, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.campaigns.answers.hit_chances import HitPredictions


def predict(
    context: typer.Context,
    genes: Annotated[list[str], typer.Argument(metavar="GENE…", help="Genes; with spaces or commas between.")],
    *,
    campaign: Annotated[
        str, typer.Option(metavar="NAME", help="The campaign; the only open one if no --phenotype.")
    ] = "",
    phenotype: options.Phenotype = "",
    question: options.QuestionText = "",
    cell_type: options.CellType = "",
    direction: options.HitDirection = "both",
    modality: options.HowPerturbed = None,
    study: options.Study = "",
    measured: options.Measured = "",
    library: options.Library = "protein-coding",
    predictor: Annotated[str, typer.Option(metavar="NAME", help="Who ranks; blend if not given.")] = "",
) -> None:
    """Predicts how likely named genes are to be hits of a campaign, or of a question asked here."""
    from tools.campaigns.answers.hit_chances import predict_hits

    session = session_of(context)
    with session.workspace() as workspace:
        found = predict_hits(
            workspace, listed(genes), campaign, phenotype=phenotype, text=question, cell_type=cell_type,
            direction=direction, modality=modality or "", study=study, measured=measured, library=library,
            predictor=predictor,
        )  # fmt: skip
    session.give(found, render)


def render(found: HitPredictions) -> Sequence[RenderableType]:
    """Chances as a table.

    Args:
        found: What the tool gave.
    """
    from tui.cli.commands.shortlist import ignored
    from tui.layouts.format import Column, line, share, table

    columns = [
        Column("gene"), Column("hit probability", right=True), Column("80 % interval", keep=6),
        Column("support", right=True, keep=5), Column("rank", right=True), Column("note", running=True, keep=7),
    ]  # fmt: skip
    rows = [
        (
            one.perturbation,
            share(one.hit_probability),
            f"{share(one.low)} – {share(one.high)}" if one.low is not None else None,
            share(one.support),
            one.rank,
            one.note,
        )
        for one in found.genes
    ]
    whose = f"campaign {found.campaign}" if found.campaign else found.phenotype
    return [
        line(f"{whose}: hits by {found.hit_rule}", "bold"),
        table(columns, rows, cut=False),
        line(f"A random one of the {found.candidates:,} candidates has {share(found.base_rate)}."),
        *ignored(found.ignored),
    ]


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = [
        "hitscout predict VAV1 CD247 LCP2",
        "hitscout predict VAV1,CD247 --campaign tcell --json",
        'hitscout predict MAPT GSK3B --phenotype "tau protein level" --cell-type neurons --direction lowers',
    ]
    command(app, "predict", predict, serves=["predict_hits"], examples=examples)
