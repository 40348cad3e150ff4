"""What is wished of perturbed single cells: one object, from which every option follows."""

from __future__ import annotations

from dataclasses import dataclass

from tools.parameters import Parameters


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
