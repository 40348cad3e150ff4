"""``screen validate`` and ``benchmark validation``: which genes a repeat of a screen would find again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import listed, session_of


def validate(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the primary screen; `hitscout screen list` shows them.")],
    *,
    size: Annotated[int, typer.Option(min=1, help="Genes to test again.")] = 500,
    specific: Annotated[bool, typer.Option("--specific", help="Leave fitness genes out.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all of them: .csv, .tsv, .parquet, .xlsx or .md.")
    ] = None,
    format_: Annotated[
        options.Format | None, typer.Option("--format", help="Format, whatever the file's ending.")
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Says which genes of a finished screen to test again, each with the chance that a repeat finds it."""
    from tools.screens.validation.validating import screen_validate, validation_export
    from tui.layouts import validation as layout

    session = session_of(context)
    with session.workspace() as workspace:
        if out is None:
            found = screen_validate(workspace, name, size=size, specific=specific)
        else:
            found = validation_export(
                workspace, name, out, size=size, specific=specific, format=format_, overwrite=overwrite
            )
    session.give(found, layout.listed)


def benchmark(
    context: typer.Context,
    *,
    screens: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Screens to learn from and to judge on; else all with replicates."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap over genes.")] = 0,
) -> None:
    """Chooses genes from one replicate of each screen, and counts how many another replicate finds again.

    The weights that choose are learnt on screens of other phenotypes. Beside them stand lists by effect and by FDR.
    """
    from tools.benchmarks.validation import benchmark_validation
    from tui.layouts import validation as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = benchmark_validation(workspace, listed(screens or []), seed=seed)
    session.give(found, layout.report)
