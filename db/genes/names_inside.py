"""Names inside a longer text, and numbers where names should be: what spreadsheets and data portals make of names."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

FEWEST_RUNNING = 20
"""So many whole numbers in a row, from 0 or 1 on, count rows."""
_QUOTE = "[\"'`\u2018\u2019\u201c\u201d]"
_IDENTIFIER = r"ENS[A-Z]*G\d{11}(?:\.\d+)?|(?:HGNC|MGI):\d+"
_NUMBER = r"(?:(?:entrez|ncbi|gene ?id)[:_ ]+)?\d+(?:\.0)?"
_FORMULA = re.compile(rf"=\s*{_QUOTE}(?P<name>.*){_QUOTE}")
_QUOTED = re.compile(rf"{_QUOTE}+(?P<name>[^\"'`]+?){_QUOTE}*")
_IN_BRACKETS = re.compile(rf"(?P<name>[^()\[\]]+?)\s*[(\[](?P<id>{_NUMBER}|{_IDENTIFIER})[)\]]", re.IGNORECASE)
_ID_FIRST = re.compile(rf"(?P<id>{_IDENTIFIER})[^A-Za-z0-9.]+(?P<name>[A-Za-z0-9].*)", re.IGNORECASE)
_ID_LAST = re.compile(rf"(?P<name>[A-Za-z0-9].*?)[^A-Za-z0-9.]+(?P<id>{_IDENTIFIER})", re.IGNORECASE)
_ENTREZ_LAST = re.compile(r"(?P<name>[^|]+)\|(?P<id>\d+)")
_NUMBER_BESIDE = (
    re.compile(r"(?P<name>[A-Za-z].*?)[_:#. -](?P<id>\d+)"),
    re.compile(r"(?P<id>\d+)[_|:#. -](?P<name>[A-Za-z].*)"),
)
_FLOAT = re.compile(r"\d(?:[.,]\d+)?[eE][+-]?\d+")
_WHOLE = re.compile(r"\d+(?:[.,]0+)?")


@dataclass(frozen=True)
class NameInside:
    """A name that stands inside a longer text.

    Attributes:
        name: The name.
        identifier: The identifier beside it; empty where there is none. A plain number is an Entrez id.
        sure: Whether the form says so: the number of ``TP53_7157`` is an id only if it is that gene's own, since it
            counts guides in ``TP53_1``.
    """

    name: str
    identifier: str = ""
    sure: bool = True


def name_inside(text: str) -> NameInside | None:
    """The name in a text that spreadsheets and data portals put something around; None where there is nothing.

    Known are ``="MARCHF1"`` and ``'MARCHF1``, by which people protect names from spreadsheets, ``ABCF1 (23)`` of
    DepMap, ``A1BG|1`` of TCGA, ``A1BG_1``, and a name with an Ensembl, HGNC or MGI id before or behind it.

    Args:
        text: A name that nobody carries.
    """
    if (match := _FORMULA.fullmatch(text) or _QUOTED.fullmatch(text)) and (inside := match["name"].strip()):
        deeper = name_inside(inside)
        return deeper if deeper is not None and deeper.sure else NameInside(inside)
    for pattern in (_IN_BRACKETS, _ID_FIRST, _ID_LAST, _ENTREZ_LAST):
        if (match := pattern.fullmatch(text)) and not re.match(_IDENTIFIER, match["name"], re.IGNORECASE):
            return NameInside(match["name"].strip(), match["id"])
    match = next(filter(None, (pattern.fullmatch(text) for pattern in _NUMBER_BESIDE)), None)
    return NameInside(match["name"], match["id"], sure=False) if match else None


def is_float(text: str) -> bool:
    """Whether a text is a number with an exponent, such as ``2.31E+13``, which a spreadsheet makes of RIKEN names.

    Args:
        text: A name as a file has it.
    """
    return text[:1].isdigit() and _FLOAT.fullmatch(text) is not None


def whole_number(text: str) -> int | None:
    """The whole number that a text is, with or without ``.0``; None where it is none.

    Args:
        text: A name as a file has it.
    """
    return int(re.split("[.,]", text)[0]) if text[:1].isdigit() and _WHOLE.fullmatch(text) else None


def are_running(numbers: Collection[int]) -> bool:
    """Whether numbers count rows, as the first column of many a table does; such are no ids.

    Args:
        numbers: The numbers, each once.
    """
    return len(numbers) >= FEWEST_RUNNING and max(numbers) - min(numbers) < len(numbers) and min(numbers) <= 1
