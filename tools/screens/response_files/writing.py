"""Responses that were found in a file, written into the store: their names placed on genes, and what was not placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import pandas as pd

from db.genes.perturbation_names import genes_among, genes_in, name_of_genes
from db.records import Modality, Note, Organism, Study
from db.screens.response_context import NewContext
from db.screens.response_writing import write_rows
from db.screens.writing import ensure_perturbations
from db.store import Connection
from tools.genes.placed_names import Placed, place
from tools.screens.response_files.contrasts import parts_of, refuse_nameless
from tools.screens.response_files.found import FoundResponses
from tools.workspace import Workspace


def write_found(
    workspace: Workspace, connection: Connection, ingest_id: int, found: FoundResponses, described: Mapping[str, str]
) -> list[Note]:
    """Writes a context; rows whose names are no known gene stay, under their own names.

    Args:
        workspace: The workspace whose store has the gene names.
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        found: The rows.
        described: name, organism, cell_type, condition, modality, and study with citation and licence or an empty one.

    Returns:
        A note for each name that is no known gene.

    Raises:
        ConflictError: The store has a context of this name.
        NeedsChoiceError: No contrast says which gene was perturbed.
    """
    organism = cast("Organism", described["organism"])
    genes = genes_of(workspace, found, organism)
    placed = place(workspace, sorted(genes_among(genes.values())), organism)
    read = place(workspace, found.found.readouts, organism)
    study = Study(described["study"], described["citation"], described["licence"]) if described["study"] else None
    context = NewContext(
        described["name"], organism, described["cell_type"], described["condition"],
        cast("Modality", described["modality"]), study=study,
    )  # fmt: skip
    write_rows(
        connection, ingest_id, found.plan, found.found, context,
        perturbations=_perturbations(connection, organism, genes, placed),
        readouts={one: [read.ids[one]] for one in read.ids},
    )  # fmt: skip
    unknown = {note.name: replace(note, kept_aside=False) for note in (*placed.notes, *read.notes)}
    return list(unknown.values())


def _perturbations(
    connection: Connection, organism: Organism, genes: Mapping[str, str], placed: Placed
) -> dict[str, int]:
    """Perturbation id by the file's name, for those whose genes are known; at most two genes each."""
    parts = {name: genes_in(gene) for name, gene in genes.items()}
    wanted = [name for name, own in parts.items() if len(own) <= 2 and all(part in placed.ids for part in own)]
    known = {name: sorted({(placed.symbols[part], placed.ids[part]) for part in parts[name]}) for name in wanted}
    symbols = {name: name_of_genes(symbol for symbol, _ in known[name]) for name in wanted}
    frame = pd.DataFrame(
        {
            "name": [symbols[name] for name in wanted],
            "gene_id": [known[name][0][1] for name in wanted],
            "second_gene_id": [known[name][1][1] if len(known[name]) > 1 else None for name in wanted],
        }
    )
    ids = ensure_perturbations(connection, organism, frame)
    return {name: int(ids[symbols[name]]) for name in wanted}


def genes_of(workspace: Workspace, found: FoundResponses, organism: Organism) -> dict[str, str]:
    """Name of a perturbation → what it perturbs: the name itself, or the gene that is a part of a contrast's name.

    Args:
        workspace: The workspace whose store has the gene names.
        found: The rows.
        organism: Whose genes.

    Raises:
        NeedsChoiceError: No contrast says which gene was perturbed.
    """
    names = found.found.perturbations
    if not found.contrasts:
        return {name: found.genes.get(name, name) for name in names}
    parts = {name: [name, *parts_of(name)] for name in names}
    placed = place(workspace, sorted({part for own in parts.values() for part in own}), organism)
    # Only a symbol as it is written: KO, PTC and WT are aliases of genes.
    genes = {name: next((part for part in own if placed.symbols.get(part) == part), "") for name, own in parts.items()}
    if not any(genes.values()):
        raise refuse_nameless(found.plan.source.path, names)
    return {name: gene or name for name, gene in genes.items()}
