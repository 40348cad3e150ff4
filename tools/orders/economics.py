"""What a round takes as a pooled, an arrayed and a Perturb-seq screen: amounts, each with how it was counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from tools.orders.options import Plating, Pricing
from tools.orders.plates.room import plates_needed

Design = Literal["pooled", "arrayed", "perturb-seq"]
MILLION = 1e6


@dataclass(frozen=True)
class RoundSize:
    """What is to be perturbed.

    Attributes:
        nominations: Nominated perturbations.
        genes: Their genes, a pair counted as two.
        positive: Genes of positive controls that are not nominated.
        non_targeting: Non-targeting guides.
        guides_per_gene: Guides for each gene.
        coverage: Cells for each guide.
    """

    nominations: int
    genes: int
    positive: int
    non_targeting: int
    guides_per_gene: int
    coverage: int

    @property
    def guides(self) -> int:
        """All guides."""
        return (self.genes + self.positive) * self.guides_per_gene + self.non_targeting


@dataclass(frozen=True)
class Amount:
    """How much of something a design takes.

    Attributes:
        item: What: guides, cells, reads, wells, plates.
        amount: How much.
        how: How it was counted, in words.
        price: The field of `Pricing` that prices it; empty for what costs nothing by itself.
        per: How much the price is for.
    """

    item: str
    amount: float
    how: str
    price: str = ""
    per: float = 1.0


def amounts(design: Design, size: RoundSize, pricing: Pricing, plating: Plating) -> list[Amount]:
    """What a design takes.

    Args:
        design: Which.
        size: What is to be perturbed.
        pricing: What it is counted by.
        plating: The plates of the arrayed one, and the replicates of all.

    Raises:
        InvalidValueError: The plates are too small.
    """
    guides = Amount(
        "guides", size.guides,
        f"{size.genes + size.positive:,} genes × {size.guides_per_gene}, and {size.non_targeting:,} non-targeting",
        "price_guide",
    )  # fmt: skip
    return [guides, *_DESIGNS[design](size, pricing, plating)]


def _pooled(size: RoundSize, pricing: Pricing, plating: Plating) -> list[Amount]:
    kept = size.guides * size.coverage * plating.replicates
    infected = 1 - math.exp(-pricing.moi)
    samples = pricing.samples * plating.replicates
    each = pricing.reads_per_guide or size.coverage
    times = f" × {plating.replicates} replicates" if plating.replicates > 1 else ""
    return [
        Amount("cells to transduce", math.ceil(kept / infected),
               f"cells with a guide ÷ {infected:.2f}, the share that takes a virus at {pricing.moi:g} a cell"),
        Amount("cells with a guide", kept, f"{size.guides:,} guides × {size.coverage:,} cells{times}",
               "price_cell_million", MILLION),
        Amount("reads", size.guides * each * samples, f"{size.guides:,} guides × {each:,} reads × {samples} samples",
               "price_read_million", MILLION),
    ]  # fmt: skip


def _arrayed(size: RoundSize, pricing: Pricing, plating: Plating) -> list[Amount]:
    one = plating.per_well == "guide"
    each = size.guides_per_gene if one else 1
    # Where a well holds a perturbation, a pair is one well, and controls are as many together as a gene has guides.
    nominated = size.genes * each if one else size.nominations
    controls = {
        "positive": size.positive * each,
        "non-targeting": size.non_targeting if one else math.ceil(size.non_targeting / size.guides_per_gene),
    }
    there = {kind: count for kind, count in controls.items() if count}
    plates = plates_needed(nominated, there, plating)
    # A kind of control is on each plate, used again where it is rarer than plates.
    once = nominated + sum(max(count, plates) for count in there.values())
    wells = once * plating.replicates
    times = f" × {plating.replicates} replicates" if plating.replicates > 1 else ""
    found = [
        Amount("wells", wells, f"{once:,} wells, a {plating.per_well} each{times}", "price_well"),
        Amount("plates", plates * plating.replicates,
               f"{plates:,} of {plating.plate}{times}, {plating.usable} wells of each in use (edges {plating.edges})",
               "price_plate"),
    ]  # fmt: skip
    if pricing.cells_per_well is not None:
        cells = wells * pricing.cells_per_well
        how = f"{wells:,} wells × {pricing.cells_per_well:,}"
        found.append(Amount("cells", cells, how, "price_cell_million", MILLION))
    return found


def _perturb_seq(size: RoundSize, pricing: Pricing, plating: Plating) -> list[Amount]:
    each = pricing.cells_per_perturbation
    # A perturbation's cells are shared by its guides; non-targeting guides have as many each as those.
    alike = size.genes + size.positive + size.non_targeting / size.guides_per_gene
    cells = math.ceil(alike * each) * plating.replicates
    times = f" × {plating.replicates} replicates" if plating.replicates > 1 else ""
    controls = math.ceil(size.non_targeting * each / size.guides_per_gene)
    return [
        Amount("cells profiled", cells,
               f"{size.genes + size.positive:,} genes × {each:,}, and {controls:,} of non-targeting guides{times}",
               "price_cell"),
        Amount("reads", cells * pricing.reads_per_cell, f"{cells:,} cells × {pricing.reads_per_cell:,}",
               "price_read_million", MILLION),
    ]  # fmt: skip


_DESIGNS: Mapping[Design, Callable[[RoundSize, Pricing, Plating], list[Amount]]] = {
    "pooled": _pooled, "arrayed": _arrayed, "perturb-seq": _perturb_seq,
}  # fmt: skip
DESIGNS: tuple[Design, ...] = tuple(_DESIGNS)
