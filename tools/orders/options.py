"""How an order is made up, and what it is priced by: options, each described once.

Command lines are built from the fields before any work is done, so nothing heavy is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from db.acts import option
from db.errors import InvalidValueError, require
from tools.parameters import Parameters

Edges = Literal["free", "used"]
PerWell = Literal["guide", "gene"]
Positions = Literal["different", "same"]
SHAPES: Mapping[int, tuple[int, int]] = {96: (8, 12), 384: (16, 24)}
"""Wells of a plate → its rows and columns."""
MOST_REPLICATES = 24


@dataclass(frozen=True)
class Plating(Parameters):
    """The plates of an arrayed screen.

    Attributes:
        plate: Wells of a plate: 96 or 384.
        edges: ``free`` leaves the outermost wells empty, where medium evaporates first; ``used`` fills them too.
        per_well: What a well holds: one ``guide``, or all guides of a ``gene`` together.
        replicates: How often each well is made, each time on plates of its own.
        positions: Whether replicates lie at ``different`` positions, or at the ``same``.
        most_plates: The most plates that there are for all replicates; as many as are needed where None.
    """

    plate: int = 384
    edges: Edges = "free"
    per_well: PerWell = "guide"
    replicates: int = 1
    positions: Positions = "different"
    most_plates: int | None = None

    def __post_init__(self) -> None:
        """Refuses what no plate is.

        Raises:
            InvalidValueError: A number is out of its range.
        """
        if self.plate not in SHAPES:
            raise InvalidValueError(
                f"There is no plate of {self.plate} wells here.", f"Give {option(plate=384)} or 96."
            )
        require(
            1 <= self.replicates <= MOST_REPLICATES,
            f"{self.replicates} replicates were asked for.",
            f"Give 1 to {MOST_REPLICATES}: {option(replicates=2)}.",
        )

    @property
    def usable(self) -> int:
        """Wells of a plate that are filled."""
        rows, columns = SHAPES[self.plate]
        return (rows - 2) * (columns - 2) if self.edges == "free" else rows * columns


@dataclass(frozen=True)
class Ordering(Parameters):
    """Which guides are ordered, and what is built around them.

    Attributes:
        columns: Field → column of the library, where its name does not say it: gene, sequence, guide, pam, score,
            plate, well.
        sheet: Sheet of a workbook, by name or number.
        guides_per_gene: Guides for each gene; the campaign's own number where None.
        ordered_controls: Controls, as ``non-targeting:50``, ``safe:10``, ``essential:8`` (guides) and
            ``positive:GENE+GENE`` (genes; ``positive`` alone for the campaign's own), or ``none``; where empty, what
            the round advises.
        overhang: What stands before and behind each guide in an oligo, as ``CACCG/GTTT``, or the name of a scheme:
            ``lentiGuide-BsmBI``, ``lentiGuide-BsmBI-pool``, ``lentiGuide-Gibson`` or ``pX459-BbsI``.
        avoid_sites: Enzymes whose sites must not arise, or sites in letters; those of the scheme are avoided anyway.
        layout_seed: Seed of drawn controls and of positions on plates.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    guides_per_gene: int | None = None
    ordered_controls: Sequence[str] = ()
    overhang: str = ""
    avoid_sites: Sequence[str] = ()
    layout_seed: int = 0

    def __post_init__(self) -> None:
        """Takes copies, so that what is frozen stays as it was given.

        Raises:
            InvalidValueError: A number is out of its range.
        """
        for name, kind in (("columns", dict), ("ordered_controls", tuple), ("avoid_sites", tuple)):
            object.__setattr__(self, name, kind(getattr(self, name) or ()))
        require(
            self.guides_per_gene is None or self.guides_per_gene >= 1,
            f"{self.guides_per_gene} guides for each gene were asked for.",
            f"Give {option(guides_per_gene=1)} or more.",
        )


@dataclass(frozen=True)
class Pricing(Parameters):
    """What costs are counted by. A thing without a price is counted and not priced: no price is made up.

    Attributes:
        guides_per_gene: Guides for each gene; the campaign's own number where None.
        coverage: Pooled: cells for each guide in each sample; the campaign's own number where None.
        reads_per_guide: Pooled: reads for each guide in each sample; as many as cells where None.
        samples: Pooled: samples that are sequenced of each replicate, such as 2 for a high and a low bin.
        moi: Pooled: viruses for each cell; of these 1 − e^−moi of the cells take one or more.
        cells_per_well: Arrayed: cells of a well; not counted where None.
        cells_per_perturbation: Perturb-seq: cells that are profiled for each perturbation.
        reads_per_cell: Perturb-seq: reads for each cell.
        price_guide: Price of one guide, in your own currency; the campaign's own where None.
        price_cell_million: Price of a million cells in culture.
        price_read_million: Price of a million reads.
        price_well: Price of one well: transfection, medium, readout.
        price_plate: Price of one plate.
        price_cell: Price of profiling one cell.
    """

    guides_per_gene: int | None = None
    coverage: int | None = None
    reads_per_guide: int | None = None
    samples: int = 2
    moi: float = 0.3
    cells_per_well: int | None = None
    cells_per_perturbation: int = 100
    reads_per_cell: int = 25_000
    price_guide: float | None = None
    price_cell_million: float | None = None
    price_read_million: float | None = None
    price_well: float | None = None
    price_plate: float | None = None
    price_cell: float | None = None

    def __post_init__(self) -> None:
        """Refuses what is no number of things, and no price.

        Raises:
            InvalidValueError: A number is out of its range.
        """
        for name, value in vars(self).items():
            least = 0.0 if name.startswith("price") else 1e-6 if name == "moi" else 1.0
            if value is not None and not least <= value < float("inf"):
                raise InvalidValueError(f"{option(name)} is {value:g}.", f"Give {least:g} or more.")
