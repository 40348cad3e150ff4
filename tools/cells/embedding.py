"""Vectors of cells, written to a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tools.cells.annotation.table import ENDINGS as TABLES
from tools.cells.annotation.table import write_rows
from tools.cells.space import DEFAULT, CellSpace, space_of
from tools.output_files import path_of_form, write_whole
from tools.workspace import Workspace

ENDINGS = (*TABLES, ".npy")


@dataclass(frozen=True)
class EmbeddedCells:
    """What was written.

    Attributes:
        file: Name of the file of cells.
        organism: Whose cells.
        cells: Their number.
        vectors: The vectors.
        dimensions: Numbers of each vector.
        labels: Distinct labels that stand beside them; 0 where none were asked for.
        out: The file.
        notes: How the file was read, in sentences.
    """

    file: str
    organism: str
    cells: int
    vectors: str
    dimensions: int
    labels: int
    out: Path
    notes: tuple[str, ...]


def embed_cells(
    workspace: Workspace,
    path: Path,
    out: Path,
    *,
    vectors: str = DEFAULT,
    label: str = "",
    gene_vectors: Path | None = None,
    overwrite: bool = False,
) -> EmbeddedCells:
    """Writes a vector of each cell of a file: by expression, by texts of genes, or by both.

    A table has the columns cell, label (where one was asked for) and v1, v2 …, in the file's order of cells; an .npy
    has the numbers alone, cells × dimensions.

    Args:
        workspace: Its store has gene names, and texts where the vectors rest on them.
        path: The cells: an .h5ad, a 10x .h5, a .loom, an .rda, or a folder with matrix.mtx.
        out: A table (.csv, .tsv, .parquet) or an array (.npy).
        vectors: The vectors, as `benchmark_cells` names them; ``expression_pca`` needs no labels.
        label: The column of labels, which some vectors are fitted to and a table shows; none where empty.
        gene_vectors: A file of vectors of genes, such as GenePT's; the store's encoded texts where None.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        RefusedFileError: A file cannot be used or written.
        InvalidValueError: There is no such column, these vectors need labels, or the ending is another one.
        NotFoundError: There are no such vectors, or the store lacks names or texts.
    """
    target = path_of_form(workspace, out, ENDINGS, overwrite=overwrite)
    space = space_of(workspace, path, vectors=vectors, label=label, gene_vectors=gene_vectors)
    if target.suffix.casefold() == ".npy":
        write_whole(target, lambda place: _write_array(space, place), overwrite=overwrite)
    else:
        write_rows(target, _table(space, labelled=bool(label)), overwrite=overwrite)
    labels = len(set(space.cells.labels) - {""})
    return EmbeddedCells(
        space.cells.name, space.cells.organism, len(space.vectors), vectors, space.vectors.shape[1], labels, out,
        space.cells.said,
    )  # fmt: skip


def _write_array(space: CellSpace, place: Path) -> None:
    with place.open("wb") as stream:
        np.save(stream, space.vectors)


def _table(space: CellSpace, *, labelled: bool) -> pd.DataFrame:
    columns = {"cell": space.cells.barcodes} | ({"label": space.cells.labels} if labelled else {})
    numbers = {f"v{number}": column for number, column in enumerate(space.vectors.T.round(6), 1)}
    return pd.DataFrame(columns | numbers)
