"""Numbers that stand in our own words, such as the limit that a refusal states: they are no data of anybody.

They are known by looking at the functions that an error passed through: numbers in their texts, and the constants that
they name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, TracebackType
from typing import Any

_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")


def own_numbers(traceback: TracebackType | None) -> frozenset[float]:
    """The numbers of the functions that an error passed through, and of those that word it for them.

    Args:
        traceback: The error's.
    """
    found: set[float] = set()
    while traceback is not None:
        frame = traceback.tb_frame
        found.update(_of_code(frame.f_code, frame.f_globals, deeper=True))
        traceback = traceback.tb_next
    return frozenset(found)


def is_own(number: str, behind: str, own: frozenset[float]) -> bool:
    """Whether a number of a sentence is one of ours.

    Args:
        number: As it is written, such as ``0.5``, ``5,000`` or ``30%``.
        behind: The text behind it, which may say that it is per cent.
        own: Our numbers.
    """
    plain = number.strip("+-\u2212%").replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        return False
    per_cent = number.endswith("%") or behind.lstrip(" \u00a0").startswith("%")
    return value in own or (per_cent and any(abs(value / 100 - one) < 1e-12 for one in own))


def _of_code(code: CodeType, known: Mapping[str, Any], *, deeper: bool) -> Iterator[float]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield from (float(text.replace(",", "")) for text in _NUMBER.findall(constant))
        elif isinstance(constant, float):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _of_code(constant, known, deeper=deeper)
    for name in code.co_names:
        value = known.get(name)
        if name.isupper() and isinstance(value, int | float) and not isinstance(value, bool):
            yield float(value)
        elif deeper and isinstance(value, FunctionType):
            yield from _of_code(value.__code__, value.__globals__, deeper=False)
