"""Gene summaries of MAGeCK's maximum-likelihood estimate, one group of columns for each condition."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError, NeedsChoiceError
from tools.screens.tables.raw_table import RawTable
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import finished, gene_column, split_two_sided, typed_table
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile

_HONOURED = {"gene", "replicate", "estimate", "p", "hgnc", "mgi", "ensembl", "entrez", "uniprot"}
_REPLICATE_NAME = re.compile(r"(rep|replicate|donor)[ _.-]?\w{1,3}", re.IGNORECASE)
_P_COLUMNS = {"wald-p-value": "wald-fdr", "p-value": "fdr"}


class MageckMle:
    """MAGeCK MLE: ``Gene sgRNA X|beta X|z X|p-value X|fdr X|wald-p-value X|wald-fdr`` (Li et al. 2015, GB 16:281).

    The estimate is beta, its standard error beta / z. The two-sided Wald p is used throughout where the file has it,
    because it belongs to that standard error (permutation p may be 0 where Wald p is .6); ``--map p=p-value`` takes
    the permutation p in its place. Conditions called Rep1, Rep2 … are replicates; others are replicates when
    ``--map replicate=A,B`` says so, and one of them is a screen of its own with ``--map estimate=A``.
    """

    title = "MAGeCK MLE gene summary"

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether there are conditions with a beta and a z.

        Args:
            source: The open file.
            reading: A mapping of anything else asks for another reader.
        """
        columns = source.columns(reading)
        return bool(_conditions(columns)) and set(reading.columns) <= _HONOURED

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the file, each condition that is a replicate by itself.

        Args:
            source: The open file.
            reading: How it is read.
        """
        raw = source.table(reading)
        columns = raw.columns
        chosen = _chosen(_conditions(columns), reading, source.path)
        tables = [self._condition(raw, columns, reading, one) for one in chosen]
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
        )

    def _condition(self, raw: RawTable, columns: list[str], reading: Reading, condition: str) -> ScreenTable:
        p = _p_column(columns, reading, condition)
        fields = {"estimate": f"{condition}|beta", "z": f"{condition}|z"}
        if p is not None:
            fields["p"] = f"{condition}|{p}"
            if f"{condition}|{_P_COLUMNS[p]}" in columns:
                fields["fdr"] = f"{condition}|{_P_COLUMNS[p]}"
        if "sgRNA" in columns:
            fields["guides"] = "sgRNA"
        gene = gene_column(columns, reading, raw.path)
        table = typed_table(raw, reading, gene=gene, fields=fields, kind="beta")
        rows = split_two_sided(table.rows, "p" if "p" in fields else None, "fdr" if "fdr" in fields else None)
        z = rows["z"].to_numpy(dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.abs(rows["estimate"].to_numpy(dtype=float) / z)
        rows["standard_error"] = np.where(np.isfinite(error), error, np.nan)
        which = {"wald-p-value": "Wald p", "p-value": "permutation p", None: "no p"}[p]
        return replace(finished(table, rows), remarks=(f"MAGeCK MLE: {which} is used, standard error = beta / z.",))


def _conditions(columns: list[str]) -> list[str]:
    names = [column.removesuffix("|beta") for column in columns if column.endswith("|beta")]
    return [name for name in names if f"{name}|z" in columns]


def _chosen(conditions: list[str], reading: Reading, path: Path) -> list[str]:
    """The conditions to read: one as the screen, or several as its replicates."""
    if mapped := reading.columns.get("estimate"):
        return [_one_of(mapped, conditions)]
    if declared := reading.columns.get("replicate"):
        return [_one_of(name.strip(), conditions) for name in declared.split(",")]
    if len(conditions) == 1 or all(_REPLICATE_NAME.fullmatch(name) for name in conditions):
        return conditions
    listed = ",".join(conditions)
    raise NeedsChoiceError(
        f"{path.name} has {len(conditions)} conditions: {listed}.",
        f"Take one as the screen ({option(columns={'estimate': conditions[0]})}), or say that they are replicates"
        f" ({option(columns={'replicate': listed})}).",
    )


def _one_of(name: str, conditions: list[str]) -> str:
    plain = name.removesuffix("|beta")
    if plain not in conditions:
        raise InvalidValueError(f"The file has no condition {plain!r}.", f"It has: {', '.join(conditions)}.")
    return plain


def _p_column(columns: list[str], reading: Reading, condition: str) -> str | None:
    wanted = reading.columns.get("p")
    if wanted is not None:
        plain = wanted.split("|")[-1]
        if plain not in _P_COLUMNS or f"{condition}|{plain}" not in columns:
            raise InvalidValueError(
                f"{wanted!r} is not a p-value of condition {condition!r}.", f"There are: {', '.join(_P_COLUMNS)}."
            )
        return plain
    return next((name for name in _P_COLUMNS if f"{condition}|{name}" in columns), None)


METHOD = MageckMle
