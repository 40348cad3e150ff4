"""Connections to the store are left ready for the next statement."""

from __future__ import annotations

from pathlib import Path

DB = Path(__file__).resolve().parents[2] / "db"


def test_every_result_is_fetched_whole():
    # DuckDB 2 lets nothing be registered on a connection whose last result was not read to its end.
    offenders = [path.name for path in sorted(DB.rglob("*.py")) if ".fetchone(" in path.read_text(encoding="utf-8")]
    assert offenders == []
