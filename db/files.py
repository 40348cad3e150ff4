"""Parquet files, read as text and written by the engine that the store already needs."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from db.errors import RefusedFileError


def parquet_columns(path: Path) -> list[str]:
    """Names of a Parquet file's columns, in order.

    Args:
        path: The file.

    Raises:
        RefusedFileError: The file is not Parquet, or is damaged.
    """
    return list(_query(path, "LIMIT 0").columns)


def read_parquet_as_text(path: Path) -> pd.DataFrame:
    """Every cell of a Parquet file as text, missing ones as the empty text.

    Args:
        path: The file.

    Returns:
        One column of text for each column of the file; numbers as DuckDB writes them, which reads back exactly.

    Raises:
        RefusedFileError: The file is not Parquet, or is damaged.
    """
    return _query(path, "").astype(object)


def _query(path: Path, limit: str) -> pd.DataFrame:
    # A connection of its own, in memory: a file may be read while the store is held elsewhere.
    with duckdb.connect(":memory:", config={"threads": "2"}) as connection:
        try:
            return connection.execute(
                f"SELECT coalesce(COLUMNS(*)::VARCHAR, '') FROM read_parquet(?) {limit}", [str(path)]
            ).df()
        except duckdb.Error as error:
            raise RefusedFileError(
                f"{path.name} cannot be read as Parquet: {str(error).splitlines()[0]}",
                "Write the file again, or give the table as csv or tsv.",
            ) from error


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Writes a frame as Parquet, every column with its type.

    Args:
        frame: Columns of text or numbers; missing values become NULL.
        path: The file to write.

    Raises:
        OSError: The file cannot be written.
    """
    with duckdb.connect(":memory:", config={"threads": "2"}) as connection:
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
