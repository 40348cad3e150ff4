"""Text that came from files, made harmless for a terminal."""

from __future__ import annotations

import re
import unicodedata

_SEQUENCE = re.compile(
    # OSC, DCS, APC, PM and SOS carry a payload up to their terminator; without one, to the end of the line.
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)
_SPACE = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_DROPPED = {"Cc", "Cf", "Cn", "Co", "Cs"}
"""Control and format characters (bidi overrides and zero-width ones are Cf), those that this Python does not know,
private use, and lone surrogates."""
_INVISIBLE = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u034f", "\u17b4", "\u17b5"}
"""Letters and marks by class that show nothing: Hangul fillers, the grapheme joiner, Khmer inherent vowels."""


def clean(text: str) -> str:
    """Text on one line without anything that a terminal acts on or hides.

    Whole escape sequences go with their payload; other control, bidi and zero-width characters go one by one; line
    breaks and tabs become spaces. Markup such as ``[bold]`` is left alone, because it is shown as `Text` only.

    Args:
        text: Text from a file, a name or a message.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in _SPACE.sub(" ", _SEQUENCE.sub("", text)))


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    return "" if category in _DROPPED or character in _INVISIBLE or _is_variation(character) else character


def _is_variation(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
