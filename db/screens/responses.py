"""Tables of responses: what perturbations do to readout genes, or to sets of them, in one context each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb
import pandas as pd

from db.acts import FILE, act
from db.errors import ConflictError, InvalidValueError, NotFoundError, did_you_mean
from db.records import Modality, Organism
from db.screens.response_context import NewContext, ReadoutKind, delete_responses, refuse_rested_on
from db.screens.response_plan import NUMBERS
from db.screens.response_rows import survey
from db.screens.response_writing import plan_of_frame, write_rows
from db.screens.writing import drop_idle_studies
from db.store import Store

Names = Literal["symbols", "file"]


@dataclass(frozen=True)
class ResponseContext:
    """Where responses were measured.

    Attributes:
        name: Its name, such as ``perturbqa-k562``.
        study: Name of the study; empty where it was not declared.
        organism: ``human`` or ``mouse``.
        cell_type: Cell type or line; contexts that share it are one cell line, and none may train another's test.
        condition: What else the cells were given.
        modality: ``knockout``, ``interference``, ``activation`` or empty.
        readout_kind: Whether readouts are genes or gene sets.
        perturbations: Number of perturbations.
        readouts: Number of readouts.
        rows: Number of responses.
        ingest_id: The ingest that brought it.
    """

    name: str
    study: str
    organism: Organism
    cell_type: str
    condition: str
    modality: Modality
    readout_kind: ReadoutKind
    perturbations: int
    readouts: int
    rows: int
    ingest_id: int


# Writing -----------------------------------------------------------------------------------------


def write_responses(
    connection: duckdb.DuckDBPyConnection,
    ingest_id: int,
    described: NewContext,
    responses: pd.DataFrame,
    *,
    perturbations: Mapping[str, int],
    readouts: Mapping[str, Sequence[int]],
) -> int:
    """Writes one table of responses; must be inside the write of its ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        described: What is known of the context.
        responses: Columns perturbation and readout (the file's own names) and, where known, split (``train``,
            ``test`` or empty), de and up (booleans, missing where not labelled), estimate, standard_error, p, fdr.
        perturbations: See `db.screens.response_context.ContextNames`.
        readouts: See `db.screens.response_context.ContextNames`.

    Returns:
        Number of rows.

    Raises:
        ConflictError: The store has a context of this name, or two rows are of one perturbation and readout.
    """
    plan = plan_of_frame(responses)
    found = survey(plan)
    if len(found.doubles):
        first = found.kept_aside[found.kept_aside["reason"] == "duplicate"].iloc[0]
        raise ConflictError(
            f"In {described.name} the response of {first['readout']} to {first['perturbation']} stands more than once."
        )
    return write_rows(connection, ingest_id, plan, found, described, perturbations=perturbations, readouts=readouts)


def remove_responses(store: Store, name: str) -> ResponseContext:
    """Removes a table of responses whole, with its ingest, in one transaction.

    Nothing else of the store rests on its rows: gene knowledge, campaigns and other screens stay as they are. Its
    sampled cells go with it.

    Args:
        store: The store.
        name: Name of the context, in any case.

    Returns:
        What was removed.

    Raises:
        NotFoundError: There is no such context; near names are given.
        ConflictError: A screen was made of the same cells, and goes with it or not at all.
    """
    with store.write("remove") as connection:
        known = _contexts(connection)
        found = next((one for one in known if one.name.casefold() == name.casefold()), None)
        if found is None:
            raise _unknown(name, [one.name for one in known])
        refuse_rested_on(connection, found.name, found.ingest_id)
        delete_responses(connection, found.name)
        for table, column in (("ingest_note", "ingest_id"), ("ingest", "id")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", [found.ingest_id])
        drop_idle_studies(connection)
    return found


# Reading -----------------------------------------------------------------------------------------


def contexts(store: Store) -> list[ResponseContext]:
    """The contexts in which responses are known, by name.

    Args:
        store: The store.
    """
    with store.read() as connection:
        return _contexts(connection)


def _contexts(connection: duckdb.DuckDBPyConnection) -> list[ResponseContext]:
    rows = connection.execute(
        "SELECT s.name, coalesce(study.name, ''), s.organism, s.cell_type, s.condition, s.modality, s.readout_kind,"
        " (SELECT count(*) FROM response_perturbation p WHERE p.response_screen_id = s.id),"
        " (SELECT count(*) FROM response_readout r WHERE r.response_screen_id = s.id), s.id, s.ingest_id"
        " FROM response_screen s LEFT JOIN study ON study.id = s.study_id ORDER BY s.name"
    ).fetchall()
    return [ResponseContext(*(*row[:-2], _rows(connection, row[-2]), row[-1])) for row in rows]


def _rows(connection: duckdb.DuckDBPyConnection, number: int) -> int:
    """The number of responses of one context: told by where its rows stand, while all together would be looked at."""
    sql = f"SELECT count(*) FROM response WHERE response_screen_id = {int(number)}"
    return int(connection.execute(sql).fetchall()[0][0])


def responding(store: Store, context: str) -> tuple[int, int]:
    """How many pairs of a context respond, and how many of these are raised.

    Args:
        store: The store.
        context: Name of the context.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    with store.read() as connection:
        number = required_context(connection, context)
        rows = connection.execute(
            "SELECT count(*) FILTER (de), count(*) FILTER (up) FROM response WHERE response_screen_id = ?", [number]
        ).fetchall()
    return int(rows[0][0]), int(rows[0][1])


