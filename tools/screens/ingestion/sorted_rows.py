"""A file's rows on their way into the store: those that can be used, controls, and notes on all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from db.records import Note
from tools.screens.tables.rows import NUMBER_FIELDS


@dataclass(frozen=True)
class SortedRows:
    """A file's rows, sorted into those that can be used and those that are kept aside.

    Attributes:
        rows: Typed rows that can be used.
        controls: Typed rows of negative controls.
        notes: Rows that were taken out or flagged, each with its reason.
        remarks: What whoever adds the file should know, a sentence each.
    """

    rows: pd.DataFrame
    controls: pd.DataFrame
    notes: tuple[Note, ...]
    remarks: tuple[str, ...] = ()


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
