"""How alike perturbed genes are: one kernel a source, and their mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tools.expression.expression_responses import Floats
from tools.genes.matrices import VERSION as MATRICES
from tools.genes.matrices import Matrix, unit_rows
from tools.responses.annotation import Annotation

VERSION = ("_likeness 2", *MATRICES)
WIDTH = 0.25
"""Distance (1 − cosine) at which the likeness of dense vectors falls to 1/e."""
KINDS = {
    "go": "sets", "reactome": "sets", "string": "network", "spectral": "network", "text": "texts", "encoder": "texts",
}  # fmt: skip
"""Source → kind of knowledge."""
DENSE = 0.02
"""Share of filled cells from which a product with an array is quicker than one of sparse rows."""


@dataclass(frozen=True)
class Likeness:
    """Measured perturbations as rows of each source, against which others are held.

    A sparse source (sets, words, steps of a network) gives the cosine of two rows. A dense one (an encoder, spectral
    coordinates) gives exp((cos − 1) / `WIDTH`) of rows from which the mean of the measured ones was taken: dense
    vectors all point one way, which says nothing of any. A gene that a source does not know is like none in it.

    Attributes:
        vectors: What is known of genes.
        rows: Source → rows of unit length.
        centres: Dense source → mean of the measured rows before they were centred.
        linear: Whether dense sources give the cosine itself.
    """

    vectors: Annotation
    rows: Mapping[str, Matrix]
    centres: Mapping[str, Floats]
    linear: bool = False

    @classmethod
    def of(cls, vectors: Annotation, perturbations: Sequence[str], *, linear: bool = False) -> Likeness:
        """Takes up the measured perturbations.

        Args:
            vectors: What is known of genes.
            perturbations: Names, n.
            linear: Whether dense sources are to give the cosine itself.
        """
        found = vectors.rows(vectors.membership(perturbations, {}))
        centres = {name: _centre(rows) for name, rows in found.items() if isinstance(rows, np.ndarray)}
        rows = {name: _quick(one) for name, one in _centred(found, centres).items()}
        return cls(vectors, rows, centres, linear)

    def by(self, sources: Sequence[str]) -> Likeness:
        """The likeness that some of the sources tell.

        Args:
            sources: Some of `rows`.
        """
        vectors = replace(self.vectors, sources={name: self.vectors.sources[name] for name in sources})
        centres = {name: one for name, one in self.centres.items() if name in sources}
        return replace(self, vectors=vectors, rows={name: self.rows[name] for name in sources}, centres=centres)

    def kinds(self) -> list[list[str]]:
        """The sources by what kind of knowledge they are: sets, a network, texts, or one of its own."""
        found: dict[str, list[str]] = {}
        for name in self.rows:
            found.setdefault(KINDS.get(name, name), []).append(name)
        return list(found.values())

    def to(self, perturbations: Sequence[str]) -> Floats:
        """Likeness of other perturbations to the measured ones, from 0 to 1: q × n.

        Args:
            perturbations: Names, q.
        """
        found = self.vectors.rows(self.vectors.membership(perturbations, {}))
        return self._kernel(_centred(found, self.centres))

    def among(self) -> Floats:
        """Likeness of the measured perturbations to each other, n × n."""
        return self._kernel(self.rows)

    def _kernel(self, asked: Mapping[str, Matrix]) -> Floats:
        parts = [self._of_source(name, rows) for name, rows in asked.items()]
        return np.asarray(sum(parts) / np.float32(len(parts)), dtype=np.float32)

    def _of_source(self, name: str, asked: Matrix) -> Floats:
        measured = self.rows[name]
        product = asked @ measured.T
        cosines = np.asarray(product if isinstance(product, np.ndarray) else product.toarray(), dtype=np.float32)
        if name not in self.centres or self.linear:
            return cosines
        known = np.any(asked != 0, axis=1)[:, None] & np.any(measured != 0, axis=1)[None, :]
        return np.asarray(np.where(known, np.exp((cosines - 1) / WIDTH), 0), dtype=np.float32)


def _centre(rows: Floats) -> Floats:
    known = rows[np.any(rows != 0, axis=1)]
    return np.asarray(known.mean(axis=0) if len(known) else np.zeros(rows.shape[1]), dtype=np.float32)


def _centred(rows: Mapping[str, Matrix], centres: Mapping[str, Floats]) -> dict[str, Matrix]:
    """Dense rows without their centre, of unit length again; rows of zeros, which say nothing, stay."""
    return {
        name: unit_rows((one - centres[name]) * np.any(one != 0, axis=1, keepdims=True)) if name in centres else one
        for name, one in rows.items()
    }


def _quick(rows: Matrix) -> Matrix:
    """Rows as an array where they are filled enough for a product with one to be quicker."""
    sparse = not isinstance(rows, np.ndarray)
    return rows.toarray() if sparse and rows.nnz > DENSE * np.prod(rows.shape) else rows
