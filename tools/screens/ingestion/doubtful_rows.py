"""Doubtful rows of a screen's file: found, set aside with a reason, and never silently dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from db.acts import COLUMN, Word, option
from db.errors import RefusedFileError
from db.genes.perturbation_names import genes_in
from db.records import Note
from tools.screens.tables.rows import NUMBER_FIELDS
from tools.screens.tables.screen_table import ScreenTable

BAD_REASONS = ("bad-row", "not-finite", "p-out-of-range")
MOST_BAD = 0.05
"""Above this share of rows that are no data, the file is not what it was taken for."""
_P_FIELDS = ("p_low", "p_high", "fdr_low", "fdr_high")

_NUMBERED = r"([-_ .#]?\d+)?"
_CONTROL_NAMES = re.compile(
    rf"""(non|no)[-_ ]?target(ing|s)?([-_ ]?(controls?|ctrls?|guides?|sgrnas?|genes?))?{_NUMBERED}
    | nontargetingcontrolguidefor(human|mouse){_NUMBERED}
    | nt[-_ ]?(controls?|ctrls?){_NUMBERED} | ntc([-_ .#]\d+)?
    | safe[-_ ]?(targeting|harbou?r|cutters?|regions?)([-_ ]?(controls?|ctrls?))?{_NUMBERED}
    | neg(ative)?[-_ ]?(controls?|ctrls?){_NUMBERED} | negative
    | scrambled?([-_ ]?(controls?|ctrls?))?{_NUMBERED} | intergenic([-_ ]?(controls?|ctrls?))?{_NUMBERED}
    | (aavs1|rosa26|lacz|luciferase|e?gfp|mcherry){_NUMBERED}""",
    re.IGNORECASE | re.VERBOSE,
)


def is_control(name: str, declared: Collection[str] = ()) -> bool:
    """Whether a whole name is that of a negative control; a pair is one where both of its names are.

    Whole names only: parts of a name would take the genes CTRL, KNTC1 and NEGR1 for controls. Known are
    non-targeting, NTC, safe-targeting, negative control, scramble, intergenic, AAVS1, ROSA26, LacZ, luciferase and
    fluorescent proteins, each also numbered (``NTC_12``), as are declared names.

    Args:
        name: A name as the file has it.
        declared: Further names of controls, case folded; each stands for its numbered forms too, where something parts
            name and number (``NO_SITE`` also for ``NO_SITE_12``).
    """
    return all(_CONTROL_NAMES.fullmatch(part) or _is_declared(part.casefold(), declared) for part in genes_in(name))


def _is_declared(name: str, declared: Collection[str]) -> bool:
    return bool(declared) and not {name, re.sub(r"[-_ .#]\d+$", "", name)}.isdisjoint(declared)


@dataclass(frozen=True)
class SortedRows:
    """A file's rows, sorted into those that can be used and those that are kept aside.

    Attributes:
        rows: Typed rows that can be used.
        controls: Typed rows of negative controls.
        notes: Rows that were taken out or flagged, each with its reason.
    """

    rows: pd.DataFrame
    controls: pd.DataFrame
    notes: tuple[Note, ...]


def usable_rows(table: ScreenTable, declared: Sequence[str], file_name: str) -> SortedRows:
    """Takes out negative controls, and rows whose numbers cannot be.

    Args:
        table: The file as read.
        declared: Names of negative controls beyond the known ones.
        file_name: Name of the file, for the message.

    Raises:
        RefusedFileError: No effect can be read, or more than 5 % of the rows are bad.
    """
    genes, controls, control_notes = split_controls(table.rows, declared)
    rows, number_notes = split_numbers(genes)
    notes = (*control_notes, *table.notes, *number_notes)
    refuse_hopeless(len(genes) + bad_rows(table), notes, len(rows), file_name)
    return SortedRows(rows, controls, notes)


def bad_rows(table: ScreenTable) -> int:
    """How many rows of a file its reader could not take.

    Args:
        table: The file as read.
    """
    return sum(note.reason == "bad-row" for note in table.notes)


def split_controls(rows: pd.DataFrame, declared: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame, list[Note]]:
    """Takes the rows of negative controls out.

    Args:
        rows: Typed rows.
        declared: Names that ``--controls`` gives, in any case, beyond the known ones.

    Returns:
        The other rows, the controls (those without a finite estimate left out), and a note for each control row.
    """
    named = {name.strip().casefold() for name in declared}
    controls = {name: is_control(name, named) for name in rows["name"].unique()}
    mask = rows["name"].map(controls).to_numpy(dtype=bool)
    found = rows[mask]
    why = "A negative control, kept apart from the genes."
    notes = [note_of(row, "control", why) for row in found.to_dict("records")]
    return rows[~mask], found[np.isfinite(found["estimate"].to_numpy(dtype=float))], notes


def split_numbers(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Takes out rows whose numbers cannot be: no finite effect, p or FDR outside [0, 1], a negative standard error.

    Args:
        rows: Typed rows.

    Returns:
        The rows that are left, and a note for each row taken out or flagged (p = 0 is legal, and flagged).
    """
    effect = np.isfinite(rows["estimate"].to_numpy(dtype=float))
    p = rows[list(_P_FIELDS)].to_numpy(dtype=float)
    outside = ((p < 0) | (p > 1)).any(axis=1)
    error = rows["standard_error"].to_numpy(dtype=float)
    wrong_error = (error < 0) | np.isinf(error)
    notes = [
        *_notes(rows[~effect], "not-finite", lambda row: f"The effect is {row['estimate']}, not a finite number."),
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
    first = f" The first is {_where(bad[0])}: {bad[0].detail}" if bad else ""
    if not left:
        raise RefusedFileError(
            f"{file_name} has no readable effect in its {rows_read} rows.{first}",
            f"Check which column holds the effect ({option(columns={'estimate': COLUMN})}) and its numbers (0.5, not"
            " 0,5).",
        )
    if len(bad) > MOST_BAD * rows_read:
        counts = ", ".join(f"{count} {reason}" for reason, count in Counter(note.reason for note in bad).most_common())
        raise RefusedFileError(
            f"{len(bad)} of {rows_read} rows of {file_name} are bad ({counts}); at most 5 % may be.{first}",
            "Mend or delete those rows, or check the columns that are read"
            f" ({option(columns={Word('field'): COLUMN})}).",
        )


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
    declared = {name.strip().casefold() for name in declared_controls}
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
    return not {name.casefold(), re.sub(r"[-_ .#]?\d+$", "", name).casefold()}.isdisjoint(declared)


def _where(note: Note) -> str:
    return f"line {note.line} ({note.name})" if note.line is not None else note.name


def _notes(rows: pd.DataFrame, reason: str, detail: Callable[[dict[str, Any]], str]) -> list[Note]:
    records = cast("list[dict[str, Any]]", rows.to_dict("records"))
    return [note_of(row, reason, detail(row)) for row in records]


def _which_p(row: dict[str, Any]) -> str:
    wrong = [f"{field} = {row[field]:g}" for field in _P_FIELDS if row[field] < 0 or row[field] > 1]
    return f"{', '.join(wrong)}: outside [0, 1]."


def note_of(row: Mapping[Any, Any], reason: str, detail: str, *, kept_aside: bool = True) -> Note:
    """A note on a typed row, with the row's own values, so that it can be taken up later.

    Args:
        row: The row.
        reason: One of the reasons of `db.records.Note`.
        detail: A sentence that says why.
        kept_aside: False where the row is used, with a flag.
    """
    values = {key: str(row[key]) for key in ("name", "replicate", *NUMBER_FIELDS, "guides") if _is_given(row[key])}
    return Note(int(row["line"]), str(row["name"]), reason, detail, kept_aside, values)


def _is_given(value: object) -> bool:
    return not (value is pd.NA or value == "" or value != value)
