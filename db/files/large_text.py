"""Tables of text too large for Python, read by the engine that the store already needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from db.files.parquet import literal

LARGE = 1 << 26
"""Bytes of a file from which it is not taken into memory."""


def text_rows(path: Path, columns: Sequence[str], delimiter: str) -> str:
    """SQL of all rows below a header of one line, each cell as text, and ``line``, counted from 1.

    Args:
        path: The file, UTF-8, packed by gzip or not.
        columns: What its columns are called here.
        delimiter: What stands between cells.
    """
    kinds = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
    return (
        f"SELECT *, row_number() OVER () + 1 AS line FROM read_csv('{literal(path)}', auto_detect = false,"
        f" delim = '{delimiter}', quote = '\"', escape = '\"', header = false, skip = 1, columns = {{{kinds}}},"
        f" nullstr = '', strict_mode = true, compression = '{'gzip' if path.suffix == '.gz' else 'none'}')"
    )
