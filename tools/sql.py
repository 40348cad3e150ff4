"""Questions to the store in SQL, answered in a sandbox that can read the store and do nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.errors import InvalidValueError, NotFoundError, did_you_mean
from db.sql.sandbox import query
from db.sql.views import VIEWS, count_rows
from tools.workspace import Workspace

SHORTEST, LONGEST = 0.5, 60.0
"""Seconds that a query may be given."""


@dataclass(frozen=True)
class SqlRows:
    """What a query gave.

    Attributes:
        columns: Names of the columns.
        rows: At most 1,000 rows and 50 kB of plain values; what is no finite number is None.
        truncated: Whether there was more.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool


@dataclass(frozen=True)
class SqlTable:
    """A table that queries can read: its name, what one row is, its columns with their meaning, and its rows."""

    name: str
    holds: str
    columns: Mapping[str, str]
    rows: int


def sql_query(
    workspace: Workspace, sql: str, values: Sequence[str | float | None] = (), seconds: float = 10.0
) -> SqlRows:
    """Runs one SELECT over the store; nothing can be changed, and no file or network can be reached.

    The tables are `screens`, `effects`, `genes`, `gene_aliases`, `gene_sets`, `edges`, `gene_numbers`,
    `gene_summaries`, `campaigns`, `nominations`, `results`, `responses`, `cells` and `ingests`; `sql_tables` tells
    their columns. Columns named `evidence` hold ids that `open_evidence` opens.

    Args:
        workspace: The workspace whose store is asked.
        sql: One query in DuckDB's dialect, such as ``SELECT perturbation, estimate, evidence FROM effects WHERE screen
            = ? ORDER BY estimate LIMIT 20``.
        values: Values for the ``?`` of the query, in order.
        seconds: When to stop it, between 0.5 and 60.

    Returns:
        At most 1,000 rows and 50 kB; `truncated` says whether there was more.

    Raises:
        QueryError: It is not one query, it failed, or it did not end in time.
        InvalidValueError: `seconds` is out of range.
    """
    if not SHORTEST <= seconds <= LONGEST:
        raise InvalidValueError(
            f"{seconds:g} seconds were given for the query.", f"Give {SHORTEST:g} to {LONGEST:g} seconds."
        )
    answer = query(workspace.store, sql, values, deadline=seconds)
    return SqlRows(answer.columns, answer.rows, answer.truncated)


def sql_tables(workspace: Workspace, table: str = "") -> tuple[SqlTable, ...]:
    """Lists the tables that `sql_query` can read, with what each column holds and how many rows there are.

    Args:
        workspace: The workspace whose store is asked.
        table: Only this table; all where empty.

    Raises:
        NotFoundError: There is no such table; near names are given.
    """
    known = [view.name for view in VIEWS]
    if table and table not in known:
        hint = did_you_mean(table, known) or f"There are: {', '.join(known)}."
        raise NotFoundError(f"There is no table {table!r}.", hint)
    rows = count_rows(workspace.store)
    return tuple(
        SqlTable(view.name, view.holds, view.columns, rows[view.name]) for view in VIEWS if table in ("", view.name)
    )
