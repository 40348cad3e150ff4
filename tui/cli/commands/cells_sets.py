"""``cells add``, ``list``, ``show``, ``remove``: sets of cells in the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tui.cli.frame import session_of

Name = Annotated[str, typer.Argument(help="Name of the cells; `hitscout cells list` shows them.")]


def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Cells: .h5ad, 10x .h5, .loom, .rda, or a folder of matrix.mtx.")],
    *,
    labels: Annotated[str, typer.Option(metavar="COLUMN", help="The column that says what each cell is.")] = "",
    donors: Annotated[
        str, typer.Option(metavar="COLUMN", help="The column that says whose each cell is; else by its name.")
    ] = "",
    name: Annotated[str, typer.Option(metavar="TEXT", help="Name of the cells; else the file's name.")] = "",
    study: Annotated[str, typer.Option(metavar="TEXT", help="Publication or project.")] = "",
    organism: Annotated[
        Literal["human", "mouse"] | None, typer.Option(help="Whose genes; told by the genes where not given.")
    ] = None,
    layer: Annotated[
        str, typer.Option(metavar="NAME", help="The matrix, such as raw or layers/counts; else the first with counts.")
    ] = "",
    citation: Annotated[str, typer.Option(metavar="TEXT", help="Citation of the study.")] = "",
    licence: Annotated[str, typer.Option(metavar="TEXT", help="Licence of the data.")] = "",
) -> None:
    """Adds the cells of a file with their labels; their name then stands wherever a file of cells is asked for.

    Counts and logarithms are told apart by the numbers; genes are placed on the store's names.
    """
    from tools.cells.sets.adding import add_cells
    from tui.layouts import cell_sets as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = add_cells(
            workspace, file, labels=labels, donors=donors, name=name, study=study, organism=organism or "",
            layer=layer, citation=citation, licence=licence,
        )  # fmt: skip
    session.give(found, layout.added)


def list_(context: typer.Context) -> None:
    """Lists the cells in the store: their labels, genes, and what their values are."""
    from tools.cells.sets.listing import cells_list
    from tui.layouts import cell_sets as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = cells_list(workspace)
    session.give(found, layout.listing)


def show(context: typer.Context, name: Name) -> None:
    """Shows cells of the store: labels, donors, genes, what their values are, and the file that they came from."""
    from tools.cells.sets.listing import cells_show
    from tui.layouts import cell_sets as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = cells_show(workspace, name)
    session.give(found, layout.shown)


def remove(context: typer.Context, name: Name) -> None:
    """Removes cells of the store, so that others can take their name; nothing else rests on them."""
    from tools.cells.sets.listing import cells_remove
    from tui.layouts import cell_sets as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = cells_remove(workspace, name)
    session.give(found, layout.removed)
