"""Columns of numbers that the store holds of each gene."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from db.view import View

VERSION = ("_values 1",)


def known_values(view: View, properties: Sequence[str], genes: pd.Index[str]) -> pd.DataFrame:
    """Properties of those of some genes that have any of them.

    Args:
        view: The only door to the store.
        properties: Names of properties; those that the store lacks are left out.
        genes: Gene symbols, unique.

    Returns:
        Genes × properties, in the order of `genes`, NaN where a number is not known; empty where the store has none.
    """
    columns = view.values_of(properties)
    frame = pd.DataFrame(columns, dtype=float)
    return frame.reindex(genes[genes.isin(frame.index)]) if columns else frame
