"""``cells``: cells named by a labelled reference, or by their genes."""

from __future__ import annotations

import typer

from tui.cli.commands.cells_annotate import annotate
from tui.cli.frame import command, group


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "cells")
    command(
        verbs, "annotate", annotate, serves=["annotate_cells", "annotate_by_markers"],
        examples=[
            "hitscout cells annotate new.h5ad --reference atlas.h5ad --label cell_type --out labels.csv",
            "hitscout cells annotate mouse.h5ad --reference human.h5ad --label cell_type --across-species --json",
            "hitscout cells annotate new.h5ad --markers --clusters leiden --out labels.csv",
            "hitscout cells annotate new.h5ad --markers --model openai-chat:NAME --estimate",
        ],
    )  # fmt: skip
