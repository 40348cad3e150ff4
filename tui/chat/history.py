"""What was typed before, kept in a file of the user's own."""

from __future__ import annotations

import json
import os
from pathlib import Path

FILE_NAME = "chat_history.jsonl"
KEPT = 500


class History:
    """Earlier inputs, walked through with `back` and `forth`; of this process only, until `keep_in` names a file."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._items: list[str] = []
        self._at = 0
        self._draft = ""

    def keep_in(self, path: Path) -> None:
        """Takes up the inputs of a file, and keeps later ones there.

        Args:
            path: The file, which need not exist; readable by its owner only.
        """
        if self._path == path:
            return
        self._path = path
        earlier = _read(path)
        self._items = earlier + self._items
        self._at += len(earlier)

    def add(self, text: str) -> None:
        """Appends an input; the same one twice in a row counts once.

        Args:
            text: What was typed.
        """
        if text and (not self._items or self._items[-1] != text):
            self._items.append(text)
            self._append(text)
        self._at = len(self._items)

    def back(self, current: str) -> str | None:
        """The input before; None where there is none.

        Args:
            current: What stands in the prompt now, which `forth` gives back in the end.
        """
        if self._at == 0:
            return None
        if self._at == len(self._items):
            self._draft = current
        self._at -= 1
        return self._items[self._at]

    def forth(self) -> str | None:
        """The input after, in the end what stood in the prompt; None where there is none."""
        if self._at >= len(self._items):
            return None
        self._at += 1
        return self._draft if self._at == len(self._items) else self._items[self._at]

    def _append(self, text: str) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(json.dumps(text) + "\n")
        except OSError:
            # Without a place to keep them in, inputs are kept for this process.
            self._path = None


def _read(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-KEPT:]
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, str):
            found.append(value)
    return found
