"""Responses whose truth is planted: genes of one module do the same, and their vectors tell the module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from tools.expression.expression_responses import Cells, ExpressionResponses
from tools.genes.matrices import unit_rows
from tools.responses.annotation import Annotation

MODULES, READOUTS = 6, 40
GENES = tuple(f"P{number}" for number in range(36))


@dataclass(frozen=True)
class World:
    """What is planted.

    Attributes:
        responses: Two contexts, two replicates in the first.
        vectors: One dense source that tells the module, and one sparse one.
        truth: Gene → its effect in the first context.
    """

    responses: ExpressionResponses
    vectors: Annotation
    truth: Mapping[str, np.ndarray]


def world(seed: int = 0, *, noise: float = 0.3, cells: bool = False) -> World:
    """Makes one; the truth is the same for every seed."""
    truth, rng = np.random.default_rng(100), np.random.default_rng(seed)
    effects = truth.normal(0, 1, (MODULES, READOUTS)) + truth.normal(0, 1, READOUTS)
    module = np.arange(len(GENES)) % MODULES
    rows, estimates = [], []
    for context, replicates, size in (("a", ("r1 x", "r2 x"), 1.0), ("b", ("r1 x",), 0.5)):
        for number, gene in enumerate(GENES):
            for replicate in replicates:
                rows.append((gene, context, replicate))
                estimates.append(size * effects[module[number]] + rng.normal(0, noise, READOUTS))
    frame = pd.DataFrame(rows, columns=["perturbation", "context", "replicate"])
    # The first readouts are perturbed genes themselves, as in real data.
    readouts = pd.Index([*GENES[:4], *(f"R{number}" for number in range(READOUTS - 4))], dtype=object)
    responses = ExpressionResponses("planted", frame, readouts, np.array(estimates, dtype=np.float32))
    known = ExpressionResponses("planted", frame, readouts, responses.estimates, _cells(rng, effects, module))
    return World(known if cells else responses, vectors(module, rng), dict(zip(GENES, effects[module], strict=True)))


def vectors(module: np.ndarray, rng: np.random.Generator) -> Annotation:
    dense = np.eye(MODULES)[module] + rng.normal(0, 0.1, (len(module), MODULES))
    sparse = csr_array(np.eye(MODULES, dtype=np.float32)[module])
    genes = pd.Index(GENES, dtype=object)
    order = np.argsort(genes.to_numpy())
    sources = {"dense": unit_rows(dense[order].astype(np.float32)), "sparse": sparse[order]}
    return Annotation({}, genes[order], sources, csr_array((len(genes), len(genes))), {})


def _cells(rng: np.random.Generator, effects: np.ndarray, module: np.ndarray) -> Cells:
    """Counts of 60 controls and 24 cells of each gene in context a, as log1p CP10k."""
    base = np.linspace(-1.0, 2.0, READOUTS)
    names = [""] * 60 + [gene for gene in GENES for _ in range(24)]
    of = dict(zip(GENES, module, strict=True))
    rates = np.array([np.exp(base + (0.4 * effects[of[name]] if name else 0)) for name in names])
    counts = rng.poisson(rates * rng.gamma(20, 0.05, (len(names), 1)))
    counts[:, 0] = 1
    scaled = np.log1p(counts / counts.sum(axis=1, keepdims=True) * 1e4)
    return Cells(scaled.astype(np.float32), np.array(names, object), np.full(len(names), "a", object))
