"""The genes of a file of cells that are read: each name once, of one species."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.errors import RefusedFileError
from db.files.cells.base import CellFile
from db.records import Note
from tools.expression.cell_files.layers import expression_columns
from tools.genes.placed_names import Placed, place
from tools.workspace import Workspace

MOST_REPEATED = 0.05
"""Above this share of names that come twice, they are no names of genes."""
MOST_OF_OTHERS = 0.05
"""Above this share of genes of a second species, a file is of two."""


@dataclass(frozen=True, eq=False)
class Readouts:
    """The genes that are read.

    Attributes:
        columns: Their places in the layer, shape (genes,), ascending.
        names: Their names as in the file, each once.
        placed: The genes of the store that the names mean.
        symbols: Their approved symbols; the file's name where it is no known gene.
        notes: Names that are not read because they came before.
    """

    columns: npt.NDArray[np.int64]
    names: tuple[str, ...]
    placed: Placed
    symbols: tuple[str, ...]
    notes: tuple[Note, ...]

    def place_of(self, symbol: str) -> int:
        """The place of a gene among those that are read; -1 where it is not measured.

        Args:
            symbol: Its approved symbol.
        """
        return self.symbols.index(symbol) if symbol in self.symbols else -1


def readouts_of(workspace: Workspace, cells: CellFile, layer: str, organism: str) -> Readouts:
    """The genes of a layer.

    Args:
        workspace: Its store has the gene names.
        cells: The open file.
        layer: The layer that is read.
        organism: ``human`` or ``mouse``.

    Raises:
        RefusedFileError: The genes are of two species, or too many names come twice.
    """
    columns = expression_columns(cells, layer)
    genes = cells.genes_of(layer).iloc[columns].reset_index(drop=True)
    _refuse_two_species(genes, cells)
    again = genes["name"].duplicated().to_numpy(dtype=bool)
    _refuse_repeated(genes, again, cells)
    kept = genes[~again]
    names = tuple(str(name) for name in kept["name"])
    identifiers = {"ensembl": kept["id"].astype(str).tolist()} if (kept["id"] != "").any() else None
    placed = place(workspace, names, "mouse" if organism == "mouse" else "human", identifiers)
    notes = [
        Note(None, str(name), "duplicate", "The name stands further up in the file; that column is read.")
        for name in genes.loc[again, "name"]
    ]
    return Readouts(columns[~again], names, placed, _symbols(names, placed), tuple(notes))


def _symbols(names: tuple[str, ...], placed: Placed) -> tuple[str, ...]:
    return tuple(placed.symbols.get(name, name) for name in names)


def _refuse_repeated(genes: pd.DataFrame, again: npt.NDArray[np.bool_], cells: CellFile) -> None:
    if again.sum() <= MOST_REPEATED * len(genes):
        return
    shown = ", ".join(repr(str(name)) for name in genes.loc[again, "name"].drop_duplicates().head(3))
    raise RefusedFileError(
        f"{int(again.sum()):,} of {len(genes):,} names of genes in {cells.path.name} come more than once ({shown}).",
        "Give each gene a name of its own: Ensembl ids as names (adata.var_names = adata.var['gene_ids']), or the sums"
        " of the columns of one name.",
    )


def _refuse_two_species(genes: pd.DataFrame, cells: CellFile) -> None:
    genomes = genes["genome"].astype(str) if "genome" in genes else pd.Series("", index=genes.index)
    species = genes["id"].astype(str).str.extract(r"^(ENS[A-Z]*)G\d", expand=False).fillna("")
    for what, values in (("genomes", genomes), ("species, by their Ensembl ids", species)):
        shares = values[values != ""].value_counts() / max(1, len(genes))
        if len(found := shares[shares > MOST_OF_OTHERS]) > 1:
            raise RefusedFileError(
                f"The genes of {cells.path.name} are of {len(found)} {what}: {', '.join(map(str, found.index))}.",
                "Keep the genes and the cells of one species, and give that file; human and mouse cells are read.",
            )
