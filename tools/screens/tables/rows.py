"""From a table of text to typed rows: what readers share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import COLUMN, option
from db.errors import RefusedFileError
from db.genes.name_forms import clean
from db.records import EstimateKind, Note
from tools.screens.tables.gene_columns import names_of_rows, pair_columns, second_gene
from tools.screens.tables.raw_table import Numbers, RawTable
from tools.screens.tables.reading import Reading
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile
from tools.screens.tables.units import in_its_unit, is_rate, said_of_forms

NUMBER_FIELDS = ("estimate", "standard_error", "p_low", "p_high", "fdr_low", "fdr_high")
ROW_COLUMNS = ("line", "name", "replicate", *NUMBER_FIELDS, "guides")
GENE_NAMES = ("gene", "genes", "symbol", "genesymbol", "hgncsymbol", "genename", "targetgene", "target", "id", "geneid")
IDENTIFIER_NAMES: Mapping[str, tuple[str, ...]] = {
    "hgnc": ("hgnc", "hgncid"),
    "mgi": ("mgi", "mgiid"),
    "ensembl": ("ensembl", "ensemblid", "ensemblgeneid", "ensg", "ensemblgene"),
    "entrez": ("entrez", "entrezid", "entrezgeneid", "ncbigeneid", "entrezgene"),
    "uniprot": ("uniprot", "uniprotid"),
}

_PREFIXED = ("hgnc", "mgi")
_ANY_ID = ("geneid", "genesid", "identifier")
_FORMS = {"entrez": r"\d+(?:\.0)?", "ensembl": r"ENS[A-Z]*G\d{11}(?:\.\d+)?"}
MOSTLY = 0.9
"""Share of a column's cells from which on their form is the column's."""


def folded(name: str) -> str:
    """A column's name without case and without anything but letters and digits.

    Args:
        name: The name.
    """
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def named(columns: Iterable[str], wanted: Sequence[str]) -> list[str]:
    """The columns whose folded name is wanted, in the order of the wanted names.

    Args:
        columns: Names of the file's columns.
        wanted: Folded names.
    """
    by_name: dict[str, list[str]] = {}
    for column in columns:
        by_name.setdefault(folded(column), []).append(column)
    return [column for name in wanted for column in by_name.get(name, [])]


def gene_column(columns: Sequence[str], reading: Reading, path: Path) -> str:
    """The column that holds the genes.

    Args:
        columns: Names of the file's columns.
        reading: ``columns['gene']`` names it where it is given.
        path: The file, for messages.

    Raises:
        RefusedFileError: The file has no such column.
    """
    mapped = reading.columns.get("gene")
    if mapped is not None:
        return existing(columns, "gene", mapped, path)
    found = named(columns, GENE_NAMES)
    if found:
        return found[0]
    if pair := pair_columns([folded(column) for column in columns]):
        return columns[pair[0]]
    if "" in columns:
        # pandas and R write the row names, which are genes here, without a name of their own.
        return ""
    raise RefusedFileError(
        f"{path.name} has no gene column; its columns are: {', '.join(columns[:20])}.",
        f"Name the one that holds gene symbols or identifiers: {option(columns={'gene': COLUMN})}.",
    )


def second_gene_column(columns: Sequence[str], gene: str, reading: Reading, path: Path) -> str:
    """The column of the second genes of pairs; empty where there is none.

    Args:
        columns: Names of the file's columns.
        gene: The column of the first genes.
        reading: ``columns['gene2']`` names it where it is given.
        path: The file, for messages.

    Raises:
        RefusedFileError: The file has no such column.
    """
    if mapped := reading.columns.get("gene2"):
        return existing(columns, "gene2", mapped, path)
    return second_gene(columns, [folded(column) for column in columns], gene)


def existing(columns: Sequence[str], field: str, column: str, path: Path) -> str:
    """A mapped column, if the file has it.

    Args:
        columns: Names of the file's columns.
        field: The field it is mapped to.
        column: Name of the column.
        path: The file, for messages.

    Raises:
        RefusedFileError: The file does not have the column.
    """
    if column in columns:
        return column
    alike = [name for name in columns if folded(name) == folded(column)]
    if len(alike) == 1:
        return alike[0]
    raise RefusedFileError(
        f"{path.name} has no column {column!r}, which {option(columns={field: column})} names.",
        f"Its columns are: {', '.join(columns[:20])}.",
    )


def identifier_columns(columns: Sequence[str], reading: Reading, path: Path) -> dict[str, str]:
    """Namespace → column, for the identifiers that a file has beside its names.

    Args:
        columns: Names of the file's columns.
        reading: A mapping such as ``ensembl=COLUMN`` is used first.
        path: The file, for messages.
    """
    found = {}
    for space, names in IDENTIFIER_NAMES.items():
        if space in reading.columns:
            found[space] = existing(columns, space, reading.columns[space], path)
        elif alike := named(columns, names):
            found[space] = alike[0]
    return found


def _beside(cells: pd.DataFrame, gene: str) -> dict[str, str]:
    """Namespace → a column beside the names that is called an id of genes and does not say of which kind."""
    for column in named([str(name) for name in cells.columns], _ANY_ID):
        if column != gene:
            for space, form in _FORMS.items():
                if cells[column].str.strip().str.fullmatch(form).mean() > MOSTLY:
                    return {space: column}
    return {}


def _with_prefix(genes: pd.Series[str], column: str) -> pd.Series[str]:
    """Numbers of a column of HGNC or MGI ids as these are written; bare ones would be read as Entrez ids."""
    space = next((one for one in _PREFIXED if folded(column) in IDENTIFIER_NAMES[one]), "")
    return genes.str.replace(r"^\s*(\d+)(\.0)?\s*$", rf"{space.upper()}:\1", regex=True) if space else genes


def typed_table(
    table: RawTable,
    reading: Reading,
    *,
    gene: str,
    fields: Mapping[str, str],
    kind: EstimateKind,
    replicate: str = "",
) -> ScreenTable:
    """The rows of a table with their numbers; a row in which a cell is no number is set aside as bad.

    Args:
        table: The table of text.
        reading: How it is read.
        gene: Column of the names.
        fields: Field of `ROW_COLUMNS`, or any other name → column; all are read as numbers.
        kind: What the estimates are.
        replicate: Column that names the replicate; empty where there is none.
    """
    cells = table.cells
    second = second_gene_column(table.columns, gene, reading, table.path)
    names = names_of_rows(_with_prefix(cells[gene], gene), cells[second] if second else None)
    rows = pd.DataFrame({"line": cells.index.astype("int64"), "name": names}, index=cells.index)
    rows["replicate"] = [clean(text) for text in cells[replicate]] if replicate else ""
    bad: dict[int, str] = {}
    flags: list[Note] = []
    columns: dict[str, Numbers] = {}
    for field, column in fields.items():
        read = in_its_unit(field, column, table)
        rows[field] = read.values
        wrong = [*cells.index[read.unreadable.to_numpy()], *_bounds_that_are_none(field, read)]
        for line in wrong:
            bad.setdefault(int(line), f"{cells.loc[line, column]!r} in column {column!r} is not a number.")
        flags += _bounds(field, column, read, rows, cells)
        columns[column] = read
    for field in NUMBER_FIELDS:
        if field not in rows:
            rows[field] = np.nan
    rows["guides"] = _guides(rows)
    notes = (*_unread(bad, rows, cells), *(flag for flag in flags if flag.line not in bad))
    good = ~rows.index.isin(list(bad))
    spaces = _beside(cells, gene) | identifier_columns([str(name) for name in cells.columns], reading, table.path)
    identifiers = {
        space: cells.loc[good, column].map(clean).reset_index(drop=True)
        for space, column in spaces.items()
        if column != gene
    }
    kept = rows[good].reset_index(drop=True)
    return ScreenTable(kept, kind, identifiers, notes=notes, said=(*table.said, *said_of_forms(columns, cells)))


def _unread(bad: Mapping[int, str], rows: pd.DataFrame, cells: pd.DataFrame) -> list[Note]:
    return [
        Note(
            line,
            str(rows.loc[line, "name"]),
            "bad-row",
            detail,
            source_row={str(k): str(v) for k, v in cells.loc[line].items()},
        )
        for line, detail in bad.items()
    ]


def _bounds_that_are_none(field: str, read: Numbers) -> Sequence[int]:
    """Lines in which a bound stands where a number is needed, such as an effect of more than 5."""
    return () if is_rate(field) else read.forms.get("bound", ())


def _bounds(field: str, column: str, read: Numbers, rows: pd.DataFrame, cells: pd.DataFrame) -> list[Note]:
    """A flag for each p or FDR of which the file gives a bound only."""
    if not is_rate(field):
        return []
    return [
        Note(
            line,
            str(rows.loc[line, "name"]),
            "bound",
            f"{cells.loc[line, column]!r} in column {column!r} is a bound; it is taken as {read.values.loc[line]:g}.",
            kept_aside=False,
        )
        for line in read.forms.get("bound", ())
    ]


MOST_GUIDES = 1_000_000


def _guides(rows: pd.DataFrame) -> pd.Series[int]:
    """How many guides; missing where that is said by no number that could be a count."""
    if "guides" not in rows:
        return pd.Series(pd.NA, index=rows.index, dtype="Int64")
    return rows["guides"].where(rows["guides"].between(0, MOST_GUIDES)).round().astype("Int64")


def rank_table(
    source: SourceFile, reading: Reading, fields: Mapping[str, str], kind: EstimateKind, *, replicates: bool = False
) -> ScreenTable:
    """The typed rows of a table of ranks, whose columns are known by name.

    Args:
        source: The open file.
        reading: How it is read.
        fields: Field → column; those that the file does not have are left out.
        kind: What the estimates are.
        replicates: Whether a column of replicates may be mapped.
    """
    raw = source.table(reading)
    mapped = reading.columns.get("replicate") if replicates else None
    return typed_table(
        raw,
        reading,
        gene=gene_column(raw.columns, reading, source.path),
        fields={field: column for field, column in fields.items() if column in raw.columns},
        kind=kind,
        replicate=existing(raw.columns, "replicate", mapped, source.path) if mapped is not None else "",
    )


def split_two_sided(rows: pd.DataFrame, p: str | None, fdr: str | None) -> pd.DataFrame:
    """Gives a two-sided p-value to the two sides: p/2 to the side of the estimate's sign, 1 - p/2 to the other.

    A two-sided FDR goes whole to the side of the sign and 1 to the other, so that 'fdr<0.05' on both sides finds
    what the file's own column finds. A p outside [0, 1] is passed on as it is, to be found by the checks.

    Args:
        rows: Typed rows with an estimate.
        p: Column of two-sided p-values, or None.
        fdr: Column of two-sided FDR, or None.
    """
    high = (rows["estimate"] > 0).to_numpy()
    if p is not None:
        value = rows[p].to_numpy(dtype=float)
        legal = (value >= 0) & (value <= 1)
        small, large = np.where(legal, value / 2, value), np.where(legal, 1 - value / 2, value)
        rows["p_low"], rows["p_high"] = np.where(high, large, small), np.where(high, small, large)
    if fdr is not None:
        value = rows[fdr].to_numpy(dtype=float)
        other = np.where(np.isnan(value), np.nan, 1.0)
        rows["fdr_low"], rows["fdr_high"] = np.where(high, other, value), np.where(high, value, other)
    return rows


def finished(table: ScreenTable, rows: pd.DataFrame | None = None) -> ScreenTable:
    """The table with exactly the columns of a screen's rows.

    Args:
        table: A table that may have further columns.
        rows: Its rows after the reader's own changes; those of `table` where None.
    """
    return replace(table, rows=(table.rows if rows is None else rows)[list(ROW_COLUMNS)])
