"""Matrices of genes × cell lines, as DepMap, Chronos and JACKS write them: one cell line is taken as the screen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from db.acts import VALUE, option
from db.errors import InvalidValueError, NeedsChoiceError, RefusedFileError
from db.genes.name_forms import clean
from tools.screens.tables.raw_table import RawTable, numbers
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import existing, finished, gene_column, named, typed_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_GENE = re.compile(r"(.+?)(?: \((\d+|nan)\)|\.\.(\d+)\.)", re.IGNORECASE)
"""``A1BG (1)`` of DepMap, and ``A1BG..1.``, which R makes of it."""
_LINE = re.compile(r"ACH[-.]\d{6}")
_JACKS = re.compile(r"_gene(_\w+)?_JACKS_results", re.IGNORECASE)
_MOST = 0.6
"""Share of columns that are genes, or cell lines, from which on a table is a matrix of them."""
_FEWEST = 3
_HONOURED = {"gene", "estimate"}


class GeneMatrix:
    """A matrix whose columns are genes (``A1BG (1)``) and rows cell lines, or the other way round.

    DepMap's ``CRISPRGeneEffect.csv`` and Chronos' ``gene_effect.csv`` have genes as columns; JACKS writes a column for
    each cell line, and with ``--fdr`` leaves a cell blank where a gene is not significant. ``--map estimate=LINE`` says
    which cell line is the screen, as does ``--where``.
    """

    title = "matrix of genes and cell lines (DepMap, Chronos, JACKS)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether most columns are genes with their Entrez ids or DepMap's cell lines, or JACKS wrote the file.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene and the effect asks for another reader.
        """
        columns = source.columns(reading)
        if not set(reading.columns) <= _HONOURED or len(columns) < 2:
            return False
        named_so = reading.reader == "gene_matrix" and len(columns) > _FEWEST
        jacks = bool(_JACKS.search(source.path.name)) and bool(named(columns, ("gene",)))
        return jacks or named_so or _are_genes(columns) or _share(columns, _LINE) >= _MOST

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads one cell line.

        Args:
            source: The open file.
            reading: How it is read.

        Raises:
            NeedsChoiceError: Nobody said which cell line.
            InvalidValueError: The file has no such cell line.
        """
        raw = source.table(reading)
        if _are_genes(raw.columns) or not (_JACKS.search(source.path.name) or _share(raw.columns, _LINE) >= _MOST):
            return _across(raw, reading)
        return _down(raw, reading)


def _are_genes(columns: Sequence[str]) -> bool:
    return len(columns) > _FEWEST and _share(columns, _GENE) >= _MOST


def _share(columns: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(bool(pattern.fullmatch(column)) for column in columns[1:]) / max(len(columns) - 1, 1)


# Genes as columns --------------------------------------------------------------------------------


def _across(raw: RawTable, reading: Reading) -> ScreenTable:
    key, *genes = raw.columns
    if _are_genes(raw.columns):
        genes = [column for column in genes if _GENE.fullmatch(column)]
    lines = raw.cells[key].map(clean)
    place = _row_of(raw, reading, lines, len(genes))
    values = raw.cells.iloc[place][genes]
    cells = pd.DataFrame({"gene": [_as_written(gene) for gene in genes], "effect": values.to_numpy()})
    cells.index = pd.Index([raw.columns.index(gene) + 1 for gene in genes])
    turned = RawTable(cells.astype(object), raw.path, raw.decimal)
    table = typed_table(turned, replace(reading, columns={}), gene="gene", fields={"estimate": "effect"},
                        kind=reading.estimate_kind)  # fmt: skip
    remark = f"The row {lines.iloc[place]} of a matrix with genes as columns is read; lines are its columns."
    return replace(finished(table), remarks=(remark,))


def _row_of(raw: RawTable, reading: Reading, lines: pd.Series[str], genes: int) -> int:
    """The place of the cell line that was asked for, or of the only one."""
    wanted = reading.columns.get("estimate")
    if wanted is None and len(lines) == 1:
        return 0
    if wanted is None:
        raise NeedsChoiceError(
            f"{raw.path.name} is a matrix with {genes:,} genes as columns and {len(lines):,} cell lines as"
            " rows, so each"
            f" row is a screen: {', '.join(lines[:8])}{' …' if len(lines) > 8 else ''}.",
            f"Say which is meant, and the matrix is transposed: {option(columns={'estimate': lines.iloc[0]})}."
            + (f" {option(where={raw.columns[0]: VALUE})} does the same." if raw.columns[0] else ""),
        )
    found = [place for place, line in enumerate(lines) if line.casefold() == clean(wanted).casefold()]
    if len(found) != 1:
        raise InvalidValueError(
            f"{raw.path.name} has {len(found) or 'no'} rows {wanted!r} for {option(columns={'estimate': wanted})}.",
            f"Its rows are: {', '.join(lines[:12])}{' …' if len(lines) > 12 else ''}.",
        )
    return found[0]


def _as_written(gene: str) -> str:
    """A gene as DepMap writes it, also where R changed its signs."""
    match = _GENE.fullmatch(gene)
    return f"{match[1]} ({match[3]})" if match and match[3] else gene


# Genes as rows -----------------------------------------------------------------------------------


def _down(raw: RawTable, reading: Reading) -> ScreenTable:
    _refuse_beside(raw.path)
    gene = gene_column(raw.columns, reading, raw.path)
    lines = [column for column in raw.columns if column not in ("", gene)]
    mapped = reading.columns.get("estimate")
    if mapped is None and len(lines) > 1:
        raise NeedsChoiceError(
            f"{raw.path.name} has a column of effects for each of {len(lines):,} cell lines: {', '.join(lines[:20])}.",
            f"Say which is the screen: {option(columns={'estimate': lines[0]})}.",
        )
    column = lines[0] if mapped is None else existing(raw.columns, "estimate", mapped, raw.path)
    values, unreadable = numbers(raw, column)
    blank = values.isna() & ~unreadable
    table = typed_table(raw, reading, gene=gene, fields={"estimate": column}, kind=reading.estimate_kind)
    remarks = [f"The column {column} of a matrix of cell lines is read."]
    if blank.any() and _JACKS.search(raw.path.name):
        remarks.append(
            f"{int(blank.sum())} cells are blank: JACKS, asked for an FDR, leaves a gene blank that is not significant;"
            " its effect is unknown, not 0."
        )
    if _are_chances(raw, column):
        remarks.append(f"All values of {column} lie between 0 and 1: a p or a probability rather than an effect.")
    return replace(finished(table), remarks=tuple(remarks))


def _refuse_beside(path: Path) -> None:
    """Refuses the p-values and the standard deviations that JACKS writes beside the effects."""
    match = _JACKS.search(path.name)
    if match and match[1]:
        effects = path.name.replace(match[1], "", 1)
        raise RefusedFileError(
            f"{path.name} holds {match[1].strip('_')} of JACKS, not effects.", f"Give the file beside it: {effects}."
        )


def _are_chances(raw: RawTable, column: str) -> bool:
    values = numbers(raw, column)[0].dropna()
    return len(values) > _FEWEST and bool(values.between(0, 1).all())


METHOD = GeneMatrix
