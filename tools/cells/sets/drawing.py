"""The cells of a set in a plane: a sample where they are many, kept on disk by what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

from db.acts import COLUMN, FILE, act
from db.cells.opening import opened_set
from db.cells.reading import CellSet, get_set
from db.disk_cache import computed_key, keep_json, kept_json
from db.errors import RefusedFileError
from db.provenance import get_ingest
from tools.cells.plane import laid_out
from tools.cells.reading import genes_of
from tools.cells.scaling import VERSION as SCALING
from tools.cells.space import DEFAULT
from tools.expression.cell_files.layers import normalised_pieces
from tools.registry import load
from tools.workspace import Progress, Workspace

VERSION = ("cells in a plane 1", *SCALING)
MOST_CELLS, FEWEST_CELLS = 2_000, 4
"""Cells that are drawn at most, of all: a terminal has no room for more; and those below which there is no plane."""


@dataclass(frozen=True)
class CellPlane:
    """Cells in a plane.

    Attributes:
        name: Name of the set.
        cells: Its cells, drawn or not.
        points: Place of each cell that is drawn, by the first two components of its expression.
        labels: Label of each, empty where it has none.
    """

    name: str
    cells: int
    points: tuple[tuple[float, float], ...]
    labels: tuple[str, ...]


def cell_plane(workspace: Workspace, name: str) -> CellPlane:
    """The cells of a set by two principal components of their expression, a sample of them where they are many.

    Args:
        workspace: Its store has the set.
        name: Name of the cells.

    Raises:
        NotFoundError: There are no such cells.
        RefusedFileError: They are too few, or are damaged.
    """
    found = get_set(workspace.store, name)
    with workspace.store.read() as connection:
        content = get_ingest(connection, found.ingest_id).content_hash
    arguments = {"most": MOST_CELLS, "vectors": DEFAULT, "organism": found.organism}
    key = computed_key(store=[content], versions=VERSION, arguments=arguments)
    place = workspace.paths.cache / "cell_planes" / f"{key}.json"
    kept = _plane_of(found, kept_json(place) or {})
    if kept is None:
        drawn = _drawn(workspace, found)
        keep_json(place, drawn)
        kept = _plane_of(found, drawn)
    if kept is None:
        raise RefusedFileError(
            f"The cells {found.name!r} cannot be laid into a plane.",
            f"{act('cells_remove', found.name)}, then {act('add_cells', FILE)} brings them anew.",
        )
    return kept


def _plane_of(found: CellSet, kept: Mapping[str, object]) -> CellPlane | None:
    """What a kept file says; None where it is none."""
    points, labels = kept.get("points"), kept.get("labels")
    if not isinstance(points, list) or not isinstance(labels, list) or len(points) != len(labels):
        return None
    places = tuple((float(x), float(y)) for x, y in points)
    return CellPlane(found.name, found.cells, places, tuple(map(str, labels)))


def _drawn(workspace: Workspace, found: CellSet) -> dict[str, object]:
    if found.cells < FEWEST_CELLS:
        raise RefusedFileError(
            f"{found.name} has {found.cells} cells, too few for a picture.",
            f"{act('add_cells', FILE, labels=COLUMN)} adds a file with more.",
        )
    chosen = np.sort(np.random.default_rng(0).permutation(found.cells)[:MOST_CELLS])
    amounts, labels = _sampled(workspace, found, chosen)
    codes, nothing = np.zeros(len(chosen), dtype=np.int64), np.zeros((amounts.shape[1], 0), dtype=np.float32)
    fit = load("cell_vectors", DEFAULT)().fit(amounts, codes, nothing)
    points, _ = laid_out(fit.of(amounts[:, fit.places], own_scale=False), "pca", 0)
    return {"points": np.round(points.astype(float), 4).tolist(), "labels": labels}


def _sampled(
    workspace: Workspace, found: CellSet, chosen: npt.NDArray[np.int64]
) -> tuple[csr_matrix, list[str]]:  # fmt: skip
    """Some cells × their genes, and the label of each."""
    file = opened_set(workspace.store, found)
    genes = genes_of(workspace, file)
    kept = []
    for first, piece in normalised_pieces(file, genes.chosen, genes.columns):
        workspace.report(Progress(f"draw {found.name}", first, file.cells, "cells"))
        low, high = np.searchsorted(chosen, (first, first + piece.shape[0]))
        kept.append(piece[chosen[low:high] - first].astype(np.float32))
    workspace.report(Progress(f"draw {found.name}", file.cells, file.cells, "done"))
    labels = file.column(found.label_column).to_numpy(dtype=object) if found.label_column else np.full(file.cells, "")
    return vstack(kept, format="csr"), [str(one) for one in labels[chosen]]
