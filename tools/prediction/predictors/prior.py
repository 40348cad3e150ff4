"""Prior: what other studies' screens and the question teach, before any round."""

from __future__ import annotations

from tools.prediction.predictors._blend import Blend


class Prior(Blend):
    """The blend without the rounds: it ranks by other screens and the question alone."""

    def __init__(self) -> None:
        super().__init__(use_rounds=False)


METHOD = Prior
