"""``report``: one page on a screen or a campaign."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, session_of


def report(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The page: .html, which holds all it needs, or .md with its pictures.")],
    *,
    screen: Annotated[str, typer.Option(metavar="NAME", help="A report on this screen.")] = "",
    campaign: Annotated[
        str, typer.Option(metavar="NAME", help="On this campaign; the only open one where neither is named.")
    ] = "",
    markdown: Annotated[bool, typer.Option("--md", help="Write an .md twin beside the .html, for a notebook.")] = False,
    overwrite: options.Overwrite = False,
) -> None:
    """Writes a page on a screen or a campaign, which holds all it needs: to read, to print, to keep.

    Question, data and quality, method, list with reasons and evidence, controls, pictures, calibration, costs, versions
    and how to repeat it.
    """
    from tools.reports.writing import write_report
    from tui.layouts import reports as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = write_report(
            workspace, file, screen=screen, campaign=campaign, markdown=markdown, overwrite=overwrite
        )  # fmt: skip
    session.give(found, layout.written)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app, "report", report, serves=["write_report"],
        examples=[
            "hitscout report campaign.html", "hitscout report tau.html --screen sanchez-tau --md",
            "hitscout report notes.md --campaign tcell",
        ],
    )  # fmt: skip
