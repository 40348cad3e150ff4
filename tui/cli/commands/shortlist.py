"""``shortlist``: the main job in one line."""

from __future__ import annotations

from typing import Annotated

import typer

from tools.campaigns.start.start_options import StartOptions
from tui.cli import options
from tui.cli.frame import command, session_of
from tui.cli.parameter_objects import takes_options


@takes_options(behind={"phenotype": ("name",), "text": ("measured", "library", "size", "mode", "out", "overwrite")})
def shortlist(
    context: typer.Context,
    *,
    start: StartOptions,
    name: Annotated[str, typer.Option(metavar="TEXT", help="Name of the campaign; else made from the phenotype.")] = "",
    out: options.Out = None,
    overwrite: options.Overwrite = False,
    seed: options.Seed = 0,
) -> None:
    """Says which genes to perturb next: starts a campaign and proposes its first round in one step.

    The round stays open; `hitscout campaign confirm` and `hitscout campaign record` go on with it.
    """
    from tools.campaigns.start.start_and_propose import shortlist as make_shortlist
    from tui.layouts import shortlist as layout

    session = session_of(context)
    with session.workspace(seed) as workspace:
        made = make_shortlist(workspace, start, name=name, seed=seed, out=out, overwrite=overwrite)
    session.give(made, layout.proposed)
    if made.path:
        session.say(f"Written to {made.path}.")


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = [
        'hitscout shortlist --phenotype "IFN-gamma production" --cell-type "primary human T cells" --size 128',
        'hitscout shortlist --phenotype "tau protein level" --measured pilot.csv --out next.csv',
        "hitscout shortlist --phenotype survival --library library.txt --size 50 --json",
    ]
    command(app, "shortlist", shortlist, serves=["shortlist"], examples=examples)
