"""How the cells page words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text

from tools.cells.sets.listing import ShownCells, cells_list
from tools.workspace import Workspace
from tui.chat.pages.parameter_fields import CHOICES
from tui.chat.widgets.cells_plot import marks_of
from tui.chat.widgets.form import Field
from tui.chat.widgets.text import safe
from tui.layouts.format import Column

if TYPE_CHECKING:
    from db.cells.reading import CellSet
    from tools.cells.sets.drawing import CellPlane

SET_COLUMNS = (
    Column("cells of"), Column("organism"), Column("cells", right=True), Column("labels", right=True),
    Column("genes", right=True), Column("values"), Column("by column"), Column("study"),
)  # fmt: skip
LABEL_COLUMNS = (Column(""), Column("label"), Column("cells", right=True))


@dataclass(frozen=True)
class Contents:
    """What the cells page shows.

    Attributes:
        sets: The sets of cells of the store.
    """

    sets: tuple[CellSet, ...]


def read_contents(workspace: Workspace) -> Contents:
    """Reads the sets; the store need not exist.

    Args:
        workspace: The workspace.
    """
    return Contents(cells_list(workspace) if workspace.store.exists() else ())


def head(contents: Contents) -> Text:
    """The sets in one line; what to do where there is none.

    Args:
        contents: What the store holds.
    """
    if not contents.sets:
        return safe("The store has no cells. a adds a file of them: .h5ad, 10x .h5, .loom, .rda, matrix.mtx.")
    cells = sum(one.cells for one in contents.sets)
    plural = "s" if len(contents.sets) > 1 else ""
    return safe(f"{len(contents.sets):,} set{plural} of cells, {cells:,} cells in all", "bold")


def set_rows(sets: Sequence[CellSet]) -> list[tuple[Any, ...]]:
    """Rows of the table of sets.

    Args:
        sets: The sets.
    """
    return [
        (one.name, one.organism, one.cells, one.labels, one.genes, one.scale, one.label_column, one.study)
        for one in sets
    ]


def label_rows(found: ShownCells) -> list[tuple[Any, ...]]:
    """Rows of the table of labels: the letter in the picture, the label, its cells.

    Args:
        found: The set.
    """
    marks = marks_of(found.labels)
    rows: list[tuple[Any, ...]] = [(marks[label], label, cells) for label, cells in found.labels.items()]
    return [*rows, *([("·", "(no label)", found.unlabelled)] if found.unlabelled else [])]


def below(plane: CellPlane) -> Text:
    """What the picture shows.

    Args:
        plane: The cells in it.
    """
    sample = "" if len(plane.points) == plane.cells else f" of {plane.cells:,}, drawn at random"
    return safe(f"{len(plane.points):,} cells{sample}; principal components 1 → and 2 ↑", "dim")


def fields(columns: Sequence[str], labels: str = "") -> tuple[Field, ...]:
    """Fields of the form that adds a file of cells.

    Args:
        columns: The columns that describe its cells.
        labels: The one that looks like that of labels.
    """
    choices = {"": "none", **{one: one for one in columns}}
    return (
        Field("labels", "Labels", "choice", labels, "The column that says what each cell is.", choices),
        Field(
            "donors", "Donors", "choice", "", "Whose each cell is; by the column's name where none is chosen.", choices
        ),
        Field("name", "Name", help="The file's own where empty."),
        Field("organism", "Organism", "choice", "", "Told by the genes.", CHOICES["organism"]),
        Field("study", "Study", help="Publication or project."),
        Field("layer", "Matrix", help="Such as raw or layers/counts; the first with counts where empty."),
        Field("citation", "Citation", help="Of the study."),
        Field("licence", "Licence", help="Of the data."),
    )
