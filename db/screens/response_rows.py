"""Rows of responses on their way from a file into the store, inside the engine: named, checked and counted there.

A table of tens of millions of rows never passes through Python: only its distinct names do, and rows that cannot be
used. Small and large tables take this one path.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.engine import in_memory
from db.files.opening import damage_refused
from db.files.parquet import DAMAGE_HELP
from db.screens.response_plan import NUMBERS, RowPlan, RowsFound, RowSource
from db.screens.response_stages import not_sound, stage, text

MOST_BITS = 1 << 30
"""Pairs of perturbation and readout up to which those that were seen are marked bit by bit."""


SHORT_RUN = 1_000
"""Rows of one perturbation that stand together on average where a large table is as good as sorted."""


@contextmanager
def looked_at(source: RowSource) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own on which a source is known as ``cells``; damage of the file is a refusal.

    Args:
        source: The source.

    Raises:
        RefusedFileError: The file is damaged.
    """
    kind = "a table of responses" if source.frame is not None or source.delimiter else "Parquet"
    with damage_refused(source.path, kind, DAMAGE_HELP), in_memory() as connection:
        source.show(connection)
        yield connection


def distinct_cells(connection: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    """The distinct cells of a column as text, sorted; missing ones as the empty text.

    Args:
        connection: As `looked_at` gives it.
        column: Place of the column, see `RowSource.at`.
    """
    rows = connection.execute(f"SELECT DISTINCT {text(column)} FROM cells ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def odd_cells(connection: duckdb.DuckDBPyConnection, column: str) -> list[str] | None:
    """The distinct cells of a column that are not plain numbers; None where it holds numbers by its type.

    Args:
        connection: As `looked_at` gives it.
        column: Place of the column, see `RowSource.at`.
    """
    kind = connection.execute(f"SELECT typeof({column}) FROM cells LIMIT 1").fetchall()
    if kind and kind[0][0] not in ("VARCHAR", '"NULL"', "BOOLEAN") and not kind[0][0].startswith("ENUM"):
        return None
    cell = text(column)
    rows = connection.execute(
        f"SELECT DISTINCT {cell} FROM cells WHERE TRY_CAST({cell} AS DOUBLE) IS NULL OR contains({cell}, '_')"
        " ORDER BY 1"
    ).fetchall()
    return [row[0] for row in rows]


def is_sound(connection: duckdb.DuckDBPyConnection, key: str, column: str) -> bool:
    """Whether no cell of a column of numbers by its type is one that the field cannot have; then none is asked again.

    Args:
        connection: As `looked_at` gives it.
        key: The field, of `db.screens.response_plan.NUMBERS`.
        column: Place of the column.
    """
    return not _one(connection, f"SELECT count(*) FROM cells WHERE {not_sound(key, column)}")


def first_line(connection: duckdb.DuckDBPyConnection, column: str, cell: str) -> int:
    """The first line that has a cell.

    Args:
        connection: As `looked_at` gives it.
        column: Place of the column.
        cell: The cell as text.
    """
    found = connection.execute(f"SELECT min(line) FROM cells WHERE {text(column)} = ?", [cell])
    return int(found.fetchall()[0][0])


def survey(plan: RowPlan) -> RowsFound:
    """Looks through all rows once: which can be used, which stand twice, and in what order they stand.

    Args:
        plan: How they are read.

    Raises:
        RefusedFileError: The file is damaged.
    """
    with looked_at(plan.source) as connection:
        stage(connection, plan)
        found: dict[str, Any] = connection.execute("SELECT perturbation, readout FROM placed_rows").fetchnumpy()
        all_used = _one(connection, "SELECT count(*) FROM cells") == len(found["perturbation"])
        aside = connection.execute(f"{_ASIDE} WHERE {'false' if all_used else 'true'} ORDER BY line").df()
        shape = (len(set(plan.perturbations["name"])), len(set(plan.readouts["name"])))
        changes = int(np.count_nonzero(found["perturbation"][1:] != found["perturbation"][:-1]))
        # The engine hands rows on in blocks, which two threads may swap.
        ordered = changes <= 2 * shape[0] + len(found["perturbation"]) // SHORT_RUN
        doubled, *used = _looked_through(found["perturbation"], found["readout"], shape)
        doubles = _doubles(connection) if doubled else pd.DataFrame()
        names = [_names(connection, table, numbers) for table, numbers in zip(_NAMED, used, strict=True)]
        there = frozenset(key for key in plan.numbers if _any(connection, key))
    lines = doubles["line"].to_numpy(np.int64) if len(doubles) else np.empty(0, np.int64)
    every = pd.concat([aside, doubles]) if len(doubles) else aside
    return RowsFound(len(found["perturbation"]) - len(lines), names[0], names[1], every, lines, ordered, there)


_NAMED = ("perturbation_names", "readout_names")
_ASIDE = "SELECT line, perturbation, readout, reason, detail FROM doubtful_rows"


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])


