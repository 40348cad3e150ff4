"""Keys that Textual's table of sequences gives another meaning: Alt with Enter and with digits."""

from __future__ import annotations

from enum import Enum
from typing import Any, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS


class _Alt(Enum):
    ENTER = "alt+enter"
    ONE = "alt+1"
    TWO = "alt+2"
    THREE = "alt+3"
    FOUR = "alt+4"
    FIVE = "alt+5"


_SEQUENCES = {
    "\x1b\r": _Alt.ENTER,
    "\x1b1": _Alt.ONE,
    "\x1b2": _Alt.TWO,
    "\x1b3": _Alt.THREE,
    "\x1b4": _Alt.FOUR,
    "\x1b5": _Alt.FIVE,
}


def teach() -> None:
    """Lets terminals without the kitty protocol have these keys, too.

    They send Escape and the key. Textual takes Escape and Enter for Enter, which would send a half-written question,
    and Escape and a digit for what the option key writes on one maker's keyboards.
    """
    # Any enum serves whose value is the key's name.
    cast("dict[str, Any]", ANSI_SEQUENCES_KEYS).update({sequence: (key,) for sequence, key in _SEQUENCES.items()})
