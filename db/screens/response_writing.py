"""A context of responses into the store: its names, what they mean, and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd

from db.acts import act, option
from db.errors import ConflictError
from db.provenance import next_id, utc_now
from db.records import Modality, Organism, Study
from db.screens.response_plan import NUMBERS, FlagColumn, NumberColumn, RowPlan, RowsFound, RowSource
from db.screens.response_rows import insert_rows
from db.screens.writing import add_study

ReadoutKind = Literal["gene", "gene_set"]


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
    *,
    name: str,
    perturbations: Mapping[str, int],
    readouts: Mapping[str, Sequence[int]],
    organism: Organism = "human",
    cell_type: str = "",
    condition: str = "",
    modality: Modality = "",
    readout_kind: ReadoutKind = "gene",
    study: Study | None = None,
) -> int:
    """Writes the rows of a source without taking them out of the engine; must be inside the write of their ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        plan: How the rows are read.
        found: What `survey` found by this plan.
        name: Name of the context.
        perturbations: See `db.screens.responses.write_responses`.
        readouts: See `db.screens.responses.write_responses`.
        organism: Whose genes.
        cell_type: Cell type or line.
        condition: What else the cells were given.
        modality: How genes were perturbed.
        readout_kind: Whether readouts are genes or gene sets.
        study: The study, or None where not declared.

    Returns:
        Number of rows.

    Raises:
        ConflictError: The store has a context of this name.
    """
    if connection.execute("SELECT 1 FROM response_screen WHERE lower(name) = lower(?)", [name]).fetchall():
        raise ConflictError(
            f"The store holds responses named {name} already, from another file.",
            f"{act('response_remove', name)} makes room for the new ones; or give another name with {option('name')}.",
        )
    number = next_id(connection, "response_screen")
    connection.execute(
        f"INSERT INTO response_screen VALUES ({', '.join('?' * 10)})",
        [
            number, name, add_study(connection, study) if study else None, organism, cell_type, condition, modality,
            readout_kind, ingest_id, utc_now(),
        ],
    )  # fmt: skip
    perturbed, read = _numbers_of(found.perturbations), _numbers_of(found.readouts)
    known = pd.array([perturbations.get(one) for one in found.perturbations], dtype="Int64")
    _insert(
        connection, "response_perturbation",
        pd.DataFrame({"r": number, "n": perturbed, "name": pd.Series(found.perturbations, dtype=object), "id": known}),
        ingest_id,
    )  # fmt: skip
    members = [[int(one) for one in readouts.get(name, ())] for name in found.readouts]
    _insert_readouts(connection, number, pd.Series(read, index=list(found.readouts)), members, ingest_id)
    insert_rows(connection, plan, found, number, ingest_id)
    return found.rows


def _numbers_of(names: Sequence[str]) -> list[int]:
    return list(range(1, len(names) + 1))


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame, ingest_id: int) -> None:
    with _registered(connection, rows):
        connection.execute(f"INSERT INTO {table} SELECT *, ? FROM new_rows", [ingest_id])


def _insert_readouts(
    connection: duckdb.DuckDBPyConnection, number: int, read: pd.Series[int], members: list[list[int]], ingest_id: int
) -> None:
    pairs = [(n, gene) for n, genes in zip(read, members, strict=True) for gene in genes]
    rows = pd.DataFrame({"n": read.to_numpy(), "name": read.index.astype(object)})
    flat = pd.DataFrame(pairs, columns=["n", "gene_id"]).astype("int64")
    connection.register("new_members", flat)
    with _registered(connection, rows):
        connection.execute(
            "INSERT INTO response_readout SELECT ?, r.n, r.name, coalesce(m.gene_ids, []), ? FROM new_rows r LEFT JOIN"
            " (SELECT n, list(gene_id::INTEGER ORDER BY gene_id) AS gene_ids FROM new_members GROUP BY n) m USING (n)"
            " ORDER BY r.n",
            [number, ingest_id],
        )
    connection.unregister("new_members")


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> Iterator[None]:
    connection.register("new_rows", rows)
    try:
        yield
    finally:
        connection.unregister("new_rows")
