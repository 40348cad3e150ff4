"""Picks a file: folders and files in a table, or a path that is typed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Input, Static

from tui.chat.widgets.dialog import Dialog
from tui.chat.widgets.inputs import SafeInput
from tui.chat.widgets.table import SafeTable
from tui.chat.widgets.text import safe
from tui.layouts.format import Column

MOST = 2000
"""Entries of a folder that are listed: a table of more is not read by anybody."""
_COLUMNS = (Column("name"), Column("KB", right=True), Column("changed"))


@dataclass(frozen=True)
class Entry:
    """One entry of a folder: its path, whether it is a folder itself, its size in bytes, and when it was changed."""

    path: Path
    folder: bool
    size: int = 0
    changed: float = 0.0


def entries_of(folder: Path) -> tuple[list[Entry], str]:
    """What a folder holds, folders first, and why it could not be read (empty where it could).

    Args:
        folder: The folder; names that begin with a dot are left out.
    """
    found = []
    try:
        with os.scandir(folder) as listing:
            for one in listing:
                if one.name.startswith("."):
                    continue
                entry = _entry(one)
                if entry is not None:
                    found.append(entry)
    except OSError as error:
        return [], f"{folder} cannot be read: {error.strerror or error}."
    found.sort(key=lambda entry: (not entry.folder, entry.path.name.casefold(), entry.path.name))
    more = len(found) - MOST
    return found[:MOST], f"{more:,} more are not shown: type the path." if more > 0 else ""


def _entry(one: os.DirEntry[str]) -> Entry | None:
    try:
        about = one.stat()
        return Entry(Path(one.path), one.is_dir(), about.st_size, about.st_mtime)
    except OSError:
        # A dangling link can be neither opened nor picked.
        return None


class FilePicker(Dialog[Path]):
    """Gives the path of a file.

    Args:
        title: What the file is for.
        start: The folder that is shown first; where hitscout was started where None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace,left", "up", "Folder above"),
        Binding("slash", "type", "Type a path", show=False),
    ]
    CSS = "FilePicker SafeTable { height: 14; }"

    def __init__(self, title: str, start: Path | None = None) -> None:
        super().__init__()
        self._heading, self.folder = title, (start or Path.cwd()).absolute()
        self._entries: Sequence[Entry] = ()

    def content(self) -> ComposeResult:
        """The heading, the path, the table."""
        yield Static(safe(self._heading, "bold"))
        yield SafeInput(placeholder="path of a file or folder", id="path")
        yield SafeTable()
        yield Static(id="note", markup=False)

    def on_mount(self) -> None:
        """Lists the first folder."""
        self.query_one(SafeTable).focus()
        self.go_to(self.folder)

    def go_to(self, folder: Path) -> None:
        """Lists a folder.

        Args:
            folder: The folder.
        """
        self.folder = folder
        self.query_one("#path", Input).value = f"{folder}{os.sep}" if folder != Path(folder.anchor) else str(folder)
        self._list(folder)

    @work(thread=True, exclusive=True)
    def _list(self, folder: Path) -> None:
        """Reads a folder beside the interface: one on a network may take its time."""
        entries, problem = entries_of(folder)
        self.app.call_from_thread(self._show, folder, entries, problem)

    def _show(self, folder: Path, entries: Sequence[Entry], problem: str) -> None:
        if folder != self.folder or not self.is_mounted:
            return
        above = [Entry(folder.parent, folder=True)] if folder.parent != folder else []
        self._entries = [*above, *entries]
        rows = [_row(entry, above=bool(above) and number == 0) for number, entry in enumerate(self._entries)]
        table = self.query_one(SafeTable)
        table.fill(_COLUMNS, rows, keys=[str(number) for number in range(len(rows))])
        table.move_cursor(row=0, animate=False)
        text = problem or "Enter: open, pick   ←: up   /: type a path   s: sort   Esc: back"
        self.query_one("#note", Static).update(safe(text, "bold" if problem else "dim"))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Opens the folder, or gives the file.

        Args:
            event: Textual's event.
        """
        event.stop()
        key = self.query_one(SafeTable).selected_key
        if key is not None:
            self._take(self._entries[int(key)].path)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Opens the folder that was typed, or gives the file.

        Args:
            event: The path.
        """
        event.stop()
        typed = Path(event.value.strip()).expanduser()
        self._take(typed if typed.is_absolute() else self.folder / typed)

    def action_up(self) -> None:
        """Goes to the folder above."""
        if not isinstance(self.focused, Input):
            self.go_to(self.folder.parent)

    def action_type(self) -> None:
        """Puts the focus on the path."""
        self.query_one("#path").focus()

    def _take(self, path: Path) -> None:
        if path.is_dir():
            self.query_one(SafeTable).focus()
            self.go_to(path)
        elif path.is_file():
            self.dismiss(path)
        else:
            self.query_one("#note", Static).update(safe(f"{path} is no file.", "bold"))


def _row(entry: Entry, *, above: bool) -> tuple[str, float | None, str]:
    if above:
        return "..", None, ""
    name = entry.path.name + (os.sep if entry.folder else "")
    when = f"{datetime.fromtimestamp(entry.changed):%Y-%m-%d %H:%M}"  # noqa: DTZ006 – the user's own clock
    return name, None if entry.folder else round(entry.size / 1000, 1), when
