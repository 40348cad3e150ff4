"""Kernel: a Gaussian process on this campaign's own rounds."""

from __future__ import annotations

from tools.prediction.predictors._blend import Blend


class Kernel(Blend):
    """The blend without priors: the first round is drawn at random, later ones follow what resembles the hits."""

    def __init__(self) -> None:
        super().__init__(use_priors=False)


METHOD = Kernel
