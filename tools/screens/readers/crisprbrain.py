"""Tables of CRISPRbrain, which have a row for each transcription start site that guides were made for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace

import pandas as pd

from db.records import Note
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, rank_table, split_two_sided
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_COLUMNS = {"estimate": "Gene Score", "phenotype": "Phenotype", "p": "P Value"}
_HONOURED = {"gene", "gene2", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class Crisprbrain:
    """CRISPRbrain: ``Gene TSS Phenotype "P Value" "Gene Score" "Hit Class"`` (Tian et al. 2021, crisprbrain.org).

    The estimate is the gene score, phenotype × -log10 p, by which the site itself calls hits; p is two-sided. Of a gene
    with several start sites the one with the smallest p stands for the gene (of equal ones, the one with the larger
    phenotype), since guides at a start site that the cells do not use tell nothing: the rule of the libraries' authors
    (Horlbeck et al. 2016, eLife 5:e19760). The other sites' rows are kept aside.
    """

    title = "CRISPRbrain table (start sites, phenotype, p and gene score)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether start site, phenotype, p and gene score are there.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene and identifiers asks for another reader.
        """
        return set(source.columns(reading)) >= {"TSS", *_COLUMNS.values()} and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.
        """
        table = rank_table(source, reading, _COLUMNS, "beta")
        rows = split_two_sided(table.rows, "p", None)
        first = _strongest_sites(rows)
        notes = (*table.notes, *(_note(row) for row in rows[~first].to_dict("records")))
        # Numbered anew, beside the identifiers, which are of the same rows.
        identifiers = {space: ids[first].reset_index(drop=True) for space, ids in table.identifiers.items()}
        kept = finished(table, rows[first].reset_index(drop=True))
        remark = "The estimate is the gene score; of several start sites of a gene the one with the smallest p is used."
        return replace(kept, identifiers=identifiers, notes=notes, remarks=(remark,))


def _strongest_sites(rows: pd.DataFrame) -> pd.Series[bool]:
    """Which rows stand for their genes; rows without a name are each left for the checks to find."""
    order = rows.assign(size=-rows["phenotype"].abs()).sort_values(["p", "size"], kind="stable", na_position="last")
    return ~order["name"].duplicated().reindex(rows.index) | (rows["name"] == "")


def _note(row: Mapping[Hashable, object]) -> Note:
    why = f"Another start site of {row['name']} has a smaller p and stands for the gene."
    values = {key: str(row[key]) for key in _COLUMNS}
    return Note(int(str(row["line"])), str(row["name"]), "duplicate", why, source_row=values)


METHOD = Crisprbrain
