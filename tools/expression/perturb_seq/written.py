"""Perturbed cells into the store: responses, a sample of cells, and the screen made of them, in one write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from db.genes.perturbation_names import genes_in
from db.provenance import find_ingest, record_ingest
from db.records import Modality, Note, Organism, Study
from db.screens.response_cells import write_response_cells
from db.screens.response_rows import append_responses, write_context
from db.screens.writing import ensure_perturbations
from db.store import Connection
from tools.expression.perturb_seq.cells_grouped.arms import CONTROL
from tools.expression.perturb_seq.comparing.measured import Measured
from tools.expression.perturb_seq.phenotypes.responding import BELOW
from tools.genes.placed_names import place
from tools.workspace import Progress, Workspace

TOOL = "add_perturb_seq"


def write_cells(
    workspace: Workspace, connection: Connection, path: Path, content: str, source: str, measured: Measured,
    described: Mapping[str, Any], notes: tuple[Note, ...],
) -> int:  # fmt: skip
    """Writes what was measured of a file of cells, unless the same was written before.

    Args:
        workspace: Progress is reported to it.
        connection: The writing connection.
        path: The file.
        content: Hash of the file and of how it was read.
        source: Hash of the file.
        measured: What was measured.
        described: What is known of the screen, its name among it, and how the file was read.
        notes: What was set aside.

    Returns:
        The ingest that holds it.

    Raises:
        ConflictError: The store has other responses of the name.
    """
    known = find_ingest(connection, content)
    if known is not None:
        return known.id
    ingest_id = record_ingest(
        connection, content=content, kind="responses", name=described["name"], source=path.name, source_hash=source,
        tool=TOOL, arguments=described, notes=notes,
    )  # fmt: skip
    context = _write_context(workspace, connection, ingest_id, measured, described)
    _write_responses(workspace, connection, ingest_id, context, measured)
    _write_sample(connection, ingest_id, str(described["name"]), measured)
    return ingest_id


def _write_context(
    workspace: Workspace, connection: Connection, ingest_id: int, measured: Measured, described: Mapping[str, Any]
) -> int:
    organism = cast("Organism", described["organism"])
    names = measured.arms.groups
    placed = place(workspace, sorted({gene for name in names for gene in genes_in(name)}), organism)
    genes = {name: [placed.ids[gene] for gene in genes_in(name)] for name in names}
    frame = pd.DataFrame({
        "name": names, "gene_id": [genes[name][0] for name in names],
        "second_gene_id": pd.array([genes[name][1] if len(genes[name]) > 1 else None for name in names], "Int64"),
    })  # fmt: skip
    ids = ensure_perturbations(connection, organism, frame)
    read = _readouts(measured)
    study = Study(described["study"], described["citation"], described["licence"]) if described["study"] else None
    return write_context(
        connection, ingest_id, name=described["name"], perturbed=pd.Series(range(1, len(names) + 1), index=names),
        read=read, perturbations={str(name): int(ids[name]) for name in names},
        readouts={name: [gene] for name, gene in measured.readouts.placed.ids.items() if name in read.index},
        organism=organism, cell_type=described["cell_type"], condition=described["condition"],
        modality=cast("Modality", described["modality"]), study=study,
    )  # fmt: skip


def _readouts(measured: Measured) -> pd.Series[int]:
    """Names of the tested genes, by name, and their numbers."""
    names = sorted(np.array(measured.readouts.names, dtype=object)[measured.differences.tested])
    return pd.Series(range(1, len(names) + 1), index=names)


def _write_responses(
    workspace: Workspace, connection: Connection, ingest_id: int, context: int, measured: Measured
) -> None:
    differences, groups = measured.differences, measured.arms.groups
    read = _readouts(measured)
    tested = np.flatnonzero(differences.tested)
    numbers = read.reindex([measured.readouts.names[at] for at in tested]).to_numpy(dtype=np.int32)
    order = np.argsort(numbers)
    for group, fdr in differences.fdr():
        estimate = differences.estimate[group, tested].astype(np.float64)
        rows = pd.DataFrame({
            "readout": numbers, "estimate": estimate, "p": differences.p[group, tested], "fdr": fdr,
            "standard_error": differences.standard_error[group, tested].astype(np.float64),
        }).iloc[order]  # fmt: skip
        rows["de"] = (rows["fdr"] < BELOW).astype("boolean").mask(rows["fdr"].isna())
        rows["up"] = (rows["estimate"] > 0).astype("boolean").where(rows["de"].fillna(value=False))
        append_responses(connection, ingest_id, context, group + 1, rows)
        workspace.report(Progress("write responses", group + 1, len(groups), groups[group]))


def _write_sample(connection: Connection, ingest_id: int, name: str, measured: Measured) -> None:
    arms = measured.arms
    arm = arms.of_cell[measured.sample]
    # Controls come first.
    order = np.argsort(arms.group[arm] != CONTROL, kind="stable")
    kept = measured.differences.tested
    labels = np.array(["", *arms.groups], dtype=object)[arms.group[arm]]
    ids = measured.readouts.placed.ids
    names = np.array(measured.readouts.names, dtype=object)[kept]
    genes = pd.DataFrame({"name": names, "gene_id": pd.array([ids.get(one) for one in names], "Int64")})
    write_response_cells(
        connection, ingest_id, name, perturbations=list(labels[order]),
        strata=list(np.array(arms.strata, dtype=object)[arms.stratum[arm]][order]), genes=genes,
        amounts=measured.sampled[order][:, np.flatnonzero(kept)],
    )  # fmt: skip
