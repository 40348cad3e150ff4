"""Gene summaries of MAGeCK's maximum-likelihood estimate, one group of columns for each condition."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError, NeedsChoiceError
from tools.screens.checks.mageck_rows import CALLED
from tools.screens.tables.raw_table import RawTable
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, folded, gene_column, named, split_two_sided, typed_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_HONOURED = {"gene", "gene2", "replicate", "estimate", "p", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}
_REPLICATE_NAME = re.compile(r"(rep|replicate|donor)[ _.-]?\w{1,3}", re.IGNORECASE)
_COLUMN = re.compile(r"(.+?)[|._ -](beta|z|(?:wald[-._ ])?p[-._ ]value|(?:wald[-._ ])?fdr)", re.IGNORECASE)
_P_COLUMNS = {"p-value": "fdr", "wald-p-value": "wald-fdr"}
"""The p-values that a file may have, the one that is taken by itself first, and the FDR of each."""
_TESTS = {"p-value": "permutation p", "wald-p-value": "Wald p"}
_FEW, _BLIND = 5, 5
"""A side on which one test finds at least so many genes, and the other not one in so many of them."""

Conditions = Mapping[str, Mapping[str, str]]
"""Condition → what a column of it is, folded (``beta``, ``waldpvalue``) → the column."""


class MageckMle:
    """MAGeCK MLE: ``Gene sgRNA X|beta X|z X|p-value X|fdr X|wald-p-value X|wald-fdr`` (Li et al. 2015, GB 16:281).

    The estimate is beta, its standard error beta / z. The two-sided permutation p and its FDR are used where the file
    has them: Wald's p takes the error of a rising gene for several times that of a falling one of the same size, and
    so finds falling genes only. ``--map p=wald-p-value`` takes it all the same, and where the two disagree on a whole
    side that is said. Conditions called Rep1, Rep2 … are replicates; others are replicates when ``--map replicate=A,B``
    says so, and one of them is a screen of its own with ``--map estimate=A``. R writes ``X.beta``.
    """

    title = "MAGeCK MLE gene summary"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether there are conditions with a beta and a z.

        Args:
            source: The open file.
            reading: A mapping of anything else asks for another reader.
        """
        return bool(_conditions(source.columns(reading))) and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file, each condition that is a replicate by itself.

        Args:
            source: The open file.
            reading: How it is read.
        """
        raw = source.table(reading)
        conditions = _conditions(raw.columns)
        chosen = _chosen(conditions, reading, source.path)
        tables = [_read_condition(raw, reading, conditions, one) for one in chosen]
        if len(chosen) == 1:
            return tables[0]
        parts = [table.rows.assign(replicate=one) for one, table in zip(chosen, tables, strict=True)]
        notes = tuple(
            replace(note, detail=f"{one}: {note.detail}")
            for one, t in zip(chosen, tables, strict=True)
            for note in t.notes
        )
        spaces = tables[0].identifiers
        return replace(
            tables[0],
            rows=pd.concat(parts, ignore_index=True),
            identifiers={s: pd.concat([t.identifiers[s] for t in tables], ignore_index=True) for s in spaces},
            notes=notes,
            remarks=tuple(dict.fromkeys(remark for table in tables for remark in table.remarks)),
        )


def _conditions(columns: Sequence[str]) -> Conditions:
    found: dict[str, dict[str, str]] = {}
    for column in columns:
        if match := _COLUMN.fullmatch(column):
            found.setdefault(match[1], {})[folded(match[2])] = column
    return {name: parts for name, parts in found.items() if {"beta", "z"} <= set(parts) and _is_mageck(parts)}


def _is_mageck(parts: Mapping[str, str]) -> bool:
    """Any table may have an ``x_beta`` and an ``x_z``; MAGeCK has its own sign between them, or a p beside them."""
    return "|" in parts["beta"] or not {"pvalue", "waldpvalue"}.isdisjoint(parts)


def _read_condition(raw: RawTable, reading: Reading, conditions: Conditions, condition: str) -> ScreenTable:
    columns = conditions[condition]
    p = _p_column(columns, reading, condition)
    fields = {"estimate": columns["beta"], "z": columns["z"]}
    fields |= {one: columns[folded(one)] for pair in _P_COLUMNS.items() for one in pair if folded(one) in columns}
    if guides := named(raw.columns, ("sgrna",)):
        fields["guides"] = guides[0]
    table = typed_table(raw, reading, gene=gene_column(raw.columns, reading, raw.path), fields=fields, kind="beta")
    fdr = _P_COLUMNS[p] if p is not None and _P_COLUMNS[p] in fields else None
    rows = split_two_sided(table.rows, p, fdr)
    z = rows["z"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.abs(rows["estimate"].to_numpy(dtype=float) / z)
    rows["standard_error"] = np.where(np.isfinite(error), error, np.nan)
    remark = f"MAGeCK MLE: {'no p' if p is None else _TESTS[p]} is used, standard error = beta / z."
    return replace(finished(table, rows), remarks=(remark, *_disagreements(rows, p)), cut="SG")


def _disagreements(rows: pd.DataFrame, used: str | None) -> tuple[str, ...]:
    """A sentence for each side on which one of the two tests finds many genes, and the other hardly any."""
    if not {"fdr", "wald-fdr"} <= set(rows):
        return ()
    said = []
    for word, on_side in (("fall", rows["estimate"] < 0), ("rise", rows["estimate"] > 0)):
        counts = {p: int((on_side & (rows[fdr] < CALLED)).sum()) for p, fdr in _P_COLUMNS.items()}
        (more, many), (less, few) = sorted(counts.items(), key=lambda one: -one[1])
        if many >= _FEW and few * _BLIND <= many:
            # The other test is offered only where it finds more.
            offer = f" {option(columns={'p': more})} takes these." if used == less else ""
            said.append(
                f"The tests disagree on a whole side: {many} genes {word}, in the file's own sign, by FDR < {CALLED} of"
                f" {_TESTS[more]}, and {few or 'none'} by that of {_TESTS[less]}.{offer}"
            )
    return tuple(said)


def _chosen(conditions: Conditions, reading: Reading, path: Path) -> list[str]:
    """The conditions to read: one as the screen, or several as its replicates."""
    names = list(conditions)
    if mapped := reading.columns.get("estimate"):
        return [_one_of(mapped, conditions)]
    if declared := reading.columns.get("replicate"):
        return [_one_of(name.strip(), conditions) for name in declared.split(",")]
    if len(names) == 1 or all(_REPLICATE_NAME.fullmatch(name) for name in names):
        return names
    listed = ",".join(names)
    raise NeedsChoiceError(
        f"{path.name} has {len(names)} conditions: {listed}.",
        f"Take one as the screen ({option(columns={'estimate': names[0]})}), or say that they are replicates"
        f" ({option(columns={'replicate': listed})}).",
    )


def _one_of(name: str, conditions: Conditions) -> str:
    for condition, columns in conditions.items():
        if name in (condition, columns["beta"]):
            return condition
    raise InvalidValueError(
        f"The file has no condition {name.removesuffix('|beta')!r}.", f"It has: {', '.join(conditions)}."
    )


def _p_column(columns: Mapping[str, str], reading: Reading, condition: str) -> str | None:
    wanted = reading.columns.get("p")
    if wanted is None:
        return next((name for name in _P_COLUMNS if folded(name) in columns), None)
    match = _COLUMN.fullmatch(wanted)
    plain = wanted if match is None or folded(wanted) in map(folded, _P_COLUMNS) else match[2]
    for name in _P_COLUMNS:
        if folded(name) in columns and folded(plain) == folded(name):
            return name
    raise InvalidValueError(
        f"{wanted!r} is not a p-value of condition {condition!r}.", f"There are: {', '.join(_P_COLUMNS)}."
    )


METHOD = MageckMle
