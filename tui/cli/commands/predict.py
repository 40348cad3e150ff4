"""``predict``: how likely named genes are to be hits."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, listed, session_of


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
    from tui.layouts import hit_chances as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = predict_hits(
            workspace, listed(genes), campaign, phenotype=phenotype, text=question, cell_type=cell_type,
            direction=direction, modality=modality or "", study=study, measured=measured, library=library,
            predictor=predictor,
        )  # fmt: skip
    session.give(found, layout.predicted)


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
