"""Gene summaries of MAGeCK's test (robust rank aggregation), with both sides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tools.screens.readers.base import ReadOptions, ScreenTable
from tools.screens.tables.rows import existing, finished, gene_column, read_replicates, typed_table
from tools.screens.tables.text import header, read_raw

_FIELDS = {
    "estimate": "neg|lfc",
    "p_low": "neg|p-value",
    "p_high": "pos|p-value",
    "fdr_low": "neg|fdr",
    "fdr_high": "pos|fdr",
}
_HONOURED = {"gene", "replicate", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class MageckRra:
    """MAGeCK RRA: ``id num neg|score neg|p-value neg|fdr … pos|lfc`` (Li et al. 2014, Genome Biology 15:554).

    The estimate is the log fold change; p and FDR are one-sided, each of its own side, so the side of the smaller p
    may disagree with the sign of the estimate. Where the two columns of log fold changes differ (they do with some
    settings of MAGeCK), the one of the side with the smaller p is taken.
    """

    title = "MAGeCK RRA gene summary (both sides)"

    def recognises(self, path: Path, options: ReadOptions) -> bool:
        """Whether both sides with p-values and a log fold change are there.

        Args:
            path: The file.
            options: A mapping of anything but the gene, identifiers and replicate asks for another reader.
        """
        columns = set(header(path, options))
        return columns >= {"neg|lfc", "neg|p-value", "pos|p-value"} and set(options.columns) <= _HONOURED

    def read(self, path: Path, options: ReadOptions) -> ScreenTable:
        """Reads the file and its replicates.

        Args:
            path: The file.
            options: How it is read.
        """
        return read_replicates(path, options, self._read_one)

    def _read_one(self, path: Path, options: ReadOptions) -> ScreenTable:
        raw = read_raw(path, options)
        columns = [str(name) for name in raw.cells.columns]
        fields = {field: column for field, column in _FIELDS.items() if column in columns}
        if "num" in columns:
            fields["guides"] = "num"
        if "pos|lfc" in columns:
            fields["pos_lfc"] = "pos|lfc"
        replicate = (
            existing(columns, "replicate", options.columns["replicate"], path) if "replicate" in options.columns else ""
        )
        table = typed_table(
            raw, options, gene=gene_column(columns, options, path), fields=fields, kind="lfc", replicate=replicate
        )
        rows = table.rows
        remarks: tuple[str, ...] = ()
        if "pos_lfc" in rows:
            high = (rows["p_high"] < rows["p_low"]) & rows["pos_lfc"].notna()
            differing = int((rows["pos_lfc"] - rows["estimate"]).abs().gt(1e-9).sum())
            if differing:
                rows["estimate"] = np.where(high, rows["pos_lfc"], rows["estimate"])
                remarks = (f"neg|lfc and pos|lfc differ in {differing} rows; the one of the smaller p is taken.",)
        return replace(finished(table), remarks=remarks)


METHOD = MageckRra
