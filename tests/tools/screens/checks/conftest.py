"""Opens a table that a test writes."""

from __future__ import annotations

import contextlib

import pytest

from tools.screens.tables.source_file import opened


@pytest.fixture
def source(tmp_path):
    """Writes text into a file of a name, and opens it."""
    with contextlib.ExitStack() as stack:

        def opening(text: str, name: str = "table.csv"):
            path = tmp_path / name
            path.write_text(text, encoding="utf-8")
            return stack.enter_context(opened(path))

        yield opening
