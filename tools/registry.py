"""Families of interchangeable methods: a method's name is its file's name.

Names are listed without importing anything, so that a help text costs nothing.
"""

from __future__ import annotations

import importlib
import importlib.resources
from typing import Literal

from db.errors import NotFoundError, did_you_mean

Family = Literal[
    "readers", "loaders", "features", "predictors", "acquisitions", "metrics", "response_predictors",
    "expression_predictors", "expression_metrics", "cell_vectors", "cell_heads",
]  # fmt: skip
FAMILIES: dict[Family, str] = {
    "readers": "screens.readers",
    "loaders": "packs.loaders",
    "features": "prediction.features",
    "predictors": "prediction.predictors",
    "acquisitions": "prediction.acquisitions",
    "metrics": "replays.metrics",
    "response_predictors": "responses.predictors",
    "expression_predictors": "expression.predictors",
    "expression_metrics": "expression.metrics",
    "cell_vectors": "cells.vectors",
    "cell_heads": "cells.heads",
}
"""Family → its folder below this one, with dots."""


def names(family: Family) -> list[str]:
    """The methods of a family, in alphabetical order.

    Args:
        family: One of `FAMILIES`.
    """
    folder = importlib.resources.files(__package__).joinpath(*FAMILIES[family].split("."))
    files = (entry.name for entry in folder.iterdir())
    stems = (name.removesuffix(".py") for name in files if name.endswith(".py"))
    return sorted(stem for stem in stems if stem != "base" and not stem.startswith("_"))


def load(family: Family, name: str) -> type:
    """The class of one method.

    Args:
        family: One of `FAMILIES`.
        name: Name of the method.

    Raises:
        NotFoundError: The family has no such method; near names are given.
    """
    known = names(family)
    if name not in known:
        hint = f"{did_you_mean(name, known)} There are: {', '.join(known)}."
        raise NotFoundError(f"There is no {family.removesuffix('s')} {name!r}.", hint.strip())
    method: type = importlib.import_module(f".{FAMILIES[family]}.{name}", __package__).METHOD
    return method
