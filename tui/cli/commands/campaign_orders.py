"""``campaign export|costs``: what is ordered of a round, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from tools.orders.options import Ordering, Plating, Pricing
from tui.cli import options
from tui.cli.frame import Session, name_and_last, session_of
from tui.cli.parameter_objects import Without, takes_options

Form = Literal["table", "oligos", "plates", "picks"]
Economics = Literal["pooled", "arrayed", "perturb-seq", "all"]


@takes_options()
def export(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME] FILE",
            help="The campaign, if not the only open one; the file, whose ending names the format.",
        ),
    ] = None,
    *,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The file, where it is not given as a word.")] = None,
    round_: Annotated[int | None, typer.Option("--round", min=1, help="Number of the round; else the newest.")] = None,
    format_: Annotated[
        options.Format | None, typer.Option("--format", help="Format, whatever the file's ending.")
    ] = None,
    overwrite: options.Overwrite = False,
    guides: Annotated[
        Path | None,
        typer.Option(metavar="LIBRARY", help="Guide library: gives each gene its guides. What is below needs it."),
    ] = None,
    as_: Annotated[
        Form | None, typer.Option("--as", help="Table of guides (if not given), oligo pool, wells, or pick list.")
    ] = None,
    ordering: Ordering,
    plating: Plating,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the plates as well: .png or .svg.")] = None,
) -> None:
    """Writes a round to a file that can be ordered from; with --guides the guides, oligos, plates or transfers.

    Cells are safe to open in a spreadsheet. Genes that have no guide in the library are named. The same --layout-seed
    gives the same plates.
    """
    from tools.campaigns.rounds.order_file import campaign_export
    from tools.orders.order import order_guides
    from tui.layouts import campaign, orders

    session = session_of(context)
    name, file = _name_and_file(session, words or [], out)
    if guides is None:
        if as_ or picture is not None or (ordering, plating) != (Ordering(), Plating()):
            raise typer.BadParameter("Guides are asked for, and no library of them is given.", param_hint="--guides")
        with session.workspace() as workspace:
            done = campaign_export(workspace, file, name, round=round_, format=format_, overwrite=overwrite)
        return session.give(done, campaign.exported)
    with session.workspace(ordering.layout_seed) as workspace:
        ordered = order_guides(
            workspace, file, guides, ordering, plating, name, round=round_, form=as_ or "table", format=format_,
            picture=picture, overwrite=overwrite,
        )  # fmt: skip
    if ordered.without_guides:
        session.say(f"No guide in {ordered.library} for {', '.join(ordered.without_guides)}.")
    return session.give(ordered, orders.ordered)


def _name_and_file(session: Session, words: Sequence[str], out: Path | None) -> tuple[str, Path]:
    """The campaign, if it was named, and the file: the last word, or the option's value."""
    from tools.output_files import FORMAT_OF_SUFFIX

    if out is not None:
        if len(words) > 1:
            raise typer.BadParameter("The file is given twice.", param_hint="--out")
        return (words[0] if words else ""), out
    if not words:
        raise typer.BadParameter("Name the file, such as round1.xlsx.", param_hint="[NAME] FILE")
    name, file = name_and_last(session, words, "FILE", lambda _, word: Path(word).suffix.lower() in FORMAT_OF_SUFFIX)
    return name, Path(file)


@takes_options()
def costs(
    context: typer.Context,
    name: options.CampaignName = "",
    *,
    as_: Annotated[Economics, typer.Option("--as", help="Which economics; all three if not given.")] = "all",
    round_: Annotated[int | None, typer.Option("--round", min=1, help="Number of the round; else the newest.")] = None,
    pricing: Pricing,
    plating: Annotated[Plating, Without("positions")],
) -> None:
    """Counts guides, cells, reads and plates of a round, and prices them: pooled, arrayed and as Perturb-seq.

    Prices are yours, in your own currency; what has none is counted and not priced. Each figure stands for the whole
    list and for each hit that the round's proposal expects.
    """
    from tools.orders.costs import campaign_costs
    from tui.layouts import orders

    session = session_of(context)
    with session.workspace() as workspace:
        found = campaign_costs(workspace, pricing, plating, name, round=round_, economics=as_)
    session.give(found, orders.costs)