def _any(connection: duckdb.DuckDBPyConnection, key: str) -> bool:
    return bool(connection.execute(f"SELECT 1 FROM placed_rows WHERE {key} IS NOT NULL LIMIT 1").fetchall())


def _names(connection: duckdb.DuckDBPyConnection, table: str, used: NDArray[np.int64]) -> tuple[str, ...]:
    rows = connection.execute(f"SELECT DISTINCT number, name FROM {table} WHERE number IS NOT NULL").fetchall()
    names = dict(rows)
    return tuple(sorted(names[int(number)] for number in used))


def _looked_through(
    perturbations: NDArray[np.int32], readouts: NDArray[np.int32], shape: tuple[int, int]
) -> tuple[bool, NDArray[np.int64], NDArray[np.int64]]:
    """Whether a pair stands more than once, and which numbers of perturbations and of readouts there are."""
    few = shape[0] * shape[1] <= MOST_BITS
    codes: NDArray[Any] = perturbations.astype(np.int32 if few else np.int64)
    codes -= 1
    codes *= shape[1]
    codes += readouts
    codes -= 1
    if few:
        seen = np.zeros(shape, dtype=bool)
        seen.reshape(-1)[codes] = True
        doubled = int(np.count_nonzero(seen)) < len(codes)
        return doubled, np.flatnonzero(seen.any(axis=1)) + 1, np.flatnonzero(seen.any(axis=0)) + 1
    codes.sort()
    there = [np.bincount(numbers, minlength=1) for numbers in (perturbations, readouts)]
    return bool((codes[1:] == codes[:-1]).any()), np.flatnonzero(there[0]), np.flatnonzero(there[1])


def _doubles(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Every row of a pair but the first of the file."""
    return connection.execute(
        "SELECT d.line, p.name AS perturbation, r.name AS readout, 'duplicate' AS reason,"
        " 'the pair stands further up in the file' AS detail FROM (SELECT line, perturbation, readout, row_number()"
        " OVER (PARTITION BY perturbation, readout ORDER BY line) AS nth FROM placed_rows) d"
        " JOIN (SELECT DISTINCT number, name FROM perturbation_names) p ON p.number = d.perturbation"
        " JOIN (SELECT DISTINCT number, name FROM readout_names) r ON r.number = d.readout WHERE nth > 1 ORDER BY line"
    ).df()


SORTED_ALWAYS = 1_000_000
"""Rows up to which order costs nothing."""


def insert_rows(
    connection: duckdb.DuckDBPyConnection, plan: RowPlan, found: RowsFound, screen: int, ingest_id: int
) -> None:
    """Writes all rows that can be used into the store, those of one perturbation together.

    One perturbation is then read from few places. Rows that stand so already are not sorted: it would take as long as
    all else.

    Args:
        connection: The writing connection.
        plan: How they are read.
        found: What `survey` found by this plan.
        screen: The number of their context.
        ingest_id: The ingest that brings them.
    """
    plan.source.show(connection)
    perturbations, readouts = _only(plan.perturbations, found.perturbations), _only(plan.readouts, found.readouts)
    stage(connection, replace(plan, perturbations=perturbations, readouts=readouts))
    connection.register("double_lines", pd.DataFrame({"line": found.doubles}))
    first = " WHERE line NOT IN (SELECT line FROM double_lines)" if len(found.doubles) else ""
    order = " ORDER BY perturbation, readout" if found.rows <= SORTED_ALWAYS or not found.ordered else ""
    connection.execute(
        f"INSERT INTO response SELECT {int(screen)}, perturbation, readout, split, de, up, {', '.join(NUMBERS)},"
        f" {int(ingest_id)} FROM placed_rows{first}{order}"
    )
    connection.unregister("double_lines")


def _only(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Names with those marked that no row of use has, so that they get no number."""
    unused = ~frame["name"].isin(names) & (frame["reason"] == "")
    return frame.assign(reason=frame["reason"].mask(unused, "unused"))
