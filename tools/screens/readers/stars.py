"""Tables of STARS: a score for each gene on the one side on which guides were ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tools.screens.checks.column_names import found_columns
from tools.screens.checks.evidence_sides import to_one_side
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, rank_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_WANTED: Mapping[str, Sequence[str]] = {
    "estimate": ("starsscore",),
    "p": ("pvalue",),
    "fdr": ("fdr", "qvalue"),
    "guides": ("numberofperturbations",),
}
_HONOURED = {"gene", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class Stars:
    """STARS: ``"Gene Symbol" "STARS Score" p-value FDR q-value`` and more (Doench et al. 2016, Nature Biotech. 34:184).

    The score is -log10 of the rank's probability on the side by which guides were ranked; genes without enough guides
    among the first are not in the table, and of the other side nothing is known.
    """

    title = "STARS table (one side)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether there is a STARS score.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene and identifiers asks for another reader.
        """
        found = found_columns(source.columns(reading), _WANTED)
        return "estimate" in found and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.
        """
        found = found_columns(source.columns(reading), _WANTED)
        table = rank_table(source, reading, found, "signed_log10_p")
        rows = to_one_side(table.rows, *(field if field in found else None for field in ("p", "fdr")))
        remark = "STARS: only the side by which guides were ranked is in the file; the other is unknown."
        return replace(finished(table, rows), remarks=(remark,))


METHOD = Stars
