"""Markdown from a language model, drawn by rich without anything that acts."""

from __future__ import annotations

from typing import ClassVar

from markdown_it import MarkdownIt
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Heading, Markdown, MarkdownElement

from tui.chat.widgets.text import clean_markdown


class _PlainHeading(Heading):
    """A heading on the left, without a box."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The heading's text.

        Args:
            console: Rich's.
            options: Rich's.
        """
        self.text.justify = "left"
        yield self.text


class SafeMarkdown(Markdown):
    """Markdown whose text was cleaned, whose HTML is shown as it is written, and whose links are no links.

    Args:
        text: What a language model wrote.
        dark: Whether the theme is dark, for code.
    """

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "heading_open": _PlainHeading}

    def __init__(self, text: str, *, dark: bool = True) -> None:
        cleaned = clean_markdown(text)
        super().__init__("", hyperlinks=False, code_theme="ansi_dark" if dark else "ansi_light")
        self.markup = cleaned
        parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").enable("table")
        self.parsed = parser.parse(cleaned)
