"""What picks came to: how many were tested, and how many of them were hits of each kind."""

from __future__ import annotations

from typing import Literal, NamedTuple

import pandas as pd

Kind = Literal["hits", "nonessential", "specific"]


class Found(NamedTuple):
    """Counts over some perturbations, such as those of the rounds so far.

    Attributes:
        tested: Perturbations.
        hits: Hits among them.
        nonessential: Hits that are not essential (CEGv2).
        specific: Hits that are no fitness genes.
    """

    tested: int
    hits: int
    nonessential: int
    specific: int

    def share_of(self, totals: Found, kind: Kind) -> float:
        """Hits of a kind over all such hits of the library; NaN where it has none.

        Args:
            totals: Counts over the whole library.
            kind: Which hits.
        """
        every: int = getattr(totals, kind)
        return getattr(self, kind) / every if every else float("nan")


def found_in(rows: pd.DataFrame) -> Found:
    """Counts over rows of a target's table.

    Args:
        rows: Columns hit, essential and fitness (bool), as in `tools.replays.target.ReplayTarget.table`.
    """
    hit = rows["hit"]
    return Found(len(rows), int(hit.sum()), int((hit & ~rows["essential"]).sum()), int((hit & ~rows["fitness"]).sum()))
