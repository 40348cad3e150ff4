"""Redundant siRNA activity tables: a log10 p of each side and quartiles of the guides."""

from __future__ import annotations

import numpy as np

from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, rank_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_HONOURED = {"gene", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class Rsa:
    """RSA: ``Symbol RSA_Down RSA_Up Q1 Q3`` (König et al. 2007, Nature Methods 4:847; as in Sanchez et al. 2021).

    RSA_Down and RSA_Up are log10 p of the two sides, never above zero, so p = 10 ** RSA. The estimate is the -log10 p
    of the stronger side with that side's sign. A value above zero gives a p above 1, and its row is kept aside.
    """

    title = "RSA (redundant siRNA activity) table"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether RSA_Down and RSA_Up are there.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene and identifiers asks for another reader.
        """
        return set(source.columns(reading)) >= {"RSA_Down", "RSA_Up"} and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.
        """
        table = rank_table(source, reading, {"down": "RSA_Down", "up": "RSA_Up"}, "signed_log10_p")
        rows = table.rows
        down, up = rows["down"].to_numpy(dtype=float), rows["up"].to_numpy(dtype=float)
        with np.errstate(over="ignore"):
            rows["p_low"], rows["p_high"] = np.power(10.0, down), np.power(10.0, up)
        rows["estimate"] = np.where(up < down, -up, down)
        rows.loc[np.isnan(down) | np.isnan(up), "estimate"] = np.nan
        return finished(table, rows)


METHOD = Rsa
