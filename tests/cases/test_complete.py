"""Each reported case is a test."""

from __future__ import annotations

from pathlib import Path


def test_every_reported_case_is_named_by_a_test(cases):
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    folders = [*(cases / "reports").iterdir(), *(cases / "tools-output").iterdir(), *(cases / "odd").iterdir()]
    without = [one.name for one in folders if f'"{one.name}"' not in tests]
    assert without == []
