"""What a file of responses is, and where its rows stand: a table of one row a pair, or what is made into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from db.files.parquet import refuse_unfolding_parquet
from db.screens.response_plan import RowSource
from tools.screens.tables.raw_table import refuse_double_names
from tools.screens.tables.reading import Reading
from tools.screens.tables.source_file import opened


@dataclass(frozen=True, eq=False)
class ResponseTable:
    """A table with one row for each perturbation and readout.

    Attributes:
        source: Where its rows stand.
        decimal: The sign between whole number and fraction, in columns that do not say it themselves.
    """

    source: RowSource
    decimal: str = "."

    @property
    def path(self) -> Path:
        """The file."""
        return self.source.path

    @property
    def columns(self) -> list[str]:
        """Names of its columns."""
        return list(self.source.columns)


def opened_responses(path: Path, reading: Reading) -> ResponseTable:
    """Opens a file of responses.

    Args:
        path: The file.
        reading: Its encoding, sheet, and whether it has a header are used.

    Raises:
        RefusedFileError: It is no such file.
    """
    with opened(path, reading) as source:
        if source.kind == "parquet":
            refuse_unfolding_parquet(path)
            refuse_double_names(list(source.header), path)
            return ResponseTable(RowSource(path, source.header))
        table = source.table(replace(reading, where={}))
    return ResponseTable(RowSource(path, frame=table.cells), table.decimal)
