"""Tables of contrasts, as DESeq2, edgeR and limma write them: one gene a row, one perturbation a file or a few."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from db.acts import COLUMN, Word, option
from db.errors import NeedsChoiceError, RefusedFileError
from tools.screens.response_files.names import NAMES
from tools.screens.tables.rows import folded
from tools.screens.tables.source_file import stem_of

MADE = frozenset({"perturbation", "readout"})
"""Fields whose columns are made here."""
FIELDS = ("estimate", "standard_error", "p", "fdr")
_PART = re.compile(r"[^A-Za-z0-9-]+")
_SAYS_NOTHING = frozenset({
    "deseq2", "deseq", "edger", "limma", "result", "results", "res", "de", "deg", "degs", "dge", "diff", "expression",
    "vs", "versus", "wt", "ctrl", "control", "ntc", "nt", "dmso", "untreated", "all", "genes", "table", "shrunk", "lfc",
})  # fmt: skip
"""Parts of a file's name that say which tool wrote it, or against what was compared."""


def parts_of(name: str) -> list[str]:
    """The parts of a contrast's name that may be the perturbed gene.

    Args:
        name: Such as ``EPAS1_KO`` or ``IL2RA vs control``.
    """
    parts = _PART.split(name)
    # R writes NKX2-1 as NKX2.1 where a name stands in a column's name.
    parts += [part.replace(".", "-") for part in re.split(r"[^A-Za-z0-9.-]+", name) if "." in part]
    return [part for part in parts if part and part.casefold() not in _SAYS_NOTHING]


MOST_REPEATED = 0.2
"""Share of readouts that stand more than once in a table of one contrast: transcripts, symbols that two genes have."""


def is_one_contrast(cells: pd.DataFrame, given: Mapping[str, str]) -> bool:
    """Whether a table has effects and p-values of genes, each once, and no column that says what was perturbed.

    Args:
        cells: The table.
        given: Field → column, as the user says.
    """
    known = {folded(str(name)): str(name) for name in reversed(cells.columns)}
    there = {field for field in NAMES if field in given or not known.keys().isdisjoint(NAMES[field])}
    if "estimate" not in there or there.isdisjoint({"p", "fdr"}) or "perturbation" in there:
        return False
    column = given.get("readout") or next((known[name] for name in NAMES["readout"] if name in known), cells.columns[0])
    return column in cells.columns and bool(cells[column].duplicated().mean() <= MOST_REPEATED)


def with_perturbation(cells: pd.DataFrame, name: str, given: Mapping[str, str], path: Path) -> pd.DataFrame:
    """One contrast with its perturbation and readout as columns.

    Args:
        cells: Its table.
        name: What was perturbed.
        given: Field → column.
        path: The file, for messages.

    Raises:
        NeedsChoiceError: Which column holds the readout genes cannot be told.
    """
    readout = given.get("readout") or _readout(cells, path)
    return cells.assign(perturbation=name, readout=cells[readout])


def _readout(cells: pd.DataFrame, path: Path) -> str:
    names = [str(name) for name in cells.columns]
    known = next((name for name in names if folded(name) in NAMES["readout"]), "")
    if known or pd.to_numeric(cells.iloc[:, 0], errors="coerce").notna().any():
        if known:
            return known
        raise NeedsChoiceError(
            f"Which column of {path.name} holds the readout cannot be told: it has {', '.join(names[:20])}.",
            f"Say so: {option(columns={'readout': COLUMN})}.",
        )
    # R writes the names of rows into a column without a name.
    return names[0]


def contrasts_beside(columns: Sequence[str]) -> dict[str, dict[str, str]]:
    """Contrasts that stand side by side: ``EPAS1_KO_log2FoldChange``, ``EPAS1_KO_padj``.

    Args:
        columns: Names of the columns.

    Returns:
        Contrast → field → column; empty where no column is one of several contrasts.
    """
    endings = {name: field for field in FIELDS for name in NAMES[field] if len(name) > 1}
    found: dict[str, dict[str, str]] = {}
    for column in columns:
        contrast, sign, ending = _cut(column)
        field = endings.get(folded(ending)) if sign else None
        if field and contrast:
            found.setdefault(contrast, {}).setdefault(field, column)
    return {name: fields for name, fields in found.items() if "estimate" in fields and len(fields) > 1}


def _cut(column: str) -> tuple[str, str, str]:
    at = max(column.rfind(sign) for sign in "_. ")
    return (column[:at], column[at], column[at + 1 :]) if at > 0 else ("", "", column)


def stacked(cells: pd.DataFrame, contrasts: Mapping[str, Mapping[str, str]], readout: str) -> pd.DataFrame:
    """Contrasts that stand side by side, one below the other.

    Args:
        cells: The table.
        contrasts: As `contrasts_beside` gives them.
        readout: Column of the readout genes.
    """
    parts = []
    for contrast, fields in contrasts.items():
        part = cells[[readout, *fields.values()]].set_axis(["readout", *fields], axis=1)
        parts.append(part.assign(perturbation=contrast))
    return pd.concat(parts)


def name_in(path: Path, others: Sequence[Path] = ()) -> str:
    """The name of a contrast in its file's name, without what all files of a folder share.

    Args:
        path: The file.
        others: Further files of the folder.
    """
    own = parts_of(stem_of(path))
    rest = [set(parts_of(stem_of(other))) for other in others if other != path]
    shared = set.intersection(*rest) if rest else set()
    return "_".join(part for part in own if part not in shared) or stem_of(path)


def refuse_nameless(path: Path, names: Sequence[str]) -> NeedsChoiceError:
    """The refusal of contrasts whose names say no gene.

    Args:
        path: The file.
        names: Their names.
    """
    return NeedsChoiceError(
        f"Which gene was perturbed in {path.name} cannot be told: no part of {names[0]!r} is the symbol of a gene.",
        f"Say so ({option(perturbation=Word('gene'))}), or name the file after the gene.",
    )


def refuse_other(path: Path, folder: Path) -> RefusedFileError:
    """The refusal of a file in a folder of contrasts that is none.

    Args:
        path: The file.
        folder: The folder.
    """
    return RefusedFileError(
        f"{folder.name} holds {path.name}, which is no table of one contrast (a gene, its log2 fold change and p or"
        " padj).",
        "Move it out of the folder, or give the tables one by one.",
    )
