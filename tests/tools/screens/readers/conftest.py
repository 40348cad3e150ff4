"""Reads a table that a test writes, by the reader that its header asks for."""

from __future__ import annotations

import pytest

from tools import registry
from tools.screens.ingestion.files_read import choose_reader
from tools.screens.tables.reading import Reading
from tools.screens.tables.source_file import opened


@pytest.fixture
def read(tmp_path):
    """Writes lines of cells (spaces stand for the separator) and reads them; checks which reader was chosen."""

    def reading(reader: str, lines: list[str], name: str = "table.txt", separator: str = "\t", **options):
        path = tmp_path / name
        path.write_text("\n".join(separator.join(line.split(" ")) for line in lines) + "\n", encoding="utf-8")
        given = Reading(**options)
        with opened(path) as source:
            assert choose_reader(source, given) == reader
            return registry.load("readers", reader)().read(source, given)

    return reading
