"""Values and records as Markdown: short, on one line each, and harmless in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TOP = 10
"""Rows of a table in an answer."""
COLUMNS = 6
WIDEST, LONGEST = 60, 140
"""Characters of a cell."""
_NAMES = ("name", "symbol", "perturbation", "source", "screen", "mean")


def record_table(items: Sequence[Any]) -> str:
    """Records as a table of their first columns, evidence last; what is no record as a list.

    Args:
        items: JSON values.
    """
    records = [flat(one) for one in records_in(items)]
    if not records:
        return "\n".join(f"- {short(item, LONGEST)}" for item in items[:TOP])
    filled = [key for key in records[0] if any(one.get(key) not in (None, "", []) for one in records[:TOP])]
    keys = [key for key in filled if key != "evidence"][:COLUMNS] + [key for key in filled if key == "evidence"]
    return table([label(key) for key in keys], [[one.get(key) for key in keys] for one in records], limit=LONGEST)


def flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record whose values are single: of a record inside it, and of each in a list inside it, the name.

    Args:
        record: JSON values.
    """
    return {str(key): _name_of(value) for key, value in record.items()}


def _name_of(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return next((value[key] for key in _NAMES if value.get(key)), "")
    if isinstance(value, list):
        return [_name_of(one) for one in value]
    return value


def records_in(value: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401
    """The records of a list; none where the value is no list.

    Args:
        value: JSON values.
    """
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], top: int = TOP, limit: int = WIDEST) -> str:
    """A Markdown table; nothing in a cell can end the cell.

    Args:
        columns: Headings.
        rows: Cells.
        top: Rows at most.
        limit: Characters of a cell at most.
    """
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(short(one, limit) for one in row)} |" for row in rows[:top]]
    return "\n".join([*lines, *([f"\n… and {len(rows) - top} more."] if len(rows) > top else [])])


def short(value: Any, limit: int = WIDEST) -> str:  # noqa: ANN401
    """A value as one short line that Markdown does not act on.

    Args:
        value: A single value or a list of such.
        limit: Characters at most.
    """
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    text = ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
    text = number(value) if isinstance(value, (int, float)) else " ".join(text.split()).replace("|", "\\|")
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def label(key: str) -> str:
    """A key as words.

    Args:
        key: The key.
    """
    return key.replace("_", " ")


def number(value: Any) -> str:  # noqa: ANN401
    """A number with as many digits as mean something; ``–`` where there is none.

    Args:
        value: A number or None.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "–" if value is None else str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"
