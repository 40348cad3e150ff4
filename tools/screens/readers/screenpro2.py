"""Tables of ScreenPro2: a phenotype score for each gene or start site, with p and FDR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tools.screens.checks.column_names import found_columns, is_same_column
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, rank_table, split_two_sided
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_WANTED: Mapping[str, Sequence[str]] = {
    "estimate": ("score",),
    "p": ("ttestpvalue", "mannwhitneypvalue", "mwpvalue"),
    "fdr": ("bhadjpvalue", "adjpvalue"),
    "guides": ("numberofguideelements",),
}
_HONOURED = {"gene", "estimate", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class ScreenPro2:
    """ScreenPro2: ``target score "ttest pvalue" "BH adj_pvalue" number_of_guide_elements`` (Gilbert laboratory).

    The estimate is the phenotype score (gamma, tau or rho: a log2 ratio, by doublings where they were given); p is
    two-sided.
    """

    title = "ScreenPro2 table (phenotype scores)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether there is a score with ScreenPro2's own p or number of guides.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene, identifiers and the score itself asks for another reader.
        """
        found = found_columns(source.columns(reading), _WANTED)
        own = is_same_column(reading.columns.get("estimate", "score"), "score")
        return {"estimate", "p"} <= set(found) and own and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.
        """
        found = found_columns(source.columns(reading), _WANTED)
        table = rank_table(source, reading, found, "lfc")
        rows = split_two_sided(table.rows, "p", "fdr" if "fdr" in found else None)
        taken = ", ".join(f"{field} from {column!r}" for field, column in found.items())
        return replace(finished(table, rows), remarks=(f"ScreenPro2: {taken}.",))


METHOD = ScreenPro2
