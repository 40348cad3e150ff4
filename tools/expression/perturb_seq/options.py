"""How a file of perturbed cells is read: the options of `add_perturb_seq`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from tools.parameters import Parameters

Test = Literal["rank-sum", "pseudobulk-t"]
RESPONDING, ENERGY, SIGNATURE = "responding-genes", "energy-distance", "signature:"
FEWEST_CELLS = 10


@dataclass(frozen=True)
class CellReading(Parameters):
    """How a file of perturbed cells is read; what is left empty is told by the file itself.

    Attributes:
        perturbation_column: The column that says what was done to each cell; by its name and content where empty.
        control: Label of the control cells; by its name (``ctrl``, ``non-targeting``, ``NT``) where empty.
        guide_column: The column that names each cell's guide or guides; by its name where empty. Where no column says
            what was done to the cells, it is told by the guides.
        layer: The matrix that is read, such as ``raw`` or ``layers/counts``; the first with counts, else with
            logarithms of normalised counts, where empty.
        batch_column: The column within which perturbed cells are compared with controls; where empty, columns of cell
            types, donors and runs that are known by name and have controls in each.
        min_cells: A perturbation with fewer cells is kept aside.
        phenotype_from: What makes the screen: ``responding-genes`` counts the genes that respond, ``energy-distance``
            says how far the cells lie from controls, and ``signature:NAME`` scores them by a gene set with signs: a
            file, or a set of the store.
        test: ``rank-sum`` compares cells, ``pseudobulk-t`` the means of the strata that
            `batch_column` makes.
    """

    perturbation_column: str = ""
    control: str = ""
    guide_column: str = ""
    layer: str = ""
    batch_column: str = ""
    min_cells: int = FEWEST_CELLS
    phenotype_from: str = RESPONDING
    test: Test = "rank-sum"

    def of_the_cells(self) -> dict[str, Any]:
        """What decides, beside a file's bytes, which responses are found, as JSON values."""
        return {key: value for key, value in asdict(self).items() if key != "phenotype_from"}
