"""Gene sets that the genes of some cells gather in, and the line that describes the cells by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.evidence_ids import set_id
from db.genes.sets import list_collections
from db.store import Store
from db.view import View
from tools.genes.sets.statistics import cut_sets, over_represented, short_name

SMALLEST, LARGEST, LEVEL, SHOWN, FEWEST = 5, 500, 0.05, 3, 3
"""Measured genes of a set; the FDR of an enriched one; how many are given; genes that must meet in one."""
DESCRIBED = 3
"""Genes that a description names."""
NO_BIOLOGY = frozenset({"essentials"})
"""Collections of reference lists."""
Sets = Mapping[tuple[str, str], Sequence[str]]


@dataclass(frozen=True)
class EnrichedSet:
    """A gene set that holds more of some genes than chance would put there.

    Attributes:
        evidence: Evidence id.
        name: Its name, as people write it.
        fdr: Of the one-sided hypergeometric test, over all sets tested.
        genes: The genes in it, human symbols.
    """

    evidence: str
    name: str
    fdr: float
    genes: tuple[str, ...]


def measured_sets(store: Store, measured: Sequence[str]) -> Sets:
    """The gene sets of the store, cut to the genes that were measured; none where the store has none.

    Args:
        store: The store.
        measured: Human symbols of the measured genes.
    """
    known = [name for name in list_collections(store) if name not in NO_BIOLOGY]
    return cut_sets(View(store).gene_sets(known), measured, SMALLEST, LARGEST) if known else {}


def enriched_sets(sets: Sets, genes: Sequence[str], measured: Sequence[str]) -> tuple[EnrichedSet, ...]:
    """The sets of the least p among those with an FDR of `LEVEL` at most, `SHOWN` of them.

    Args:
        sets: As `measured_sets` gives them.
        genes: Human symbols of the genes that are asked about.
        measured: Of all that could have been among them.
    """
    if not sets or len(genes) < FEWEST:
        return ()
    found = over_represented(sets, genes, measured)
    kept = found[(found["fdr"] <= LEVEL) & (found["overlap"] >= FEWEST)].head(SHOWN)
    return tuple(
        EnrichedSet(
            set_id(row["collection"], row["gene_set"]), short_name(row["gene_set"]), float(row["fdr"]),
            tuple(row["genes"]),
        )
        for _, row in kept.iterrows()
    )  # fmt: skip


def described(genes: Sequence[str], sets: Sequence[EnrichedSet]) -> str:
    """Cells in a line: the genes that are highest in them, and the set that these gather in.

    Args:
        genes: Symbols, the first ones first.
        sets: Enriched sets, the first one first.
    """
    if not genes:
        return ""
    high = f"high in {', '.join(genes[:DESCRIBED])}"
    return f"{high}; {sets[0].name} (FDR {sets[0].fdr:.1g})" if sets else f"{high}; no gene set is enriched"
