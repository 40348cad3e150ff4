"""The test of one gene: the difference of mean counts against its own skewed null distribution.

A mean of few counts is skewed to the right: by a normal tail, far more silent genes would be called raised than
should be. Null and alternative are therefore gamma distributions, shifted and scaled to the mean, variance and skewness
that negative-binomial counts give (Pearson's type III). sceptre fits a skewed normal for the same reason (Barry et al.
2024, Genome Biology 25:124).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.design.detection import Floats

_LEAST_SKEW = 1e-4
"""Below this a gamma distribution is normal, and its shape too large a number."""


@dataclass(frozen=True, eq=False)
class Skewed:
    """Distributions by their first three moments, one for each gene, shape (genes,).

    Attributes:
        mean: Means.
        sd: Standard deviations.
        skew: Skewness.
    """

    mean: Floats
    sd: Floats
    skew: Floats

    def above(self, value: Floats) -> Floats:
        """Probability of a larger value.

        Args:
            value: One for each.
        """
        return self._tails(value)[1]

    def below(self, value: Floats) -> Floats:
        """Probability of a smaller value.

        Args:
            value: One for each.
        """
        return self._tails(value)[0]

    def bounds(self, tail: float) -> tuple[Floats, Floats]:
        """Values below and above which lies the probability `tail` each.

        Args:
            tail: Of one side.
        """
        from scipy.special import gammainccinv, gammaincinv

        shape, sign = self._shape()
        short, long = ((of(shape, tail) - shape) / np.sqrt(shape) for of in (gammaincinv, gammainccinv))
        low, high = np.where(sign > 0, short, -long), np.where(sign > 0, long, -short)
        return self.mean + self.sd * low, self.mean + self.sd * high

    def _shape(self) -> tuple[Floats, Floats]:
        size = np.maximum(np.abs(self.skew), _LEAST_SKEW)
        return 4 / size**2, np.where(self.skew < 0, -1.0, 1.0)

    def _tails(self, value: Floats) -> tuple[Floats, Floats]:
        from scipy.special import gammainc, gammaincc

        shape, sign = self._shape()
        place = np.maximum(shape + sign * (value - self.mean) / self.sd * np.sqrt(shape), 0.0)
        lower, upper = gammainc(shape, place), gammaincc(shape, place)
        return np.where(sign > 0, lower, upper), np.where(sign > 0, upper, lower)


def difference(mean: Floats, dispersion: Floats, fold: float, working: float, cells: float, controls: float) -> Skewed:
    """Distribution of the difference of mean counts, perturbed cells less controls.

    Args:
        mean: Mean counts of controls, shape (genes,).
        dispersion: φ, shape (genes,).
        fold: How many times as much a responding gene shows.
        working: Share of the cells in which the perturbation works.
        cells: Perturbed cells.
        controls: Control cells.
    """
    null = _raw_moments(mean, dispersion)
    moved = _raw_moments(mean * fold, dispersion)
    mixed = [working * a + (1 - working) * b for a, b in zip(moved, null, strict=True)]
    (m1, v1, t1), (m0, v0, t0) = _central(*mixed), _central(*null)
    variance = v1 / cells + v0 / controls
    third = t1 / cells**2 - t0 / controls**2
    return Skewed(m1 - m0, np.sqrt(variance), third / variance**1.5)


def _raw_moments(mean: Floats, dispersion: Floats) -> list[Floats]:
    """First three moments about zero of negative-binomial counts."""
    variance = mean + dispersion * mean**2
    third = variance * (1 + 2 * dispersion * mean)
    return [mean, variance + mean**2, third + 3 * mean * variance + mean**3]


def _central(first: Floats, second: Floats, third: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and third central moment."""
    return first, second - first**2, third - 3 * first * second + 2 * first**3
