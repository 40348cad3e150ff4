"""Gene summaries of MAGeCK's test (robust rank aggregation), with both sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, rank_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_FIELDS = {
    "estimate": "neg|lfc",
    "p_low": "neg|p-value",
    "p_high": "pos|p-value",
    "fdr_low": "neg|fdr",
    "fdr_high": "pos|fdr",
    "guides": "num",
    "pos_lfc": "pos|lfc",
}
_HONOURED = {"gene", "replicate", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class MageckRra:
    """MAGeCK RRA: ``id num neg|score neg|p-value neg|fdr … pos|lfc`` (Li et al. 2014, Genome Biology 15:554).

    The estimate is the log fold change; p and FDR are one-sided, each of its own side, so the side of the smaller p
    may disagree with the sign of the estimate. Where the two columns of log fold changes differ (they do with some
    settings of MAGeCK), the one of the side with the smaller p is taken.
    """

    title = "MAGeCK RRA gene summary (both sides)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether both sides with p-values and a log fold change are there.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene, identifiers and replicate asks for another reader.
        """
        columns = set(source.columns(reading))
        return columns >= {"neg|lfc", "neg|p-value", "pos|p-value"} and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.
        """
        table = rank_table(source, reading, _FIELDS, "lfc", replicates=True)
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
