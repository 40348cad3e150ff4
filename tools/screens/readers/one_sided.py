"""Gene summaries of MAGeCK's test of which only one side was published."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from tools.screens.checks.column_names import found_columns
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, rank_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_HONOURED = {"gene", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class OneSided:
    """One side of a rank test: ``id num pos|score pos|p-value pos|fdr`` without the other (as in Zhu et al. 2021).

    Such a table knows how strong a gene is on one side and nothing of the other one, whose p and FDR stay unknown.
    The estimate is -log10 of the rank test's own value (``pos|score``), negative for the negative side; it goes on
    where p ends at the number of permutations. With a log fold change in the table that one is the estimate.
    """

    title = "one-sided MAGeCK gene summary"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether exactly one of the sides is there.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene and identifiers asks for another reader.
        """
        return _side(source.columns(reading)) is not None and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.
        """
        columns = source.columns(reading)
        side = _side(columns) or "pos"
        end = "high" if side == "pos" else "low"
        fields = found_columns(columns, {
            f"p_{end}": (f"{side}pvalue",), "value": (f"{side}score",), f"fdr_{end}": (f"{side}fdr",),
            "guides": ("num",), "estimate": (f"{side}lfc",),
        })  # fmt: skip
        lfc = "estimate" in fields
        table = rank_table(source, reading, fields, "lfc" if lfc else "signed_log10_p")
        rows = table.rows
        remarks = [f"Only the {'positive' if side == 'pos' else 'negative'} side is in the file; the other is unknown."]
        if not lfc:
            rows["estimate"] = _strength(rows["value"] if "value" in rows else rows[f"p_{end}"])
            if side == "neg":
                rows["estimate"] = -rows["estimate"]
            remarks.append(f"The estimate is -log10 of {side}|{'score' if 'value' in rows else 'p-value'}.")
        return replace(finished(table, rows), remarks=tuple(remarks))


def _side(columns: list[str]) -> str | None:
    found = found_columns(columns, {side: (f"{side}pvalue",) for side in ("neg", "pos")})
    scores = found_columns(columns, {side: (f"{side}score", f"{side}lfc") for side in found})
    # A p by itself may be any table's; MAGeCK's own spelling, or a score beside it, is the format's.
    present = [side for side, column in found.items() if side in scores or "|" in column]
    return present[0] if len(present) == len(found) == 1 else None


def _strength(value: pd.Series[float]) -> pd.Series[float]:
    """-log10; a legal zero counts as half the smallest value above it. Values outside [0, 1] have no strength."""
    legal = value.where((value >= 0) & (value <= 1))
    above = legal[legal > 0]
    floor = float(above.min()) / 2 if len(above) else np.nan
    # Adding 0 turns the -0.0 of a value of 1 into 0.
    return legal.mask(legal == 0, floor).map(math.log10) * -1.0 + 0.0


METHOD = OneSided
