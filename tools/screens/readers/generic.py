"""Any table with a gene and an effect in each row; columns are known by their names or named with --map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from db.acts import COLUMN, option
from db.errors import InvalidValueError, NeedsChoiceError, RefusedFileError
from db.records import ONE_SIDED, UNSIGNED, EstimateKind
from tools.screens.checks.column_names import left_unread, looks_like, words_of
from tools.screens.checks.effect_columns import refuse_no_effect
from tools.screens.checks.evidence_sides import to_one_side
from tools.screens.tables.gene_columns import pair_columns
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import (
    GENE_NAMES,
    IDENTIFIER_NAMES,
    existing,
    finished,
    folded,
    gene_column,
    named,
    second_gene_column,
    split_two_sided,
    typed_table,
)
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_ESTIMATES: dict[str, EstimateKind] = {
    "lfc": "lfc", "log2fc": "lfc", "logfc": "lfc", "log2foldchange": "lfc", "logfoldchange": "lfc",
    "medianlfc": "lfc", "meanlfc": "lfc", "beta": "beta", "effect": "beta", "effectsize": "beta", "z": "z",
    "zscore": "z", "normz": "z", "foldchangelog2": "lfc", "logfoldchanges": "lfc",
    "bf": "bayes_factor", "bayesfactor": "bayes_factor", "signedlog10p": "signed_log10_p",
}  # fmt: skip
_COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "estimate": (*_ESTIMATES, "estimate"),
    "standard_error": ("standarderror", "se", "stderr", "lfcse"),
    "p": ("p", "pvalue", "pval", "pvalues", "pvals"),
    "fdr": ("fdr", "qvalue", "qval", "padj", "adjp", "adjpval", "adjpvalue", "pvaladj", "pvalsadj", "bhadjpvalue"),
    "p_low": ("plow", "pneg", "negpvalue"),
    "p_high": ("phigh", "ppos", "pospvalue"),
    "fdr_low": ("fdrlow", "fdrneg", "negfdr"),
    "fdr_high": ("fdrhigh", "fdrpos", "posfdr"),
    "guides": ("guides", "nguides", "numguides", "num", "nsgrna", "nsgrnas", "sgrnas", "numberofguideelements"),
    "replicate": ("replicate", "rep", "donor"),
}
FIELDS = ("gene", "gene2", *_COLUMN_NAMES, *IDENTIFIER_NAMES)


class Generic:
    """A csv, tsv or Parquet table: one row for each gene (and replicate), with a column for the effect.

    A two-sided p is given to the sides by the sign of the effect (p/2 and 1 - p/2). Obvious column names are known;
    ``--map field=column`` names the others. A column called ``score`` is never taken without being mapped, because
    it says neither what it is nor what positive means.
    """

    title = "table with a gene and an effect column (csv, tsv, gz, Parquet)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether gene and effect are mapped or have obvious names.

        Args:
            source: The open file.
            reading: Its mapping is used.
        """
        columns = source.columns(reading)
        if "estimate" in reading.columns:
            return True
        known = named(columns, (*GENE_NAMES, *(n for names in IDENTIFIER_NAMES.values() for n in names)))
        pairs = pair_columns([folded(column) for column in columns]) is not None
        has_gene = "gene" in reading.columns or bool(known) or pairs or "" in columns
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
        kind = _kind_of(fields["estimate"], reading)
        _refuse_signless(fields["estimate"], reading, path)
        gene = _gene(columns, reading, path)
        table = typed_table(raw, reading, gene=gene, fields=fields, kind=kind, replicate=found["replicate"] or "")
        refuse_no_effect(table.rows["estimate"], fields["estimate"], kind, source, reading)
        p = "p" if "p" in fields and not {"p_low", "p_high"} & set(fields) else None
        fdr = "fdr" if "fdr" in fields and not {"fdr_low", "fdr_high"} & set(fields) else None
        # Evidence of one side, and strength without a sign, have one p and one FDR, which no sign could place.
        one_sided = kind in ONE_SIDED or reading.positive_means == UNSIGNED
        rows = (to_one_side if one_sided else split_two_sided)(table.rows, p, fdr)
        second = second_gene_column(columns, gene, reading, path)
        shown = {"gene": gene, **({"gene2": second} if second else {}), **fields}
        taken = ", ".join(f"{field} from {_shown(column)}" for field, column in shown.items())
        unread = left_unread(columns, {**shown, "replicate": found["replicate"] or gene})
        return replace(finished(table, rows), remarks=(f"Columns: {taken}.", *unread))


def _shown(column: str) -> str:
    return repr(column) if column else "the row names"


def _kind_of(column: str, reading: Reading) -> EstimateKind:
    """What an effect is by its column's name; what was said of it, where the name does not say."""
    words = set(words_of(column))
    looser: dict[EstimateKind, bool] = {
        "z": looks_like(column) == "z", "bayes_factor": "bf" in words or "bayesfactor" in folded(column),
        "beta": "beta" in words,
    }  # fmt: skip
    by_look = [kind for kind, holds in looser.items() if holds and reading.estimate_kind == "lfc"]
    return _ESTIMATES.get(folded(column)) or (by_look[0] if by_look else reading.estimate_kind)


def _refuse_signless(column: str, reading: Reading, path: Path) -> None:
    """Refuses casTLE's score with a direction: it says how sure an effect is, whichever way it goes."""
    if {"castle", "score"} <= set(words_of(column)) and reading.positive_means in ("raises", "lowers"):
        raise NeedsChoiceError(
            f"{column!r} of {path.name} is casTLE's score, which says how sure an effect is and not which way it goes.",
            f"Give {option(positive_means=UNSIGNED)}, or the column of casTLE's effect, which has a sign.",
        )


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
