"""Per cent made fractions, and what is said of numbers that were not written as plain ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from tools.screens.tables.odd_numbers import Form
from tools.screens.tables.raw_table import Numbers, RawTable, read_numbers

_PERCENT = re.compile(r"%|\bper ?cent\b|\bpercentage\b|\bpct\b|_pct|_percent", re.IGNORECASE)
_RATE = re.compile(r"(^|_)(p|fdr|q|padj|pvalue)(_|$)")
_OF_FORMS: Mapping[Form, str] = {
    "minus": "have a minus sign of print; it is read as minus",
    "grouped": "have a comma as decimal sign, or a sign between thousands",
    "percent": "are per cent, and divided by 100",
    "marked": "carry marks after the number, which are left out",
    "power": "are written as powers of ten",
}


def is_rate(field: str) -> bool:
    """Whether a field is a p-value or a false discovery rate, which lies in [0, 1].

    Args:
        field: Its name, such as ``p``, ``fdr_low`` or ``wald_p``.
    """
    return _RATE.search(field) is not None


def in_its_unit(field: str, column: str, table: RawTable) -> Numbers:
    """A column as numbers; p and FDR that its name calls per cent are fractions afterwards.

    Args:
        field: The field that it is read as.
        column: Name of the column.
        table: The table.
    """
    read = read_numbers(table, column)
    if not is_rate(field) or not _PERCENT.search(column):
        return read
    plain = np.ones(len(read.values), dtype=bool)
    plain[read.values.index.isin(list(read.forms.get("percent", ())))] = False
    return replace(read, values=read.values.mask(plain, read.values / 100), by_name=True)


def said_of_forms(columns: Mapping[str, Numbers], cells: pd.DataFrame) -> list[str]:
    """A sentence for each way of writing numbers that was understood, with one of them.

    Args:
        columns: Column → its numbers.
        cells: The cells of all columns.
    """
    said = [
        f"Column {column!r} is in per cent by its name; its numbers are divided by 100."
        for column, read in columns.items()
        if read.by_name
    ]
    for form, how in _OF_FORMS.items():
        found = {column: read.forms[form] for column, read in columns.items() if form in read.forms}
        if not found:
            continue
        column, lines = next(iter(found.items()))
        shown, value = str(cells.loc[lines[0], column]).strip(), columns[column].values.loc[lines[0]]
        count, where = sum(map(len, found.values())), ", ".join(map(repr, found))
        said.append(f"{count:,} numbers in {where} {how}: {shown!r} is {value:g}.")
    return said
