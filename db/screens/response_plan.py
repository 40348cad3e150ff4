"""How the rows of a file are read as responses: where they stand, which columns are what, and what tells a response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.files.large_text import text_rows
from db.files.parquet import parquet_rows

NUMBERS = ("estimate", "standard_error", "p", "fdr")
"""Fields of a response that are numbers, in the order in which they are checked."""


@dataclass(frozen=True, eq=False)
class RowSource:
    """Where rows stand: a Parquet file, a large file of text, or a frame.

    Attributes:
        path: The file, for messages; it is read again where `frame` is None.
        columns: Names of its columns, in their order.
        frame: Its rows, one column for each of the file, indexed by line; None where the engine reads the file.
        delimiter: What stands between the cells of a text whose first line is its header; empty for Parquet.
    """

    path: Path
    columns: tuple[str, ...] = ()
    frame: pd.DataFrame | None = None
    delimiter: str = ""

    def __post_init__(self) -> None:
        """Fills in the columns of a frame."""
        if self.frame is not None:
            object.__setattr__(self, "columns", tuple(str(name) for name in self.frame.columns))

    def at(self, column: str) -> str:
        """How a column is called where the rows are known as ``cells``: by its place, as names may be alike.

        Args:
            column: Its name in the file.
        """
        return f"c{self.columns.index(column)}"

    def show(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Makes the rows known as ``cells``, with the column ``line``, counted from 1 for Parquet.

        Args:
            connection: The connection that reads them.
        """
        places = [f"c{place}" for place in range(len(self.columns))]
        if self.frame is None:
            named = ", ".join([*places, "line"])
            rows = text_rows(self.path, places, self.delimiter) if self.delimiter else parquet_rows(self.path)
            connection.execute(f"CREATE OR REPLACE TEMP VIEW cells({named}) AS {rows}")
            return
        frame = self.frame.set_axis(places, axis=1)
        connection.register("cells", frame.assign(line=np.asarray(frame.index, dtype=np.int64)))


@dataclass(frozen=True, eq=False)
class NumberColumn:
    """A column of numbers.

    Attributes:
        column: Its name.
        odd: For text that is not all plain numbers: the cells that are none (``cell``), their ``value`` (NaN where
            missing) and whether they are ``unreadable``.
        sound: Whether all of it was looked at, and no cell is NaN, infinite or outside of what the field can be.
    """

    column: str
    odd: pd.DataFrame | None = None
    sound: bool = False


@dataclass(frozen=True, eq=False)
class FlagColumn:
    """A column of labels.

    Attributes:
        column: Its name.
        true: Cells that say yes.
        false: Cells that say no; any other says nothing.
    """

    column: str
    true: tuple[str, ...]
    false: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """One condition on a response.

    Attributes:
        quantity: ``estimate``, ``size`` (its absolute value), ``p``, ``fdr``, or ``top`` (a share of the strongest).
        comparison: ``<``, ``<=``, ``>`` or ``>=``; empty for ``top``.
        bound: The number it is compared with; for ``top`` a share between 0 and 1.
    """

    quantity: str
    comparison: str
    bound: float


@dataclass(frozen=True, eq=False)
class RowPlan:
    """How the rows of a source are read as responses.

    Attributes:
        source: Where they stand.
        perturbation: Column of the perturbation.
        readout: Column of the readout.
        perturbations: Each distinct cell of the perturbation's column (``cell``) with its clean ``name`` and the
            ``reason`` why its rows are not used, empty where they are.
        readouts: Likewise of the readout's column.
        numbers: Field of `NUMBERS` → column.
        where: Column → cells; only rows that have one of them are read.
        responds: Conditions all of which hold where a pair responds, or a column of labels; None where nothing tells.
        up: A column of labels for the direction; by the estimate's sign where None.
        split: Column of ``train`` and ``test``; none where empty.
    """

    source: RowSource
    perturbation: str
    readout: str
    perturbations: pd.DataFrame
    readouts: pd.DataFrame
    numbers: Mapping[str, NumberColumn] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    responds: tuple[Condition, ...] | FlagColumn | None = None
    up: FlagColumn | None = None
    split: str = ""


@dataclass(frozen=True, eq=False)
class RowsFound:
    """What a plan finds in its source.

    Attributes:
        rows: Rows that can be used.
        perturbations: Names that they have, sorted.
        readouts: Likewise.
        kept_aside: Rows that cannot be used, by line: line, perturbation, readout, reason and detail.
        doubles: Lines of pairs that stand further up.
        ordered: Whether rows of one perturbation stand together.
        numbers: Fields of `NUMBERS` that some row has.
    """

    rows: int
    perturbations: tuple[str, ...]
    readouts: tuple[str, ...]
    kept_aside: pd.DataFrame
    doubles: NDArray[np.int64]
    ordered: bool
    numbers: frozenset[str]
