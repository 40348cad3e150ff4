"""Numbers as people and spreadsheets write them: decimal commas, thousands, signs of print, per cent, bounds, stars.

Only cells that are no plain number come here: in a large file there are none, or few that differ.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from db.genes.name_forms import clean

MISSING = frozenset({
    "", "na", "n/a", "nan", "#n/a", "null", "none", "-", ".", "n.a.", "--", "<na>", "nd", "n.d.", "#div/0!", "#num!",
    "#value!", "#ref!", "#null!", "#name?", "missing", "not available",
})  # fmt: skip
"""Words that say that a value is missing, case folded; the errors of spreadsheets are such words."""

Form = Literal["plain", "missing", "unreadable", "minus", "grouped", "percent", "bound", "marked", "power"]
"""How a number was written, the rarest thing about it: ``bound`` is ``<2e-16``, ``marked`` is ``0.01*``."""


class OddNumber(NamedTuple):
    """A cell that is no plain number: its value, NaN where there is none, and how it was written."""

    value: float
    form: Form


_SIGNS = str.maketrans({
    **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"), "\uff0b": "+", "\u221e": "inf",
    **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "), "\u2264": "<", "\u2265": ">", "\uff05": "%", "\u2019": "'",
    **{sign: str(digit) for digit, sign in enumerate("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")},
    "\u207b": "-", "\u00d7": "x", "\u00b7": "x",
})  # fmt: skip
LONGEST = 64
"""Characters of a number at most; a longer cell is text, however many digits it has."""
_PRINTED_MINUS = re.compile("[\u2212\u2010-\u2014\ufe63\uff0d]")
_AS_TEXT = r"""="([^"]*)"|'(.*)"""
_ODD = r"""(?ix)
    (?:(?:p|q|fdr)\s*)?(?P<bound>[<>]=?|&[lg]t;|=)?\s*(?P<number>[-+]?[\d.,'\ ]*\d[\d.,]*|[-+]?inf(?:inity)?)
    (?:(?P<power>\s*[x*]\s*10\s*\^?\s*\(?)?(?P<exponent>(?(power)[-+]?\d+|e[-+]?\d+))(?(power)\)?))?
    \s*(?P<percent>%)?\s*(?P<marks>[*\u2020\u2021\u00a7\#]{1,5}|ns|n\.s\.)?"""
