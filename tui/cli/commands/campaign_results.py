"""``campaign record|review``: what was measured, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from tools.screens.ingestion.description import ScreenDescription
from tools.screens.tables.reading import Reading
from tui.cli import options
from tui.cli.frame import name_and_last, session_of
from tui.cli.parameter_objects import Some, Without, takes_options


@takes_options(behind={"placement": ("positive_means",), "columns": ("controls",)})
def record(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="[NAME] FILE", help="The campaign, if not the only open one; the results.")
    ],
    *,
    round_: Annotated[
        int | None,
        typer.Option("--round", min=1, help="Number of the round; else the newest that waits or is measured."),
    ] = None,
    dropped: Annotated[
        bool, typer.Option("--dropped", help="Nominations that the file lacks do not return to the candidates.")
    ] = False,
    allow_others: Annotated[
        bool, typer.Option("--allow-others", help="Take genes that were not nominated too.")
    ] = False,
    placement: Annotated[
        Literal["controls", "declared"],
        typer.Option(help="Scale by the negative controls, or declare the effects to be on the campaign's scale."),
    ] = "controls",
    described: Annotated[Mapping[str, Any], Some(ScreenDescription, "readout_gene")],
    reading: Annotated[Reading, Without("estimate_kind")],
) -> None:
    """Records the results of a confirmed round, or a corrected file of a measured one (the history is kept)."""
    from tools.campaigns.results.recording import campaign_record
    from tui.layouts import campaign as layout

    session = session_of(context)
    name, file = name_and_last(session, words, "FILE", lambda _, word: Path(word).exists())
    with session.workspace() as workspace:
        done = campaign_record(
            workspace, Path(file), name, reading, round=round_, dropped=dropped, allow_others=allow_others,
            placement=placement, **described,
        )  # fmt: skip
    session.give(done, layout.recorded)


def review(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    preregistration: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Hold a measured round against what it promised in this file.")
    ] = None,
) -> None:
    """Compares the hits so far with what was expected, and says what a next round would bring."""
    from tools.campaigns.results.review import campaign_review
    from tui.layouts import campaign as layout

    session = session_of(context)
    with session.workspace() as workspace:
        done = campaign_review(workspace, name, preregistration=preregistration)
    session.give(done, layout.reviewed)
