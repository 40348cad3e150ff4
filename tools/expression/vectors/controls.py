"""Vectors that know nothing: what any predictor has to beat to have learnt from the real ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tools.expression.expression_responses import Floats
from tools.genes.matrices import unit_rows
from tools.responses.annotation import Annotation

WIDEST = 512
"""Numbers of a random vector at most: sources of sets and words have tens of thousands, which would add nothing."""


def random_vectors(known: Annotation, rng: np.random.Generator) -> Annotation:
    """As many sources, genes and dimensions, all of them normal random numbers.

    Args:
        known: The real vectors.
        rng: What chance comes from.
    """
    return replace(known, sources={
        name: _random(len(known.genes), min(matrix.shape[1], WIDEST), rng) for name, matrix in known.sources.items()
    })  # fmt: skip


def _random(genes: int, dimensions: int, rng: np.random.Generator) -> Floats:
    found: Floats = unit_rows(rng.standard_normal((genes, dimensions), dtype=np.float32))
    return found
