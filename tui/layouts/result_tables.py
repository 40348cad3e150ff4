"""Any tool's result as tables: one of single values, and one for each list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.layouts.format import Column, cell

MOST_COLUMNS = 24
DEEPEST = 3


@dataclass(frozen=True)
class ResultTable:
    """One table of a result.

    Attributes:
        title: What it lists; empty for the single values.
        columns: Its columns.
        rows: Values in the order of the columns.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class ResultText:
    """Paragraphs of a result, which a table would cut.

    Attributes:
        title: What they tell.
        lines: They.
    """

    title: str
    lines: tuple[str, ...]


def tables_of(value: Any) -> list[ResultTable]:  # noqa: ANN401 – any JSON value
    """The tables of a result.

    Args:
        value: The result as JSON values.
    """
    if isinstance(value, list):
        return [_listed("", value)] if value else []
    if not isinstance(value, Mapping):
        return [] if value is None else [ResultTable("", (Column("value", running=True),), ((value,),))]
    single: list[tuple[Any, ...]] = []
    lists: list[ResultTable] = []
    _collect(value, "", single, lists, DEEPEST)
    head = ResultTable("", (Column("what"), Column("value", running=True)), tuple(single))
    return [*([head] if single else []), *lists]


def mappings(value: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 – any JSON value
    """The mappings of a list; what says how much was left out of it is none.

    Args:
        value: A list, or what should be one.
    """
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _collect(
    value: Mapping[Any, Any], above: str, single: list[tuple[Any, ...]], lists: list[ResultTable], depth: int
) -> None:
    for key, one in value.items():
        name = f"{above}{key}".replace("_", " ")
        if isinstance(one, Mapping) and depth > 1:
            _collect(one, f"{name} · ", single, lists, depth - 1)
        elif isinstance(one, list) and any(isinstance(item, (Mapping, list)) for item in one):
            lists.append(_listed(name, one))
        elif one not in (None, "", [], {}):
            single.append((name, _short(one)))


def _listed(title: str, items: Sequence[Any]) -> ResultTable:
    """A list as a table: keys of its mappings are the columns, in the order in which they are met."""
    rows = [dict(_flat(item)) if isinstance(item, Mapping) else {"value": item} for item in items]
    names = list(dict.fromkeys(name for row in rows for name in row))[:MOST_COLUMNS]
    used = [name for name in names if any(row.get(name) not in (None, "", [], {}) for row in rows)]
    columns = tuple(Column(name.replace("_", " "), right=_is_number(name, rows)) for name in used)
    return ResultTable(title, columns, tuple(tuple(_short(row.get(name)) for name in used) for row in rows))


def _flat(item: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in item.items():
        if isinstance(value, Mapping):
            found += [(f"{key} {inner}", one) for inner, one in value.items()]
        else:
            found.append((str(key), value))
    return found


def _is_number(name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    values = [row.get(name) for row in rows if row.get(name) is not None]
    return bool(values) and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)


def _short(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {cell(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(str(_short(one)) for one in value)
    return value
