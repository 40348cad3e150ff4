"""Judged candidates: what a judge is asked about, the computed top and what lies near the hits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.genes.perturbation_names import genes_among
from db.view import View
from tools.genes.network import NETWORK, both_ways
from tools.genes.sets.statistics import crowded_sets
from tools.prediction.acquisitions.base import seeded_order

COMPUTED = 500
"""Candidates of highest utility that are graded."""
NEARBY = 250
"""Further ones: neighbours of hits and members of gene sets that hits crowd into."""
LARGEST_SET, MOST_SETS, FEWEST_HITS = 300, 10, 2


@dataclass(frozen=True)
class Nearby:
    """Where candidates near the hits come from, read once for all rounds.

    Attributes:
        edges: Columns a, b and weight.
        sets: Columns collection, gene_set and gene.
    """

    edges: pd.DataFrame
    sets: pd.DataFrame

    @classmethod
    def of(cls, view: View) -> Nearby:
        """What a view knows of networks and gene sets.

        Args:
            view: The door to the store.
        """
        with view.at_once():
            return cls(view.edges(NETWORK), view.gene_sets())

    def neighbours(self, hits: Collection[str]) -> list[str]:
        """Genes with an edge to a hit, by falling sum of weights.

        Args:
            hits: Names of perturbations.
        """
        struck = genes_among(hits)
        both = both_ways(self.edges)
        near = both[both["a"].isin(struck) & ~both["b"].isin(struck)]
        total = near.groupby("b")["weight"].sum().round(9).sort_index()
        return [str(gene) for gene in total.sort_values(ascending=False, kind="stable").index]

    def fellows(self, hits: Collection[str], tested: Collection[str]) -> list[str]:
        """Members of gene sets with more hits than their share of the tested genes, lowest p first.

        Args:
            hits: Names of perturbations.
            tested: Names of all revealed perturbations; a hit that is none of them does not count.
        """
        struck = genes_among(hits)
        seen = genes_among(tested)
        keys = ["collection", "gene_set"]
        size = self.sets.groupby(keys)["gene"].transform("size")
        usable = self.sets[size <= LARGEST_SET]
        best = crowded_sets(usable, struck, seen, FEWEST_HITS).head(MOST_SETS)
        members = usable.merge(best[[*keys, "p"]], on=keys)
        members = members.sort_values(["p", *keys, "gene"], kind="stable")
        return [gene for gene in dict.fromkeys(map(str, members["gene"])) if gene not in struck]


def judged_candidates(
    top: Sequence[str],
    others: Collection[str],
    hits: Sequence[str],
    tested: Sequence[str],
    nearby: Nearby,
    rng: np.random.Generator,
) -> tuple[str, ...]:
    """What a judge grades: the computed top, and neighbours and gene sets of the hits, in an order that says nothing.

    Args:
        top: The computed list, `COMPUTED` long where there are so many candidates.
        others: The other candidates.
        hits: Revealed perturbations that count as hits.
        tested: All revealed perturbations.
        nearby: Networks and gene sets.
        rng: Shuffles.
    """
    left = set(others) - set(top)
    sources = [nearby.neighbours(hits), nearby.fellows(hits, tested)] if hits else []
    near = [gene for gene in _by_turns(sources) if gene in left][:NEARBY]
    return tuple(map(str, seeded_order(pd.Index([*top, *near], dtype=object), rng)))


def _by_turns(sources: Sequence[Iterable[str]]) -> list[str]:
    """One of each source after the other, each name once."""
    waiting, found = [iter(source) for source in sources], dict[str, None]()
    while waiting:
        for source in list(waiting):
            name = next(source, None)
            if name is None:
                waiting.remove(source)
            else:
                found.setdefault(name)
    return list(found)
