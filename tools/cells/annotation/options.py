"""How cells are named by a reference: the options of `annotate_cells`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.parameters import Parameters


@dataclass(frozen=True)
class Naming(Parameters):
    """How cells are named.

    Attributes:
        across_species: Whether the reference may be of another species; genes are then compared by one-to-one
            orthologs, and each file's genes are scaled by its own cells.
        vectors: The vectors of cells; those that `benchmark_cells` calls the default where empty.
        head: What names them; likewise.
        gene_vectors: A file of vectors of genes, such as GenePT's, for vectors of cells that rest on texts; the
            store's encoded texts where None.
        donor: The reference's column of donors, each of whom is held out in turn to find probabilities; by its name
            where empty.
        own_label: The column in which the file itself says what its cells are; the reference's column where empty and
            the file has it.
        seed: Of folds.
    """

    across_species: bool = False
    vectors: str = ""
    head: str = ""
    gene_vectors: Path | None = None
    donor: str = ""
    own_label: str = ""
    seed: int = 0
