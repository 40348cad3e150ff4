"""Numbers as people, spreadsheets and journals write them."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from tools.screens.tables.odd_numbers import is_numberlike, odd_number
from tools.screens.tables.raw_table import RawTable, read_numbers


@pytest.mark.parametrize(
    ("cell", "value", "form"),
    [
        ("\u22120.5", -0.5, "minus"), ("\u20131.2e\u22125", -1.2e-5, "minus"), ("5%", 0.05, "percent"),
        ("23.4 %", 0.234, "percent"), ("<2e-16", 2e-16, "bound"), ("< 2.2E-16", 2.2e-16, "bound"),
        ("\u22640.001", 0.001, "bound"), ("p<0.05", 0.05, "bound"), ("<.001", 0.001, "bound"), ("<1%", 0.01, "bound"),
        (">0.99", 0.99, "bound"), ("0.0131*", 0.0131, "marked"), ("0.001 ***", 0.001, "marked"),
        ("0.2\u2020", 0.2, "marked"), ("1.2 \u00d7 10\u22125", 1.2e-5, "power"),
        ("1.2\u00d710\u207b\u2075", 1.2e-5, "power"), ("3.1x10^-4", 3.1e-4, "power"), ("1,234.5", 1234.5, "grouped"),
        ("1,234,567", 1234567, "grouped"), ("1 234.5", 1234.5, "grouped"), ("1'234.5", 1234.5, "plain"),
        ("\u00a00.5\u00a0", 0.5, "plain"), ('="0.5"', 0.5, "plain"), ("'0.5", 0.5, "plain"),
        ("\u221e", math.inf, "plain"),
        ("-\u221e", -math.inf, "plain"), ("+0.5", 0.5, "plain"),
    ],
)  # fmt: skip
def test_what_has_one_sensible_reading_is_read(cell, value, form):
    found = odd_number(cell, ".")
    assert found.value == pytest.approx(value)
    assert found.form == form


@pytest.mark.parametrize(
    "cell", ["abc", "1.2.3", "0.5 (0.1)", "0.5 ± 0.1", "1-2", "12:30", "1_000", "0x10", "True", "1,23,4"]
)
def test_what_has_none_is_not_read(cell):
    assert odd_number(cell, ".").form == "unreadable"


@pytest.mark.parametrize("cell", ["", "NA", " nan ", "#DIV/0!", "\u2013", "\u2014", "-", "n.a.", "n.s.", "#N/A"])
def test_missing_words_are_no_numbers_that_are_wrong(cell):
    found = odd_number(cell, ".")
    assert found.form == "missing"
    assert math.isnan(found.value)


def test_a_long_cell_of_digits_is_text_at_once():
    assert odd_number("1," * 40_000, ".").form == "unreadable"
    assert not is_numberlike("1" * 90_000 + "x")


def column(cells: list[str], decimal: str = ".") -> list[float | None]:
    """A column's numbers; None where a cell could not be read."""
    read = read_numbers(RawTable(pd.DataFrame({"x": cells}, dtype=object), Path("t.csv"), decimal), "x")
    return [None if bad else value for value, bad in zip(read.values, read.unreadable, strict=True)]


def test_a_column_says_its_decimal_sign_by_what_can_only_be_one():
    assert column(["0,5", "1.234,5", "2", "12"]) == [0.5, 1234.5, 2, 12]
    assert column(["0.5", "1,234.5", "2", "1,234"]) == [0.5, 1234.5, 2, 1234]


def test_points_between_thousands_of_a_german_table_are_no_decimal_points():
    assert column(["1.234", "12.345", "999"], decimal=",") == [1234, 12345, 999]
    assert column(["0,5", "1.234", "-3,25"]) == [0.5, 1234, -3.25]


def test_a_column_of_decimal_points_in_a_table_of_commas_stays_what_it_is():
    assert column(["0.5", "1.234", "2"], decimal=",") == [0.5, 1.234, 2]


def test_what_could_be_either_in_a_column_of_both_is_not_guessed():
    assert column(["0,5", "0.5", "1,234", "1.234", "7"]) == [0.5, 0.5, None, None, 7]


def test_what_could_be_either_in_a_table_that_does_not_say_is_not_guessed():
    assert column(["1,234", "7"], decimal="") == [None, 7]
