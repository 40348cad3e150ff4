"""Any table with a gene and an effect in each row; columns are known by their names or named with --map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from db.acts import COLUMN, option
from db.errors import InvalidValueError, NeedsChoiceError, RefusedFileError
from db.records import EstimateKind
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import (
    GENE_NAMES,
    IDENTIFIER_NAMES,
    existing,
    finished,
    folded,
    gene_column,
    named,
    split_two_sided,
    typed_table,
)
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_ESTIMATES: dict[str, EstimateKind] = {
    "lfc": "lfc", "log2fc": "lfc", "logfc": "lfc", "log2foldchange": "lfc", "logfoldchange": "lfc",
    "medianlfc": "lfc", "meanlfc": "lfc", "beta": "beta", "effect": "beta", "effectsize": "beta", "z": "z",
    "zscore": "z", "foldchangelog2": "lfc",
    "bf": "bayes_factor", "bayesfactor": "bayes_factor", "signedlog10p": "signed_log10_p",
}  # fmt: skip
_COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "estimate": (*_ESTIMATES, "estimate"),
    "standard_error": ("standarderror", "se", "stderr", "lfcse"),
    "p": ("p", "pvalue", "pval"),
    "fdr": ("fdr", "qvalue", "qval", "padj", "adjp", "adjpval", "adjpvalue"),
    "p_low": ("plow", "pneg", "negpvalue"),
    "p_high": ("phigh", "ppos", "pospvalue"),
    "fdr_low": ("fdrlow", "fdrneg", "negfdr"),
    "fdr_high": ("fdrhigh", "fdrpos", "posfdr"),
    "guides": ("guides", "nguides", "numguides", "num", "nsgrna", "nsgrnas", "sgrnas"),
    "replicate": ("replicate", "rep", "donor"),
}
FIELDS = ("gene", *_COLUMN_NAMES, *IDENTIFIER_NAMES)


class Generic:
    """A csv, tsv or Parquet table: one row for each gene (and replicate), with a column for the effect.

    A two-sided p is given to the sides by the sign of the effect (p/2 and 1 - p/2). Obvious column names are known;
    ``--map field=column`` names the others. A column called ``score`` is never taken without being mapped, because
    it says neither what it is nor what positive means.
    """

    title = "table with a gene and an effect column (csv, tsv, gz, Parquet)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether gene and effect are mapped or have obvious names, and no other format's header is there.

        Args:
            source: The open file.
            reading: Its mapping is used.
        """
        columns = source.columns(reading)
        if "estimate" in reading.columns:
            # A condition of a MAGeCK MLE table can be named in the same way; that reader knows more about it.
            return not any(column.endswith("|beta") for column in columns)
        known = named(columns, (*GENE_NAMES, *(n for names in IDENTIFIER_NAMES.values() for n in names)))
        has_gene = "gene" in reading.columns or bool(known) or "" in columns
        return has_gene and bool(named(columns, _COLUMN_NAMES["estimate"])) and not any("|" in name for name in columns)

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.
        """
        unknown = sorted(set(reading.columns) - set(FIELDS))
        if unknown:
            raise InvalidValueError(
                f"{option('columns')} knows no field {unknown[0]!r}.", f"The fields are: {', '.join(FIELDS)}."
            )
        raw, path = source.table(reading), source.path
        columns = raw.columns
        found = {field: _column(field, columns, reading, path) for field in _COLUMN_NAMES}
        fields = {field: column for field, column in found.items() if column is not None and field != "replicate"}
        if "estimate" not in fields:
            raise RefusedFileError(
                f"{path.name} has no effect column; its columns are: {', '.join(columns[:20])}.",
                f"Name it: {option(columns={'estimate': COLUMN})}.",
            )
        kind = _ESTIMATES.get(folded(fields["estimate"]), reading.estimate_kind)
        gene = _gene(columns, reading, path)
        table = typed_table(raw, reading, gene=gene, fields=fields, kind=kind, replicate=found["replicate"] or "")
        p = "p" if "p" in fields and not {"p_low", "p_high"} & set(fields) else None
        fdr = "fdr" if "fdr" in fields and not {"fdr_low", "fdr_high"} & set(fields) else None
        rows = split_two_sided(table.rows, p, fdr)
        taken = ", ".join(f"{field} from {column!r}" for field, column in {"gene": gene, **fields}.items())
        return replace(finished(table, rows), remarks=(f"Columns: {taken}.",))


def _gene(columns: list[str], reading: Reading, path: Path) -> str:
    try:
        return gene_column(columns, reading, path)
    except RefusedFileError:
        identifiers = named(columns, [n for names in IDENTIFIER_NAMES.values() for n in names])
        if "gene" in reading.columns or not identifiers:
            raise
        return identifiers[0]


def _column(field: str, columns: list[str], reading: Reading, path: Path) -> str | None:
    if field in reading.columns:
        return existing(columns, field, reading.columns[field], path)
    found = named(columns, _COLUMN_NAMES[field])
    if len(found) > 1:
        raise NeedsChoiceError(
            f"In {path.name} the columns {', '.join(found)} could each be the {field.replace('_', ' ')}.",
            f"Say which: {option(columns={field: found[0]})}.",
        )
    return found[0] if found else None


METHOD = Generic
