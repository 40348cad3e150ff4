"""Members of gene sets: which sets are of a usable size, and their names as plain words."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

VERSION = ("members 1",)
SMALLEST, LARGEST = 3, 500


def usable_sets(members: pd.DataFrame) -> pd.DataFrame:
    """Members of sets of a usable size, each pair once."""
    members = members.drop_duplicates()
    sizes = members.groupby(["collection", "gene_set"], observed=True)["gene"].transform("size")
    return members[(sizes >= SMALLEST) & (sizes <= LARGEST)]


def titles_of(gene_sets: Iterable[str]) -> list[str]:
    """Names of gene sets as plain words in small letters.

    Args:
        gene_sets: Names as their collections write them, such as ``HALLMARK_E2F_TARGETS``.
    """
    return [name.replace("_", " ").lower() for name in gene_sets]
