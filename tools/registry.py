"""Families of interchangeable methods: a method's name is its file's name.

Names are listed without importing anything, so that a help text costs nothing.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.resources
from typing import Literal

from db.errors import NotFoundError

Family = Literal["readers", "loaders", "features", "predictors", "acquisitions", "metrics", "response_predictors"]


def names(family: Family) -> list[str]:
    """The methods of a family, in alphabetical order.

    Args:
        family: Name of the folder below ``tools``.
    """
    files = (entry.name for entry in (importlib.resources.files("tools") / family).iterdir())
    stems = (name.removesuffix(".py") for name in files if name.endswith(".py"))
    return sorted(stem for stem in stems if stem != "base" and not stem.startswith("_"))


def load(family: Family, name: str) -> type:
    """The class of one method.

    Args:
        family: Name of the folder below ``tools``.
        name: Name of the method.

    Raises:
        NotFoundError: The family has no such method; near names are given.
    """
    known = names(family)
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise NotFoundError(
            f"There is no {family.removesuffix('s')} {name!r}.", f"{hint}There are: {', '.join(known)}."
        )
    method: type = importlib.import_module(f"tools.{family}.{name}").METHOD
    return method
