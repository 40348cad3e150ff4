"""Blend: a prior learnt from other screens, corrected by a Gaussian process on the rounds so far."""

from __future__ import annotations

from tools.prediction.predictors._blend import Blend as Blend

METHOD = Blend
