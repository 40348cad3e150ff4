"""Tables that are no effects of genes: guides, read counts, libraries, and what a tool wrote on the way to its result.

Each is told for what it is, with the command or the file that gives what a screen needs.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from db.acts import COLUMN, FILE, act, option
from db.errors import NeedsChoiceError, RefusedFileError
from tools.screens.checks.column_names import looks_like, words_of
from tools.screens.tables.raw_table import RawTable, numbers
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import GENE_NAMES, folded
from tools.screens.tables.source_file import SourceFile, stem_of

_GUIDES = (
    "sgrna", "sgrnaid", "grna", "grnaid", "guide", "guideid", "guidename", "reagentid", "barcode", "oligo", "spacer",
    "protospacer", "seq",
)  # fmt: skip
_SUMMARY = {"ptwosided", "treatmentcount", "treatmean"}
_RAW_RRA = {"itemsingroup", "lovalue"}
_RESPONSES = {"target", "feature", "targetmean", "refmean"}
_SAMPLE = 200
_WHOLE = 0.99
"""Share of cells that are whole numbers from which on a column holds counts."""
_READS = 10
"""Any column of counts has a gene of so many reads."""
_EFFECT = "Give a table with one row and one effect a gene"


def refuse_foreign(source: SourceFile, reading: Reading) -> None:
    """Refuses a table of anything but effects of genes, and says what it is and what makes the effects.

    Args:
        source: The open file, which no reader of a format knows.
        reading: How it is to be read.

    Raises:
        RefusedFileError: It is a table of guides, of counts, a library, or a raw ranking.
        NeedsChoiceError: It is CRISPhieRmix's, whose scores are no effects.
    """
    columns = source.columns(reading)
    names = {folded(column) for column in columns}
    file = source.path.name
    if names >= _RAW_RRA:
        raise RefusedFileError(
            f"{file} is the raw output of MAGeCK's RRA: the ranks of one side, without effect or direction.",
            "Give the gene_summary file of the same run, which has both sides.",
        )
    if names >= _RESPONSES:
        raise RefusedFileError(
            f"{file} is pdex's table of responses: what each perturbation did to each readout gene.",
            f"{act('add_responses', FILE)} takes it; a screen has one effect a perturbation.",
        )
    if "locfdr" in names and (scores := _crisphiermix_scores(columns, reading)):
        raise _which_effect(source, columns, scores)
    if guides := [c for c in columns if folded(c) in _GUIDES or folded(c).endswith("sequence")]:
        _refuse_guides(source, reading, columns, guides)


def _crisphiermix_scores(columns: Sequence[str], reading: Reading) -> list[str]:
    """Scores that were mapped, or could be, as the effect; none where an effect was named that is no score."""
    scores = [column for column in columns if {"score", "scores", "genescores"} & set(words_of(column))]
    mapped = reading.columns.get("estimate")
    return scores if mapped is None or mapped in scores else []


def _which_effect(source: SourceFile, columns: Sequence[str], scores: Sequence[str]) -> NeedsChoiceError:
    others = [c for c in columns if c not in scores and not looks_like(c) and folded(c) not in GENE_NAMES and c]
    known = f", such as {others[0]}" if others else ", joined from the table that CRISPhieRmix was given"
    return NeedsChoiceError(
        f"{source.path.name} is CRISPhieRmix's: locfdr and FDR say how surely a gene has an effect, whichever way, and"
        f" {scores[0]!r} does not say how large it is. Which column is the effect?",
        f"Name a log fold change of the genes{known} ({option(columns={'estimate': COLUMN})}). If {scores[0]!r}"
        " is one, say"
        f" so: {option(reader='generic', columns={'estimate': scores[0]})}.",
    )


def _refuse_guides(source: SourceFile, reading: Reading, columns: Sequence[str], guides: Sequence[str]) -> None:
    names = {folded(column) for column in columns}
    file, beside = source.path.name, f"{stem_of(source.path).removesuffix('.sgrna_summary')}.gene_summary.txt"
    if len(names & _SUMMARY) > 1:
        raise RefusedFileError(
            f"{file} is a table of guides (column {guides[0]}), MAGeCK's sgrna_summary: each row is one guide.",
            f"Give the gene_summary file that MAGeCK wrote beside it ({beside}).",
        )
    if len(set(columns)) < len(columns):
        raise _counts(source, guides[0])
    raw = source.table(reading)
    told = [column for column in guides if _holds_names(raw, column)]
    if not told:
        return
    rest = [c for c in columns if c not in guides and folded(c) not in GENE_NAMES and not _holds_names(raw, c)]
    genes = any(folded(column) in GENE_NAMES for column in columns if column not in told)
    if rest and all(_holds_counts(raw, column) for column in rest):
        raise _counts(source, told[0])
    sequences = [column for column in told if folded(column).endswith(("sequence", "seq", "spacer"))]
    if not rest and (sequences or genes):
        raise RefusedFileError(
            f"{file} is a library of guides ({', '.join(columns[:5])}): it has no effects.",
            f"{_EFFECT}, such as MAGeCK's gene_summary; as the list of genes that a screen can measure, a"
            " library is what"
            f" {option('library')} of a campaign takes.",
        )
    if not genes and "gene" not in reading.columns:
        return
    raise RefusedFileError(
        f"{file} is a table of guides: column {told[0]} names one guide a row.",
        f"{_EFFECT}: put the guides of a gene together with the tool that made it, such as `mageck test` (its"
        f" gene_summary). {option(reader='generic')} reads it as it is where each gene has one guide.",
    )


def _counts(source: SourceFile, guide: str) -> RefusedFileError:
    return RefusedFileError(
        f"{source.path.name} is a table of read counts of guides (column {guide}), not of effects.",
        f"{_EFFECT}: `mageck test -k {source.path.name} -t TREATED -c CONTROL -n NAME` (or drugZ, BAGEL2 and the like)"
        " makes it; give its NAME.gene_summary.txt.",
    )


def refuse_counts_of_genes(source: SourceFile, reading: Reading) -> None:
    """Refuses a table whose columns beside the genes are all read counts.

    Args:
        source: The open file, which no reader knows.
        reading: How it is to be read.

    Raises:
        RefusedFileError: It is one.
    """
    raw = source.table(reading)
    rest = [c for c in raw.columns if c and folded(c) not in GENE_NAMES and not _holds_names(raw, c)]
    if len(rest) > 1 and all(_holds_counts(raw, c) and _sample(raw, c).max() >= _READS for c in rest):
        raise RefusedFileError(
            f"{source.path.name} seems to be a table of read counts: {', '.join(rest[:6])} hold whole numbers only.",
            f"{_EFFECT}, such as a log fold change of treated over control with its p (MAGeCK, DESeq2, edgeR).",
        )


def columns_of_effects(source: SourceFile, reading: Reading) -> list[str]:
    """Columns that could be an effect: numbers of either sign whose names speak of nothing else.

    Args:
        source: The open file.
        reading: How it is to be read.
    """
    raw = source.table(reading)
    numeric = [c for c in raw.columns if c and looks_like(c) in ("", "z") and not _holds_names(raw, c)]
    return [column for column in numeric if (numbers(raw, column)[0] < 0).any()]


def _sample(raw: RawTable, column: str) -> pd.Series[float]:
    return numbers(RawTable(raw.cells[[column]].head(_SAMPLE), raw.path, raw.decimal), column)[0]


def _holds_names(raw: RawTable, column: str) -> bool:
    return bool(_sample(raw, column).notna().mean() < 1 - _WHOLE) if len(raw.cells) else True


def _holds_counts(raw: RawTable, column: str) -> bool:
    values = _sample(raw, column).dropna()
    return len(values) > 0 and bool(((values >= 0) & (values == values.round())).mean() >= _WHOLE)
