"""Parquet files, read as text and written by the engine that the store already needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd

from db.engine import in_memory
from db.errors import RefusedFileError
from db.files.opening import damage_refused, refuse_extraordinary

MAX_RATIO = 200
"""How many times its own size a file's pages may unpack to, and its text unfold to."""
PLAIN_ROWS = 200_000
"""Rows that any file may hold."""
ROWS_A_BYTE = 10
"""Rows that a larger file may hold for each of its bytes: labels of one bit each are packed so."""
PLAIN_TEXT = 1 << 26
"""Bytes of text that any file may unfold to."""
SHORT_KINDS = frozenset({
    "boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint",
    "uhugeint", "float", "double", "decimal", "date", "time", "timestamp", "interval", "uuid",
})  # fmt: skip
"""Types each of whose values is a few characters long."""
_HELP = "Write the file again, or give the table as csv or tsv."


def parquet_columns(path: Path) -> list[str]:
    """Names of a Parquet file's columns, in order.

    Args:
        path: The file.

    Raises:
        RefusedFileError: The file is not Parquet, or is damaged.
    """
    with _opened(path) as table:
        return list(table.limit(0).df().columns)


def read_parquet_as_text(path: Path) -> pd.DataFrame:
    """Every cell of a Parquet file as text, missing ones as the empty text.

    Args:
        path: The file.

    Returns:
        One column of text for each column of the file; numbers as DuckDB writes them, which reads back exactly.

    Raises:
        RefusedFileError: The file is not Parquet, is damaged, or unfolds to far more than a table of its size would.
    """
    with _opened(path) as table:
        _refuse_unfolding(table, path)
        cells: pd.DataFrame = table.project("coalesce(COLUMNS(*)::VARCHAR, '')").df().astype(object)
        return cells


def read_parquet(path: Path) -> pd.DataFrame:
    """A Parquet file of numbers and names, each column as it was written.

    Args:
        path: The file.

    Raises:
        RefusedFileError: The file is not Parquet, or is damaged.
    """
    with _opened(path) as table:
        frame: pd.DataFrame = table.df()
        return frame


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyRelation]:
    """The file as the engine sees it; whatever it raises meanwhile is a refusal."""
    refuse_extraordinary(path)
    # A connection of its own, in memory: a file may be read while the store is held elsewhere.
    with damage_refused(path, "Parquet", _HELP), in_memory() as connection:
        # A folder called study=1 is a folder, and adds no column.
        yield connection.read_parquet(_literal(path), hive_partitioning=False)


def _literal(path: Path) -> str:
    """A path in which nothing is a pattern: the engine would read all files that one matches."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _refuse_unfolding(table: duckdb.DuckDBPyRelation, path: Path) -> None:
    """Refuses a file of few bytes and millions of rows, or of texts that are repeated without end.

    Such a file costs nothing to write: Parquet keeps what is repeated once, and it all would have to be read as text.
    """
    size = path.stat().st_size
    texts = [name for name, kind in zip(table.columns, table.types, strict=True) if str(kind.id) not in SHORT_KINDS]
    lengths = "".join(f", sum(strlen({_quoted(name)}::VARCHAR))" for name in texts)
    rows, *unfolded = table.aggregate(f"count(*){lengths}").fetchall()[0]
    if rows > max(PLAIN_ROWS, ROWS_A_BYTE * size) or sum(filter(None, unfolded)) > max(PLAIN_TEXT, MAX_RATIO * size):
        raise RefusedFileError(
            f"{path.name} has {size:,} bytes and unfolds to {rows:,} rows, as no table of a screen does.",
            "Look at it, and give the rows that are meant as csv.",
        )


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Writes a frame as Parquet, every column with its type.

    Args:
        frame: Columns of text or numbers; missing values become NULL.
        path: The file to write.

    Raises:
        OSError: The file cannot be written.
    """
    with in_memory() as connection:
        typed = frame.copy()
        for column in typed.columns:
            if typed[column].dtype == object:
                typed[column] = typed[column].astype("string")
            elif typed[column].dtype.kind == "f":
                # NaN is a number to DuckDB; a missing value is not.
                typed[column] = typed[column].astype("Float64")
        connection.register("rows_to_write", typed)
        try:
            connection.execute("COPY rows_to_write TO $1 (FORMAT parquet)", [str(path)])
        except duckdb.Error as error:
            raise OSError(str(error).splitlines()[0]) from error
