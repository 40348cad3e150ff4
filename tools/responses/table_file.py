"""A file of responses as typed rows: columns known by name, labels told by a rule, doubtful rows set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import COLUMN, Word, option
from db.errors import InvalidValueError, NeedsChoiceError, RefusedFileError
from db.genes.control_names import is_control
from db.genes.name_forms import clean
from db.records import Note
from tools.screens.hit_rules import DEFAULT_FDR, hits, parse_rule
from tools.screens.tables.raw_table import RawTable, numbers
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import folded
from tools.screens.tables.source_file import opened

NAMES: Mapping[str, tuple[str, ...]] = {
    "perturbation": ("perturbation", "pert", "perturbedgene", "targetgene", "target", "guidetarget", "knockdown"),
    "readout": ("readout", "readoutgene", "gene", "responsegene", "response", "genesymbol", "symbol", "feature"),
    "estimate": ("estimate", "lfc", "log2fc", "logfc", "log2foldchange", "avglog2fc", "beta", "zscore", "z", "effect"),
    "standard_error": ("standarderror", "se", "stderr", "lfcse"),
    "p": ("p", "pvalue", "pval"),
    "fdr": ("fdr", "qvalue", "qval", "padj", "adjp", "adjpval", "adjpvalue", "pvaladj", "pvalueadj"),
    "de": ("de", "responds", "label", "significant", "isde"),
    "up": ("up", "raised", "goesup"),
}  # fmt: skip
"""Field → how columns that hold it are called, lower case without signs between."""
_TRUE, _FALSE = frozenset({"1", "true", "yes", "up"}), frozenset({"0", "false", "no", "down", "-1"})


@dataclass(frozen=True)
class TypedResponses:
    """A file's rows.

    Attributes:
        rows: Columns perturbation, readout, de and up (nullable booleans), estimate, standard_error, p and fdr.
        rule: How it was told which pairs respond.
        notes: Rows that are not used.
    """

    rows: pd.DataFrame
    rule: str
    notes: tuple[Note, ...]


def read_responses(path: Path, reading: Reading, responds: str = "") -> TypedResponses:
    """Reads a table with one row for each perturbation and readout gene.

    Args:
        path: The file.
        reading: Its columns, conditions, encoding and further names of negative controls.
        responds: Rule that tells which pairs respond; by the table's label, else by ``fdr<0.05``, where empty.

    Raises:
        RefusedFileError: It is no such table, or no row can be used.
        NeedsChoiceError: A column is not known by name, or it cannot be told which pairs respond.
        InvalidValueError: A mapping names what the file does not have.
    """
    with opened(path, reading) as source:
        table = source.table(reading)
    columns = _columns(table, reading.columns)
    frame = pd.DataFrame({key: table.cells[columns[key]].map(clean) for key in ("perturbation", "readout")})
    notes: list[Note] = []
    for key in ("estimate", "standard_error", "p", "fdr"):
        frame[key] = np.nan
        if key in columns:
            values, unreadable = numbers(table, columns[key])
            bad = unreadable | np.isinf(values) | ((values < 0) | (values > 1) if key in ("p", "fdr") else False)
            notes += _notes(frame[bad], "bad-row", f"its {key} is no number that can be used")
            frame[key] = values.mask(bad)
            frame = frame[~bad.reindex(frame.index)]
            table = RawTable(table.cells.loc[frame.index], table.path, table.decimal)
    kept, more = _usable(frame, {one.strip().casefold() for one in reading.controls})
    if kept.empty:
        raise RefusedFileError(
            f"{path.name} has no row that can be used.",
            f"Look at its columns: {option(columns={Word('field'): Word('column')})}.",
        )
    labels, rule = _labelled(kept, table, columns, responds, path)
    return TypedResponses(labels.reset_index(drop=True), rule, (*notes, *more))


def _columns(table: RawTable, given: Mapping[str, str]) -> dict[str, str]:
    there = table.columns
    if unknown := [field for field in given if field not in NAMES]:
        raise InvalidValueError(
            f"{option('columns')} names a field {unknown[0]!r}.", f"The fields are: {', '.join(NAMES)}."
        )
    if missing := [column for column in given.values() if column not in there]:
        raise InvalidValueError(f"The file has no column {missing[0]!r}.", f"Its columns are: {', '.join(there[:20])}.")
    found = dict(given)
    for field, names in NAMES.items():
        matching = [column for name in names for column in there if folded(column) == name]
        free = [column for column in matching if column not in found.values()]
        if field not in found and free:
            found[field] = free[0]
    for field in ("perturbation", "readout"):
        if field not in found:
            raise NeedsChoiceError(
                f"Which column of {table.path.name} holds the {field} cannot be told: it has {', '.join(there[:20])}.",
                f"Say so: {option(columns={field: COLUMN})}.",
            )
    return found


def _usable(frame: pd.DataFrame, controls: set[str]) -> tuple[pd.DataFrame, list[Note]]:
    empty = (frame["perturbation"] == "") | (frame["readout"] == "")
    control = frame["perturbation"].map(lambda name: is_control(name, controls)) & ~empty
    rest = frame[~empty & ~control]
    double = rest.duplicated(["perturbation", "readout"])
    notes = _notes(frame[empty], "bad-row", "a name is missing")
    notes += _notes(frame[control], "control", "a negative control is no perturbation")
    notes += _notes(rest[double], "duplicate", "the pair stands further up in the file")
    return rest[~double], notes


def _notes(rows: pd.DataFrame, reason: str, detail: str) -> list[Note]:
    return [
        Note(int(line), f"{perturbation} {readout}".strip(), reason, detail)
        for line, perturbation, readout in zip(rows.index, rows["perturbation"], rows["readout"], strict=True)
    ]


def _labelled(
    frame: pd.DataFrame, table: RawTable, columns: Mapping[str, str], responds: str, path: Path
) -> tuple[pd.DataFrame, str]:
    """The rows with de and up, and how de was told."""
    frame = frame.copy()
    if "de" in columns and not responds:
        frame["de"], rule = _flags(table, columns["de"], frame.index, path), f"label in column {columns['de']}"
    else:
        rule = responds or DEFAULT_FDR
        parsed = parse_rule(rule)
        needed = [key for key in ("fdr", "p") if parsed.needs(key)] or ["estimate"]
        if parsed.list_hash or any(frame[key].isna().all() for key in needed):
            raise NeedsChoiceError(
                f"Which pairs of {path.name} respond cannot be told: it has no label and no {' or '.join(needed)}.",
                f"Name a column ({option(columns={'de': COLUMN})}), or a rule on what it has, such as"
                f" {option(responds='|lfc|>1')}.",
            )
        sided = frame.assign(p_low=frame["p"], p_high=frame["p"], fdr_low=frame["fdr"], fdr_high=frame["fdr"])
        frame["de"] = hits(sided, parsed).astype("boolean").to_numpy()
        frame["de"] = frame["de"].astype("boolean").mask(frame[needed].isna().any(axis=1).to_numpy())
    if "up" in columns:
        up = _flags(table, columns["up"], frame.index, path)
    else:
        up = (frame["estimate"] > 0).astype("boolean").mask(frame["estimate"].isna())
    frame["up"] = up.where(frame["de"].eq(other=True).to_numpy(dtype=bool, na_value=False))
    return frame, rule


def _flags(table: RawTable, column: str, rows: pd.Index[int], path: Path) -> pd.Series[bool]:
    words = table.cells.loc[rows, column].map(lambda text: clean(text).casefold().removesuffix(".0"))
    known = words.isin(_TRUE | _FALSE | {"", "na", "nan"})
    if not known.all():
        line = int(known.index[~known.to_numpy(dtype=bool)][0])
        raise RefusedFileError(
            f"Line {line} of {path.name} has {words[line]!r} in column {column!r}, which is neither 1 nor 0.",
            "Write labels as 1 and 0, or leave them empty where they are not known.",
        )
    return words.isin(_TRUE).astype("boolean").mask(~words.isin(_TRUE | _FALSE))
