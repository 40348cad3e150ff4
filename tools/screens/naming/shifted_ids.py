"""Symbols and identifiers that are of different genes: the sign of a column that has slipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.acts import COLUMN, option
from db.errors import RefusedFileError
from db.genes.names import GeneNames
from db.genes.resolutions import Resolution

MOST = 0.5
"""Above this share of the rows that have both, symbols and identifiers belong to different rows."""


def refuse_shifted(resolved: Mapping[Any, Sequence[Resolution]], names: GeneNames, file_name: str) -> tuple[str, ...]:
    """Refuses a file in which symbols and identifiers are of different genes in most rows: a column has slipped.

    Args:
        resolved: Key → its resolutions.
        names: Names of the organism.
        file_name: Name of the file, for the message.

    Returns:
        What is to be said where they disagree in a few rows, in which the identifier is believed.

    Raises:
        RefusedFileError: They disagree in most rows that have both.
    """
    symbols = names.symbols
    single = [one[0] for one in resolved.values() if len(one) == 1]
    inside = [one for one in single if one.status == "contradictory"]
    both = [one for one in single if one.status == "identifier" and one.gene is not None and one.name in symbols]
    apart = [one for one in both if one.gene is not None and one.gene.symbol != one.name]
    if inside and len(inside) > MOST * len(single):
        raise RefusedFileError(
            f"{len(inside):,} of {len(single):,} names of {file_name} have the form SYMBOL (ID), and the two are of"
            f" different genes: {inside[0].detail}",
            f"Mend the column, or give one with symbols alone or ids alone ({option(columns={'gene': COLUMN})}).",
        )
    if len(apart) > max(1, MOST * len(both)):
        first = apart[0]
        raise RefusedFileError(
            f"In {len(apart):,} of {len(both):,} rows of {file_name} symbol and identifier are of different genes:"
            f" {first.detail} One of the columns has slipped or was sorted by itself.",
            "Mend the file, or delete the column of identifiers to go by the symbols.",
        )
    if not apart:
        return ()
    return (
        f"In {len(apart):,} rows symbol and identifier are of different genes, and the id counts: {apart[0].detail}",
    )
