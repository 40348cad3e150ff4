"""The store page: screens and packs; files come in, packs are fetched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Static

from db.errors import HitscoutError
from tui.chat.pages import store_parts as parts
from tui.chat.pages.base import Page
from tui.chat.widgets.asking import ConfirmDialog, ReadingDialog
from tui.chat.widgets.bars import StatusBar
from tui.chat.widgets.table import SafeTable
from tui.chat.widgets.text import safe, say
from tui.layouts import packs as packs_layout
from tui.layouts import perturb_seq as cell_layout
from tui.layouts import screen as screen_layout

if TYPE_CHECKING:
    from tools.expression.perturb_seq.added import AddedPerturbSeq
    from tools.packs.catalogue import FetchReport, PackSummary
    from tools.screens.ingestion.added_screen import AddedScreen
    from tools.screens.listing import ShownScreen


class StorePage(Page):
    """What is known: the screens of the store, and the public data that can be had."""

    page_name: ClassVar[str] = "store"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add a screen from a file"),
        Binding("d", "remove", "Remove the screen"),
        Binding("space", "mark", "Mark a pack"),
        Binding("f", "fetch", "Fetch marked packs"),
        Binding("F", "fetch_default", "Fetch the packs that all else rests on"),
    ]
    CSS = """
    StorePage .title { padding: 0 1; color: $text-muted; }
    StorePage #head { padding: 0 1; }
    StorePage #nothing { padding: 0 1; color: $text-accent; }
    StorePage #screens { height: 1fr; min-height: 4; }
    StorePage #packs { height: 1fr; min-height: 4; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.contents: parts.Contents | None = None
        self.marked: set[str] = set()

    def content(self) -> ComposeResult:
        """Screens above, packs below."""
        yield Static(id="head", markup=False)
        yield Static(id="nothing", markup=False)
        yield SafeTable(id="screens", widest=32)
        yield Static(safe("Packs: public data (space marks, f fetches)"), classes="title")
        yield SafeTable(id="packs", widest=40)

    def on_mount(self) -> None:
        """Puts the focus on the screens."""
        self.query_one("#screens").focus()
        self.query_one("#nothing").display = False
        self.query_one(StatusBar).show(["Enter details", "a add file", "space mark", "f fetch", "d remove", "? keys"])

    # Reading -------------------------------------------------------------------------------------

    def refresh_page(self) -> None:
        """Reads the store beside the interface."""
        self.hitscout.run_job("read the store", parts.read_contents, quiet=True, on_done=self._take)

    def _take(self, contents: parts.Contents) -> None:
        if not self.is_mounted or contents == self.contents:
            return
        self.contents = contents
        self.query_one("#head", Static).update(parts.head(contents))
        nothing = parts.nothing(contents)
        self.query_one("#nothing", Static).update(nothing)
        self.query_one("#nothing").display = bool(nothing)
        names = [one.screen.name for one in contents.screens]
        self.query_one("#screens", SafeTable).fill(
            parts.SCREEN_COLUMNS, parts.screen_rows(contents.screens), keys=names
        )
        self._draw_packs()

    def _draw_packs(self) -> None:
        packs = self.contents.packs if self.contents else ()
        rows = parts.pack_rows(packs, self.marked)
        self.query_one("#packs", SafeTable).fill(parts.PACK_COLUMNS, rows, keys=[one.name for one in packs])

    @property
    def _pack(self) -> PackSummary | None:
        """The pack that has the cursor, where the packs have the focus."""
        table = self.query_one("#packs", SafeTable)
        if not table.has_focus or self.contents is None:
            return None
        return next((one for one in self.contents.packs if one.name == table.selected_key), None)

    # Screens -------------------------------------------------------------------------------------

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Shows a screen's quality report, or a pack's terms.

        Args:
            event: Textual's event.
        """
        event.stop()
        table = event.data_table
        key = table.selected_key if isinstance(table, SafeTable) else None
        if key is None:
            return
        if table.id == "packs":
            pack = self._pack
            if pack is not None:
                self.app.push_screen(ReadingDialog(lambda: parts.pack_page(pack)))
            return
        from tools.screens.listing import screen_show

        self.hitscout.run_job(f"read {key}", screen_show, key, quiet=True, on_done=self._show)

    def _show(self, one: ShownScreen) -> None:
        self.app.push_screen(ReadingDialog(lambda: screen_layout.shown(one)))

    def action_add(self) -> None:
        """Adds a screen from a file: pick it, say what it is, see what is read."""
        from tui.chat.widgets.file_picker import FilePicker

        def look(path: Path | None) -> None:
            if path is not None and self._holds_cells(path):
                from tui.chat.pages.cell_reading import look_at_cells

                look_at_cells(self.hitscout, path, on_done=self._cells_added)
            elif path is not None:
                from tui.chat.pages.file_reading import look_at_screen

                look_at_screen(self.hitscout, path, on_done=self._added)

        self.app.push_screen(
            FilePicker("A screen's file: csv, tsv, Parquet, MAGeCK, RSA; h5ad, 10x, mtx, loom …"), look
        )

    def _holds_cells(self, path: Path) -> bool:
        from db.files.cells.recognition import is_cells

        try:
            return is_cells(path)
        except HitscoutError:
            # The form on tables says what is wrong with it.
            return False

    def _added(self, added: AddedScreen) -> None:
        self.app.push_screen(ReadingDialog(lambda: screen_layout.added(added)))

    def _cells_added(self, added: AddedPerturbSeq) -> None:
        self.app.push_screen(ReadingDialog(lambda: cell_layout.added(added)))

    def action_remove(self) -> None:
        """Removes the screen under the cursor, after asking."""
        table = self.query_one("#screens", SafeTable)
        name = table.selected_key
        if name is None or not table.has_focus:
            return
        from tools.screens.listing import screen_remove

        def go(answer: bool | None) -> None:  # noqa: FBT001 – what a dialog gives
            if answer:
                self.hitscout.run_job(
                    f"remove {name}", screen_remove, name, on_done=lambda _: say(self.app, f"{name} was removed.")
                )

        said = ["All its effects go with it. A screen that a campaign uses is not removed."]
        self.app.push_screen(ConfirmDialog(f"Remove {name}?", said, yes="Remove"), go)

    # Packs ---------------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Marks the pack under the cursor, or takes its mark away."""
        pack = self._pack
        if pack is not None:
            self.marked ^= {pack.name}
            self._draw_packs()

    def action_fetch(self) -> None:
        """Fetches the marked packs, or the one under the cursor."""
        packs = self.contents.packs if self.contents else ()
        wanted = [one for one in packs if one.name in self.marked] or ([self._pack] if self._pack else [])
        if not wanted:
            say(self.app, "Mark packs first: Tab to their table, then space.")
            return
        strict = [one for one in wanted if not one.commercial]
        if not strict:
            self._fetch(wanted)
            return

        def go(answer: bool | None) -> None:  # noqa: FBT001 – what a dialog gives
            if answer:
                self._fetch(wanted)

        self.app.push_screen(ConfirmDialog("Do you accept these terms?", parts.terms(strict), yes="Accept"), go)

    def action_fetch_default(self) -> None:
        """Fetches the packs that all else rests on."""
        self._fetch([one for one in (self.contents.packs if self.contents else ()) if one.default])

    def _fetch(self, wanted: list[PackSummary]) -> None:
        if any(job.title.startswith("fetch") for job in self.hitscout.jobs.values()):
            say(self.app, "Packs are being fetched already; Esc cancels that.", severity="warning")
            return
        from tools.packs.catalogue import fetch

        accepted = any(not one.commercial for one in wanted)
        size = sum(one.megabytes for one in wanted if not one.fetched)
        names = [one.name for one in wanted]
        say(self.app, f"Fetching {', '.join(names)}: {size:,.0f} MB. Esc cancels.")
        self.hitscout.run_job(
            f"fetch {names[0]}{' …' if len(names) > 1 else ''}", fetch, names, accept_licence=accepted,
            on_done=self._fetched,
        )  # fmt: skip

    def _fetched(self, report: FetchReport) -> None:
        self.marked -= {one.name for one in report.packs if one.state == "ready"}
        self._draw_packs()
        if report.complete:
            say(self.app, f"In the store: {', '.join(one.name for one in report.packs)}.")
        else:
            self.app.push_screen(ReadingDialog(lambda: packs_layout.fetched(report)))
