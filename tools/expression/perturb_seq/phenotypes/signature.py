"""How far a perturbation pushes cells toward the state of a signature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from db.acts import option
from db.errors import RefusedFileError
from db.genes.perturbation_names import genes_among, genes_in
from tools.expression.perturb_seq.cells_grouped.arms import CONTROL, Arms, Floats
from tools.expression.perturb_seq.comparing.measured import Measured
from tools.expression.perturb_seq.phenotypes.base import Phenotype, signed_effects
from tools.expression.signatures import Signature

FEWEST_GENES = 3


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of cells.

    Attributes:
        whole: Sum over the signature's genes of sign · z, shape (cells,); z is of the controls of the cell's stratum.
        own: Of each gene that is also a target: what it adds to that sum, shape (cells,).
        genes: How many genes of the signature are measured and vary among controls.
    """

    whole: Floats
    own: dict[str, Floats]
    genes: int


def signature_scores(measured: Measured, signature: Signature) -> Phenotype:
    """Scores each perturbation by a signature; a target that is in it is left out for its own perturbation.

    Args:
        measured: What was measured.
        signature: Genes with signs.

    Raises:
        RefusedFileError: Fewer than three of its genes are measured.
    """
    arms = measured.arms
    scores = scored_cells(measured, signature)
    values = [np.zeros(len(arms.groups)) for _ in range(3)]
    for number, name in enumerate(arms.groups):
        out = [scores.own[gene] for gene in genes_in(name) if gene in scores.own]
        score = (scores.whole - sum(out, np.zeros(1))) / (scores.genes - len(out))
        for kept, value in zip(values, compared(score, arms, number + 1), strict=True):
            kept[number] = value
    spread = _centred(scores.whole / scores.genes, arms)[1] or 1.0
    estimate, error, p = values
    return Phenotype(
        signed_effects(estimate / spread, error / spread, p), "raises", "z", f"signature {signature.name}",
        (
            f"The effect is the difference of the mean score from controls of the same strata, in standard deviations"
            f" of controls' scores; a cell's score is the mean of sign · z over {scores.genes} of the signature's"
            f" {len(signature.signs)} genes, z being of controls' log1p CP10k. Own targets are left out.",
            "Its standard error and p are Welch's, over cells; FDR is over perturbations (Benjamini and Hochberg).",
        ),
    )  # fmt: skip


def scored_cells(measured: Measured, signature: Signature) -> Scores:
    """Scores of all cells by a signature.

    Args:
        measured: What was measured.
        signature: Genes with signs.

    Raises:
        RefusedFileError: Fewer than three of its genes are measured.
    """
    arms = measured.arms
    tested = measured.differences.tested
    place_of = {symbol: place for place, symbol in enumerate(measured.readouts.symbols)}
    wanted = {
        place_of[gene]: sign for gene, sign in signature.signs.items() if gene in place_of and tested[place_of[gene]]
    }
    targets = genes_among(arms.groups)
    whole, own, used = np.zeros(len(arms.of_cell)), {}, 0
    for block in measured.blocks:
        for place in sorted(set(wanted) & set(range(block.first, block.first + block.genes))):
            entries = block.gene == place - block.first
            values = np.zeros(len(arms.of_cell))
            values[block.cell[entries]] = block.value[entries]
            z = _standardised(values, arms)
            if z is not None:
                used += 1
                whole += wanted[place] * z
                if measured.readouts.symbols[place] in targets:
                    own[measured.readouts.symbols[place]] = wanted[place] * z
    if used < FEWEST_GENES:
        raise RefusedFileError(
            f"{used} of the {len(signature.signs)} genes of the signature {signature.name} are measured in enough"
            f" cells; {FEWEST_GENES} are needed.",
            f"Give another signature, or another phenotype: {option(phenotype_from='responding-genes')}.",
        )
    return Scores(whole, own, used)


def _standardised(values: Floats, arms: Arms) -> Floats | None:
    """Centred values over the pooled standard deviation of controls; None where these agree."""
    centred, spread = _centred(values, arms)
    return centred / spread if spread > 0 else None


def _centred(values: Floats, arms: Arms) -> tuple[Floats, float]:
    """Values less the mean of the controls of each stratum, and the pooled standard deviation of controls."""
    stratum, is_control = arms.stratum[arms.of_cell], arms.group_of_cell == CONTROL
    count = np.bincount(stratum[is_control], minlength=len(arms.strata))
    total = np.bincount(stratum[is_control], weights=values[is_control], minlength=len(arms.strata))
    centred = values - (total / np.maximum(count, 1))[stratum]
    spread = np.sqrt((centred[is_control] ** 2).sum() / max(1, is_control.sum() - np.count_nonzero(count)))
    return centred, float(spread)


def compared(score: Floats, arms: Arms, group: int) -> tuple[float, float, float]:
    """A perturbation's mean score against the controls of the same strata: difference, standard error, p (Welch).

    Over several strata the differences are weighted as those of genes are, and the degrees of freedom are
    Satterthwaite's of all parts.

    Args:
        score: Shape (cells,).
        arms: Who is in which arm.
        group: The perturbation.
    """
    from scipy.special import stdtr

    own = np.flatnonzero(arms.group == group)
    controls = arms.control_of[own]
    mean, of_mean, cells = _of_arms(score, arms, np.concatenate([own, controls]))
    weight = np.tile(arms.weights[own] / arms.weights[own].sum(), 2)
    signs = np.repeat([1.0, -1.0], len(own))
    parts = weight**2 * of_mean
    difference, error = float((weight * signs * mean).sum()), float(np.sqrt(parts.sum()))
    if error == 0:
        return difference, error, 1.0 if difference == 0 else 0.0
    freedom = parts.sum() ** 2 / (parts**2 / np.maximum(cells - 1, 1)).sum()
    return difference, error, float(2 * stdtr(freedom, -abs(difference / error)))


def _of_arms(score: Floats, arms: Arms, chosen: npt.NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Mean, variance of the mean, and cells of some arms."""
    cells = arms.sizes.astype(np.float64)
    mean = np.bincount(arms.of_cell, weights=score, minlength=len(cells)) / cells
    squares = np.bincount(arms.of_cell, weights=(score - mean[arms.of_cell]) ** 2, minlength=len(cells))
    return mean[chosen], (squares / np.maximum(cells - 1, 1) / cells)[chosen], cells[chosen]
