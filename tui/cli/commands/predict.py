"""``predict``: how likely named genes are to be hits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from tools.campaigns.start.start_options import StartOptions
from tui.cli.frame import command, listed, session_of
from tui.cli.parameter_objects import Some, takes_options


@takes_options(defaults={"phenotype": ""})
def predict(
    context: typer.Context,
    genes: Annotated[list[str], typer.Argument(metavar="GENE…", help="Genes; with spaces or commas between.")],
    *,
    campaign: Annotated[
        str, typer.Option(metavar="NAME", help="The campaign; the only open one if no --phenotype.")
    ] = "",
    asked: Annotated[
        Mapping[str, Any],
        Some(StartOptions, "phenotype", "text", "cell_type", "direction", "modality", "study", "measured", "library"),
    ],
    predictor: Annotated[str, typer.Option(metavar="NAME", help="Who ranks; blend if not given.")] = "",
) -> None:
    """Predicts how likely named genes are to be hits of a campaign, or of a question asked here."""
    from tools.campaigns.answers.hit_chances import predict_hits
    from tui.layouts import hit_chances as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = predict_hits(workspace, listed(genes), campaign, predictor=predictor, **asked)
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
