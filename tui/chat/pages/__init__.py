"""The pages of the chat, listed without importing any of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

PAGES = {
    "conversation": (".conversation", "ConversationPage"),
    "campaign": (".campaign", "CampaignPage"),
    "shortlist": (".shortlist", "ShortlistPage"),
    "store": (".store", "StorePage"),
    "cells": (".cells", "CellsPage"),
}
"""Name of each page → its module and class, in the order of their keys (Alt+1 …)."""


def import_pages() -> None:
    """Imports all pages; done beside the interface once it is painted, so that the first look at one is not late."""
    for module, _ in PAGES.values():
        import_module(module, __name__)


def make_page(name: str) -> Screen[Any]:
    """A page, its module imported now.

    Args:
        name: One of `PAGES`.
    """
    module, class_name = PAGES[name]
    page: Screen[Any] = getattr(import_module(module, __name__), class_name)()
    return page
