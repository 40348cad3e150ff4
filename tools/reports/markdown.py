"""A report as markdown, for a notebook or a wiki; its pictures lie in a folder beside it."""

from __future__ import annotations

import re
from urllib.parse import quote

from db.clean_text import clean
from tools.reports.page import Block, Cell, Lines, Page, Paragraph, Shown, Table

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_AT_START = re.compile(r"^(\s*\d*)([-+=.)])(?=\s|$|[-=])")


def as_markdown(page: Page, folder: str) -> str:
    """The page as text of a markdown file.

    Args:
        page: The report.
        folder: Name of the folder beside it in which `picture_file` lies for each picture.
    """
    parts = [f"# {plain(page.title)}", plain(page.subtitle)]
    parts.append("\n".join(f"- [{plain(one.title)}](#{one.anchor})" for one in page.sections))
    for section in page.sections:
        parts.append(f"## {plain(section.title)}")
        parts += [_block(block, folder) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def picture_file(shown: Shown) -> str:
    """Name of a picture's file.

    Args:
        shown: The picture.
    """
    return f"{shown.name}.png"


def plain(text: str) -> str:
    """A text that markdown shows as it stands, on one line.

    Args:
        text: It may hold names from files.
    """
    return _AT_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", clean(text)))


def _block(block: Block, folder: str) -> str:
    match block:
        case Paragraph(text):
            return plain(text)
        case Lines(lines):
            # A fence that no line of the block can close.
            return "\n".join(["~~~~~", *(clean(line).replace("~~~~~", "~~~~ ~") for line in lines), "~~~~~"])
        case Shown(_, _, caption, told):
            place = f"{quote(folder)}/{quote(picture_file(block))}"
            return f"![{plain(told)}]({place})\n\n{plain(caption)}"
        case Table():
            return _table(block)


def _table(block: Table) -> str:
    under = ["---:" if place in block.numbers else "---" for place in range(len(block.head))]
    rows = [[_cell(cell) for cell in row] for row in block.rows]
    lines = [[plain(name) for name in block.head], under, *rows]
    return f"{plain(block.caption)}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cell: Cell) -> str:
    return plain(cell if isinstance(cell, str) else ", ".join(ref.text for ref in cell))
