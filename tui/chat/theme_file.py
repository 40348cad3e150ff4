"""Colours: which theme was chosen, and styles of Markdown that stand in both."""

from __future__ import annotations

import json
import os
from pathlib import Path

import platformdirs

FILE_NAME = "chat.json"
MARKDOWN_STYLES = {
    "markdown.code": "bold",
    "markdown.code_block": "",
    "markdown.h1": "bold underline",
    "markdown.h2": "bold underline",
    "markdown.h3": "bold",
    "markdown.h4": "bold",
    "markdown.item.bullet": "bold",
    "markdown.item.number": "bold",
    "markdown.link": "underline",
    "markdown.link_url": "underline",
    "markdown.block_quote": "italic",
    "markdown.hr": "dim",
    "markdown.em": "italic",
    "markdown.table.border": "dim",
    "markdown.table.header": "bold",
}
"""Without colours of rich's own, which a light theme would swallow."""


def config_folder() -> Path:
    """The folder of `tools.workspace.Paths.config`, without the import of a workspace before the first paint."""
    home = os.environ.get("HITSCOUT_HOME")
    return Path(home) / "config" if home else Path(platformdirs.user_config_dir("hitscout", appauthor=False))


def saved_theme() -> str:
    """The theme that was chosen last; ``dark`` where none was."""
    try:
        content = json.loads((config_folder() / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "dark"
    chosen = content.get("theme") if isinstance(content, dict) else None
    return chosen if chosen in ("light", "dark") else "dark"


def save_theme(theme: str) -> None:
    """Keeps the theme for the next start; where that cannot be written, for this one only.

    Args:
        theme: ``light`` or ``dark``.
    """
    path = config_folder() / FILE_NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"theme": theme}) + "\n", encoding="utf-8")
    except OSError:
        return
