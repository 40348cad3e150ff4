"""``cells``: cells in the store, and cells named by a labelled reference or by their genes."""

from __future__ import annotations

import typer

from tui.cli.commands.cells_annotate import annotate
from tui.cli.commands.cells_drawn import embed, plot
from tui.cli.commands.cells_sets import add, list_, remove, show
from tui.cli.frame import command, group


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "cells")
    command(
        verbs, "add", add, serves=["add_cells"],
        examples=[
            "hitscout cells add atlas.h5ad --labels cell_type",
            "hitscout cells add filtered_feature_bc_matrix.h5 --name run-3",
            "hitscout cells add mouse.h5ad --labels cell_type --donors animal --name islets --study 'Ours 2026' --json",
        ],
    )  # fmt: skip
    command(verbs, "list", list_, serves=["cells_list"], examples=["hitscout cells list", "hitscout cells list --json"])
    command(verbs, "show", show, serves=["cells_show"], examples=["hitscout cells show atlas"])
    command(verbs, "remove", remove, serves=["cells_remove"], examples=["hitscout cells remove atlas"])
    command(
        verbs, "annotate", annotate, serves=["annotate_cells", "annotate_by_markers"],
        examples=[
            "hitscout cells annotate new.h5ad --reference atlas --out labels.csv",
            "hitscout cells annotate new.h5ad --reference atlas.h5ad --label cell_type --out labels.csv",
            "hitscout cells annotate mouse.h5ad --reference human.h5ad --label cell_type --across-species --json",
            "hitscout cells annotate new.h5ad --markers --clusters leiden --out labels.csv",
            "hitscout cells annotate new.h5ad --markers --model openai-chat:NAME --estimate",
        ],
    )  # fmt: skip
    command(
        verbs, "embed", embed, serves=["embed_cells"],
        examples=[
            "hitscout cells embed new.h5ad --out vectors.parquet",
            "hitscout cells embed new.h5ad --vectors text_mean --out vectors.npy",
        ],
    )  # fmt: skip
    command(
        verbs, "plot", plot, serves=["plot_cells", "plot_named_cells"],
        examples=[
            "hitscout cells plot new.h5ad --by cell_type --method tsne --out cells.png",
            "hitscout cells plot new.h5ad --by gene:INS --out insulin.svg",
            "hitscout cells plot mouse.h5ad --reference human.h5ad --label cell_type --across-species --kind flow"
            " --out flow.png",
        ],
    )  # fmt: skip
