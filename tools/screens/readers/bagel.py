"""Tables of BAGEL and BAGEL2: a Bayes factor for each gene, alone or with precision, recall and FDR."""

from __future__ import annotations

from dataclasses import replace

from tools.screens.checks.column_names import found_columns, is_same_column
from tools.screens.checks.evidence_sides import to_one_side
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, rank_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_WANTED = {"estimate": ("bf",), "fdr": ("fdr",), "guides": ("numguides",)}
_PARTS = frozenset({"bf", "std", "numobs", "recall", "precision", "fdr", "numguides", "gene", "genesymbol", ""})
_HONOURED = {"gene", "estimate", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class Bagel:
    """BAGEL: ``GENE BF`` (bf) or ``Gene BF Recall Precision FDR`` (pr) (Kim & Hart 2021, Genome Medicine 13:2).

    A Bayes factor says how surely a gene belongs with the reference genes, the essential ones mostly. One below zero
    says that it does not; it never says the contrary. So p and FDR are of the positive side, and the other is unknown.
    """

    title = "BAGEL table (Bayes factors)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether there is a Bayes factor and nothing beside it but what BAGEL writes.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene, identifiers and the factor itself asks for another reader.
        """
        columns = source.columns(reading)
        found = found_columns(columns, _WANTED)
        own = is_same_column(reading.columns.get("estimate", "bf"), "bf")
        only = all("".join(filter(str.isalnum, column.casefold())) in _PARTS for column in columns)
        return "estimate" in found and only and own and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.
        """
        table = rank_table(source, reading, found_columns(source.columns(reading), _WANTED), "bayes_factor")
        rows = to_one_side(table.rows, None, "fdr" if "fdr" in table.rows else None)
        remark = "BAGEL: Bayes factors speak for one side; below zero they say that a gene has no effect."
        return replace(finished(table, rows), remarks=(remark,))


METHOD = Bagel
