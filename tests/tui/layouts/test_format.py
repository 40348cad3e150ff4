"""Cleaning, numbers, tables and plain values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.clean_text import clean
from tools.workspace import Progress
from tui.cli.progress import Display
from tui.layouts.format import Column, cell, colour_system, number, page, share, table, to_plain


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("TP53", "TP53"),
        ("IFN-γ ≥ 2 µM – ok", "IFN-γ ≥ 2 µM – ok"),
        ("a\x1b[31mb\x1b[0m", "ab"),
        ("a\x1b]52;c;aGk=\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "alink"),
        ("a\x9b31mb", "ab"),
        ("a\x9d0;title\x9cb", "ab"),
        ("a\x1bPpayload\x1b\\b", "ab"),
        ("a\u202eb\u202c\u2066c\u2069", "abc"),
        ("a\u200b\u200d\ufeffb\u2060\u00ad", "ab"),
        ("two\nlines\tand\r\nmore", "two lines and more"),
        ("a\x00\x07\x08\x7fb", "ab"),
        ("[/b][@click=app.quit]", "[/b][@click=app.quit]"),
        ("a\u2028b", "a b"),
        ("x\ufe0f\U000e0101\u3164\U000e0041", "x"),
        ("\x1b", ""),
        ("\x1b]52;never ended", ""),
    ],
)
def test_clean_leaves_only_what_can_be_seen(dirty, expected):
    assert clean(dirty) == expected


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_clean_text_has_no_control_left_and_is_clean_already(text):
    cleaned = clean(text)
    assert cleaned.isprintable()
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.12345, "0.123"), (12.0, "12"), (18418, "18,418"), (1234.5, "1,234"), (-3.914, "-3.91"), (1e-9, "1.00e-9"),
        (None, "–"), (float("nan"), "–"), (float("inf"), "–"), (0.0, "0"), (1.7, "1.70"), (999.6, "1,000"),
    ],
)  # fmt: skip
def test_numbers_have_sensible_digits(value, expected):
    assert number(value) == expected


def test_cells_say_what_is_empty():
    assert [cell(v) for v in (None, "", (), True, False, ("a", "b"), 0.5)] == [
        "–",
        "–",
        "–",
        "yes",
        "no",
        "a, b",
        "0.500",
    ]
    assert (share(0.12345), share(None), share(float("nan"))) == ("0.123", "–", "–")


@dataclass(frozen=True)
class Inner:
    when: datetime
    path: Path


@dataclass(frozen=True)
class Outer:
    inner: Inner
    numbers: tuple[float, ...]
    mapping: dict[str, object]


def test_plain_values_are_json_and_nothing_is_infinite():
    value = Outer(
        Inner(datetime(2026, 1, 2, tzinfo=UTC), Path("a/b")),
        (1.0, float("nan"), np.float64("inf"), np.int64(3)),
        {"set": frozenset({"b", "a"}), "flag": np.bool_(True)},
    )
    assert json.loads(json.dumps(to_plain(value), allow_nan=False)) == {
        "inner": {"when": "2026-01-02T00:00:00+00:00", "path": "a/b"},
        "numbers": [1.0, None, None, 3],
        "mapping": {"set": ["a", "b"], "flag": True},
    }


COLUMNS = [
    Column("rank", right=True),
    Column("gene"),
    Column("extra", keep=1),
    Column("reason", running=True, keep=5),
]
ROWS = [(i, f"GENE{i}", "x" * 20, "because of many words that go on and on and on") for i in range(1, 4)]


def lines(width, monkeypatch, **options):
    monkeypatch.setenv("COLUMNS", str(width))
    return page([table(COLUMNS, ROWS, **options)]).splitlines()


def test_a_wide_table_shows_every_column(monkeypatch):
    shown = lines(120, monkeypatch)
    assert "extra" in shown[0]
    assert ROWS[0][3] in shown[2]
    assert not any("left out" in line for line in shown)


def test_a_narrow_table_leaves_out_the_least_and_says_so(monkeypatch):
    shown = lines(46, monkeypatch)
    assert "extra" not in shown[0]
    assert "reason" in shown[0]
    assert "GENE1" in shown[2]
    assert any("left out for width: extra" in line and "--json" in line for line in [" ".join(shown)])
    assert max(len(line) for line in shown) <= 46


def test_names_and_numbers_are_never_cut_to_make_room_for_running_text(monkeypatch):
    for width in (40, 50, 60, 70, 80, 100):
        for line, row in zip(lines(width, monkeypatch)[2:5], ROWS, strict=True):
            assert line.split()[:2] == [str(row[0]), row[1]]


def test_running_text_is_cut_in_long_tables_and_wrapped_in_short_ones(monkeypatch):
    assert len(lines(60, monkeypatch, cut=True)) == 5
    wrapped = lines(60, monkeypatch, cut=False)
    assert len(wrapped) > 5
    assert "…" not in " ".join(wrapped)


def test_numbers_are_aligned_on_the_right(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = page([table([Column("n", right=True), Column("b")], [(5, "x"), (1000, "y")])]).splitlines()
    assert shown[2].index("5") == shown[3].index("1,000") + 4


def test_markup_in_a_cell_is_text(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = page(["[bold]line[/bold]", table([Column("a")], [("[/b]:smile:",)])])
    assert "[bold]line[/bold]" in shown
    assert "[/b]:smile:" in shown


class Terminal(StringIO):
    def isatty(self):
        return True


def test_colours_need_a_terminal_and_no_objection(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert colour_system(Terminal()) == "auto"
    assert colour_system(StringIO()) is None
    monkeypatch.setenv("NO_COLOR", "1")
    assert colour_system(Terminal()) is None


def test_progress_without_a_terminal_is_one_line_for_each_finished_task():
    stream = StringIO()
    with Display(stream=stream) as display:
        for done in range(11):
            display.report(Progress("fetch hgnc", done, 10, "bytes"))
        display.report(Progress("load \x1b[31mhgnc", 1, 1, "done"))
        display.report(Progress("unknown length", 5, None, "going on"))
    assert stream.getvalue() == "fetch hgnc: done\nload hgnc: done\n"


def test_progress_is_silent_when_quiet():
    stream = Terminal()
    with Display(quiet=True, stream=stream) as display:
        display.report(Progress("a", 1, 1))
    assert stream.getvalue() == ""


def test_progress_in_a_terminal_shows_several_tasks_and_leaves_nothing_behind(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with Display(stream=stream) as display:
        display.report(Progress("first [/b]", 1, 2))
        display.report(Progress("second", 1, 4, "with a note"))
        for number in range(20):
            display.report(Progress(f"task {number}", 1, 1))
    seen = stream.getvalue()
    assert "first [/b]" in seen
    assert "second" in seen
    assert seen.rstrip().endswith(("\x1b[2K", "\x1b[?25h")), "the bars are wiped at the end"
