"""Which genes of a finished screen are candidates in a replay, and which hits its headline counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import pandas as pd

from db.acts import act, option
from db.errors import InvalidValueError
from tools.replays.found import Kind
from tools.replays.target import SPECIFIC, ReplayTarget

Pool = Literal["specific", "nonessential", "all"]
LEFT_OUT: Mapping[Pool, tuple[str, str]] = {
    "specific": ("fitness", SPECIFIC), "nonessential": ("essential", "essential_only"),
}  # fmt: skip
"""Pool → the column of the target's table that says which genes are out of it, and what is missing without the list."""
COUNTED: Mapping[Pool, Kind] = {"specific": "specific", "nonessential": "nonessential", "all": "nonessential"}
"""Pool → which hits log enrichment is of."""


def has_hits(target: ReplayTarget, pool: Pool) -> bool:
    """Whether a pool leaves a target any hit to find.

    Args:
        target: A finished screen.
        pool: As in `in_pool`.
    """
    table = target.table
    return bool((table["hit"] if pool == "all" else table["hit"] & ~table[LEFT_OUT[pool][0]]).any())


def require_list(pool: Pool, missing: Mapping[str, tuple[str, ...]], whose: str = "") -> None:
    """Makes sure that it is known which genes a pool leaves out.

    Args:
        pool: ``specific`` or ``nonessential``.
        missing: As `tools.replays.target.lacking_lists` gives it.
        whose: Whose pool it is, in words for the refusal.

    Raises:
        InvalidValueError: The list of those genes is not at hand.
    """
    column, needed = LEFT_OUT[pool]
    if packs := missing.get(needed):
        raise InvalidValueError(
            f"The {pool} pool{whose} needs the list of {column} genes.",
            f"{act('fetch', list(packs))} brings it; {option(pool='all')} does without.",
        )


def in_pool(target: ReplayTarget, pool: Pool) -> ReplayTarget:
    """The target with the genes that are no candidates out of its library.

    Args:
        target: A finished screen.
        pool: ``specific``, ``nonessential`` or ``all``.

    Raises:
        InvalidValueError: The list of those genes is not at hand, or no hit is left.
    """
    if pool == "all":
        return target
    require_list(pool, dict(target.missing), f" of {target.name}")
    column, _ = LEFT_OUT[pool]
    table: pd.DataFrame = target.table[~target.table[column]]
    if not has_hits(target, pool):
        raise InvalidValueError(
            f"All hits of {target.name} are {column} genes, so the {pool} pool has nothing to find.",
            f"{option(pool='all')} plays the whole library.",
        )
    return replace(target, table=table)
