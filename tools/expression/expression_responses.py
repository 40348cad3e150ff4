"""What is learnt from: responses of many readout genes to many perturbations, and cells where they were measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.genes.perturbation_names import genes_in

VERSION = ("expression_responses 1",)
Floats: TypeAlias = npt.NDArray[np.float32]
LEAST_SHARE = 0.5
"""Share of pairs with a number below which a missing one means that nothing was found, as in ranked lists."""
CONTROL = ""
"""Perturbation of a cell that has none."""


@dataclass(frozen=True)
class Cells:
    """Single cells.

    Attributes:
        expression: Cells × readouts, normalised and logged.
        perturbations: Of each cell; `CONTROL` for a control.
        contexts: Of each cell.
    """

    expression: Floats
    perturbations: npt.NDArray[np.object_]
    contexts: npt.NDArray[np.object_]

    def of(self, chosen: npt.NDArray[Any]) -> Cells:
        """Those cells alone: a mask, or places."""
        return Cells(self.expression[chosen], self.perturbations[chosen], self.contexts[chosen])


@dataclass(frozen=True)
class ExpressionResponses:
    """Responses of all readout genes, one row for each time that a perturbation was measured.

    Attributes:
        name: Name of the data.
        rows: n rows in the order of `estimates`: columns perturbation (``A`` or ``A+B``), context (cells and their
            state) and replicate (allele, release: what sets two measurements of one perturbation in one context
            apart).
        readouts: Symbols of the readout genes, m.
        estimates: n × m, a difference from controls on a log scale; NaN where a readout was not measured.
        cells: The cells that the rows were computed from, or a sample of them; None for bulk.
    """

    name: str
    rows: pd.DataFrame
    readouts: pd.Index[str]
    estimates: Floats
    cells: Cells | None = None

    @property
    def genes(self) -> list[str]:
        """Every gene that is a target in some row, sorted."""
        return sorted({gene for name in self.rows["perturbation"].unique() for gene in genes_in(name)})

    @property
    def contexts(self) -> list[str]:
        """Every context, sorted."""
        return sorted(self.rows["context"].unique())

    def without(self, genes: Sequence[str]) -> ExpressionResponses:
        """Everything in which none of these genes is a target: in no context, replicate, pair or cell.

        Args:
            genes: Symbols.
        """
        hidden = set(genes)
        kept = np.array([hidden.isdisjoint(genes_in(name)) for name in self.rows["perturbation"]], dtype=bool)
        return replace(
            self,
            rows=self.rows[kept].reset_index(drop=True),
            estimates=self.estimates[kept],
            cells=None if self.cells is None else self.cells.of(_free(self.cells, hidden)),
        )

    def among(self, places: npt.NDArray[np.intp]) -> ExpressionResponses:
        """The same of some readout genes alone.

        Args:
            places: Their places in `readouts`.
        """
        cells = self.cells and replace(self.cells, expression=self.cells.expression[:, places])
        return replace(self, readouts=self.readouts[places], estimates=self.estimates[:, places], cells=cells)


def common_readouts(readouts: Sequence[Iterable[str]]) -> pd.Index[str]:
    """The readout genes that several measurements have, each once, in the order of the first.

    Args:
        readouts: Symbols of each.
    """
    common = set.intersection(*map(set, readouts))
    return pd.Index([symbol for symbol in dict.fromkeys(readouts[0]) if symbol in common], dtype=object)


def group_means(estimates: Floats, codes: npt.NDArray[Any], count: int) -> Floats:
    """Means over the rows of each group, without what is missing; NaN where all is.

    Args:
        estimates: n × m.
        codes: Group of each row, n.
        count: How many groups there are.

    Returns:
        Groups × m.
    """
    from scipy.sparse import csr_array

    groups = csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(count, len(codes)))
    there = np.isfinite(estimates)
    with np.errstate(invalid="ignore"):
        found = (groups @ np.where(there, estimates, 0)) / (groups @ there.astype(np.float32))
    return np.asarray(found, dtype=np.float32)


def _free(cells: Cells, hidden: set[str]) -> npt.NDArray[np.bool_]:
    """Cells in which none of the hidden genes is a target."""
    free = {name: name == CONTROL or hidden.isdisjoint(genes_in(name)) for name in set(cells.perturbations)}
    return np.array([free[name] for name in cells.perturbations], dtype=bool)
