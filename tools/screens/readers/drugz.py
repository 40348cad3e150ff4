"""Tables of drugZ: a z-score for each gene, with p and FDR of both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from db.errors import RefusedFileError
from tools.screens.checks.column_names import found_columns, is_same_column
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, rank_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_WANTED: Mapping[str, Sequence[str]] = {
    "estimate": ("normz",),
    "p_low": ("pvalsynth",),
    "p_high": ("pvalsupp",),
    "fdr_low": ("fdrsynth",),
    "fdr_high": ("fdrsupp",),
}
_HONOURED = {"gene", "estimate", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class Drugz:
    """drugZ: ``GENE sumZ numObs normZ pval_synth rank_synth fdr_synth pval_supp …`` (Colic et al. 2019, GM 11:52).

    The estimate is normZ; synth is the low side and supp the high one. numObs counts guides × replicates, so it is not
    taken for the number of guides.
    """

    title = "drugZ table (normZ, p and FDR of synth and supp)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether normZ and a p of each side are there.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene, identifiers and normZ itself asks for another reader.
        """
        found = found_columns(source.columns(reading), _WANTED)
        mapped = reading.columns.get("estimate", found.get("estimate", ""))
        own = is_same_column(mapped, found.get("estimate", ""))
        return {"estimate", "p_low", "p_high"} <= set(found) and own and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.

        Raises:
            RefusedFileError: Not one value is a number, as with a pandas that drugZ does not know.
        """
        table = rank_table(source, reading, found_columns(source.columns(reading), _WANTED), "z")
        if len(table.rows) and table.rows["estimate"].isna().all():
            raise RefusedFileError(
                f"{source.path.name} is a drugZ table without a single normZ.",
                "drugZ 1.1 writes no numbers, and no error, with pandas 3: run it again with pandas below 3.",
            )
        remark = "drugZ: the estimate is normZ; numObs counts guides × replicates and is not read as guides."
        return replace(finished(table), remarks=(remark,))


METHOD = Drugz
