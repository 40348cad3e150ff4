"""``predict-signature``: which genes push the cells toward a state when they are perturbed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tools.expression.unseen.options import Learning
from tui.cli import options
from tui.cli.frame import command, listed, session_of
from tui.cli.parameter_objects import takes_options


@takes_options()
def predict_signature(
    context: typer.Context,
    signature: Annotated[
        str,
        typer.Argument(
            metavar="[SIGNATURE]", help="A gene set (COLLECTION:NAME), or a file of genes with signs; or --cells."
        ),
    ] = "",
    *,
    learning: Learning,
    cells: Annotated[
        str, typer.Option(metavar="FILE|TABLE", help="Cells, two groups of which make the signature.")
    ] = "",
    toward: Annotated[str, typer.Option(metavar="COLUMN=VALUE", help="Cells that are in the state.")] = "",
    away: Annotated[str, typer.Option(metavar="COLUMN=VALUE", help="Cells that it is set against.")] = "",
    within: Annotated[
        str, typer.Option(metavar="NAME", help="The context that is answered for; the mean over all if not given.")
    ] = "",
    gene: Annotated[
        list[str] | None, typer.Option(metavar="GENE", help="Rank these genes alone; repeat it, or use commas.")
    ] = None,
    library: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Rank the genes of this file; else all protein-coding ones.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many to list from either end.")] = 25,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the whole list: .csv, .tsv or .parquet.")
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Says which genes, measured or not, push the cells toward a state when they are perturbed, and which away from it.

    Each is predicted by a fit that saw nothing of it; what was measured stands beside. The first question to the same
    tables holds every measured gene out once, which takes a minute or two; later ones take seconds.
    """
    from tools.expression.unseen import signature_file, signature_list
    from tui.layouts import predicted_signature as layout

    session = session_of(context)
    given = {"cells": cells, "toward": toward, "away": away, "within": within}
    genes = listed(gene or ())
    with session.workspace(learning.seed) as workspace:
        if out is None:
            found = signature_list.predict_signature(
                workspace, signature, learning, **given, genes=genes, library=library, top=top
            )
            written = None
        else:
            written = signature_file.signature_export(
                workspace, signature, out, learning, **given, genes=genes, library=library, top=top,
                overwrite=overwrite,
            )  # fmt: skip
    if written is None:
        session.give(found, layout.ranked)
    else:
        session.give(written, layout.written)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app, "predict-signature", predict_signature, serves=["predict_signature", "signature_export"],
        examples=[
            "hitscout predict-signature hallmarks:HALLMARK_CHOLESTEROL_HOMEOSTASIS --context replogle-k562-ranks",
            "hitscout predict-signature state.tsv --library library.txt --out list.csv",
            "hitscout predict-signature --cells cells.h5ad --toward state=memory --away state=exhausted --top 50",
        ],
    )  # fmt: skip
