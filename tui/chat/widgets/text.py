"""Text from data on its way to the terminal: one cleaning function, and no markup, ever."""

from __future__ import annotations

import html
import re
import sys
from typing import TYPE_CHECKING, Any, Literal

from rich.text import Text

from db.clean_text import clean

if TYPE_CHECKING:
    from textual.app import App

_ENTITY = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});")


def safe(text: object, style: str = "") -> Text:
    """One line of text that may come from data, harmless and without markup.

    Args:
        text: Any value; its text is taken.
        style: A style of rich; never from data.
    """
    return Text(clean(str(text)), style=style)


def safe_lines(text: object, style: str = "") -> Text:
    """Text of several lines that may come from data, harmless and without markup.

    Args:
        text: Any value; its text is taken.
        style: A style of rich; never from data.
    """
    return Text(clean_lines(str(text)), style=style)


def clean_lines(text: str) -> str:
    """Cleaned text that keeps its line breaks.

    Args:
        text: Text from a file, a tool or a language model.
    """
    return "\n".join(clean(one) for one in text.split("\n"))


def clean_markdown(text: str) -> str:
    """Markdown that stays harmless when it is parsed: entities that would become control characters are dropped.

    Args:
        text: What a language model wrote.
    """
    return _ENTITY.sub(_harmless, clean_lines(text))


def _harmless(entity: re.Match[str]) -> str:
    meant = _meant(entity[0])
    return entity[0] if meant and (clean(meant) == meant or meant == "\u00a0") else ""


def _meant(entity: str) -> str:
    """The characters of an entity; a number is taken as it stands, not as browsers would mend it."""
    if not entity.startswith("&#"):
        return html.unescape(entity)
    digits = entity[2:-1]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return chr(code) if code <= sys.maxunicode else ""


def say(
    app: App[Any],
    message: object,
    *,
    title: object = "",
    severity: Literal["information", "warning", "error"] = "information",
    seconds: float | None = None,
) -> None:
    """Shows a message for a while; the only way in which a page notifies.

    Args:
        app: The app.
        message: The message; may hold names from data.
        title: Its title; may, too.
        severity: How grave it is.
        seconds: How long it stays; as long as Textual thinks right where None.
    """
    app.notify(clean_lines(str(message)), title=clean(str(title)), severity=severity, timeout=seconds, markup=False)
