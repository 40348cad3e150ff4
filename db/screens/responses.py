"""Tables of responses: what perturbations do to readout genes, or to sets of them, in one context each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb
import pandas as pd

from db.acts import FILE, act
from db.errors import ConflictError, InvalidValueError, NotFoundError, did_you_mean
from db.records import Modality, Organism, Study
from db.screens.response_rows import ReadoutKind, delete_responses, insert_rows, refuse_rested_on, write_context
from db.screens.writing import drop_idle_studies
from db.store import Store

Names = Literal["symbols", "file"]
NUMBERS = ("estimate", "standard_error", "p", "fdr")


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
    *,
    name: str,
    responses: pd.DataFrame,
    perturbations: Mapping[str, int],
    readouts: Mapping[str, Sequence[int]],
    organism: Organism = "human",
    cell_type: str = "",
    condition: str = "",
    modality: Modality = "",
    readout_kind: ReadoutKind = "gene",
    study: Study | None = None,
) -> int:
    """Writes one table of responses; must be inside the write of its ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        name: Name of the context.
        responses: Columns perturbation and readout (the file's own names) and, where known, split (``train``,
            ``test`` or empty), de and up (booleans, missing where not labelled), estimate, standard_error, p, fdr.
        perturbations: Perturbation id by name; a name that is no known gene is left out here and its rows stay.
        readouts: Gene ids by name of the readout: one for a gene, the members of a set; likewise.
        organism: Whose genes.
        cell_type: Cell type or line.
        condition: What else the cells were given.
        modality: How genes were perturbed.
        readout_kind: Whether readouts are genes or gene sets.
        study: The study, or None where not declared.

    Returns:
        Number of rows.

    Raises:
        ConflictError: The store has a context of this name, or two rows are of one perturbation and readout.
    """
    _refuse_doubles(responses, name)
    perturbed, read = _numbered(responses["perturbation"]), _numbered(responses["readout"])
    number = write_context(
        connection, ingest_id, name=name, perturbed=perturbed, read=read, perturbations=perturbations,
        readouts=readouts, organism=organism, cell_type=cell_type, condition=condition, modality=modality,
        readout_kind=readout_kind, study=study,
    )  # fmt: skip
    insert_rows(connection, "response", _rows(number, responses, perturbed, read), ingest_id)
    return len(responses)


def _refuse_doubles(responses: pd.DataFrame, name: str) -> None:
    double = responses[responses.duplicated(["perturbation", "readout"])]
    if len(double):
        first = double.iloc[0]
        raise ConflictError(
            f"In {name} the response of {first['readout']} to {first['perturbation']} stands more than once."
        )


def _numbered(names: pd.Series[str]) -> pd.Series[int]:
    """Name → number, by name, so that row order does not matter."""
    distinct = sorted(set(names))
    return pd.Series(range(1, len(distinct) + 1), index=distinct)


def _rows(number: int, responses: pd.DataFrame, perturbed: pd.Series[int], read: pd.Series[int]) -> pd.DataFrame:
    rows = responses.reindex(columns=["split", "de", "up", *NUMBERS])
    rows = rows.astype({"de": "boolean", "up": "boolean", **dict.fromkeys(NUMBERS, "Float64")})
    rows["split"] = rows["split"].astype(object).where(rows["split"].notna(), "")
    rows.insert(0, "readout", responses["readout"].map(read).astype("int64"))
    rows.insert(0, "perturbation", responses["perturbation"].map(perturbed).astype("int64"))
    rows.insert(0, "screen", number)
    return rows.sort_values(["perturbation", "readout"], kind="stable")


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
        " (SELECT count(*) FROM response_readout r WHERE r.response_screen_id = s.id),"
        " (SELECT count(*) FROM response WHERE response_screen_id = s.id), s.ingest_id"
        " FROM response_screen s LEFT JOIN study ON study.id = s.study_id ORDER BY s.name"
    ).fetchall()
    return [ResponseContext(*row) for row in rows]


def responses_of(
    store: Store, context: str, *, split: str | None = None, names: Names = "symbols", numbers: bool = False
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
    perturbation = "coalesce(perturbation.name, p.name)" if by_symbol else "p.name"
    readout = "CASE WHEN s.readout_kind = 'gene' THEN coalesce(gene.symbol, r.name) ELSE r.name END"
    columns = "".join(f", response.{one}" for one in NUMBERS) if numbers else ""
    with store.read() as connection:
        required_context(connection, context)
        frame = connection.execute(
            f"SELECT {perturbation} AS perturbation, {readout if by_symbol else 'r.name'} AS readout,"
            f" response.de, response.up, response.split{columns} FROM response"
            " JOIN response_screen s ON s.id = response.response_screen_id"
            " JOIN response_perturbation p ON p.response_screen_id = s.id AND p.number = response.perturbation"
            " JOIN response_readout r ON r.response_screen_id = s.id AND r.number = response.readout"
            " LEFT JOIN perturbation ON perturbation.id = p.perturbation_id"
            " LEFT JOIN gene ON gene.id = r.gene_ids[1]"
            " WHERE s.name = ? AND coalesce(response.split = ?, true) ORDER BY 1, 2, p.name, r.name",
            [context, split],
        ).df()
    return frame.astype({"de": "boolean", "up": "boolean"})


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


def measured_responses(store: Store, perturbation: str) -> pd.DataFrame:
    """What every context of the store has measured of one perturbation.

    Args:
        store: The store.
        perturbation: Approved name, such as ``A`` or ``A+B``, or the file's own name where it is no known gene.

    Returns:
        Columns context, readout (symbol of a gene, or name of a set), perturbation and readout_in_file (the files'
        names), de and up (nullable booleans) and split, sorted by context and readout.
    """
    with store.read() as connection:
        frame = connection.execute(
            "SELECT s.name AS context, CASE WHEN s.readout_kind = 'gene' THEN coalesce(gene.symbol, r.name)"
            " ELSE r.name END AS readout, p.name AS perturbation, r.name AS readout_in_file, response.de, response.up,"
            " response.split FROM response_perturbation p JOIN response_screen s ON s.id = p.response_screen_id"
            " LEFT JOIN perturbation ON perturbation.id = p.perturbation_id"
            " JOIN response ON response.response_screen_id = s.id AND response.perturbation = p.number"
            " JOIN response_readout r ON r.response_screen_id = s.id AND r.number = response.readout"
            " LEFT JOIN gene ON gene.id = r.gene_ids[1]"
            " WHERE coalesce(perturbation.name, p.name) = ? ORDER BY 1, 2, 3, 4",
            [perturbation],
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
