"""What is wished of a pooled screen: one object, from which every option follows."""

from __future__ import annotations

from dataclasses import dataclass

from db.acts import option
from db.errors import require
from tools.design.refusals import refuse_effect, refuse_library, refuse_rates, refuse_shares
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


def refuse_impossible(wish: ScreenWish, genes: int, hits: int) -> None:
    """Refuses what no screen can meet.

    Args:
        wish: What is wished for.
        genes: Genes of the library.
        hits: Hits among them.

    Raises:
        InvalidValueError: A sentence on what cannot be, and what could.
    """
    refuse_rates(wish.fdr, wish.power)
    if wish.effect is not None:
        refuse_effect(wish.effect)
    refuse_shares(hits, genes, "hits", "genes")
    _refuse_counts(wish)
    refuse_library(genes * (wish.guides or 1) + wish.control_guides)
    _refuse_shares_of_cells(wish)
    require(
        not (wish.pilot and wish.sd is not None),
        "A pilot and a standard deviation were both given.",
        f"Give {option('pilot')} or {option('sd')}.",
    )
    require(
        wish.sd is None or wish.sd > 0,
        f"A standard deviation of {wish.sd or 0:g} is none.",
        f"Give {option(sd=0.4)} or so.",
    )


def _refuse_counts(wish: ScreenWish) -> None:
    for name in ("guides", "replicates", "coverage", "reads"):
        value = getattr(wish, name)
        require(value is None or value >= 1, f"{value} {name} make no screen.", f"Give {option(name)} 1 or more.")
    require(
        (wish.guides or 1) <= 100, f"{wish.guides} guides for each gene are more than a gene has good sites for.",
        f"Four to ten are usual: {option(guides=4)}.",
    )  # fmt: skip
    require(
        (wish.replicates or 1) <= 100, f"{wish.replicates} replicates are more than anybody makes.",
        f"Two to four are usual: {option(replicates=3)}.",
    )  # fmt: skip
    most = (wish.guides or 10) * 3
    require(
        wish.control_guides == 0 or wish.control_guides >= most,
        f"{wish.control_guides} control guides do not tell how far genes without an effect spread.",
        f"Give {option(control_guides=max(most, 200))} or more, or {option(control_guides=0)} where the genes"
        " themselves tell it.",
    )


def _refuse_shares_of_cells(wish: ScreenWish) -> None:
    require(0 < wish.working <= 1, f"{wish.working:g} is no share of guides.", f"Give {option(working=0.8)}.")
    require(
        0 < wish.gate <= 0.5, f"Two arms cannot take {wish.gate:g} of the cells each.",
        f"Give up to a half, such as {option(gate=0.15)} for cells that are sorted.",
    )  # fmt: skip
    require(
        wish.skew >= 1, f"A skew of {wish.skew:g} is below that of an even library.", f"Give {option(skew=4)} or so."
    )
    require(
        1 <= wish.bottlenecks <= 20, f"{wish.bottlenecks} narrow points are none that cells pass.",
        f"Give {option(bottlenecks=1)}, or more where cells are frozen or split thin.",
    )  # fmt: skip
