"""What no pooled screen can meet: a sentence on each, and what could be met."""

from __future__ import annotations

from db.acts import option
from db.errors import require
from tools.design.pooled.wish import ScreenWish
from tools.design.refusals import refuse_amounts, refuse_effect, refuse_library, refuse_rates, refuse_shares


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
    refuse_amounts(wish.simulate, wish.price_guide, wish.price_cells, wish.price_reads)
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
        f"Give {option(control_guides=max(most, 200))} or more, or {option(control_guides=0)} where genes tell it.",
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
