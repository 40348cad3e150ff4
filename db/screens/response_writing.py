"""Rows of responses into the store: as a plan where they come from a frame, and with their context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pandas as pd

from db.screens.response_context import ContextNames, NewContext, write_context
from db.screens.response_plan import NUMBERS, FlagColumn, NumberColumn, RowPlan, RowsFound, RowSource
from db.screens.response_rows import insert_rows


def plan_of_frame(responses: pd.DataFrame) -> RowPlan:
    """A frame of typed rows as a plan, each of whose names stands for itself.

    Args:
        responses: As `db.screens.responses.write_responses` takes it.
    """
    rows = responses.reset_index(drop=True)
    rows = rows.astype({one: "boolean" for one in ("de", "up") if one in rows.columns})
    there = [one for one in NUMBERS if one in rows.columns]
    rows = rows.astype(dict.fromkeys(there, "Float64") | dict.fromkeys(("perturbation", "readout"), object))
    source = RowSource(Path("responses"), frame=rows)
    flags = {one: FlagColumn(source.at(one), ("true",), ("false",)) for one in ("de", "up") if one in rows.columns}
    return RowPlan(
        source, source.at("perturbation"), source.at("readout"),
        _as_written(rows["perturbation"]), _as_written(rows["readout"]),
        numbers={one: NumberColumn(source.at(one)) for one in there}, responds=flags.get("de"), up=flags.get("up"),
        split=source.at("split") if "split" in rows.columns else "",
    )  # fmt: skip


def _as_written(cells: pd.Series[str]) -> pd.DataFrame:
    return pd.DataFrame({"cell": cells.unique()}).assign(name=lambda frame: frame["cell"], reason="")


def write_rows(
    connection: duckdb.DuckDBPyConnection,
    ingest_id: int,
    plan: RowPlan,
    found: RowsFound,
    described: NewContext,
    *,
    perturbations: Mapping[str, int],
    readouts: Mapping[str, Sequence[int]],
) -> int:
    """Writes the rows of a source without taking them out of the engine; must be inside the write of their ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        plan: How the rows are read.
        found: What `survey` found by this plan.
        described: What is known of the context.
        perturbations: See `ContextNames`.
        readouts: See `ContextNames`.

    Returns:
        Number of rows.

    Raises:
        ConflictError: The store has a context of this name.
    """
    names = ContextNames(found.perturbations, found.readouts, perturbations, readouts)
    number = write_context(connection, ingest_id, described, names)
    insert_rows(connection, plan, found, number, ingest_id)
    return found.rows
