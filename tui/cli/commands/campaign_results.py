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

Dropped = Annotated[
    bool, typer.Option("--dropped", help="Nominations that the file lacks do not return to the candidates.")
]
AllowOthers = Annotated[bool, typer.Option("--allow-others", help="Take genes that were not nominated too.")]


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
    dropped: Dropped = False,
    allow_others: AllowOthers = False,
    placement: Annotated[
        Literal["controls", "bridges", "declared"],
        typer.Option(
            help="Scale by the negative controls, by genes of earlier rounds that were measured again, or declare the"
            " effects to be on the campaign's scale."
        ),
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


@takes_options(behind={"placement": ("positive_means",), "columns": ("controls",)})
def next_(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    results: Annotated[Path, typer.Option(metavar="FILE", help="The results of the round that waits for them.")],
    out: options.Out = None,
    overwrite: options.Overwrite = False,
    size: Annotated[int | None, typer.Option(min=1, help="Places of the next round; else the campaign's own.")] = None,
    dropped: Dropped = False,
    allow_others: AllowOthers = False,
    placement: Annotated[
        Literal["controls", "bridges", "declared"],
        typer.Option(help="Scale by the negative controls, by genes measured again, or as declared."),
    ] = "controls",
    described: Annotated[Mapping[str, Any], Some(ScreenDescription, "readout_gene")],
    reading: Annotated[Reading, Without("estimate_kind")],
) -> None:
    """Goes on to the next round in one step: records results, reviews the campaign, and proposes the round.

    A file that is refused changes nothing. Where no round can be proposed after it, the results stay recorded, and it
    is said why.
    """
    from tools.campaigns.next_round import campaign_next
    from tui.layouts import campaign as layout

    session = session_of(context)
    with session.workspace() as workspace:
        done = campaign_next(
            workspace, results, name, reading, out=out, overwrite=overwrite, size=size, dropped=dropped,
            allow_others=allow_others, placement=placement, **described,
        )  # fmt: skip
    session.give(done, layout.went_on)
    if done.stopped:
        session.say(done.stopped)
        raise typer.Exit(1)
