"""How many cells of each perturbation show how many responding genes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from db.acts import option
from db.errors import InvalidValueError
from tools.design.perturb_seq.levels import GENES, UMIS, Levels, assumed_levels, pilot_levels
from tools.design.perturb_seq.power import Sought, cells_for, power_of, smallest_effect, tested
from tools.design.perturb_seq.simulation import simulated_p
from tools.design.perturb_seq.wish import MOST_CELLS, CellsWish, refuse_impossible, wanted_power
from tools.design.simulated import Simulated, simulate
from tools.parameters import takes_fields
from tools.workspace import Workspace

TRIED = (25, 50, 100, 200, 400, 800, 1600)
"""Cells of a perturbation that a table shows beside those that are needed."""
MOST_IN_ALL = 100_000_000
"""Cells of one experiment: ten times the largest that anybody has sequenced."""


@dataclass(frozen=True)
class CellsOption:
    """One number of cells, and what it shows.

    Attributes:
        cells: Usable cells of a perturbation.
        effect: Log2 fold change of a responding gene.
        power: Share of the responding genes that is found.
        found: How many of them, on average.
        tested: Readout genes that are strong enough to be tested.
        sequenced: Cells to sequence in all, controls and unusable ones included.
        reads: Reads of all of them.
        cost: What they cost; None without prices.
    """

    cells: int
    effect: float
    power: float
    found: float
    tested: int
    sequenced: int
    reads: float
    cost: float | None


@dataclass(frozen=True)
class PerturbSeqDesign:
    """How many cells an experiment of perturbed single cells needs.

    Attributes:
        answer: What is needed, in a sentence.
        solved_for: ``cells``, ``effect`` or ``power``: what was not given.
        fdr: False discovery rate at which the genes of one perturbation are called.
        power: Share of the responding genes that is to be found.
        responding: Genes that respond to a perturbation.
        genes: Readout genes that there are.
        perturbations: How many there are.
        control_cells: Cells of controls.
        best: What the answer tells.
        options: Other numbers of cells, and what each shows.
        umis: Counts of a cell.
        median_count: Counts of the median gene in a cell.
        median_dispersion: Median negative-binomial dispersion.
        expression: Where levels of expression come from.
        simulated: What simulated perturbations showed; None where none were asked for.
        notes: What a person should know, in sentences.
    """

    answer: str
    solved_for: str
    fdr: float
    power: float
    responding: int
    genes: int
    perturbations: int
    control_cells: int
    best: CellsOption
    options: tuple[CellsOption, ...]
    umis: float
    median_count: float
    median_dispersion: float
    expression: str
    simulated: Simulated | None
    notes: tuple[str, ...]


@takes_fields
def design_perturb_seq(workspace: Workspace, wish: CellsWish) -> PerturbSeqDesign:
    """Says how many cells of each perturbation are needed to see a number of genes respond, or what a number shows.

    Genes of one perturbation are called at a false discovery rate (Benjamini and Hochberg) by a score test of
    negative-binomial counts. How strongly genes are expressed and how far cells differ comes from a pilot's control
    cells, else from cells of the human pancreas. What is not given of effect and cells is solved for.

    Args:
        workspace: The workspace.
        wish: What is wished for.

    Raises:
        NotFoundError: There is no such pilot.
        InvalidValueError: No number of cells can meet the wish; a sentence says what could be met.
    """
    levels, sought = cells_setting(workspace, wish)
    best, solved_for = _best(wish, levels, sought)
    around = sorted({*TRIED, best.cells})
    options = [
        option_of(wish, levels, sought, cells, best.effect) if solved_for != "effect" else one
        for cells in around
        if (one := _smallest(wish, levels, sought, cells) if solved_for == "effect" else best)
    ]
    return PerturbSeqDesign(
        _answer(best, solved_for, wish), solved_for, wish.fdr, sought.power, wish.responding, levels.genes,
        wish.perturbations, wish.control_cells, best, tuple(options), levels.umis, float(np.median(levels.means)),
        float(np.median(levels.dispersions)), levels.source, _simulated(workspace, wish, levels, sought, best),
        _notes(wish, levels, best),
    )  # fmt: skip


def cells_setting(workspace: Workspace, wish: CellsWish) -> tuple[Levels, Sought]:
    """Expression and what is sought, for all numbers of cells alike.

    Args:
        workspace: Where the pilot is.
        wish: What is wished for.

    Raises:
        NotFoundError: There is no such pilot.
        InvalidValueError: No number of cells can meet the wish.
    """
    levels = pilot_levels(workspace.store, wish.pilot) if wish.pilot else assumed_levels(GENES, wish.umis or UMIS)
    if wish.pilot and wish.umis:
        levels = replace(levels, means=levels.means * wish.umis / levels.umis, umis=wish.umis)
    if wish.genes is not None:
        levels = replace(levels, genes=wish.genes)
    if wish.dispersion is not None:
        levels = replace(levels, dispersions=np.full(len(levels.means), wish.dispersion))
    refuse_impossible(wish, levels.genes)
    return levels, Sought(
        wish.fdr, wish.responding / levels.genes, wanted_power(wish), wish.working, wish.control_cells
    )


def option_of(wish: CellsWish, levels: Levels, sought: Sought, cells: int, effect: float) -> CellsOption:
    """What a number of cells shows and takes.

    Args:
        wish: What is wished for.
        levels: How strongly genes are expressed.
        sought: What is to be found.
        cells: Usable cells of a perturbation.
        effect: Log2 fold change of a responding gene.
    """
    power = power_of(levels, sought, cells, effect)
    sequenced = ceil((cells * wish.perturbations + wish.control_cells) / wish.usable - 1e-9)
    reads = float(sequenced) * wish.reads_per_cell
    cost = wish.price_cells * sequenced + wish.price_reads * reads / 1e6
    seen = round(float(tested(levels, cells).mean()) * levels.genes)
    return CellsOption(cells, effect, power, power * wish.responding, seen, sequenced, reads, cost or None)


def _best(wish: CellsWish, levels: Levels, sought: Sought) -> tuple[CellsOption, str]:
    if wish.effect is None:
        cells = wish.cells or 200
        found = _smallest(wish, levels, sought, cells)
        if found is None:
            raise _unseen(wish, levels, cells)
        return found, "effect"
    if wish.cells is not None:
        return option_of(wish, levels, sought, wish.cells, wish.effect), "power"
    needed = cells_for(levels, sought, wish.effect, MOST_CELLS)
    if needed is None:
        most = power_of(levels, sought, MOST_CELLS, wish.effect)
        raise InvalidValueError(
            f"{sought.power:.0%} of genes with a log2 fold change of {wish.effect:g} are not found with"
            f" {MOST_CELLS:,} cells of each perturbation: {most:.0%} would be.",
            f"Ask for a larger {option('effect')} or fewer genes to {option('find')}, give more"
            f" {option('control_cells')} (there are {wish.control_cells:,}), or sequence deeper ({option('umis')}).",
        )
    best = option_of(wish, levels, sought, ceil(needed - 1e-6), wish.effect)
    if best.sequenced > MOST_IN_ALL:
        raise InvalidValueError(
            f"This needs {best.sequenced:,} sequenced cells, more than any experiment has had.",
            f"Ask for a larger {option('effect')}, or give fewer {option('perturbations')}.",
        )
    return best, "cells"


def _smallest(wish: CellsWish, levels: Levels, sought: Sought, cells: int) -> CellsOption | None:
    effect = smallest_effect(levels, sought, cells)
    return None if effect is None else option_of(wish, levels, sought, cells, effect)


def _unseen(wish: CellsWish, levels: Levels, cells: int) -> InvalidValueError:
    seen = float(tested(levels, cells).mean())
    return InvalidValueError(
        f"With {cells:,} cells of a perturbation only {seen:.0%} of {levels.genes:,} genes are strong enough to be"
        f" tested, so that {wanted_power(wish):.0%} of the responding ones are not found, however large their change.",
        f"Give more {option('cells')}, or ask for fewer genes to {option('find')}.",
    )


def _answer(best: CellsOption, solved_for: str, wish: CellsWish) -> str:
    cost = f", {best.cost:,.0f} in all" if best.cost else ""
    whole = f"{best.sequenced:,} sequenced cells with {wish.perturbations:,} perturbations{cost}"
    at = f"at a false discovery rate of {wish.fdr:g}"
    found = f"{best.found:.0f} of {wish.responding} responding genes"
    if solved_for == "effect":
        change = f"if their log2 fold change is {best.effect:.2f}"
        return f"With {best.cells:,} cells a perturbation, {found} are found {at} {change}."
    change = f"with a log2 fold change of {best.effect:g} {at}"
    if solved_for == "power":
        return f"{best.cells:,} cells a perturbation find {found} {change}: {whole}."
    return f"You need {best.cells:,} cells a perturbation to find {found} {change}: {whole}."


def _simulated(
    workspace: Workspace, wish: CellsWish, levels: Levels, sought: Sought, best: CellsOption
) -> Simulated | None:
    if wish.simulate < 1:
        return None
    return simulate(
        workspace,
        lambda rng: (simulated_p(rng, levels, sought, best.cells, best.effect, wish.responding), wish.responding),
        wish.fdr, wish.simulate, wish.seed,
    )  # fmt: skip


def _notes(wish: CellsWish, levels: Levels, best: CellsOption) -> tuple[str, ...]:
    found = []
    if best.tested < levels.genes:
        found.append(
            f"{best.tested:,} of {levels.genes:,} genes are strong enough to be tested with {best.cells:,} cells (seven"
            " are expected to show them); the others count as not found."
        )
    if wish.control_cells < 5 * best.cells:
        found.append(
            f"Controls are {wish.control_cells:,} cells: their own noise counts, and more of them would help every"
            " perturbation at once."
        )
    if wish.pilot and levels.umis < 1000:
        found.append(f"Cells of {wish.pilot} show {levels.umis:,.0f} counts of {levels.genes:,} genes: a part of all.")
    return tuple(found)
