"""Feature frames as matrices: one row a gene, what is not known at the column's mean and said so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.genes.perturbation_names import plain
from tools.genes.matrices import unit_rows
from tools.prediction.records import known_to

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Design:
    """Standardised features of all genes that a source knows.

    Attributes:
        names: The genes, sorted, shape (n,).
        values: Shape (n, d): each column with mean 0 and variance 1 over the genes that have it, 0 elsewhere.
        blocks: Source → its columns of `values`.
        known: Shape (n, sources): which source knows which gene.
        embeddings: Sources whose rows are also wanted at unit length.
        frames: Source → frame.
    """

    names: pd.Index[str]
    values: Matrix
    blocks: Mapping[str, slice]
    known: npt.NDArray[np.bool_]
    embeddings: tuple[str, ...]
    frames: Mapping[str, pd.DataFrame]

    @cached_property
    def unit(self) -> dict[str, Matrix]:
        """Source → shape (n, d of the source): rows of unit length, or of zeros, for cosines; made when asked for."""
        return {name: _unit_rows(self.frames[name], self.names) for name in self.embeddings}

    def rows(self, names: pd.Index[str]) -> npt.NDArray[np.intp]:
        """Row of each name, −1 where no source knows it."""
        return self.names.get_indexer(names)


def design(
    features: Mapping[str, pd.DataFrame],
    embeddings: Collection[str] = (),
    leading: int | None = None,
    aside: Collection[str] = (),
    without: Collection[str] = (),
) -> Design:
    """Puts frames side by side.

    Args:
        features: Source → frame by gene; sources are taken in alphabetical order.
        embeddings: Sources whose rows are also wanted at unit length.
        leading: Columns of each source that `Design.values` has; all of them where None.
        without: Sources that are left out.
        aside: Sources of which it has none: only which genes they know counts, and their rows at unit length.
    """
    known = {name: known_to(features, name) for name in sorted(set(features).difference(without))}
    sources = [name for name, genes in known.items() if len(genes) and (name in aside or features[name].shape[1])]
    names = pd.Index(sorted(set().union(*(plain(known[name]) for name in sources))), dtype=object)
    first = {name: features[name].iloc[:, :leading] for name in sources if name not in aside}
    ends = np.cumsum([0, *(first[name].shape[1] if name in first else 0 for name in sources)]).tolist()
    blocks = {name: slice(*ends[i : i + 2]) for i, name in enumerate(sources)}
    joined = np.zeros((len(names), ends[-1]), np.float32)
    seen = np.zeros((len(names), len(sources)), bool)
    for i, name in enumerate(sources):
        rows = names.get_indexer(known[name])
        if name in first:
            joined[rows, blocks[name]] = _standardised(first[name].to_numpy(np.float64))
        seen[rows, i] = True
    return Design(names, joined, blocks, seen, tuple(name for name in sources if name in embeddings), features)


def _standardised(raw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    present = ~np.isnan(raw)
    count = np.maximum(present.sum(axis=0), 1)
    filled = np.where(present, raw, 0.0)
    mean = filled.sum(axis=0) / count
    centred = np.where(present, raw - mean, 0.0)
    deviation = np.sqrt((centred**2).sum(axis=0) / count)
    centred /= np.where(deviation > 1e-12, deviation, 1.0)
    return centred


def _unit_rows(frame: pd.DataFrame, names: pd.Index[str]) -> Matrix:
    rows = np.zeros((len(names), frame.shape[1]), np.float32)
    rows[names.get_indexer(frame.index)] = np.nan_to_num(frame.to_numpy(np.float32))
    return np.asarray(unit_rows(rows), dtype=np.float32)
