"""Gene summaries of MAGeCK's test (robust rank aggregation), with both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from tools.screens.checks.column_names import found_columns, is_same_column
from tools.screens.checks.mageck_rows import effects_of_zero, guides_times_pairs, split_impossible
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import existing, finished, gene_column, named, typed_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_WANTED: Mapping[str, Sequence[str]] = {
    "estimate": ("neglfc", "lfcneg", "neglogfc", "neglog2fc"),
    "p_low": ("negpvalue", "pneg"),
    "p_high": ("pospvalue", "ppos"),
    "fdr_low": ("negfdr", "fdrneg"),
    "fdr_high": ("posfdr", "fdrpos"),
    "guides": ("num", "itemsingroup"),
    "pos_lfc": ("poslfc", "lfcpos", "poslogfc", "poslog2fc"),
    "neg_score": ("negscore", "loneg"),
    "pos_score": ("posscore", "lopos"),
}
_HONOURED = {"gene", "gene2", "replicate", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}


class MageckRra:
    """MAGeCK RRA: ``id num neg|score neg|p-value neg|fdr … pos|lfc`` (Li et al. 2014, Genome Biology 15:554).

    The estimate is the log fold change; p and FDR are one-sided, each of its own side, so the side of the smaller p
    may disagree with the sign of the estimate. Where the two columns of log fold changes differ (they do with some
    settings of MAGeCK), the one of the side with the smaller p is taken. MAGeCK before 0.5.4 wrote none: the estimate
    is then -log10 p of the side with the smaller p, with that side's sign. The columns may be called as R calls them
    (``neg.p.value``).
    """

    title = "MAGeCK RRA gene summary (both sides)"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether both sides with p-values and a score or log fold change are there.

        Args:
            source: The open file.
            reading: A mapping of anything but the gene, identifiers, replicate and this format's own effect asks for
                another reader.
        """
        found = found_columns(source.columns(reading), _WANTED)
        effects = [found[field] for field in ("estimate", "pos_lfc") if field in found]
        mapped = reading.columns.get("estimate")
        own = mapped is None or any(is_same_column(mapped, column) for column in effects)
        is_test = {"p_low", "p_high"} <= set(found) and bool(effects or "neg_score" in found)
        return is_test and own and set(reading.columns) - {"estimate"} <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file.

        Args:
            source: The open file.
            reading: How it is read.
        """
        raw = source.table(reading)
        found = found_columns(raw.columns, _WANTED)
        if "estimate" not in found and "pos_lfc" in found:
            found["estimate"] = found["pos_lfc"]
        mapped = reading.columns.get("replicate")
        table = typed_table(
            raw,
            reading,
            gene=_gene(raw.columns, reading) or gene_column(raw.columns, reading, source.path),
            fields=found,
            kind="lfc" if "estimate" in found else "signed_log10_p",
            replicate=existing(raw.columns, "replicate", mapped, source.path) if mapped is not None else "",
        )
        said = _with_effect(table.rows, reading, found)
        table = split_impossible(table, reading.controls)
        notes = effects_of_zero(table.rows) if "estimate" in found else ()
        remarks = (*said, *guides_times_pairs(table.rows["guides"]))
        return replace(finished(table), notes=(*table.notes, *notes), remarks=remarks)


def _gene(columns: Sequence[str], reading: Reading) -> str:
    """The column of genes as MAGeCK called it before 0.5; empty where it is called otherwise, or mapped."""
    return "" if "gene" in reading.columns else next(iter(named(columns, ("id", "groupid"))), "")


def _with_effect(rows: pd.DataFrame, reading: Reading, found: Mapping[str, str]) -> tuple[str, ...]:
    """Puts the effect of the stronger side into the rows; gives what has to be said of it."""
    high = rows["p_high"] < rows["p_low"]
    if "estimate" not in found:
        with np.errstate(divide="ignore"):
            strength = -np.log10(_above_zero(rows[["p_low", "p_high"]].min(axis=1, skipna=False)))
        rows["estimate"] = np.where(high, strength, -strength) + 0.0
        rows.loc[rows["p_low"] == rows["p_high"], "estimate"] = 0.0
        return ("The file has no log fold change: the estimate is -log10 p of the side with the smaller p.",)
    if "pos_lfc" not in found:
        return ()
    if mapped := reading.columns.get("estimate"):
        if is_same_column(mapped, found["pos_lfc"]):
            rows["estimate"] = rows["pos_lfc"]
        return ()
    differing = int((rows["pos_lfc"] - rows["estimate"]).abs().gt(1e-9).sum())
    if not differing:
        return ()
    rows["estimate"] = np.where(high & rows["pos_lfc"].notna(), rows["pos_lfc"], rows["estimate"])
    return (f"neg|lfc and pos|lfc differ in {differing} rows; the one of the smaller p is taken.",)


def _above_zero(p: pd.Series[float]) -> pd.Series[float]:
    """A legal zero counts as half the smallest p above it, so that its logarithm is finite."""
    above = p[p > 0]
    return p.mask(p == 0, float(above.min()) / 2 if len(above) else np.nan)


METHOD = MageckRra
