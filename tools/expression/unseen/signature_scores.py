"""How far perturbations push expression toward a signature: scores of measured and of predicted profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.errors import RefusedFileError
from db.genes.perturbation_names import genes_in
from tools.expression.expression_responses import Floats
from tools.expression.signatures import Signature

VERSION = ("signature_scores 1",)
FEWEST_GENES = 3
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """What turns profiles into scores.

    A profile's raw score is the mean of sign · change / spread over the signature's genes, the perturbed ones left out;
    a score is the raw one less that of the average measured perturbation, in standard deviations over measured ones.

    Attributes:
        readouts: Symbols of the readout genes.
        weights: sign / spread of each readout gene, 0 for those that are not in the signature.
        centre: Raw score of the average measured perturbation.
        spread: Standard deviation of measured raw scores.
    """

    readouts: pd.Index[str]
    weights: Numbers
    centre: float = 0.0
    spread: float = 1.0

    @property
    def used(self) -> int:
        """How many genes of the signature count."""
        return int(np.count_nonzero(self.weights))

    def scores(self, perturbations: Sequence[str], profiles: Floats) -> Numbers:
        """Scores of some profiles, shape (n,); NaN where no gene of the signature is left.

        Args:
            perturbations: Name of each.
            profiles: n × readout genes.
        """
        places = np.flatnonzero(self.weights)
        parts = profiles[:, places] * self.weights[places]
        there = np.isfinite(parts)
        at = {symbol: column for column, symbol in enumerate(self.readouts[places])}
        for row, name in enumerate(perturbations):
            for gene in genes_in(str(name)):
                if gene in at:
                    there[row, at[gene]] = False
        counts = there.sum(axis=1)
        raw = np.where(there, parts, 0).sum(axis=1) / np.maximum(counts, 1)
        return np.where(counts > 0, (raw - self.centre) / self.spread, np.nan)


def scale_of(
    signature: Signature, readouts: pd.Index[str], contexts: Sequence[str], perturbations: Sequence[str],
    measured: Floats,
) -> Scale:  # fmt: skip
    """The scale of a signature, from what was measured.

    Args:
        signature: Genes with signs.
        readouts: Symbols of the readout genes, m.
        contexts: Context of each measured row, n.
        perturbations: Perturbation of each measured row, n.
        measured: Changes, n × m.

    Raises:
        RefusedFileError: Fewer than three of its genes are readout genes whose changes vary.
    """
    spreads = _spreads(measured, np.asarray(contexts, dtype=object))
    signs = np.array([signature.signs.get(str(symbol), 0) for symbol in readouts], dtype=float)
    weights = np.divide(signs, spreads, out=np.zeros(len(signs)), where=spreads > 0)
    bare = Scale(readouts, weights)
    if bare.used < FEWEST_GENES:
        raise RefusedFileError(
            f"{bare.used} of the {len(signature.signs)} genes of the signature {signature.name} are readout genes that"
            f" change in what is learnt from; {FEWEST_GENES} are needed.",
            "Give another signature, or learn from tables that measure its genes.",
        )
    raw = bare.scores(perturbations, measured)
    known = raw[np.isfinite(raw)]
    return Scale(readouts, weights, float(known.mean()), float(known.std()) or 1.0)


def _spreads(measured: Floats, contexts: npt.NDArray[Any]) -> Numbers:
    """Standard deviation of each readout gene over perturbations, about the mean of its context."""
    squares, counts = np.zeros((2, measured.shape[1]))
    for context in set(contexts):
        rows = measured[contexts == context]
        there = np.isfinite(rows)
        number = there.sum(axis=0)
        means = np.where(there, rows, 0).sum(axis=0) / np.maximum(number, 1)
        squares += (np.where(there, rows - means, 0) ** 2).sum(axis=0)
        counts += np.maximum(number - 1, 0)
    return np.sqrt(squares / np.maximum(counts, 1))


def by_perturbation(perturbations: Sequence[str], scores: Numbers) -> pd.Series[float]:
    """Mean score of each perturbation over its contexts.

    Args:
        perturbations: Name of each score.
        scores: One for each row.
    """
    return pd.Series(scores, index=pd.Index(list(perturbations), dtype=object)).groupby(level=0).mean()
