"""What is wished of perturbed single cells: one object, from which every option follows."""

from __future__ import annotations

from dataclasses import dataclass

from db.acts import option
from db.errors import require
from tools.design.refusals import refuse_effect, refuse_rates
from tools.parameters import Parameters

MOST_CELLS = 100_000
"""Cells of one perturbation: more than are sequenced of one."""


@dataclass(frozen=True)
class CellsWish(Parameters):
    """What is wished of perturbed single cells; what is not given of effect and cells is solved for.

    Attributes:
        responding: How many genes respond to a perturbation.
        effect: Log2 fold change of a gene that responds, below zero for one that is lowered; where none is given, the
            smallest that is found.
        fdr: False discovery rate at which genes of one perturbation are called.
        power: Share of the responding genes that is to be found.
        find: How many of them are to be found, in place of a share.
        cells: Cells of a perturbation, usable ones.
        perturbations: How many perturbations there are.
        control_cells: Cells of controls in all.
        genes: Readout genes that are tested; those of the pilot, or 8,000, where none are given.
        umis: Counts of a cell; those of the pilot, or 10,000, where none are given.
        dispersion: Negative-binomial dispersion of each gene, in place of what is assumed.
        working: Share of a perturbation's cells in which it works.
        usable: Share of the sequenced cells that pass and carry one guide.
        reads_per_cell: Reads of a cell.
        pilot: A table of responses of which the store has cells, whose own expression is used.
        price_cells: Price of a sequenced cell's capture and library.
        price_reads: Price of a million reads.
        simulate: How many perturbations are simulated to check the power.
        seed: Of what is simulated.
    """

    responding: int = 50
    effect: float | None = None
    fdr: float = 0.05
    power: float = 0.8
    find: int | None = None
    cells: int | None = None
    perturbations: int = 100
    control_cells: int = 2_000
    genes: int | None = None
    umis: int | None = None
    dispersion: float | None = None
    working: float = 1.0
    usable: float = 0.6
    reads_per_cell: int = 20_000
    pilot: str = ""
    price_cells: float = 0.0
    price_reads: float = 0.0
    simulate: int = 0
    seed: int = 0


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
    require((wish.umis or 1) >= 1, "A cell without counts shows no gene.", f"Give {option(umis=10000)} or so.")
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
