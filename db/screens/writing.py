"""What one ingest's transaction writes of a screen: its contrasts, replicates, perturbations, effects and hits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal

import duckdb
import pandas as pd

from db.acts import COLUMN, act, option
from db.errors import ConflictError
from db.provenance import next_id, utc_now
from db.records import EstimateKind, Side, Study

EFFECT_NUMBERS = ("estimate", "standard_error", "p_low", "p_high", "fdr_low", "fdr_high")


def add_study(connection: duckdb.DuckDBPyConnection, study: Study) -> int:
    """Writes a study unless one of the name (in any case) is there; fills in what that one lacks.

    Args:
        connection: The writing connection.
        study: The study.

    Returns:
        Its id.
    """
    found = connection.execute(
        "SELECT id, citation, licence FROM study WHERE lower(name) = lower(?)", [study.name]
    ).fetchall()
    if not found:
        study_id = next_id(connection, "study")
        connection.execute(
            "INSERT INTO study VALUES (?, ?, ?, ?)", [study_id, study.name, study.citation, study.licence]
        )
        return study_id
    study_id, citation, licence = found[0]
    if (study.citation and not citation) or (study.licence and not licence):
        connection.execute(
            "UPDATE study SET citation = ?, licence = ? WHERE id = ?",
            [citation or study.citation, licence or study.licence, study_id],
        )
    return int(study_id)


def drop_idle_studies(connection: duckdb.DuckDBPyConnection) -> None:
    """Deletes the studies that no screen, table of responses or set of cells belongs to any more.

    Args:
        connection: The writing connection.
    """
    connection.execute(
        "DELETE FROM study WHERE id NOT IN (SELECT study_id FROM screen WHERE study_id IS NOT NULL)"
        " AND id NOT IN (SELECT study_id FROM response_screen WHERE study_id IS NOT NULL)"
        " AND id NOT IN (SELECT study_id FROM cell_set WHERE study_id IS NOT NULL)"
    )


def insert_screen(
    connection: duckdb.DuckDBPyConnection,
    *,
    name: str,
    ingest_id: int,
    phenotype: str,
    organism: str,
    study_id: int | None = None,
    campaign_id: int | None = None,
    cell_type: str = "",
    condition: str = "",
    library: str = "",
    modality: str = "",
    method: str = "",
    readout: str = "",
    readout_gene: str = "",
    text: str = "",
    hit_rule: str = "",
    side: Side = "both",
) -> int:
    """Writes a screen without effects.

    Args:
        connection: The writing connection.
        name: A name that no other screen has.
        ingest_id: The ingest that brings the screen.
        phenotype: The biology asked about.
        organism: ``human`` or ``mouse``.
        study_id: Its study, or None where not declared.
        campaign_id: The campaign whose results these are, or None.
        cell_type: Cell type or line.
        condition: What else the cells were given.
        library: Name of the guide library.
        modality: ``knockout``, ``interference``, ``activation`` or empty.
        method: The reader that understood the file.
        readout: How the phenotype was measured.
        readout_gene: Gene whose expression was measured, or empty.
        text: The file's own words on the task.
        hit_rule: The rule by which hits are told.
        side: Side on which hits lie.

    Returns:
        The screen's id.

    Raises:
        ConflictError: A screen has the name already.
    """
    if connection.execute("SELECT 1 FROM screen WHERE lower(name) = lower(?)", [name]).fetchall():
        raise ConflictError(
            f"The store has a screen named {name!r} already.",
            f"Give another name with {option('name')}, or remove that one: {act('screen_remove', name)}.",
        )
    screen_id = next_id(connection, "screen")
    connection.execute(
        f"INSERT INTO screen VALUES ({', '.join('?' * 18)})",
        [
            screen_id, name, study_id, campaign_id, organism, cell_type, phenotype, condition, library, modality,
            method, readout, readout_gene, text, hit_rule, side, ingest_id, utc_now(),
        ],
    )  # fmt: skip
    return screen_id


def insert_contrast(
    connection: duckdb.DuckDBPyConnection,
    *,
    screen_id: int,
    ingest_id: int,
    name: str,
    estimate_kind: EstimateKind,
    positive_means: Literal["raises", "lowers", "unsigned"],
    sign_evidence: str,
    test_arm: str = "",
    control_arm: str = "",
) -> int:
    """Writes a contrast without effects.

    Args:
        connection: The writing connection.
        screen_id: Its screen.
        ingest_id: The ingest that brings it.
        name: A name within the screen.
        estimate_kind: What its estimates are.
        positive_means: What a positive value meant in the source.
        sign_evidence: How that is known.
        test_arm: The arm that is tested, or empty.
        control_arm: The arm that it is tested against, or empty.

    Returns:
        The contrast's id.
    """
    contrast_id = next_id(connection, "contrast")
    connection.execute(
        "INSERT INTO contrast VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [contrast_id, screen_id, name, test_arm, control_arm, estimate_kind, positive_means, sign_evidence, ingest_id],
    )
    return contrast_id


def insert_replicates(connection: duckdb.DuckDBPyConnection, contrast_id: int, names: Iterable[str]) -> dict[str, int]:
    """Writes the replicates of a contrast.

    Args:
        connection: The writing connection.
        contrast_id: Their contrast.
        names: Their names, each once.

    Returns:
        Name → id.
    """
    ids = {name: next_id(connection, "replicate") for name in names}
    for name, replicate_id in ids.items():
        connection.execute("INSERT INTO replicate VALUES (?, ?, ?)", [replicate_id, contrast_id, name])
    return ids


def ensure_perturbations(connection: duckdb.DuckDBPyConnection, organism: str, frame: pd.DataFrame) -> pd.Series[int]:
    """Writes the perturbations that the store does not hold yet.

    Args:
        connection: The writing connection.
        organism: ``human`` or ``mouse``.
        frame: Columns name (``A`` or ``A+B``), gene_id and second_gene_id (missing for one gene); each name once
            or more.

    Returns:
        Name → id, for every name of `frame`.
    """
    wanted = frame[["name", "gene_id", "second_gene_id"]].drop_duplicates("name").sort_values("name")
    wanted = wanted.astype({"name": object, "gene_id": "int64", "second_gene_id": "Int64"})
    with _registered(connection, "wanted_perturbations", wanted):
        connection.execute(
            "INSERT INTO perturbation SELECT (SELECT coalesce(max(id), 0) FROM perturbation)"
            " + row_number() OVER (ORDER BY w.name), ?, w.name, w.gene_id, w.second_gene_id"
            " FROM wanted_perturbations w ANTI JOIN perturbation p ON p.organism = ? AND p.name = w.name",
            [organism, organism],
        )
        found = connection.execute(
            "SELECT p.name, p.id FROM perturbation p SEMI JOIN wanted_perturbations w ON w.name = p.name"
            " WHERE p.organism = ? ORDER BY p.name",
            [organism],
        ).df()
    return found.set_index("name")["id"].astype(int)


def insert_effects(connection: duckdb.DuckDBPyConnection, contrast_id: int, ingest_id: int, frame: pd.DataFrame) -> int:
    """Writes effects, sorted, and checks that none is there twice.

    Args:
        connection: The writing connection.
        contrast_id: Their contrast.
        ingest_id: The ingest that brings them.
        frame: Columns perturbation_id, estimate (finite) and, where known, replicate_id (missing for combined
            rows), standard_error, p_low, p_high, fdr_low, fdr_high (NaN where not known) and guides.

    Returns:
        The number of rows written.

    Raises:
        ConflictError: Two rows are of the same contrast, perturbation and replicate.
    """
    columns = ["perturbation_id", "replicate_id", *EFFECT_NUMBERS, "guides"]
    rows = frame.reindex(columns=columns)
    # NaN of a float column becomes NULL only in a nullable column; a CHECK would refuse the NaN itself.
    types = {"perturbation_id": "int64", "replicate_id": "Int64", "guides": "Int64"}
    rows = rows.astype({**types, **dict.fromkeys(EFFECT_NUMBERS, "float64")})
    numbers = ", ".join(f"CASE WHEN isnan({column}) THEN NULL ELSE {column} END" for column in EFFECT_NUMBERS)
    with _registered(connection, "new_effects", rows):
        connection.execute(
            f"INSERT INTO effect SELECT ?, perturbation_id, replicate_id, {numbers}, guides, ? FROM new_effects"
            " ORDER BY perturbation_id, replicate_id NULLS FIRST",
            [contrast_id, ingest_id],
        )
    _refuse_doubles(connection, contrast_id)
    return len(rows)


def _refuse_doubles(connection: duckdb.DuckDBPyConnection, contrast_id: int) -> None:
    double = connection.execute(
        "SELECT perturbation.name, count(*) FROM effect JOIN perturbation ON perturbation.id = perturbation_id"
        " WHERE contrast_id = ? GROUP BY perturbation_id, replicate_id, perturbation.name HAVING count(*) > 1"
        " ORDER BY ALL LIMIT 1",
        [contrast_id],
    ).fetchall()
    if double:
        raise ConflictError(
            f"{double[0][0]} has {double[0][1]} effects in one contrast and replicate.",
            f"Declare replicates with {option('replicate_files')} or {option(columns={'replicate': COLUMN})}, or"
            " leave one row for each gene.",
        )


def clear_effects(connection: duckdb.DuckDBPyConnection, screen_id: int, contrast_id: int, ingest_id: int) -> None:
    """Takes a contrast's effects, controls and replicates out, for others that a new ingest brings in their place.

    The screen then names the new ingest, of which the one that it named must be a parent.

    Args:
        connection: The writing connection.
        screen_id: The screen.
        contrast_id: Its contrast.
        ingest_id: The new ingest.
    """
    for table in ("effect", "control_effect", "replicate"):
        connection.execute(f"DELETE FROM {table} WHERE contrast_id = ?", [contrast_id])
    connection.execute("UPDATE screen SET ingest_id = ? WHERE id = ?", [ingest_id, screen_id])


def insert_controls(
    connection: duckdb.DuckDBPyConnection, contrast_id: int, ingest_id: int, frame: pd.DataFrame
) -> int:
    """Writes effects of negative controls.

    Args:
        connection: The writing connection.
        contrast_id: Their contrast.
        ingest_id: The ingest that brings them.
        frame: Columns name, estimate (finite) and, where known, replicate_id and guides.

    Returns:
        The number of rows written.
    """
    rows = frame.reindex(columns=["replicate_id", "name", "estimate", "guides"])
    rows = rows.astype({"replicate_id": "Int64", "name": object, "estimate": "float64", "guides": "Int64"})
    with _registered(connection, "new_controls", rows):
        connection.execute(
            "INSERT INTO control_effect SELECT ?, replicate_id, name, estimate, guides, ? FROM new_controls"
            " ORDER BY name, replicate_id NULLS FIRST",
            [contrast_id, ingest_id],
        )
    return len(rows)


def insert_source_names(connection: duckdb.DuckDBPyConnection, screen_id: int, frame: pd.DataFrame) -> None:
    """Writes how the screen's file names each perturbation.

    Args:
        connection: The writing connection.
        screen_id: The screen.
        frame: Columns perturbation_id and name; rows that repeat one another count once.
    """
    rows = frame[["perturbation_id", "name"]].drop_duplicates().astype({"perturbation_id": "int64", "name": object})
    with _registered(connection, "new_source_names", rows):
        connection.execute(
            "INSERT INTO source_name SELECT ?, perturbation_id, name FROM new_source_names ORDER BY ALL", [screen_id]
        )


def insert_hit_list(connection: duckdb.DuckDBPyConnection, ingest_id: int, perturbations: pd.Series[int]) -> str:
    """Writes a published list of hits.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that brings the list.
        perturbations: Name → id, as `ensure_perturbations` gives.

    Returns:
        The list's hash, for the rule ``list:<hash>``; equal lists have equal hashes.
    """
    list_hash = hit_list_hash(perturbations.index)
    rows = pd.DataFrame({"perturbation_id": sorted(set(perturbations.astype(int)))})
    with _registered(connection, "new_hits", rows):
        connection.execute("INSERT INTO hit_list SELECT ?, perturbation_id, ? FROM new_hits", [list_hash, ingest_id])
    return list_hash


def hit_list_hash(names: Iterable[str]) -> str:
    """Twelve hexadecimal digits that name a list of perturbations, whatever its order.

    Args:
        names: Names of perturbations.
    """
    return hashlib.sha256("\n".join(sorted(set(names))).encode()).hexdigest()[:12]


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> Iterator[None]:
    """A frame that SQL can name for as long as the block lasts."""
    connection.register(name, frame)
    try:
        yield
    finally:
        connection.unregister(name)
