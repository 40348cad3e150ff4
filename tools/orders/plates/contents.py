"""What wells hold: a guide each, or the guides of a gene together."""

from __future__ import annotations

import pandas as pd

from tools.orders.chosen_guides import NOMINATION
from tools.orders.guide_library import NON_TARGETING, SAFE
from tools.orders.options import PerWell

COLUMNS = ("kind", "perturbation", "gene", "guide", "sequence", "source_plate", "source_well", "rank")
_TOGETHER = "; "


def contents_of(guides: pd.DataFrame, per_well: PerWell, per_gene: int) -> pd.DataFrame:
    """One row for each well that one replicate needs, in the order of the guides; columns `COLUMNS`.

    Args:
        guides: Columns of `tools.orders.chosen_guides.COLUMNS`.
        per_well: A guide a well, or a perturbation; non-targeting and safe controls are then as many together as a
            gene has guides.
        per_gene: Guides for each gene.
    """
    if per_well == "guide" or guides.empty:
        return guides[list(COLUMNS)].reset_index(drop=True)
    alone = guides["kind"].isin([NON_TARGETING, SAFE])
    group = (guides.groupby(["kind"]).cumcount() // per_gene).where(alone, -1)
    joined = dict.fromkeys(("guide", "sequence", "source_plate", "source_well"), _TOGETHER.join)
    keys = [guides["kind"], guides["perturbation"], group]
    made = guides.groupby(keys, sort=False).agg({"gene": _genes, "rank": "first", **joined}).reset_index()
    return made[list(COLUMNS)]


def _genes(cells: pd.Series[str]) -> str:
    return "+".join(dict.fromkeys(cells))


def counts_of(contents: pd.DataFrame) -> tuple[int, dict[str, int]]:
    """How many wells nominations take, and how many each kind of control.

    Args:
        contents: As `contents_of` gives it.
    """
    kinds = contents["kind"].value_counts().to_dict()
    nominated = int(kinds.pop(NOMINATION, 0))
    return nominated, {str(kind): int(count) for kind, count in sorted(kinds.items())}
