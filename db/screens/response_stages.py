"""The stages of rows of responses inside the engine, each a view over the one before it: named, checked, labelled."""

from __future__ import annotations

import duckdb
import pandas as pd

from db.screens.response_plan import NUMBERS, Condition, FlagColumn, NumberColumn, RowPlan

_BOUNDS = {
    "estimate": "false",
    "standard_error": "{0} < 0",
    "p": "{0} NOT BETWEEN 0 AND 1",
    "fdr": "{0} NOT BETWEEN 0 AND 1",
}


def stage(connection: duckdb.DuckDBPyConnection, plan: RowPlan) -> None:
    """Makes the stages of a plan known on a connection.

    ``doubtful_rows`` are those that cannot be used, ``placed_rows`` the others: line, perturbation and readout by
    number, de, up, split and the numbers.

    Args:
        connection: The connection, on which the source is known as ``cells``.
        plan: How they are read.
    """
    for table, frame in (("perturbation_names", plan.perturbations), ("readout_names", plan.readouts)):
        _numbered(connection, table, frame)
    number_sql = {key: _number(connection, key, plan.numbers.get(key)) for key in NUMBERS}
    joins = "".join(join for _, _, join in number_sql.values())
    values = ", ".join(f"{value} AS {key}, {bad} AS bad_{key}" for key, (value, bad, _) in number_sql.items())
    bad = " OR ".join(f"bad_{key}" for key in NUMBERS if number_sql[key][1] != "false") or "false"
    nameless = any((frame["reason"] != "").any() for frame in (plan.perturbations, plan.readouts))
    unnamed = " AND no_name = ''" if nameless else ""
    used = f"NOT ({bad}){unnamed}"
    detail = " ".join(f"WHEN bad_{key} THEN 'its {key} is no number that can be used'" for key in NUMBERS)
    asked = " AND ".join(f"{text(column)} IN ({_literals(cells)})" for column, cells in plan.where.items()) or "true"
    de = _flag(plan.responds) if isinstance(plan.responds, FlagColumn) else _holds(plan.responds)
    up = "estimate > 0" if plan.up is None else _flag(plan.up)
    split = text(plan.split) if plan.split else "''"
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW read_rows AS SELECT cells.*, p.number AS p_number, p.name AS p_name,"
        f" r.number AS r_number, r.name AS r_name, coalesce(nullif(p.reason, ''), r.reason) AS no_name, {values}"
        f" FROM cells JOIN perturbation_names p ON p.cell = {_cell(plan.perturbation)}"
        f" JOIN readout_names r ON r.cell = {_cell(plan.readout)}{joins} WHERE {asked}"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW doubtful_rows AS SELECT line, p_name AS perturbation, r_name AS readout,"
        f" CASE WHEN {bad} OR no_name = 'missing' THEN 'bad-row' ELSE no_name END AS reason,"
        f" CASE {detail} WHEN no_name = 'missing' THEN 'a name is missing'"
        f" ELSE 'a negative control is no perturbation' END AS detail FROM read_rows WHERE {bad} OR no_name <> ''"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW placed_rows AS SELECT line, p_number AS perturbation, r_number AS readout,"
        f" split, de, CASE WHEN de THEN up END AS up, {', '.join(NUMBERS)} FROM (SELECT *, p_name AS name,"
        f" {split} AS split, {de} AS de, {up} AS up FROM read_rows WHERE {used})"
    )


def _cell(column: str) -> str:
    return f"coalesce(cells.{column}::VARCHAR, '')"


def not_sound(key: str, column: str) -> str:
    """SQL of whether a cell of a column of numbers is none that a field can have; a missing one is not asked about.

    Args:
        key: The field, of `db.screens.response_plan.NUMBERS`.
        column: Place of the column.
    """
    value = f"{column}::DOUBLE"
    return f"isnan({value}) OR isinf({value}) OR {_BOUNDS[key].format(value)}"


def _numbered(connection: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Names with numbers by name, so that the order of rows does not matter; a name that is not used has none."""
    connection.register("new_names", frame[["cell", "name", "reason"]].astype(object))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT cell, name, reason,"
        " CASE WHEN reason = '' THEN (dense_rank() OVER (PARTITION BY reason ORDER BY name))::INTEGER END AS number"
        " FROM new_names"
    )
    connection.unregister("new_names")


def _number(connection: duckdb.DuckDBPyConnection, key: str, column: NumberColumn | None) -> tuple[str, str, str]:
    """SQL of a number, of whether it cannot be used, and of a join that both need."""
    if column is None:
        return "NULL::DOUBLE", "false", ""
    cell = f"cells.{column.column}"
    unreadable, join, value = "false", "", f"{cell}::DOUBLE"
    if column.sound:
        return value, "false", ""
    if column.odd is not None:
        connection.register(f"new_odd_{key}", column.odd)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE odd_{key} AS SELECT * FROM new_odd_{key}")
        connection.unregister(f"new_odd_{key}")
        join = f" LEFT JOIN odd_{key} ON odd_{key}.cell = coalesce({cell}::VARCHAR, '')"
        value = f"CASE WHEN odd_{key}.cell IS NULL THEN TRY_CAST({cell}::VARCHAR AS DOUBLE) ELSE odd_{key}.value END"
        unreadable = f"coalesce(odd_{key}.unreadable, false)"
    value = f"CASE WHEN NOT isnan({value}) THEN {value} END"
    outside = _BOUNDS[key].format(value)
    return value, f"({unreadable} OR coalesce(isinf({value}) OR {outside}, false))", join


def _flag(flag: FlagColumn) -> str:
    cell = text(flag.column)
    true, false = _literals(flag.true), _literals(flag.false)
    return f"CASE WHEN {cell} IN ({true}) THEN true WHEN {cell} IN ({false}) THEN false END"


def _holds(conditions: tuple[Condition, ...] | None) -> str:
    """SQL of whether all conditions hold; missing where what they rest on is missing."""
    if conditions is None:
        return "NULL::BOOLEAN"
    needed = [one for one in ("fdr", "p") if any(one == term.quantity for term in conditions)] or ["estimate"]
    if len(conditions) == 1 and [conditions[0].quantity] == needed:
        # Missing where its number is, as it should be; nothing else needs asking of each of millions of rows.
        return _term(conditions[0])
    known = " AND ".join(f"{one} IS NOT NULL" for one in needed)
    return f"CASE WHEN {known} THEN {' AND '.join(f'coalesce({_term(one)}, false)' for one in conditions)} END"


def _term(term: Condition) -> str:
    if term.quantity == "top":
        # Half up, as people round; pairs that tie at the cut are taken by name and line.
        return (
            "row_number() OVER (ORDER BY abs(estimate) DESC NULLS LAST, name, line)"
            f" <= floor({term.bound!r} * count(estimate) OVER () + 0.5)"
        )
    return f"{'abs(estimate)' if term.quantity == 'size' else term.quantity} {term.comparison} {term.bound!r}"


def _literals(cells: tuple[str, ...]) -> str:
    if not cells:
        return "NULL"
    return ", ".join("'" + cell.replace("'", "''") + "'" for cell in cells)


def text(column: str) -> str:
    """SQL of a column's cells as text.

    Args:
        column: Place of the column, see `db.screens.response_plan.RowSource.at`.
    """
    return f"coalesce({column}::VARCHAR, '')"
