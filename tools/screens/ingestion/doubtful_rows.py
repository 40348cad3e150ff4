"""Doubtful rows of a screen's file: found, set aside with a reason, and never silently dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from db.acts import COLUMN, Word, option
from db.errors import RefusedFileError
from db.genes.control_names import is_declared
from db.records import Note
from tools.screens.ingestion.sorted_rows import SortedRows, note_of
from tools.screens.naming.control_rows import folded, split_controls
from tools.screens.tables.screen_table import ScreenTable

BAD_REASONS = ("bad-row", "not-finite", "p-out-of-range")
MOST_BAD = 0.05
"""Above this share of rows that are no data, the file is not what it was taken for."""
ROUNDING = 1e-6
"""How far a p may be above 1 by the rounding of whatever wrote it."""
NAMED = 8
_P_FIELDS = ("p_low", "p_high", "fdr_low", "fdr_high")


def usable_rows(table: ScreenTable, declared: Sequence[str], file_name: str) -> SortedRows:
    """Takes out negative controls, and rows whose numbers cannot be.

    Args:
        table: The file as read.
        declared: Names of negative controls beyond the known ones.
        file_name: Name of the file, for the message.

    Raises:
        RefusedFileError: No effect can be read, or more than 5 % of the rows are bad.
    """
    above, total_notes = split_totals(table.rows)
    genes, controls, control_notes, said = split_controls(above, declared)
    rows, number_notes = split_numbers(genes)
    notes = (*control_notes, *total_notes, *table.notes, *number_notes)
    refuse_hopeless(len(genes) + bad_rows(table), notes, len(rows), file_name)
    return SortedRows(rows, controls, notes, said)


_TOTALS = frozenset({
    "total", "totals", "grand total", "sum", "mean", "average", "avg", "median", "sd", "std", "stdev", "std dev", "se",
    "sem", "standard deviation", "min", "max", "count", "n", "summe", "gesamt", "mittelwert",
})  # fmt: skip
_SURE_TOTALS = frozenset({"total", "totals", "grand total", "sum", "mean", "average", "median", "summe", "mittelwert"})
MOST_TOTALS = 8


def split_totals(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Takes out the last rows of a file where they are totals and means of those above; SD, SE and MAX are genes, too.

    Args:
        rows: Typed rows, in the order of the file.

    Returns:
        The other rows, and a note for each row taken out.
    """
    names = [str(name).strip().casefold().rstrip(":") for name in rows["name"].tail(MOST_TOTALS)]
    count = next((at for at, name in enumerate(reversed(names)) if name not in _TOTALS), len(names))
    if not count or not _SURE_TOTALS.intersection(names[-count:]):
        return rows, []
    why = "A total or mean of the rows above it, no gene."
    return rows.iloc[:-count], [note_of(row, "total", why) for row in rows.iloc[-count:].to_dict("records")]


def bad_rows(table: ScreenTable) -> int:
    """How many rows of a file its reader could not take.

    Args:
        table: The file as read.
    """
    return sum(note.kept_aside and note.reason != "duplicate" for note in table.notes)


