"""Screen tables of BioGRID ORCS: up to five scores for each gene, and which genes the authors called hits."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from db.acts import option
from db.errors import NeedsChoiceError
from tools.screens.checks.column_names import found_columns
from tools.screens.tables.raw_table import RawTable, numbers
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import existing, finished, split_two_sided, typed_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_WANTED = {
    "gene": ("officialsymbol",), "identifier": ("identifierid",), "type": ("identifiertype",), "hit": ("hit",),
    "screen": ("screenid",),
}  # fmt: skip
_HONOURED = {"gene", "estimate", "p", "fdr", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}
_ENTREZ = "ENTREZ_GENE"


class BiogridOrcs:
    """BioGRID ORCS: ``#SCREEN_ID IDENTIFIER_ID IDENTIFIER_TYPE OFFICIAL_SYMBOL … SCORE.1 … SCORE.5 HIT SOURCE``.

    What a score is (a fold change, a p, a rank) stands in the index of ORCS and not in the table, so one is taken only
    where it was named. Genes with HIT = YES become a published list of hits. See Oughtred et al. 2021, Protein Science
    30:187.
    """

    title = "BioGRID ORCS screen table"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether symbol, screen and hit are there.

        Args:
            source: The open file.
            reading: A mapping of anything but gene, effect, p, FDR and identifiers asks for another reader.
        """
        found = found_columns(source.columns(reading), _WANTED)
        return {"gene", "screen", "hit"} <= set(found) and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.

        Raises:
            NeedsChoiceError: The table holds several screens, or nobody said which score is the effect.
        """
        raw = source.table(reading)
        found = found_columns(raw.columns, _WANTED)
        _refuse_several(raw, found["screen"])
        if "estimate" not in reading.columns:
            raise _which_score(raw)
        fields = {
            field: existing(raw.columns, field, reading.columns[field], source.path)
            for field in ("estimate", "p", "fdr")
            if field in reading.columns
        }
        gene = reading.columns.get("gene", found["gene"])
        table = typed_table(raw, reading, gene=gene, fields=fields, kind=reading.estimate_kind)
        rows = split_two_sided(table.rows, *(field if field in fields else None for field in ("p", "fdr")))
        cells = raw.cells[raw.cells[found["hit"]].str.strip().str.upper() == "YES"]
        return replace(
            finished(table, rows),
            identifiers={**_entrez(raw, table, found), **table.identifiers},
            hits=tuple(cells[gene].str.strip()) or None,
            remarks=("BioGRID ORCS: genes with HIT = YES are the published list of hits.",) if len(cells) else (),
        )


def _refuse_several(raw: RawTable, column: str) -> None:
    screens = sorted(set(raw.cells[column]))
    if len(screens) > 1:
        raise NeedsChoiceError(
            f"{raw.path.name} holds {len(screens)} screens of ORCS: {', '.join(screens[:12])}.",
            f"Take one: {option(where={column: screens[0]})}.",
        )


def _which_score(raw: RawTable) -> NeedsChoiceError:
    scores = [name for name in raw.columns if name.upper().startswith("SCORE") and numbers(raw, name)[0].notna().any()]
    listed = ", ".join(scores) or "none"
    return NeedsChoiceError(
        f"{raw.path.name} is a table of BioGRID ORCS, whose scores are told apart in its index only; those with"
        " numbers:"
        f" {listed}.",
        f"Look up what they are, and name the effect:"
        f" {option(columns={'estimate': scores[0] if scores else 'SCORE.1'})};"
        f" a p or an FDR likewise ({option(columns={'fdr': 'SCORE.2'})}).",
    )


def _entrez(raw: RawTable, table: ScreenTable, found: dict[str, str]) -> dict[str, pd.Series[str]]:
    """The Entrez ids of the rows that were read, where the table's identifiers are of that kind."""
    if not {"identifier", "type"} <= set(found) or not (raw.cells[found["type"]].str.upper() == _ENTREZ).all():
        return {}
    return {
        "entrez": raw.cells[found["identifier"]].loc[table.rows["line"].tolist()].str.strip().reset_index(drop=True)
    }


METHOD = BiogridOrcs
