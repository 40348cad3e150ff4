"""Redundant siRNA activity tables: a log10 p of each side and quartiles of the guides."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tools.screens.readers.base import ReadOptions, ScreenTable
from tools.screens.tables.rows import finished, gene_column, read_replicates, typed_table
from tools.screens.tables.text import header, read_raw

_HONOURED = {"gene", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class Rsa:
    """RSA: ``Symbol RSA_Down RSA_Up Q1 Q3`` (König et al. 2007, Nature Methods 4:847; as in Sanchez et al. 2021).

    RSA_Down and RSA_Up are log10 p of the two sides, never above zero, so p = 10 ** RSA. The estimate is the -log10 p
    of the stronger side with that side's sign. A value above zero gives a p above 1, and its row is kept aside.
    """

    title = "RSA (redundant siRNA activity) table"

    def recognises(self, path: Path, options: ReadOptions) -> bool:
        """Whether RSA_Down and RSA_Up are there.

        Args:
            path: The file.
            options: A mapping of anything but the gene and identifiers asks for another reader.
        """
        return set(header(path, options)) >= {"RSA_Down", "RSA_Up"} and set(options.columns) <= _HONOURED

    def read(self, path: Path, options: ReadOptions) -> ScreenTable:
        """Reads the file and its replicates.

        Args:
            path: The file.
            options: How it is read.
        """
        return read_replicates(path, options, self._read_one)

    def _read_one(self, path: Path, options: ReadOptions) -> ScreenTable:
        raw = read_raw(path, options)
        gene = gene_column([str(name) for name in raw.cells.columns], options, path)
        fields = {"down": "RSA_Down", "up": "RSA_Up"}
        table = typed_table(raw, options, gene=gene, fields=fields, kind="signed_log10_p")
        rows = table.rows
        down, up = rows["down"].to_numpy(dtype=float), rows["up"].to_numpy(dtype=float)
        with np.errstate(over="ignore"):
            rows["p_low"], rows["p_high"] = np.power(10.0, down), np.power(10.0, up)
        rows["estimate"] = np.where(up < down, -up, down)
        rows.loc[np.isnan(down) | np.isnan(up), "estimate"] = np.nan
        return finished(table, rows)


METHOD = Rsa
