"""What is wished of a pooled screen: one object, from which every option follows."""

from __future__ import annotations

from dataclasses import dataclass

from tools.parameters import Parameters


@dataclass(frozen=True)
class ScreenWish(Parameters):
    """What is wished of a pooled screen; what is not given of effect, guides, replicates and coverage is solved for.

    Attributes:
        effect: Log2 fold change of a guide that works, below zero for guides that are lost; where none is given, the
            smallest that is found.
        fdr: False discovery rate at which hits are called.
        power: Share of the hits that is to be found.
        genes: Genes of the library; those of the pilot, or 19,000, where none are given.
        hits: How many of them are hits; those of the pilot, or one in a hundred, where none are given.
        guides: Guides of each gene.
        replicates: Replicates.
        coverage: Cells of each guide in each arm, at its narrowest point.
        reads: Reads of each guide in each arm; as many as cells where none are given.
        working: Share of the guides that work.
        skew: Ratio of the 90th to the 10th percentile of guides in the library.
        bottlenecks: Narrow points that cells pass after the arms have parted.
        gate: Share of the cells that each of the two arms takes; a half where all are kept.
        control_guides: Non-targeting guides, by whose spread hits are told.
        one_sided: Whether only effects of the sign given are looked for.
        pilot: A finished screen whose own spread is used.
        sd: Standard deviation of a control guide's log2 fold change in one replicate, in place of what is assumed;
            counting included.
        price_guide: Price of a guide.
        price_cells: Price of a million cells.
        price_reads: Price of a million reads.
        simulate: How many screens are simulated to check the power.
        seed: Of what is simulated.
    """

    effect: float | None = None
    fdr: float = 0.05
    power: float = 0.8
    genes: int | None = None
    hits: int | None = None
    guides: int | None = None
    replicates: int | None = None
    coverage: int | None = None
    reads: int | None = None
    working: float = 0.8
    skew: float = 4.0
    bottlenecks: int = 1
    gate: float = 0.5
    control_guides: int = 1000
    one_sided: bool = False
    pilot: str = ""
    sd: float | None = None
    price_guide: float = 0.0
    price_cells: float = 0.0
    price_reads: float = 0.0
    simulate: int = 0
    seed: int = 0
