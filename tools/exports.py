"""Exports: a round as a file that can be ordered from, safe to open in a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools.workspace import Workspace

Format = Literal["csv", "tsv", "parquet", "xlsx", "markdown"]


@dataclass(frozen=True)
class Exported:
    """What `campaign_export` wrote: the file, its format, and what the round needs in all.

    Attributes:
        path: The file.
        format: Its format.
        rows: Nominations in it.
        guides: Guides to order, positive controls included.
        non_targeting: Non-targeting guides that are advised beside them.
        cells: Cells that the coverage asks for, for all of these guides.
        price: Price of all of these guides, or None where a guide's price is not known.
    """

    path: Path
    format: Format
    rows: int
    guides: int
    non_targeting: int
    cells: int
    price: float | None


def campaign_export(
    workspace: Workspace, out: Path, name: str = "", *, round: int | None = None, format: Format | None = None
) -> Exported:
    """Writes a round's nominations to a file.

    Args:
        workspace: Where the campaign is.
        out: The file to write; its ending names the format where `format` is None (.csv .tsv .parquet .xlsx .md).
        name: The campaign; the only open one where empty.
        round: Number of the round; the newest where None.
        format: Format of the file, whatever its ending.
    """
    raise NotImplementedError
