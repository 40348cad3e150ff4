"""Progress on stderr: bars in a terminal, one plain line for each finished task elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from db.clean_text import clean

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from tools.workspace import Progress

SHOWN = 8
"""Bars at a time: more would not stand in a terminal of 24 lines."""


class Display:
    """Shows the `Progress` events of a workspace.

    Args:
        quiet: Whether nothing is to be shown.
        stream: Where it is shown; stderr where None.
    """

    def __init__(self, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._live = not quiet and self._stream.isatty()
        self._bars: Bars | None = None
        self._ids: dict[str, TaskID] = {}
        self._finished: set[str] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def report(self, progress: Progress) -> None:
        """Takes one event; may be called from any thread.

        Args:
            progress: The event.
        """
        if self._quiet:
            return
        with self._lock:
            finished = progress.total is not None and progress.done >= progress.total
            if self._live:
                self._draw(progress, finished=finished)
            elif finished and (line := _line(progress)) not in self._finished:
                self._finished.add(line)
                self._stream.write(line)
                self._stream.flush()

    def _draw(self, progress: Progress, *, finished: bool) -> None:
        bars = self._bars or self._start()
        if progress.task not in self._ids:
            self._ids[progress.task] = bars.add_task(clean(progress.task), total=progress.total, note="")
            _make_room(bars)
        bars.update(
            self._ids[progress.task],
            completed=progress.done,
            total=progress.total,
            note="" if finished else clean(progress.message),
        )

    def _start(self) -> Bars:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
        from rich.table import Column

        from tui.layouts.format import colour_system

        console = Console(file=self._stream, color_system=colour_system(self._stream))
        roomy = console.width >= 90
        fixed = Column(no_wrap=True, overflow="ellipsis", max_width=34 if roomy else 24)
        note = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False, table_column=fixed),
            BarColumn(bar_width=24 if roomy else 12),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False, table_column=note),
            console=console,
            transient=True,
            expand=True,
            refresh_per_second=8,
        )
        self._bars.start()
        return self._bars


def _make_room(bars: Bars) -> None:
    """Hides the oldest finished bars; those at work stay."""
    visible = [task for task in bars.tasks if task.visible]
    surplus = max(len(visible) - SHOWN, 0)
    for task in [task for task in visible if task.finished][:surplus]:
        bars.update(task.id, visible=False)


def _line(progress: Progress) -> str:
    note = f" ({clean(progress.message)})" if progress.message not in ("", "bytes", "done") else ""
    return f"{clean(progress.task)}: done{note}\n"
