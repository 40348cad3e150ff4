"""Gaussian-process regression of revealed effects on what is known of the genes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from tools.prediction.design import Design
from tools.screens.strength import mean_ranks

Vector = npt.NDArray[np.floating[Any]]
Matrix = npt.NDArray[np.floating[Any]]

WEIGHTS = {"gene_sets": 1.0, "string_neighbours": 1.0, "coessentiality": 0.7, "text_embedding": 0.5}
"""How much a likeness of each kind counts; of those that have a frame, the mean is taken."""
EMBEDDINGS = tuple(WEIGHTS)
"""Sources of many columns that mean nothing each by itself."""
LINEAR = 0.1
PRIOR = 0.3
NOISE = 0.35
MOST_REVEALED = 3000
"""Beyond this many revealed effects (a whole measured library, say) the strongest and an even sample are used."""


@dataclass(frozen=True)
class Regression:
    """What the revealed effects say, over candidates and revealed alike.

    Attributes:
        mean: Expected rank of the effect among the revealed, centred, shape (n,).
        sd: Standard deviation of that, shape (n,).
        left_out: For each revealed, its mean as predicted without its own effect, shape (m,).
        explained: Share of the variance that the revealed take away, 0 to 1, shape (n,).
    """

    mean: Vector
    sd: Vector
    left_out: Vector
    explained: Vector


class Covariance:
    """Covariance of every gene of a table with those whose effects are revealed, each column computed once.

    The covariance of two genes is the weighted mean over embeddings of the squared positive part of their cosine, plus
    `LINEAR` times that of the remaining features. A round adds its own columns to those of the rounds before.

    Args:
        table: Features.
    """

    def __init__(self, table: Design) -> None:
        self._table = table
        self._shares = _shares(table)
        self._places: dict[int, int] = {}
        self._columns = np.zeros((len(table.names), 0), np.float32)

    def columns(self, revealed: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        """Covariance of all genes with some, shape (genes of the table, m).

        Args:
            revealed: Their rows in the table, shape (m,), none of them −1.
        """
        fresh = np.array([row for row in dict.fromkeys(revealed.tolist()) if row not in self._places], dtype=np.intp)
        if len(fresh):
            self._places |= {int(row): len(self._places) + i for i, row in enumerate(fresh)}
            self._columns = np.hstack([self._columns, self._computed(fresh)])
        places = [self._places[row] for row in revealed.tolist()]
        whole = places == list(range(self._columns.shape[1]))
        return self._columns if whole else self._columns[:, places]

    def _computed(self, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        sum_of = np.zeros((len(self._table.names), len(rows)), np.float32)
        for name, share in self._shares.items():
            unit = self._table.unit[name]
            cosine = unit @ unit[rows].T
            np.maximum(cosine, 0.0, out=cosine)
            cosine *= cosine
            cosine *= np.float32(share)
            sum_of += cosine
        if self._rest.shape[1]:
            sum_of += np.float32(LINEAR) * (self._rest @ self._rest[rows].T)
        return sum_of

    @cached_property
    def _rest(self) -> npt.NDArray[np.float32]:
        return _rest(self._table)

    @cached_property
    def own(self) -> npt.NDArray[np.float64]:
        """Covariance of each gene with itself, shape (genes of the table,)."""
        own = np.zeros(len(self._table.names))
        for name, share in self._shares.items():
            own += share * (self._table.unit[name] ** 2).sum(axis=1, dtype=float) ** 2
        return np.asarray(own + LINEAR * (self._rest**2).sum(axis=1, dtype=float), dtype=np.float64)


def regress(
    covariance: Covariance,
    rows: npt.NDArray[np.intp],
    offset: Vector,
    kinds: Matrix,
    strengths: Vector,
    power: float,
) -> Regression:
    """Learns from the revealed effects.

    Observations are y = (rank / m)^power, centred. With k the covariance and β the prior mean (`offset`), the
    posterior mean is β + k(·, X)(k(X, X) + `NOISE`·I)⁻¹(y − β(X)) (Rasmussen and Williams 2006, 2.25–2.26), and the
    left-out mean of a revealed effect is y − [K⁻¹(y − β)]ᵢ / [K⁻¹]ᵢᵢ (5.12). The covariance of two genes is that of
    `Covariance` plus `PRIOR` times the product of what each kind of evidence said of them beforehand: so the results
    tell which kind is to be believed here.

    Args:
        covariance: Of the genes of a table.
        rows: Row of each candidate, then of each revealed, in the table; −1 where not known.
        offset: Prior mean of each, in rank units.
        kinds: What each kind of evidence said beforehand, standardised, shape (candidates and revealed, kinds).
        strengths: Strengths of the revealed, shape (m,).
        power: Exponent of the ranks.
    """
    first = len(rows) - len(strengths)
    usable = np.flatnonzero(rows[first:] >= 0)
    if len(usable) < 2:
        return Regression(offset.copy(), np.full(len(rows), 0.3), offset[first:].copy(), np.zeros(len(rows)))
    usable = _sample(usable, strengths)
    y = (mean_ranks(strengths[usable]) / len(usable)) ** power
    y = y - y.mean()
    revealed = first + usable
    known = rows >= 0
    cross = covariance.columns(rows[revealed])[np.maximum(rows, 0)]
    cross += (PRIOR * kinds @ kinds[revealed].T).astype(np.float32)
    cross[~known] = 0.0
    own = cross[revealed].astype(float) + NOISE * np.eye(len(usable))
    residual = y - (offset[revealed] - offset[revealed].mean())
    # The positive part of a cosine is no covariance where embeddings have few dimensions and many genes are revealed:
    # the matrix may be indefinite, so that Cholesky's factor, which would cost as much here, may not be there.
    inverse = np.linalg.inv(own)
    weights = inverse @ residual
    shift = cross @ weights
    own_variance = np.where(known, covariance.own[np.maximum(rows, 0)] + PRIOR * (kinds**2).sum(axis=1), 1.0)
    taken = np.einsum("ij,ij->i", cross @ inverse.astype(np.float32), cross)
    variance = np.maximum(own_variance - taken, 0.0)
    unit = float(y.var()) / (1 + NOISE)
    mean = offset + shift
    left_out, spread = mean[first:].copy(), np.diag(inverse)
    # The mean as it would be without the effect itself: subtract what its own residual contributed.
    left_out[usable] = offset[revealed] + residual - weights / spread
    explained = np.where(known, taken / np.maximum(own_variance, 1e-9), 0.0)
    return Regression(mean, np.sqrt(variance * unit), left_out, np.clip(explained, 0.0, 1.0))


def _sample(usable: npt.NDArray[np.intp], strengths: Vector) -> npt.NDArray[np.intp]:
    """At most `MOST_REVEALED`: the strongest third, and an even sample down the ranking of the rest."""
    if len(usable) <= MOST_REVEALED:
        return usable
    order = usable[np.argsort(-strengths[usable], kind="stable")]
    top = order[: MOST_REVEALED // 3]
    rest = order[MOST_REVEALED // 3 :]
    even = rest[np.linspace(0, len(rest) - 1, MOST_REVEALED - len(top)).astype(int)]
    return np.sort(np.concatenate([top, even]))


def _shares(table: Design) -> dict[str, float]:
    """How much each embedding that has a frame counts; together 1."""
    present = {name: WEIGHTS[name] for name in table.embeddings if name in WEIGHTS}
    return {name: weight / sum(present.values()) for name, weight in present.items()}


def _rest(table: Design) -> npt.NDArray[np.float32]:
    """The features that are no embedding, scaled so that a typical gene has unit length."""
    columns = [table.values[:, block] for name, block in table.blocks.items() if name not in EMBEDDINGS]
    joined = np.hstack([*columns, np.zeros((len(table.names), 0), np.float32)])
    return np.asarray(joined / np.sqrt(max(joined.shape[1], 1)), dtype=np.float32)