_PERTURBATION = "coalesce(perturbation.name, p.name)"
_READOUT = "CASE WHEN s.readout_kind = 'gene' THEN coalesce(gene.symbol, r.name) ELSE r.name END"
"""What stands for a perturbation and for a readout by symbol, of the tables p and perturbation, r, s and gene."""


def responses_of(
    store: Store,
    context: str,
    *,
    split: str | None = None,
    names: Names = "symbols",
    numbers: bool = False,
    genes: Collection[str] | None = None,
) -> pd.DataFrame:
    """The responses of one context.

    Args:
        store: The store.
        context: Name of the context.
        split: Only rows of this split: ``train``, ``test``, or empty for rows without one; all where None. A
            predictor asks for ``train``.
        names: ``symbols`` gives approved symbols where a name is a known gene; ``file`` the file's own names, by
            which benchmarks count. Two names of one gene make two rows with the same symbols.
        numbers: Whether estimate, standard_error, p and fdr are given too (NaN where not known).
        genes: Only rows that one of these names perturbs or is read out of; all where None.

    Returns:
        Columns perturbation, readout, de and up (nullable booleans), split and perhaps the numbers, sorted by
        perturbation and readout.

    Raises:
        NotFoundError: There is no such context; near names are given.
        InvalidValueError: There is no such split.
    """
    if split not in (None, "train", "test", ""):
        raise InvalidValueError(f"There is no split {split!r}.", "It is train, test or empty.")
    by_symbol = names == "symbols"
    perturbation, readout = (_PERTURBATION, _READOUT) if by_symbol else ("p.name", "r.name")
    columns = "".join(f", response.{one}" for one in NUMBERS) if numbers else ""
    with store.read() as connection:
        required_context(connection, context)
        frame = connection.execute(
            f"SELECT {perturbation} AS perturbation, {readout} AS readout,"
            f" response.de, response.up, response.split{columns} FROM response"
            " JOIN response_screen s ON s.id = response.response_screen_id"
            " JOIN response_perturbation p ON p.response_screen_id = s.id AND p.number = response.perturbation"
            " JOIN response_readout r ON r.response_screen_id = s.id AND r.number = response.readout"
            " LEFT JOIN perturbation ON perturbation.id = p.perturbation_id"
            " LEFT JOIN gene ON gene.id = r.gene_ids[1]"
            " WHERE s.name = $context AND coalesce(response.split = $split, true) AND ($any"
            f" OR {perturbation} IN (SELECT unnest($genes::VARCHAR[])) OR ({readout})"
            " IN (SELECT unnest($genes::VARCHAR[]))) ORDER BY 1, 2, p.name, r.name",
            {"context": context, "split": split, "any": genes is None, "genes": sorted(genes or ())},
        ).df()
    return frame.astype({"de": "boolean", "up": "boolean"})


def with_estimates(store: Store) -> list[str]:
    """Contexts of single readout genes in which the size of some effect is known, by name.

    Args:
        store: The store.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT s.name FROM response_screen s WHERE s.readout_kind = 'gene' AND EXISTS (SELECT 1 FROM response"
            " WHERE response_screen_id = s.id AND estimate IS NOT NULL) ORDER BY 1"
        ).fetchall()
    return [str(row[0]) for row in rows]


def shared_readouts(store: Store, context: str) -> dict[str, int]:
    """How many readouts of a context each other one has too, by the genes that they are, or else by their names.

    Args:
        store: The store.
        context: Name of the context.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    with store.read() as connection:
        number = required_context(connection, context)
        rows = connection.execute(
            "WITH own AS (SELECT coalesce(gene_ids[1]::VARCHAR, name) AS known FROM response_readout"
            " WHERE response_screen_id = ?) SELECT s.name, count(DISTINCT own.known) FROM response_readout r"
            " JOIN response_screen s ON s.id = r.response_screen_id"
            " LEFT JOIN own ON own.known = coalesce(r.gene_ids[1]::VARCHAR, r.name) GROUP BY 1",
            [number],
        ).fetchall()
    return {str(name): int(count) for name, count in rows}


