"""What a run of the benchmark of cells reports."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

LEVEL = 0.9
GenesBy = Literal["", "texts", "random"]


@dataclass(frozen=True)
class Member:
    """One way to name cells.

    Attributes:
        vectors: The vectors of cells; ``majority`` for the control that calls every cell the reference's commonest
            label.
        head: What names them.
        genes_by: What genes are known by: ``texts``, or ``random`` vectors, the control; empty where vectors of cells
            rest on expression alone.
    """

    vectors: str
    head: str
    genes_by: GenesBy = ""

    @property
    def name(self) -> str:
        """In one word."""
        return "/".join(part for part in (self.vectors, self.genes_by, self.head) if part)


@dataclass(frozen=True)
class Row:
    """How well one way named cells.

    Attributes:
        vectors: See `Member`.
        head: Likewise.
        genes_by: Likewise.
        default: Whether it is used where none is named.
        accuracy: Share of cells named right.
        low: Lower end of its 90 % interval, by a bootstrap over cells.
        high: Upper end.
        macro_f1: Mean F1 over labels.
        f1_low: Lower end of its interval.
        f1_high: Upper end.
        stage_spearman: Rank correlation of developmental stages; None where labels have no order.
        within_one: Share within one stage; None likewise.
    """

    vectors: str
    head: str
    genes_by: GenesBy
    default: bool
    accuracy: float
    low: float
    high: float
    macro_f1: float
    f1_low: float
    f1_high: float
    stage_spearman: float | None = None
    within_one: float | None = None


@dataclass(frozen=True)
class FewRow:
    """The same with few cells of each label in the reference: means over draws of these.

    Attributes:
        cells_per_label: How many at most.
        draws: How often they were drawn.
        vectors: See `Member`.
        head: Likewise.
        genes_by: Likewise.
        accuracy: Share of cells named right.
        macro_f1: Mean F1 over labels.
        gain: Accuracy less that of expression alone (``markers``) under the same head and the same draws.
        low: Lower end of the gain's 90 % interval, by a bootstrap over cells and draws.
        high: Upper end.
    """

    cells_per_label: int
    draws: int
    vectors: str
    head: str
    genes_by: GenesBy
    accuracy: float
    macro_f1: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class Pair:
    """One way less another on the same cells.

    Attributes:
        of: The one.
        over: The other.
        metric: ``accuracy`` or ``macro_f1``.
        gain: The difference.
        low: Lower end of its 90 % interval, by a bootstrap over cells.
        high: Upper end.
    """

    of: str
    over: str
    metric: str
    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class StrangerRow:
    """What is flagged as unlike anything in the reference, by the default.

    Attributes:
        label: The label that the reference lacks; empty where it has all.
        cells: Judged cells of it.
        flagged: Share of these that are flagged; None where there are none.
        known_flagged: Share of the other judged cells that are flagged; None likewise.
    """

    label: str
    cells: int
    flagged: float | None
    known_flagged: float | None


@dataclass(frozen=True)
class CellsSet:
    """One set in one direction.

    Attributes:
        name: The file, or the two files.
        direction: ``within``, or such as ``human->mouse``.
        held_out_by: The column of donors, ``folds``, or ``file`` across two.
        cells: Cells that were named and whose label the reference has.
        genes: Genes that were used.
        labels: Labels of these cells.
        rows: One for each member.
        pairs: The default less each other, and expression with text less expression under each head.
        few: The same with few reference cells.
        calibration_error: Expected calibration error of the default's probabilities; None where it was not asked for.
        strangers: What is flagged, with all labels and with each one left out; empty likewise.
    """

    name: str
    direction: str
    held_out_by: str
    cells: int
    genes: int
    labels: int
    rows: tuple[Row, ...]
    pairs: tuple[Pair, ...]
    few: tuple[FewRow, ...]
    calibration_error: float | None = None
    strangers: tuple[StrangerRow, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        lists = {name: [vars(one) for one in getattr(self, name)] for name in ("rows", "pairs", "few", "strangers")}
        return {one.name: getattr(self, one.name) for one in fields(self)} | lists


@dataclass(frozen=True)
class CellsReport:
    """What the benchmark found.

    Attributes:
        sets: One entry a set and direction.
        notes: How files were read, and what was left out, in sentences.
        seconds: How long it took.
    """

    sets: tuple[CellsSet, ...]
    notes: tuple[str, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "sets": [one.to_json() for one in self.sets], "notes": list(self.notes), "seconds": round(self.seconds, 1),
        }  # fmt: skip
