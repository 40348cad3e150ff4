"""Feature frames as matrices: one row a gene, what is not known at the column's mean and said so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.genes.matrices import unit_rows

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Design:
    """Standardised features of all genes that a source knows.

    Attributes:
        names: The genes, sorted, shape (n,).
        values: Shape (n, d): each column with mean 0 and variance 1 over the genes that have it, 0 elsewhere.
        blocks: Source → its columns of `values`.
        known: Shape (n, sources): which source knows which gene.
        unit: Source → shape (n, d of the source): rows of unit length, or of zeros, for cosines.
    """

    names: pd.Index[str]
    values: Matrix
    blocks: Mapping[str, slice]
    known: npt.NDArray[np.bool_]
    unit: Mapping[str, Matrix]

    def rows(self, names: pd.Index[str]) -> npt.NDArray[np.intp]:
        """Row of each name, −1 where no source knows it."""
        return self.names.get_indexer(names)


def design(features: Mapping[str, pd.DataFrame], embeddings: Collection[str] = ()) -> Design:
    """Puts frames side by side.

    Args:
        features: Source → frame by gene; sources are taken in alphabetical order.
        embeddings: Sources whose rows are also wanted at unit length.
    """
    sources = sorted(name for name, frame in features.items() if not frame.empty)
    names = pd.Index(sorted(set().union(*(features[name].index for name in sources))), dtype=object)
    values, blocks, known, at = [], {}, [], 0
    for name in sources:
        frame = features[name]
        raw = np.full((len(names), frame.shape[1]), np.nan, dtype=np.float64)
        raw[names.get_indexer(frame.index)] = frame.to_numpy(np.float64)
        values.append(_standardised(raw))
        blocks[name] = slice(at, at + frame.shape[1])
        known.append(names.isin(frame.index))
        at += frame.shape[1]
    joined = np.hstack(values).astype(np.float32) if values else np.zeros((len(names), 0), np.float32)
    unit = {name: _unit_rows(features[name], names) for name in sources if name in set(embeddings)}
    seen = np.column_stack(known) if known else np.zeros((len(names), 0), bool)
    return Design(names, joined, blocks, seen, unit)


def _standardised(raw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    present = ~np.isnan(raw)
    count = np.maximum(present.sum(axis=0), 1)
    filled = np.where(present, raw, 0.0)
    mean = filled.sum(axis=0) / count
    centred = np.where(present, raw - mean, 0.0)
    deviation = np.sqrt((centred**2).sum(axis=0) / count)
    return centred / np.where(deviation > 1e-12, deviation, 1.0)


def _unit_rows(frame: pd.DataFrame, names: pd.Index[str]) -> Matrix:
    rows = np.zeros((len(names), frame.shape[1]), np.float32)
    rows[names.get_indexer(frame.index)] = np.nan_to_num(frame.to_numpy(np.float64))
    return np.asarray(unit_rows(rows), dtype=np.float32)