_GROUPS = {".": r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", ",": r"[-+]?\d{1,3}(?:\.\d{3})+(?:,\d*)?"}
_SPACED = r"([-+]?\d{1,3})((?:[ ']\d{3})+)([.,]\d*)?"

_TAIL = r"(?:\s*e[-+\u2212]?\d+|\s*[%*])"
_CERTAIN = (
    r"[-+\u2212<>]?\s*(?:\d*{sign}\d{{1,2}}|\d*{sign}\d{{4,}}|0{sign}\d+|\d{{4,}}{sign}\d+|\d{{1,3}}(?:{other}\d{{3}})+"
    r"{sign}\d+|\d*{sign}\d+(?=\s*e))"
)
COMMA = _CERTAIN.format(sign=",", other=r"\.") + rf"{_TAIL}*"
"""A number whose comma can only part whole number and fraction."""
POINT = _CERTAIN.format(sign=r"\.", other=",") + rf"{_TAIL}*"
"""A number whose point can only part whole number and fraction."""


_NUMBERLIKE = r"""(?ix)
    (?:p\s*)?[<>=]*\s*[-+]?(?:[\d.,'\ ]*\d[\d.,]*(?:\s*[ex*]\s*(?:10\s*\^?\s*)?[-+]?\d+)?|inf(?:inity)?)\s*[%*]*"""


def says_by_itself(form: str, text: str) -> bool:
    """Whether a number says by itself what parts whole number and fraction.

    Args:
        form: `COMMA` or `POINT`.
        text: The cell.
    """
    return len(text) <= LONGEST and re.fullmatch(form, text.strip(), re.IGNORECASE) is not None


def is_numberlike(text: str) -> bool:
    """Whether a cell is a number in any of the ways of writing one.

    Args:
        text: The cell.
    """
    return len(text) <= LONGEST and re.fullmatch(_NUMBERLIKE, text.strip().translate(_SIGNS)) is not None


def is_missing(text: str) -> bool:
    """Whether a cell says that a value is missing.

    Args:
        text: The cell.
    """
    return clean(text).translate(_SIGNS).casefold() in MISSING


def decimal_of(odd: Iterable[str], others: Iterable[str], table: str) -> str:
    """The sign between whole number and fraction in one column.

    Args:
        odd: Its cells that are no plain number.
        others: Its other cells, looked at only where they can matter.
        table: The sign of the whole table, for a column that does not say: ``.``, ``,``, or empty where it is not said.

    Returns:
        ``.`` or ``,``; empty where the column has both, or where neither it nor its table says.
    """
    cells = [text.strip() for text in odd]
    comma = any(says_by_itself(COMMA, text) for text in cells)
    point = any(says_by_itself(POINT, text) for text in (*cells, *others))
    if comma and point:
        return ""
    return "," if comma else "." if point else table


def odd_numbers(cells: Iterable[str], decimal: str) -> Mapping[str, OddNumber]:
    """What cells that are no plain number mean.

    Args:
        cells: The cells, each once.
        decimal: The sign between whole number and fraction; empty for numbers that say it themselves.
    """
    return {text: odd_number(text, decimal) for text in cells}


def odd_number(text: str, decimal: str) -> OddNumber:
    """What one cell means.

    Args:
        text: The cell.
        decimal: The sign between whole number and fraction; empty for a number that says it itself.
    """
    shown = clean(text)
    if as_text := re.fullmatch(_AS_TEXT, shown):
        shown = (as_text[1] or as_text[2] or "").strip()
    plain = shown.translate(_SIGNS).strip()
    if plain.casefold() in MISSING or plain.casefold() in ("ns", "n.s."):
        return OddNumber(math.nan, "missing")
    found = re.fullmatch(_ODD, plain) if len(plain) <= LONGEST else None
    number = _value(found["number"].strip(), decimal, (found["exponent"] or "").lstrip("eE")) if found else math.nan
    if found is None or math.isnan(number):
        return OddNumber(math.nan, "unreadable")
    return OddNumber(number / 100 if found["percent"] else number, _form(found, shown))


def _form(found: re.Match[str], shown: str) -> Form:
    if (found["bound"] or "=") != "=":
        return "bound"
    for form in ("percent", "power", "marks"):
        if found[form]:
            return "marked" if form == "marks" else "percent" if form == "percent" else "power"
    return "minus" if _PRINTED_MINUS.search(shown) else "grouped" if "," in shown or " " in shown else "plain"


def _value(number: str, decimal: str, exponent: str) -> float:
    """A number without its bound and marks; NaN where it is none, or could be two."""
    if spaced := re.fullmatch(_SPACED, number):
        number = spaced[1] + re.sub("[ ']", "", spaced[2]) + (spaced[3] or "")
    if not decimal:
        if not (says_by_itself(COMMA, number) or says_by_itself(POINT, number)) and ("," in number or "." in number):
            return math.nan
        decimal = "," if says_by_itself(COMMA, number) else "."
    other = "," if decimal == "." else "."
    if re.fullmatch(_GROUPS[decimal], number):
        number = number.replace(other, "")
    elif other in number and (number.count(other) > 1 or not says_by_itself(POINT if other == "." else COMMA, number)):
        # One decimal point in a column of decimal commas says by itself what it is; 1.2.3 says nothing.
        return math.nan
    return _plain(number.replace(",", "."), exponent)


def _plain(number: str, exponent: str) -> float:
    try:
        return float(f"{number}e{exponent}" if exponent else number)
    except ValueError:
        return math.nan
