"""Markdown taken apart: running text, and tables that can be sorted."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RULE = re.compile(r"^\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_FENCE = re.compile(r"^\s{0,3}(```|~~~)")
_CELL = re.compile(r"(?<!\\)\|")
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")


@dataclass(frozen=True)
class TextPart:
    """Running text in Markdown."""

    text: str


@dataclass(frozen=True)
class TablePart:
    """A table of an answer.

    Attributes:
        head: Titles of its columns.
        right: Which columns are aligned on the right.
        rows: Its cells as plain text; as many as there are titles.
    """

    head: tuple[str, ...]
    right: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def parts_of(text: str) -> list[TextPart | TablePart]:
    """Markdown as running text and tables, in order; a table inside a fence of code is text.

    Args:
        text: Markdown, whole or as far as it has come.
    """
    lines = text.split("\n")
    parts: list[TextPart | TablePart] = []
    plain: list[str] = []
    fenced = False
    at = 0
    while at < len(lines):
        if _FENCE.match(lines[at]):
            fenced = not fenced
        if not fenced and _begins_table(lines, at):
            end = at + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            _close(parts, plain)
            parts.append(_table(lines[at:end]))
            at = end
            continue
        plain.append(lines[at])
        at += 1
    _close(parts, plain)
    return parts


def _begins_table(lines: list[str], at: int) -> bool:
    if at + 1 >= len(lines) or "|" not in lines[at] or "-" not in lines[at + 1] or not _RULE.match(lines[at + 1]):
        return False
    return len(_cells(lines[at])) == len(_cells(lines[at + 1]))


def _close(parts: list[TextPart | TablePart], plain: list[str]) -> None:
    text = "\n".join(plain).strip("\n")
    if text.strip():
        parts.append(TextPart(text))
    plain.clear()


def _table(lines: list[str]) -> TablePart:
    head = _cells(lines[0])
    right = tuple(one.endswith(":") and not one.startswith(":") for one in _cells(lines[1]))
    rows = []
    for line in lines[2:]:
        cells = [_EMPHASIS.sub(r"\2", one) for one in _cells(line)][: len(head)]
        rows.append((*cells, *[""] * (len(head) - len(cells))))
    return TablePart(tuple(_EMPHASIS.sub(r"\2", one) for one in head), right, tuple(rows))


def _cells(line: str) -> list[str]:
    inner = line.strip()
    inner = inner.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [one.strip().replace("\\|", "|") for one in _CELL.split(inner)]
