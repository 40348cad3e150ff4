"""How far a Perturb-seq screen can be trusted: cells, knock-down, guides that agree, controls, doublets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from db.genes.perturbation_names import genes_in
from tools.expression.perturb_seq.cells_grouped.arms import CONTROL
from tools.expression.perturb_seq.cells_grouped.grouping import Grouping
from tools.expression.perturb_seq.comparing.measured import Measured
from tools.expression.perturb_seq.phenotypes.responding import BELOW

STRONGEST = 5
FEWEST_SHOWING = 0.02
"""Of a target that a smaller share of controls shows, no knock-down can be told."""
MOST_FOLD = 20.0
"""Above this log2 fold change no control of the strata shows the gene at all; below its negative no perturbed cell."""


@dataclass(frozen=True)
class PerturbationQuality:
    """One perturbation.

    Attributes:
        perturbation: Approved name.
        cells: How many cells it has.
        guides: How many guides with enough cells; 0 where guides are not known.
        agreement: Mean correlation of the guides' pseudobulks, differences from controls; None where there is one.
        target_share: Mean CP10k of the target as a share of the controls' (of a pair, of each); None where it is not
            measured, or hardly any control shows it.
        responding: Genes that respond, its own targets among them.
        strongest: The genes that respond most clearly, each with the log2 fold change of its mean CP10k.
    """

    perturbation: str
    cells: int
    guides: int
    agreement: float | None
    target_share: tuple[float | None, ...]
    responding: int
    strongest: tuple[tuple[str, float], ...]

    @property
    def strongest_told(self) -> tuple[str, ...]:
        """`strongest` for people: where one side shows none of a gene, the ratio is the pseudocount's and no size."""
        return tuple(f"{gene} {_told(fold)}" for gene, fold in self.strongest)


def _told(fold: float) -> str:
    if fold > MOST_FOLD:
        return "(in no control)"
    return "(in none of its cells)" if fold < -MOST_FOLD else f"{fold:+.1f}"


@dataclass(frozen=True)
class CellQuality:
    """A whole screen of cells.

    Attributes:
        cells_read: Cells of the file.
        cells_used: Cells that are used.
        controls: Controls among them.
        genes: Genes that were read.
        tested: Genes that enough cells show to be tested.
        stratum_columns: Columns within which cells are compared.
        strata: How many strata have cells.
        several_guides: Share of the cells with a guide that have guides of several genes; None without guides.
        target_share: Median of the targets' shares of the controls' expression; None where none is measured.
        targets: Of how many single perturbations the target is measured.
        moved: How many of these go the way of the modality by at least a fifth; None where the modality is not said.
        agreement: Median of the guides' agreement; None where no perturbation has two guides.
        perturbations: One for each.
    """

    cells_read: int
    cells_used: int
    controls: int
    genes: int
    tested: int
    stratum_columns: tuple[str, ...]
    strata: int
    several_guides: float | None
    target_share: float | None
    targets: int
    moved: int | None
    agreement: float | None
    perturbations: tuple[PerturbationQuality, ...]

    def to_values(self) -> dict[str, Any]:
        """As JSON values, in which a store keeps it."""
        return asdict(self)

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> CellQuality:
        """What `to_values` gave.

        Args:
            values: The values.
        """
        rows = tuple(
            PerturbationQuality(**{
                **one, "target_share": tuple(one["target_share"]),
                "strongest": tuple((str(gene), float(change)) for gene, change in one["strongest"]),
            })
            for one in values["perturbations"]
        )  # fmt: skip
        return cls(**{**values, "stratum_columns": tuple(values["stratum_columns"]), "perturbations": rows})


def cell_quality(measured: Measured, grouping: Grouping, cells_read: int, modality: str) -> CellQuality:
    """The report on a file of cells.

    Args:
        measured: What was measured.
        grouping: How its cells were grouped.
        cells_read: Cells of the file.
        modality: How genes were perturbed; empty where it is not known.
    """
    arms, differences = measured.arms, measured.differences
    agreement = measured.guides.correlations()
    rows = tuple(_perturbation(measured, number, fdr, agreement.get(number + 1)) for number, fdr in differences.fdr())
    single = [one.target_share[0] for one in rows if len(one.target_share) == 1 and one.target_share[0] is not None]
    agreeing = [one.agreement for one in rows if one.agreement is not None]
    return CellQuality(
        cells_read=cells_read,
        cells_used=int(arms.sizes.sum()),
        controls=int(arms.cells[CONTROL]),
        genes=len(measured.readouts.names),
        tested=int(differences.tested.sum()),
        stratum_columns=grouping.stratum_columns,
        strata=len(set(arms.stratum.tolist())),
        several_guides=grouping.several_guides,
        target_share=float(np.median(single)) if single else None,
        targets=len(single),
        moved=_moved(single, modality),
        agreement=float(np.median(agreeing)) if agreeing else None,
        perturbations=rows,
    )


def _moved(shares: Sequence[float], modality: str) -> int | None:
    if not modality:
        return None
    raised = modality == "activation"
    return sum(share >= 1.2 if raised else share <= 0.8 for share in shares)


def _perturbation(measured: Measured, number: int, fdr: np.ndarray, agreement: float | None) -> PerturbationQuality:
    arms, differences = measured.arms, measured.differences
    name = arms.groups[number]
    tested = np.flatnonzero(differences.tested)
    responds = np.nan_to_num(fdr, nan=1.0) < BELOW
    order = np.lexsort((-np.abs(differences.estimate[number, tested]), differences.p[number, tested]))
    strongest = [tested[at] for at in order[:STRONGEST] if responds[at]]
    return PerturbationQuality(
        perturbation=name,
        cells=int(arms.cells[number + 1]),
        guides=len(measured.guides.pairs.get(number + 1, ())) or _one_guide(measured, number),
        agreement=agreement,
        target_share=tuple(_share(measured, number, gene) for gene in genes_in(name)),
        responding=int(responds.sum()),
        strongest=tuple((measured.readouts.symbols[at], float(differences.fold[number, at])) for at in strongest),
    )


def _one_guide(measured: Measured, number: int) -> int:
    """1 where a perturbation has one guide with enough cells, or cells of one at least; 0 where no guide is known."""
    own = measured.guides.of_cell[measured.arms.group_of_cell == number + 1]
    return 1 if len(own) and (own >= 0).any() else 0


def _share(measured: Measured, number: int, gene: str) -> float | None:
    """The target's share of the controls' expression; None where it cannot be told."""
    place = measured.readouts.place_of(gene)
    differences = measured.differences
    if place < 0 or differences.detected[place] < FEWEST_SHOWING * measured.arms.sizes.sum():
        return None
    fold = float(differences.fold[number, place])
    return 2.0**fold if fold < MOST_FOLD else None
