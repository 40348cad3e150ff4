"""Rows that are learnt from: one for each perturbation and context, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.errors import InvalidValueError
from db.genes.perturbation_names import genes_among
from tools.expression.expression_responses import VERSION as RESPONSES
from tools.expression.expression_responses import ExpressionResponses, Floats, group_means
from tools.expression.gene_folds import VERSION as GENE_FOLDS
from tools.expression.gene_folds import Places, gene_folds

VERSION = ("_measured 2", *GENE_FOLDS, *RESPONSES)
SHRINK = 3.0
"""Perturbations whose weight the mean over all contexts has in the mean of one."""
FEWEST = 4
"""Perturbations below which there is nothing to learn likeness from."""
FOLDS, FEW_GENES = 10, 60
"""Folds; up to so many genes each is left out by itself, as a tenth of them tells too little."""


@dataclass(frozen=True)
class Measured:
    """Means over replicates, and how each differs from the mean of its context.

    Attributes:
        perturbations: Name of the perturbation of each row, n.
        contexts: Context of each row, n.
        readouts: Symbols of the readout genes, m.
        known: Every context, sorted.
        means: What perturbations do on average, contexts × m.
        residuals: What each does beyond that, n × m.
    """

    perturbations: npt.NDArray[np.object_]
    contexts: npt.NDArray[np.object_]
    readouts: pd.Index[str]
    known: tuple[str, ...]
    means: Floats
    residuals: Floats

    @classmethod
    def of(cls, responses: ExpressionResponses) -> Measured:
        """The rows of some responses.

        Args:
            responses: What was measured.

        Raises:
            InvalidValueError: There are too few perturbations.
        """
        keys = pd.MultiIndex.from_frame(responses.rows[["perturbation", "context"]])
        codes, found = pd.factorize(keys, sort=True)
        perturbations, contexts = (found.get_level_values(level).to_numpy(object) for level in (0, 1))
        if (count := len(set(perturbations))) < FEWEST:
            raise InvalidValueError(
                f"{responses.name} has responses to {count} perturbations only.",
                f"Give at least {FEWEST}: what an unseen gene does is told from genes that are like it.",
            )
        estimates = group_means(responses.estimates, codes, len(found))
        known = tuple(sorted(set(contexts)))
        means = _context_means(estimates, perturbations, contexts, known)
        residuals = estimates - means[[known.index(one) for one in contexts]]
        return cls(perturbations, contexts, responses.readouts, known, means, np.nan_to_num(residuals))

    def mean(self, context: str) -> Floats:
        """What perturbations do on average in a context, m; over all contexts where empty.

        Args:
            context: Its name.

        Raises:
            InvalidValueError: There is no such context.
        """
        found: Floats = self.means[self._place(context)] if context else self.means.mean(axis=0)
        return found

    def same_context(self, context: str) -> npt.NDArray[np.float64]:
        """Which rows are of a context, n; where empty how large a share of all contexts each row's context is.

        Args:
            context: Its name.

        Raises:
            InvalidValueError: There is no such context.
        """
        if not context:
            return np.full(len(self.contexts), 1 / len(self.known))
        self._place(context)
        return np.asarray(self.contexts == context, dtype=float)

    def folds(self, rng: np.random.Generator) -> Iterator[tuple[Places, Places]]:
        """Rows to learn from and rows to try on, which share no gene; every row is tried on once."""
        genes = len(genes_among(self.perturbations))
        return gene_folds(self.perturbations, genes if genes <= FEW_GENES else FOLDS, rng)

    def _place(self, context: str) -> int:
        if context not in self.known:
            raise InvalidValueError(
                f"There is no context {context!r} in what was learnt from.", f"There are: {', '.join(self.known)}."
            )
        return self.known.index(context)


def _context_means(
    estimates: Floats, perturbations: npt.NDArray[Any], contexts: npt.NDArray[Any], known: tuple[str, ...]
) -> Floats:
    """(sum over a context's rows + `SHRINK` · overall mean) / (rows + `SHRINK`), contexts × m.

    Every perturbation counts once in the overall mean, in however many contexts it was measured.
    """
    each = group_means(estimates, pd.factorize(perturbations)[0], len(set(perturbations)))
    overall = np.nan_to_num(group_means(each, np.zeros(len(each), dtype=int), 1)[0])
    places = np.array([known.index(one) for one in contexts])
    there = np.isfinite(estimates)
    sums, rows = np.zeros((2, len(known), estimates.shape[1]), dtype=np.float32)
    np.add.at(sums, places, np.where(there, estimates, 0))
    np.add.at(rows, places, there)
    return np.asarray((sums + SHRINK * overall) / (rows + SHRINK), dtype=np.float32)
