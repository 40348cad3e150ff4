"""Forms of names that are no names: dates that a spreadsheet made, and spellings that are nearly right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

_MONTH_NAMES = (
    "jan january januar", "feb february februar", "mar march mrz mär märz maerz", "apr april", "may mai",
    "jun june juni", "jul july juli", "aug august", "sep sept september", "oct october okt oktober", "nov november",
    "dec december dez dezember",
)  # fmt: skip
_MONTHS: Mapping[str, int] = {
    name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()
}
"""Month names, short and long, English and German, without case."""

_GENE_STEMS: Mapping[int, tuple[str, ...]] = {
    1: ("JAN",), 2: ("FEB",), 3: ("MARCH", "MARC", "MAR"), 4: ("APR",), 5: ("MAY",), 6: ("JUN",), 7: ("JUL",),
    8: ("AUG",), 9: ("SEPT", "SEP"), 10: ("OCT",), 11: ("NOV",), 12: ("DEC",),
}  # fmt: skip
"""What a name that became a date of this month can have begun with."""

_WORD = r"(?P<month>[A-Za-zä]{3,9})"
_DAY = r"(?P<day>\d{1,2})"
_SEPARATOR = r"(?:[-./ ]|\. )"
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.0+)?)?"
_YEAR = r"(?:[-./ ]+(?:\d{2}|\d{4}))?"
_WITH_WORD = (
    re.compile(rf"{_DAY}{_SEPARATOR}{_WORD}\.?{_YEAR}"),
    re.compile(rf"{_WORD}{_SEPARATOR}{_DAY}{_YEAR}"),
)
_ISO = re.compile(rf"(?:19|20)\d\d-(?P<month>\d{{1,2}})-{_DAY}{_TIME}")
_NUMBERS = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<separator>[/.-])(?P<second>\d{{1,2}})(?P=separator)(?:\d{{2}}|\d{{4}}){_TIME}"
)


def spreadsheet_date_names(text: str) -> tuple[str, ...]:
    """The gene names that may have been turned into this date.

    Args:
        text: A name as a file has it, such as ``1-Mar``, ``02.Mar``, ``Mar-1``, ``2021-03-01`` or ``3/1/2021``.

    Returns:
        Names such as ``MARCH1`` and ``MARC1``, whether or not genes are named so; empty where the text is no date.
    """
    if not any(character.isdigit() for character in text):
        return ()
    names: list[str] = []
    for month, day in _dates(text):
        if 1 <= month <= 12 and 1 <= day <= 31:
            names += [f"{stem}{day}" for stem in _GENE_STEMS[month]]
    return tuple(dict.fromkeys(names))


def _dates(text: str) -> list[tuple[int, int]]:
    """Month and day of every reading of a date; numbers alone may be month first or day first."""
    for pattern in _WITH_WORD:
        if match := pattern.fullmatch(text):
            month = _MONTHS.get(match["month"].casefold())
            return [] if month is None else [(month, int(match["day"]))]
    if match := _ISO.fullmatch(text):
        return [(int(match["month"]), int(match["day"]))]
    if match := _NUMBERS.fullmatch(text):
        first, second = int(match["first"]), int(match["second"])
        return [(first, second), (second, first)]
    return []


_FIRST_DAY, _LAST_DAY = 36526, 47847
"""1 January 2000 and 30 December 2030, as a spreadsheet counts days; no gene of man or mouse has such an Entrez id."""


def serial_date_names(number: int) -> tuple[str, ...]:
    """The gene names that may have been turned into a date which is written as a number of days.

    Args:
        number: Days since 30 December 1899, such as 43160 for 1 March 2018.

    Returns:
        As `spreadsheet_date_names`; empty where the number is no day from 2000 to 2030.
    """
    if not _FIRST_DAY <= number <= _LAST_DAY:
        return ()
    day = date(1899, 12, 30) + timedelta(days=number)
    return tuple(f"{stem}{day.day}" for stem in _GENE_STEMS[day.month])


def near_names(name: str, index: Mapping[str, Sequence[str]], count: int = 3) -> tuple[str, ...]:
    """Names that look like one that nobody carries.

    Args:
        name: The name.
        index: Known names by their first two characters in upper case; only those are compared, because a
            comparison with all of them takes a tenth of a second a name.
        count: How many at most.
    """
    upper = name.upper()
    alike = (one for one in index.get(upper[:2], ()) if abs(len(one) - len(upper)) <= 2)
    candidates = {candidate.upper(): candidate for candidate in alike}
    close = difflib.get_close_matches(upper, candidates, count, cutoff=0.75)
    return tuple(candidates[key] for key in close)


_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean(text: str) -> str:
    """A text without surrounding space and without control, bidirectional and zero-width characters.

    Args:
        text: A cell of the file.
    """
    return _INVISIBLE.sub("", text).strip()
