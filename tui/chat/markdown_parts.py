"""Markdown taken apart: running text, and tables that can be sorted."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RULE = re.compile(r"^\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_FENCE = re.compile(r"^\s{0,3}(```|~~~)")
_CELL = re.compile(r"(?<!\\)\|")
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")


LONG = 24
"""Lines after which running text is broken at the next block, so that what grows is drawn again in part only."""
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")


@dataclass(frozen=True)
class TextPart:
    """Running text in Markdown.

    Attributes:
        text: The text.
        gap: Whether a blank line stands between it and the text above, with which it is one.
    """

    text: str
    gap: bool = False


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
    fenced = gap = False
    at = 0
    while at < len(lines):
        if not fenced and len(plain) >= LONG and _begins_block(lines, at):
            _close(parts, plain, gap=gap)
            gap = not lines[at - 1].strip()
        if _FENCE.match(lines[at]):
            fenced = not fenced
        if not fenced and _begins_table(lines, at):
            end = at + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            _close(parts, plain, gap=gap)
            parts.append(_table(lines[at:end]))
            at, gap = end, False
            continue
        plain.append(lines[at])
        at += 1
    _close(parts, plain, gap=gap)
    return parts


def _begins_block(lines: list[str], at: int) -> bool:
    """Whether a line is an item of a list, or the first after a blank one; what is indented belongs to those above."""
    line = lines[at]
    if not line.strip() or line[0].isspace():
        return False
    return bool(_ITEM.match(line)) or not lines[at - 1].strip()


def _begins_table(lines: list[str], at: int) -> bool:
    if at + 1 >= len(lines) or "|" not in lines[at] or "-" not in lines[at + 1] or not _RULE.match(lines[at + 1]):
        return False
    return len(_cells(lines[at])) == len(_cells(lines[at + 1]))


def _close(parts: list[TextPart | TablePart], plain: list[str], *, gap: bool) -> None:
    text = "\n".join(plain).strip("\n")
    if text.strip():
        parts.append(TextPart(text, gap))
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