def perturbed_in(store: Store, context: str) -> list[str]:
    """Approved names of the perturbations whose responses were measured, sorted; names of no known gene are left out.

    Args:
        store: The store.
        context: Name of the context.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    with store.read() as connection:
        required_context(connection, context)
        rows = connection.execute(
            "SELECT DISTINCT perturbation.name FROM response_perturbation p"
            " JOIN response_screen s ON s.id = p.response_screen_id"
            " JOIN perturbation ON perturbation.id = p.perturbation_id WHERE s.name = ? ORDER BY 1",
            [context],
        ).fetchall()
    return [row[0] for row in rows]


def names_in(store: Store, context: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the perturbations and of the readouts of a context, as `responses_of` gives them by symbol.

    Args:
        store: The store.
        context: Name of the context.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    with store.read() as connection:
        number = required_context(connection, context)
        perturbed = connection.execute(
            f"SELECT {_PERTURBATION} FROM response_perturbation p"
            " LEFT JOIN perturbation ON perturbation.id = p.perturbation_id WHERE response_screen_id = ?",
            [number],
        ).fetchall()
        read = connection.execute(
            f"SELECT {_READOUT}"
            " FROM response_readout r JOIN response_screen s ON s.id = r.response_screen_id"
            " LEFT JOIN gene ON gene.id = r.gene_ids[1] WHERE s.id = ?",
            [number],
        ).fetchall()
    return frozenset(str(one) for (one,) in perturbed), frozenset(str(one) for (one,) in read)


def measured_responses(store: Store, perturbation: str) -> pd.DataFrame:
    """What every context of the store has measured of one perturbation.

    Args:
        store: The store.
        perturbation: Approved name, such as ``A`` or ``A+B``, or the file's own name where it is no known gene.

    Returns:
        Columns context, readout (symbol of a gene, or name of a set), perturbation and readout_in_file (the files'
        names), de and up (nullable booleans), split and estimate (NaN where not known), sorted by context and readout.
    """
    with store.read() as connection:
        places = connection.execute(
            "SELECT p.response_screen_id, p.number, p.name FROM response_perturbation p"
            " LEFT JOIN perturbation ON perturbation.id = p.perturbation_id"
            f" WHERE {_PERTURBATION} = ?",
            [perturbation],
        ).fetchall()
        # Told by their numbers, rows are found by where they stand; a join would look at all.
        among = " OR ".join(f"(response_screen_id = {s} AND perturbation = {n})" for s, n, _ in places) or "false"
        frame = connection.execute(
            f"SELECT s.name AS context, {_READOUT} AS readout,"
            " p.name AS perturbation, r.name AS readout_in_file, response.de, response.up,"
            f" response.split, response.estimate FROM (SELECT * FROM response WHERE {among}) response"
            " JOIN response_screen s ON s.id = response.response_screen_id JOIN response_perturbation p"
            " ON p.response_screen_id = s.id AND p.number = response.perturbation"
            " JOIN response_readout r ON r.response_screen_id = s.id AND r.number = response.readout"
            " LEFT JOIN gene ON gene.id = r.gene_ids[1] ORDER BY 1, 2, 3, 4"
        ).df()
    return frame.astype({"de": "boolean", "up": "boolean"})


def content_of(store: Store, contexts: Sequence[str]) -> list[str]:
    """The content hash of each context's ingest, in the order given: what a fit on them rests on.

    Args:
        store: The store.
        contexts: Names of contexts.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    with store.read() as connection:
        for context in contexts:
            required_context(connection, context)
        rows = connection.execute(
            "SELECT s.name, ingest.content_hash FROM response_screen s JOIN ingest ON ingest.id = s.ingest_id"
        ).fetchall()
    known = dict(rows)
    return [str(known[context]) for context in contexts]


def readout_genes(store: Store, context: str) -> pd.DataFrame:
    """The genes of each readout: columns readout (the file's own name) and gene (symbol), sorted.

    Args:
        store: The store.
        context: Name of the context.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    with store.read() as connection:
        required_context(connection, context)
        return connection.execute(
            "SELECT r.name AS readout, gene.symbol AS gene FROM"
            " (SELECT response_screen_id, name, unnest(gene_ids) AS id FROM response_readout) r"
            " JOIN response_screen s ON s.id = r.response_screen_id"
            " JOIN gene ON gene.id = r.id WHERE s.name = ? ORDER BY ALL",
            [context],
        ).df()


def required_context(connection: duckdb.DuckDBPyConnection, context: str) -> int:
    """The number of a context.

    Args:
        connection: An open connection.
        context: Name of the context.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    known = dict(connection.execute("SELECT name, id FROM response_screen ORDER BY name").fetchall())
    if context not in known:
        raise _unknown(context, list(known))
    return int(known[context])


def _unknown(context: str, known: Sequence[str]) -> NotFoundError:
    hint = did_you_mean(context, known) or (f"There are: {', '.join(known)}." if known else "")
    return NotFoundError(
        f"There are no responses named {context!r} in the store.",
        f"{hint} {act('fetch', ['perturbqa-k562'])} or {act('add_responses', FILE)} brings some.".strip(),
    )
