"""Rows of a file into the store: the one place where a contrast is written, for screens and campaigns alike."""

from __future__ import annotations

import pandas as pd

from db.screens import writing
from db.store import Connection
from tools.screens.ingestion.harmonised_table import HarmonisedTable


def perturbation_ids(connection: Connection, organism: str, rows: pd.DataFrame) -> pd.Series[int]:
    """The ids of all perturbations of some rows; those that the store does not hold yet are written.

    Args:
        connection: The writing connection.
        organism: ``human`` or ``mouse``.
        rows: Columns perturbation, gene_id and second_gene_id.

    Returns:
        Perturbation → id.
    """
    genes = rows[["perturbation", "gene_id", "second_gene_id"]].rename(columns={"perturbation": "name"})
    return writing.ensure_perturbations(connection, organism, genes)


def write_contrast(connection: Connection, screen_id: int, ingest_id: int, name: str, table: HarmonisedTable) -> int:
    """Writes a file as one contrast of a screen.

    Args:
        connection: The writing connection.
        screen_id: The screen.
        ingest_id: The ingest that brings the contrast.
        name: Name of the contrast.
        table: The file.

    Returns:
        The contrast's id.
    """
    contrast_id = writing.insert_contrast(
        connection, screen_id=screen_id, ingest_id=ingest_id, name=name, estimate_kind=table.estimate_kind,
        positive_means=table.positive_means, sign_evidence=table.sign_evidence,
    )  # fmt: skip
    ids = perturbation_ids(connection, table.organism, table.rows)
    write_rows(connection, screen_id, contrast_id, ingest_id, table.rows, table.controls, ids)
    return contrast_id


def write_rows(
    connection: Connection,
    screen_id: int,
    contrast_id: int,
    ingest_id: int,
    rows: pd.DataFrame,
    controls: pd.DataFrame,
    ids: pd.Series[int],
    *,
    named: pd.Series[bool] | None = None,
) -> None:
    """Writes the rows of a contrast.

    Args:
        connection: The writing connection.
        screen_id: The screen.
        contrast_id: Its contrast.
        ingest_id: The ingest that brings them.
        rows: As `HarmonisedTable.rows`.
        controls: As `HarmonisedTable.controls`.
        ids: Perturbation → id.
        named: Which rows carry a name that the store has not yet; all where None.
    """
    labels = sorted({*rows["replicate"], *controls["replicate"]} - {""})
    replicates = writing.insert_replicates(connection, contrast_id, labels)
    effects = rows.assign(
        perturbation_id=rows["perturbation"].map(ids),
        replicate_id=rows["replicate"].map(replicates).astype("Int64"),
    )
    writing.insert_effects(connection, contrast_id, ingest_id, effects)
    kept = controls.assign(replicate_id=controls["replicate"].map(replicates).astype("Int64"))
    writing.insert_controls(connection, contrast_id, ingest_id, kept)
    fresh = effects if named is None else effects[named]
    writing.insert_source_names(connection, screen_id, fresh[["perturbation_id", "name"]])
