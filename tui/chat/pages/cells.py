"""The cells page: sets of cells, their labels, and the cells of one in a plane."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Static

from tui.chat.pages import cells_parts as parts
from tui.chat.pages.base import Page
from tui.chat.widgets.asking import ConfirmDialog, ReadingDialog
from tui.chat.widgets.bars import StatusBar
from tui.chat.widgets.cells_plot import CellsPlot, marks_of
from tui.chat.widgets.table import SafeTable
from tui.chat.widgets.text import safe, say
from tui.layouts import cell_sets as layout
from tui.layouts.acts import trouble_in_chat

if TYPE_CHECKING:
    from db.errors import HitscoutError
    from tools.cells.sets.adding import AddedCells
    from tools.cells.sets.drawing import CellPlane
    from tools.cells.sets.listing import ShownCells


class CellsPage(Page):
    """Which cells there are, what they are called, and how they lie."""

    page_name: ClassVar[str] = "cells"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add cells from a file"),
        Binding("d", "remove", "Remove the cells under the cursor"),
    ]
    CSS = """
    CellsPage #head { padding: 0 1; }
    CellsPage #sets { height: auto; max-height: 9; }
    CellsPage #one { height: 1fr; }
    CellsPage #labels { width: 34; height: 1fr; }
    CellsPage #picture { width: 1fr; height: 1fr; }
    CellsPage #plot { height: 1fr; }
    CellsPage #below { height: 1; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.contents: parts.Contents | None = None
        self.shown: ShownCells | None = None
        self.plane: CellPlane | None = None

    def content(self) -> ComposeResult:
        """The sets above; labels and the picture of one below."""
        yield Static(id="head", markup=False)
        yield SafeTable(id="sets", widest=32)
        with Horizontal(id="one"):
            yield SafeTable(id="labels", widest=22)
            with Vertical(id="picture"):
                yield CellsPlot(id="plot")
                yield Static(id="below", markup=False)

    def on_mount(self) -> None:
        """Puts the focus on the sets."""
        self.query_one("#sets").focus()
        self.query_one(CellsPlot).display = False
        self.query_one(StatusBar).show(["Enter details", "a add file", "d remove", "? keys"])

    # Reading -------------------------------------------------------------------------------------

    def refresh_page(self) -> None:
        """Reads the store beside the interface."""
        self.hitscout.run_job("read the cells", parts.read_contents, quiet=True, on_done=self._take)

    def _take(self, contents: parts.Contents) -> None:
        if not self.is_mounted or contents == self.contents:
            return
        self.contents = contents
        self.query_one("#head", Static).update(parts.head(contents))
        names = [one.name for one in contents.sets]
        self.query_one("#sets", SafeTable).fill(parts.SET_COLUMNS, parts.set_rows(contents.sets), keys=names)
        self.query_one("#one").display = bool(names)
        self._turn_to(self._chosen)

    @property
    def _chosen(self) -> str | None:
        """Name of the set under the cursor."""
        return self.query_one("#sets", SafeTable).selected_key

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Shows the set that the cursor came to.

        Args:
            event: Textual's event.
        """
        event.stop()
        if event.data_table.id == "sets":
            self._turn_to(self._chosen)

    def _turn_to(self, name: str | None) -> None:
        if name is None or self.contents is None:
            self.shown = self.plane = None
            return
        known = next((one for one in self.contents.sets if one.name == name), None)
        if known is None or (self.shown is not None and self.shown.cells == known):
            return
        from tools.cells.sets.listing import cells_show

        self.hitscout.run_job(f"read {name}", cells_show, name, quiet=True, on_done=self._show_labels)

    def _show_labels(self, found: ShownCells) -> None:
        if not self.is_mounted or found.cells.name != self._chosen or found == self.shown:
            return
        self.shown, self.plane = found, None
        self.query_one("#labels", SafeTable).fill(parts.LABEL_COLUMNS, parts.label_rows(found))
        self.query_one(CellsPlot).display = False
        self.query_one("#below", Static).update(safe(f"Drawing {found.cells.name} …", "dim"))
        from tools.cells.sets.drawing import cell_plane

        self.hitscout.run_job(
            f"draw {found.cells.name}", cell_plane, found.cells.name, changes=False, on_done=self._draw,
            on_failed=self._say_below, on_cancelled=lambda: self._write_below("No picture: it was cancelled."),
        )  # fmt: skip

    def _draw(self, plane: CellPlane) -> None:
        if not self.is_mounted or self.shown is None or plane.name != self.shown.cells.name:
            return
        self.plane = plane
        self.query_one(CellsPlot).show(plane.points, plane.labels, marks_of(self.shown.labels))
        self.query_one("#below", Static).update(parts.below(plane))

    def _say_below(self, problem: HitscoutError) -> None:
        self._write_below(trouble_in_chat(problem))

    def _write_below(self, text: str) -> None:
        if self.is_mounted:
            self.query_one("#below", Static).update(safe(text))

    # Doing ---------------------------------------------------------------------------------------

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Tells all that is known of a set.

        Args:
            event: Textual's event.
        """
        event.stop()
        if self.shown is not None:
            found = self.shown
            self.app.push_screen(ReadingDialog(lambda: layout.shown(found)))

    def action_add(self) -> None:
        """Adds cells from a file: pick it, say what its columns are."""
        from tui.chat.pages.cell_adding import look_at_labelled
        from tui.chat.widgets.file_picker import FilePicker

        def look(path: Path | None) -> None:
            if path is not None:
                look_at_labelled(self.hitscout, path, on_done=self._added)

        self.app.push_screen(FilePicker("A file of cells: h5ad, 10x h5, loom, rda, matrix.mtx"), look)

    def _added(self, added: AddedCells) -> None:
        self.app.push_screen(ReadingDialog(lambda: layout.added(added)))

    def action_remove(self) -> None:
        """Removes the set under the cursor, after asking."""
        name = self._chosen
        if name is None:
            return
        from tools.cells.sets.listing import cells_remove

        def go(answer: bool | None) -> None:  # noqa: FBT001 – what a dialog gives
            if answer:
                self.hitscout.run_job(
                    f"remove {name}", cells_remove, name, on_done=lambda _: say(self.app, f"{name} was removed.")
                )

        said = ["The file that they came from stays where it is."]
        self.app.push_screen(ConfirmDialog(f"Remove {name}?", said, yes="Remove"), go)
