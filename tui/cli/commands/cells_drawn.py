"""``cells embed`` and ``cells plot``: vectors of cells in a file, and pictures of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tools.cells.annotation.options import Naming
from tui.cli import options
from tui.cli.frame import Session, session_of
from tui.cli.parameter_objects import takes_options

File = Annotated[
    Path, typer.Argument(help="The cells: .h5ad, 10x .h5, .loom, .rda, a folder of matrix.mtx, or cells of the store.")
]
Kind = Literal["cells", "confusion", "flow"]


def embed(
    context: typer.Context,
    file: File,
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to: .csv, .tsv, .parquet, or .npy.")],
    vectors: Annotated[str, typer.Option(help="The vectors, as `benchmark cells` names them.")] = "expression_pca",
    label: Annotated[
        str,
        typer.Option(
            metavar="COLUMN", help="A column of labels, which some vectors need; cells of the store know theirs."
        ),
    ] = "",
    gene_vectors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Vectors of genes, such as GenePT's, for those by texts.")
    ] = None,
    overwrite: options.Overwrite = False,
) -> None:
    """Writes a vector of each cell: by expression, by texts of genes, or by both."""
    from tools.cells.embedding import embed_cells
    from tui.layouts import cell_pictures as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = embed_cells(
            workspace, file, out, vectors=vectors, label=label, gene_vectors=gene_vectors, overwrite=overwrite
        )
    session.give(found, layout.embedded)


@takes_options()
def plot(
    context: typer.Context,
    file: File,
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The picture: .png or .svg.")],
    kind: Annotated[
        Kind, typer.Option(help="The cells; or what their own labels became: a table of shares, or bands.")
    ] = "cells",
    by: Annotated[str, typer.Option(metavar="COLUMN", help="Colours: a column, or gene:SYMBOL.")] = "",
    method: Annotated[Literal["pca", "tsne"], typer.Option(help="How cells are laid into the plane.")] = "pca",
    reference: Annotated[
        Path | None,
        typer.Option(metavar="FILE|NAME", help="Cells with labels, to name the file's by: confusion, flow."),
    ] = None,
    label: Annotated[str, typer.Option(metavar="COLUMN", help="The column of labels, of the reference if any.")] = "",
    naming: Naming,
    overwrite: options.Overwrite = False,
) -> None:
    """Draws cells in a plane by a column or a gene, or what their own labels became when a reference named them."""
    session = session_of(context)
    if kind == "cells":
        _cells(session, file, out, by, method, label, naming, overwrite=overwrite)
    else:
        _named(session, file, out, kind, reference, label, naming, overwrite=overwrite)


def _cells(
    session: Session, file: Path, out: Path, by: str, method: Literal["pca", "tsne"], label: str, naming: Naming,
    *, overwrite: bool,
) -> None:  # fmt: skip
    from tools.cells.pictures.plotting import plot_cells
    from tools.cells.space import DEFAULT
    from tui.layouts import cell_pictures as layout

    with session.workspace(naming.seed) as workspace:
        found = plot_cells(
            workspace, file, out, by=by, method=method, vectors=naming.vectors or DEFAULT, label=label,
            seed=naming.seed, overwrite=overwrite,
        )  # fmt: skip
    session.give(found, layout.plotted)


def _named(
    session: Session, file: Path, out: Path, kind: Literal["confusion", "flow"], reference: Path | None, label: str,
    naming: Naming, *, overwrite: bool,
) -> None:  # fmt: skip
    from tools.cells.pictures.plotting import plot_named_cells
    from tui.layouts import cell_pictures as layout

    if reference is None:
        raise typer.BadParameter(f"{kind} needs --reference FILE.", param_hint="--kind")
    with session.workspace(naming.seed) as workspace:
        found = plot_named_cells(workspace, file, reference, label, out, naming, kind=kind, overwrite=overwrite)
    session.give(found, layout.plotted_names)
