"""What no number of perturbed cells can meet: a sentence on each, and what could be met."""

from __future__ import annotations

from db.acts import option
from db.errors import require
from tools.design.perturb_seq.wish import CellsWish
from tools.design.refusals import refuse_amounts, refuse_effect, refuse_rates

MOST_GENES = 200_000
MOST_CELLS = 100_000
"""Cells of one perturbation: more than are sequenced of one."""


def wanted_power(wish: CellsWish) -> float:
    """The share of the responding genes that is to be found.

    Args:
        wish: What is wished for.
    """
    return wish.power if wish.find is None else wish.find / max(wish.responding, 1)


def refuse_impossible(wish: CellsWish, genes: int) -> None:
    """Refuses what no cells can meet.

    Args:
        wish: What is wished for.
        genes: Readout genes.

    Raises:
        InvalidValueError: A sentence on what cannot be, and what could.
    """
    if wish.effect is not None:
        refuse_effect(wish.effect)
    _refuse_found(wish, genes)
    require(
        genes <= MOST_GENES,
        f"{genes:,} readout genes are more than any genome has.",
        f"Give {option(genes=8000)} or so.",
    )
    refuse_amounts(wish.simulate, wish.price_cells, wish.price_reads)
    refuse_rates(wish.fdr, wanted_power(wish))
    require(
        wish.cells is None or 2 <= wish.cells <= MOST_CELLS,
        f"{wish.cells or 0:,} cells of a perturbation are not what is sequenced.",
        f"Give {option('cells')} between 2 and {MOST_CELLS:,}.",
    )
    require(
        wish.control_cells >= 10, f"{wish.control_cells} control cells tell nothing of what is normal.",
        f"Give {option(control_cells=2000)} or so.",
    )  # fmt: skip
    require(
        wish.perturbations >= 1,
        "Without a perturbation no gene responds.",
        f"Give {option('perturbations')} 1 or more.",
    )
    for name in ("working", "usable"):
        value = getattr(wish, name)
        require(0 < value <= 1, f"{value:g} is no share of cells.", f"Give {option(name)} above 0 and up to 1.")
    require(
        wish.umis is None or wish.umis >= 1, "A cell without counts shows no gene.", f"Give {option(umis=10000)} or so."
    )
    require(
        wish.dispersion is None or wish.dispersion >= 0,
        f"A dispersion of {wish.dispersion or 0:g} is below that of counting.",
        f"Give 0 or more, such as {option(dispersion=0.3)}.",
    )  # fmt: skip


def _refuse_found(wish: CellsWish, genes: int) -> None:
    require(
        wish.responding >= 1, "Where no gene responds there is none to find.", f"Give {option('responding')} 1 or more."
    )
    require(
        wish.responding < genes,
        f"{wish.responding:,} responding genes among {genes:,} leave none that do not respond.",
        f"Give fewer {option('responding')} or more {option('genes')}.",
    )
    require(
        wish.find is None or 0 < wish.find < wish.responding,
        f"{wish.find} of {wish.responding} responding genes cannot be counted on: some are always missed by chance.",
        f"Give {option('find')} below {wish.responding}, or say that more {option('responding')} there are.",
    )
