"""Labelled cells on their way into the store: which columns describe them, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.workspace import Workspace
from tui.chat.app import HitscoutApp
from tui.chat.pages import campaign_forms as forms
from tui.chat.pages import cells_parts as parts
from tui.chat.widgets.form import Field, FormDialog
from tui.chat.widgets.text import say
from tui.layouts.acts import trouble_in_chat

if TYPE_CHECKING:
    from db.errors import HitscoutError
    from tools.cells.sets.adding import AddedCells

_LABELS = ("cell_type", "celltype", "cell_ontology_class", "cell_label", "label", "labels", "annotation", "cluster")
"""How a column of labels is called, the likeliest first."""


def columns_of(workspace: Workspace, path: Path) -> tuple[str, ...]:  # noqa: ARG001 - a job takes a workspace
    """The columns that describe the cells of a file.

    Args:
        workspace: The workspace.
        path: The file, or a matrix in its folder.

    Raises:
        RefusedFileError: It is no file of cells.
    """
    from db.files.cells.opening import opened_cells

    with opened_cells(path) as file:
        return file.columns


def look_at_labelled(app: HitscoutApp, path: Path, on_done: Callable[[AddedCells], None]) -> None:
    """Shows the form that adds cells, with the columns that the file has, and adds them when it is sent.

    Args:
        app: The app.
        path: The file, or a matrix in its folder.
        on_done: Called with what was added.
    """

    def ask(columns: tuple[str, ...]) -> None:
        folded = {one.casefold().replace(" ", "_"): one for one in columns}
        likely = next((folded[one] for one in _LABELS if one in folded), "")
        _ask(app, path, parts.fields(columns, likely), None, "", on_done)

    app.run_job(f"look at {path.name}", columns_of, path, changes=False, on_done=ask, on_failed=lambda problem: say(
        app, trouble_in_chat(problem), severity="error"
    ))  # fmt: skip


def _ask(
    app: HitscoutApp, path: Path, fields: tuple[Field, ...], given: Mapping[str, Any] | None, error: str,
    on_done: Callable[[AddedCells], None],
) -> None:  # fmt: skip
    def failed(values: dict[str, Any], problem: HitscoutError) -> None:
        _ask(app, path, fields, values, trouble_in_chat(problem), on_done)

    def take(values: dict[str, Any] | None) -> None:
        if values is None:
            return
        from tools.cells.sets.adding import add_cells

        app.run_job(
            f"add {path.name}", add_cells, path, **values, on_done=on_done,
            on_failed=lambda problem: failed(values, problem),
        )  # fmt: skip

    form = FormDialog(f"Add cells: {path.name}", forms.with_values(fields, given), send="take them in", error=error)
    app.push_screen(form, take)
