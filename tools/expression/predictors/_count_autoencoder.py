"""A variational autoencoder of counts: cells as points of a few dimensions, and counts drawn from such points."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tools.expression.expression_responses import Floats

VERSION = ("_count_autoencoder 1",)
DIMENSIONS, HIDDEN = 16, 64
STEPS, AT_ONCE, SIZE = 1_500, 128, 3e-3
WHOLE = 0.02
"""How far the smallest amount of a cell may be off a whole number of others, on average, for amounts to be counts."""
Weights = dict[str, Floats]


def counts_of(expression: Floats) -> tuple[Floats, Floats] | None:
    """Counts, n × m, and the normalised amount that one count is worth in each cell, n; None where there are none.

    log1p of counts that were scaled cell by cell gives them back: the smallest amount of a cell is one count.

    Args:
        expression: Logged amounts, n × m.
    """
    amounts = np.expm1(expression)
    if amounts.min() < 0:
        return None
    unit = np.where(amounts > 0, amounts, np.inf).min(axis=1)
    unit = np.where(np.isfinite(unit), unit, 1).astype(np.float32)
    counts = amounts / unit[:, None]
    whole = np.round(counts)
    shown = counts > 0
    if not shown.any() or np.abs(counts - whole)[shown].mean() > WHOLE:
        return None
    return whole.astype(np.float32), unit


@dataclass(frozen=True)
class CountAutoencoder:
    """Encoder log1p(counts) → tanh → mean and log sd of z, and decoder p = softmax(o + z W) (Kingma and Welling 2014).

    Counts are multinomial with p in training; what they vary beyond that is a negative binomial's dispersion, fitted
    by moments. It is trained by Adam on the evidence lower bound.

    Attributes:
        weights: a (m × h), b (h), c (h × 2d), e (2d), w (d × m), o (m).
        dispersion: 1/θ of each readout, m: the variance is μ + μ²/θ.
    """

    weights: Weights = field(repr=False)
    dispersion: Floats = field(repr=False)

    @classmethod
    def of(cls, counts: Floats, rng: np.random.Generator) -> CountAutoencoder:
        """Trains it.

        Args:
            counts: Cells × readouts.
            rng: Of the first weights, the cells of each step, and the noise of z.
        """
        weights = _first_weights(counts, rng)
        moments = {name: (np.zeros_like(one), np.zeros_like(one)) for name, one in weights.items()}
        for step in range(1, STEPS + 1):
            rows = rng.integers(len(counts), size=AT_ONCE)
            _adam(weights, _gradients(weights, counts[rows], rng), moments, step)
        found = cls(weights, np.zeros(counts.shape[1], dtype=np.float32))
        expected = found.shares(found.encode(counts)[0]) * counts.sum(axis=1, keepdims=True)
        beyond = ((counts - expected) ** 2 - expected).sum(axis=0) / np.maximum((expected**2).sum(axis=0), 1e-9)
        return cls(weights, np.clip(beyond, 0, 10).astype(np.float32))

    def encode(self, counts: Floats) -> tuple[Floats, Floats]:
        """Mean and sd of z for each cell, n × d each.

        Args:
            counts: n × m.
        """
        hidden = np.tanh(_scaled(counts) @ self.weights["a"] + self.weights["b"])
        both = hidden @ self.weights["c"] + self.weights["e"]
        return both[:, :DIMENSIONS], np.exp(np.clip(both[:, DIMENSIONS:], -6, 2))

    def shares(self, z: Floats) -> Floats:
        """Expected share of each readout in a cell's counts, n × m.

        Args:
            z: n × d.
        """
        return _softmax(self.weights["o"] + z @ self.weights["w"])

    def draw(self, z: Floats, depth: Floats, rng: np.random.Generator) -> Floats:
        """Counts, n × m.

        Args:
            z: n × d.
            depth: Counts of each cell in all, n.
            rng: What chance comes from.
        """
        expected = self.shares(z) * depth[:, None]
        spread = np.maximum(self.dispersion, 1e-6)
        return rng.poisson(expected * rng.gamma(1 / spread, spread, size=expected.shape)).astype(np.float32)


def _scaled(counts: Floats) -> Floats:
    return np.asarray(np.log1p(counts * (1e3 / np.maximum(counts.sum(axis=1, keepdims=True), 1))), dtype=np.float32)


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _first_weights(counts: Floats, rng: np.random.Generator) -> Weights:
    readouts = counts.shape[1]

    def normal(rows: int, columns: int, scale: float) -> Floats:
        return (scale * rng.standard_normal((rows, columns))).astype(np.float32)

    shares = (counts.sum(axis=0) + 0.5) / (counts.sum() + 0.5 * readouts)
    return {
        "a": normal(readouts, HIDDEN, readouts**-0.5), "b": np.zeros(HIDDEN, dtype=np.float32),
        "c": normal(HIDDEN, 2 * DIMENSIONS, HIDDEN**-0.5), "e": np.zeros(2 * DIMENSIONS, dtype=np.float32),
        "w": normal(DIMENSIONS, readouts, 0.1), "o": np.log(shares).astype(np.float32),
    }  # fmt: skip


def _gradients(weights: Weights, counts: Floats, rng: np.random.Generator) -> Weights:
    """Of minus the evidence lower bound, per cell: reconstruction + KL(q(z | x) ‖ N(0, 1))."""
    entered, count = _scaled(counts), np.float32(len(counts))
    hidden = np.tanh(entered @ weights["a"] + weights["b"])
    both = hidden @ weights["c"] + weights["e"]
    mean, log_sd = both[:, :DIMENSIONS], np.clip(both[:, DIMENSIONS:], -6, 2)
    sd, noise = np.exp(log_sd), rng.standard_normal(mean.shape).astype(np.float32)
    z = mean + sd * noise
    off = (counts.sum(axis=1, keepdims=True) * _softmax(weights["o"] + z @ weights["w"]) - counts) / count
    to_z = off @ weights["w"].T
    to_both = np.hstack([to_z + mean / count, to_z * sd * noise + (sd**2 - 1) / count])
    to_hidden = (to_both @ weights["c"].T) * (1 - hidden**2)
    return {
        "a": entered.T @ to_hidden, "b": to_hidden.sum(axis=0), "c": hidden.T @ to_both, "e": to_both.sum(axis=0),
        "w": z.T @ off, "o": off.sum(axis=0),
    }  # fmt: skip


def _adam(weights: Weights, gradients: Weights, moments: dict[str, tuple[Floats, Floats]], step: int) -> None:
    """One step of Kingma and Ba 2015, in place."""
    for name, gradient in gradients.items():
        first, second = moments[name]
        first += 0.1 * (gradient - first)
        second += 0.001 * (gradient**2 - second)
        size = SIZE * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        weights[name] -= (size * first / (np.sqrt(second) + 1e-8)).astype(np.float32)
