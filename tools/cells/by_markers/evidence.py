"""The kind of cell that genes speak for: an over-representation among all kinds, or not enough evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tools.cells.by_markers.kinds import Kind
from tools.cells.by_markers.result import UNKNOWN
from tools.genes.sets.statistics import over_represented

LEVEL, FEWEST, LEAD = 0.05, 3, 10.0
"""FDR over all kinds; genes that must speak for one; by how much its p is below that of the next."""
SHOWN_EVIDENCE, SHOWN_GENES = 8, 6


def kind_of_genes(
    kinds: Mapping[str, Kind], genes: Sequence[str], measured: Sequence[str]
) -> tuple[str, str, tuple[str, ...]]:
    """What some genes speak for, by a one-sided hypergeometric test over all kinds.

    Args:
        kinds: As `tools.cells.by_markers.kinds.kinds_of` gives them.
        genes: Human symbols, the highest first.
        measured: Of all measured genes.

    Returns:
        The label, the reason in a sentence, and evidence ids.
    """
    sets = {("kinds", name): sorted(one.genes) for name, one in kinds.items() if one.genes}
    if len(sets) < 2:
        return UNKNOWN, "The store's texts and gene sets name no kinds of cells.", ()
    found = over_represented(sets, genes, measured)
    best, second = found.iloc[0], found.iloc[1]
    name, next_name = str(best["gene_set"]), str(second["gene_set"])
    counted = f"{best['overlap']} of {len(genes)} genes are named with {name} (FDR {best['fdr']:.1g})"
    if best["overlap"] < FEWEST or best["fdr"] > LEVEL:
        return UNKNOWN, f"No kind of cell stands out: {counted} at best.", ()
    if second["p"] < LEAD * best["p"]:
        return UNKNOWN, f"Two kinds are as likely: {counted}, and {second['overlap']} with {next_name}.", ()
    spoken = [gene for gene in genes if gene in set(best["genes"])]
    evidence = dict.fromkeys(kinds[name].genes[gene][0] for gene in spoken)
    return name, f"{counted}: {', '.join(spoken[:SHOWN_GENES])}.", tuple(evidence)[:SHOWN_EVIDENCE]