def split_numbers(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Takes out rows whose numbers cannot be: no finite effect, p or FDR outside [0, 1], a negative standard error.

    A missing effect is no bad one: tools leave genes without reads empty, and often most of them. A missing p or FDR
    costs a row nothing, and one that is above 1 by no more than rounding is 1.

    Args:
        rows: Typed rows.

    Returns:
        The rows that are left, and a note for each row taken out or flagged (p = 0 is legal, and flagged).
    """
    estimates = rows["estimate"].to_numpy(dtype=float)
    effect, missing = np.isfinite(estimates), np.isnan(estimates)
    rows = _rounded(rows)
    p = rows[list(_P_FIELDS)].to_numpy(dtype=float)
    outside = ((p < 0) | (p > 1)).any(axis=1)
    error = rows["standard_error"].to_numpy(dtype=float)
    wrong_error = (error < 0) | np.isinf(error)
    notes = [
        *_notes(rows[missing], "missing", lambda _: "The file gives no effect."),
        *_notes(rows[np.isinf(estimates)], "not-finite", lambda row: f"The effect is {row['estimate']}: {_INFINITE}."),
        *_notes(rows[effect & outside], "p-out-of-range", _which_p),
        *_notes(
            rows[effect & ~outside & wrong_error],
            "bad-row",
            lambda row: f"The standard error is {row['standard_error']}.",
        ),
    ]
    good = rows[effect & ~outside & ~wrong_error]
    zero = (good[["p_low", "p_high"]].to_numpy(dtype=float) == 0).any(axis=1)
    why = "p = 0: below what the file's method or number format can show; used as it is."
    notes += [note_of(row, "p-zero", why, kept_aside=False) for row in good[zero].to_dict("records")]
    return good, notes


_INFINITE = "stronger than any number, so that it cannot be compared; write a finite one to have it ranked"


def _rounded(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose p and FDR are 1 where they are above it by rounding."""
    p = rows[list(_P_FIELDS)].to_numpy(dtype=float)
    over = (p > 1) & (p <= 1 + ROUNDING)
    return rows.assign(**dict(zip(_P_FIELDS, np.where(over, 1.0, p).T, strict=True))) if over.any() else rows


def said_of_gaps(rows: pd.DataFrame, notes: Sequence[Note]) -> tuple[str, ...]:
    """What whoever adds a file should know of the numbers that it does not have.

    Args:
        rows: The rows that are used.
        notes: Notes on the file's rows.
    """
    said = []
    for field, name in (("fdr_low", "FDR"), ("p_low", "p")):
        gaps = int(rows[field].isna().sum())
        if 0 < gaps < len(rows):
            said.append(f"{gaps:,} of {len(rows):,} rows have no {name}: used, and no hits by a rule on it.")
    if infinite := [note.name for note in notes if note.reason == "not-finite"]:
        names = f"{', '.join(infinite[:NAMED])}{' …' if len(infinite) > NAMED else ''}"
        said.append(
            f"{len(infinite)} rows with an infinite effect are kept aside ({names}): the file means them as its"
            " strongest. Write finite numbers to have them ranked."
        )
    if missing := sum(note.reason == "missing" for note in notes):
        said.append(f"{missing:,} rows have no effect in the file and are kept aside; the others are read.")
    return tuple(said)


def refuse_hopeless(rows_read: int, notes: Sequence[Note], left: int, file_name: str) -> None:
    """Refuses a file of which too much is no data.

    Args:
        rows_read: Rows of the file, controls left out.
        notes: Notes on them.
        left: Rows whose numbers can be used.
        file_name: Name of the file, for the message.

    Raises:
        RefusedFileError: No effect can be read, or more than 5 % of the rows are bad.
    """
    bad = [note for note in notes if note.reason in BAD_REASONS]
    told = bad or [note for note in notes if note.reason == "missing"]
    first = f" The first is {_where(told[0])}: {told[0].detail}" if told else ""
    if not left and not _mostly_outside(bad):
        raise RefusedFileError(
            f"{file_name} has no readable effect in its {rows_read} rows.{first}",
            f"Check which column holds the effect ({option(columns={'estimate': COLUMN})}) and its numbers (0.5, not"
            " 0,5).",
        )
    if len(bad) > MOST_BAD * rows_read:
        counts = ", ".join(f"{count} {reason}" for reason, count in Counter(note.reason for note in bad).most_common())
        raise RefusedFileError(
            f"{len(bad)} of {rows_read} rows of {file_name} are bad ({counts}); at most 5 % may be.{first}",
            f"{_per_cent_hint(bad)}Mend or delete those rows, or check the columns that are read"
            f" ({option(columns={Word('field'): COLUMN})}).",
        )


def _mostly_outside(bad: Sequence[Note]) -> bool:
    return sum(note.reason == "p-out-of-range" for note in bad) > len(bad) / 2


def _per_cent_hint(bad: Sequence[Note]) -> str:
    return "If they are per cent, say so in the column's name, such as 'FDR (%)'. " if _mostly_outside(bad) else ""


def refuse_if_strict(notes: Sequence[Note], declared_controls: Sequence[str], file_name: str) -> None:
    """Refuses a file with any row that would be kept aside; control rows may stand where they were announced.

    Args:
        notes: Notes on its rows.
        declared_controls: Names given with ``--controls``, each of which announces its numbered forms too (``NTC`` also
            ``NTC_12``); a control row that was not announced is refused like any other.
        file_name: Name of the file, for the message.

    Raises:
        RefusedFileError: A row would be kept aside.
    """
    declared = folded(declared_controls)
    aside = [n for n in notes if n.kept_aside and not (n.reason == "control" and _announced(n.name, declared))]
    if aside:
        counts = ", ".join(
            f"{count} {reason}" for reason, count in Counter(note.reason for note in aside).most_common()
        )
        raise RefusedFileError(
            f"{len(aside)} rows of {file_name} would be kept aside ({counts}); the first is {_where(aside[0])}:"
            f" {aside[0].detail}",
            f"Mend the file, or leave {option('strict')} out to take the other rows and have these reported.",
        )


def _announced(name: str, declared: Collection[str]) -> bool:
    """Whether a control's name, or the name that it is a numbered form of, was declared."""
    return is_declared(name, declared) or re.sub(r"[-_ .#]?\d+$", "", name).casefold() in declared


def _where(note: Note) -> str:
    return f"line {note.line} ({note.name})" if note.line is not None else note.name


def _notes(rows: pd.DataFrame, reason: str, detail: Callable[[dict[str, Any]], str]) -> list[Note]:
    records = cast("list[dict[str, Any]]", rows.to_dict("records"))
    return [note_of(row, reason, detail(row)) for row in records]


def _which_p(row: dict[str, Any]) -> str:
    wrong = [f"{field} = {row[field]:g}" for field in _P_FIELDS if row[field] < 0 or row[field] > 1]
    return f"{', '.join(wrong)}: outside [0, 1]."
