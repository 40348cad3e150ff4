"""What a reference says of itself: its own cells named while held out, so that beliefs become probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tools.cells.annotation.likeness import Likeness
from tools.cells.fitting import fitted, folds, recoded
from tools.cells.reading import Texts
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes

MOST_CELLS, LEAST_BELIEF = 6_000, 1e-6
SHARPEST, FLATTEST = -3.0, 3.0
"""Log2 of the temperatures that are tried."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The reference's own cells, each named by a fit that did not see it.

    Attributes:
        codes: What they are, n.
        beliefs: What was believed, n × labels; a label that the fit did not know is 0.
        like: How like the label that was given, of n cells.
    """

    codes: Codes
    beliefs: Floats
    like: Likeness

    @property
    def accuracy(self) -> float:
        """Share that was named right."""
        return float((self.beliefs.argmax(axis=1) == self.codes).mean())

    def temperature(self) -> float:
        """T by which beliefs^(1/T), summing to one again, have the least log loss on these cells."""
        from scipy.optimize import minimize_scalar

        def loss(log2: float) -> float:
            told = tempered(self.beliefs, 2.0**log2)[np.arange(len(self.codes)), self.codes]
            return float(-np.log(np.maximum(told, LEAST_BELIEF)).mean())

        return float(2.0 ** minimize_scalar(loss, bounds=(SHARPEST, FLATTEST), method="bounded").x)


def held_out(
    reference: csr_matrix, codes: Codes, donors: Texts, genes: Floats, methods: tuple[str, str],
    rng: np.random.Generator, *, own_scale: bool, report: Callable[[float], None] = lambda _: None,
) -> HeldOut:  # fmt: skip
    """Names the cells of a reference in turn, as those of another file would be.

    Args:
        reference: Cells × genes.
        codes: Number of each cell's label.
        donors: Of each cell; a donor is held out at a time where there are several.
        genes: Vectors of the genes.
        methods: Names of the vectors and of the head.
        rng: Draws the cells, where there are more than `MOST_CELLS`, and the folds.
        own_scale: Whether held-out cells are scaled by themselves.
        report: Called with the number of folds that are done.
    """
    taken = np.sort(rng.permutation(len(codes))[:MOST_CELLS])
    own, kinds = codes[taken], int(codes.max()) + 1
    beliefs = np.zeros((len(taken), kinds), dtype=np.float32)
    like, agreed = (np.full(len(taken), np.nan, dtype=np.float32) for _ in range(2))
    for number, (learnt, left) in enumerate(folds(own, donors[taken], rng)):
        report(number)
        known, there = recoded(own[learnt])
        fit = fitted(reference[taken[learnt]], known, genes, *methods, own_scale=own_scale)
        others = reference[taken[left]]
        told, vectors, near = fit.told(others[:, fit.vectors.places], own_scale=own_scale)
        beliefs[np.ix_(left, there)], given = told, told.argmax(axis=1)
        both = Likeness.of(
            fit, vectors, reference[taken[learnt]], known, others, given, near, own_scale=own_scale
        )  # fmt: skip
        like[left], agreed[left] = both.likeness, both.agreement
    asked = np.isfinite(like)
    return HeldOut(own[asked], beliefs[asked], Likeness(like, agreed).of_cells(asked))


def tempered(beliefs: Floats, temperature: float) -> npt.NDArray[np.float64]:
    """Beliefs made sharper or flatter; each row sums to one.

    Args:
        beliefs: Cells × labels.
        temperature: Above one makes them flatter.
    """
    powered = np.maximum(beliefs.astype(np.float64), 0.0) ** (1.0 / temperature)
    return np.asarray(powered / np.maximum(powered.sum(axis=1, keepdims=True), 1e-300))
