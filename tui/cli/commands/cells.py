"""``cells``: cells named by a labelled reference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tools.cells.annotation.options import Naming
from tui.cli import options
from tui.cli.commands.cells_drawn import embed, plot
from tui.cli.frame import command, group, session_of
from tui.cli.parameter_objects import takes_options


@takes_options()
def annotate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The cells to name: .h5ad, 10x .h5, .loom, or a folder of matrix.mtx.")],
    *,
    reference: Annotated[Path, typer.Option(metavar="FILE", help="Cells with labels, in any of the same forms.")],
    label: Annotated[str, typer.Option(metavar="COLUMN", help="The reference's column of labels.")],
    naming: Naming,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a row for each cell: .csv, .tsv or .parquet.")
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Names the cells of a file by a reference whose cells have labels, within a species or across two.

    Each cell gets a label with a calibrated probability; cells that are like nothing in the reference are flagged.
    """
    from tools.cells.annotation.annotating import annotate_cells
    from tui.layouts import cells as layout

    session = session_of(context)
    with session.workspace(naming.seed) as workspace:
        found = annotate_cells(workspace, file, reference, label, naming, out=out, overwrite=overwrite)
    session.give(found, layout.named)


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "cells")
    command(
        verbs, "annotate", annotate, serves=["annotate_cells"],
        examples=[
            "hitscout cells annotate new.h5ad --reference atlas.h5ad --label cell_type --out labels.csv",
            "hitscout cells annotate mouse.h5ad --reference human.h5ad --label cell_type --across-species --json",
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
