"""Screens of the store: what they are, what a hit is, how far each can be trusted, and how files are read."""

from __future__ import annotations

READING = {
    "screen_list": ".listing",
    "screen_show": ".listing",
    "screen_compare": ".comparison",
    "screen_hits": ".hit_listing",
    "shared_hits": ".common_hits",
    "screen_validate": ".validation.validating",
}

WRITING = {
    "add_screen": ".ingestion.adding",
    "add_replicate": ".ingestion.replicate_adding",
    "screen_merge": ".merging.merging",
    "screen_export": ".export",
    "validation_export": ".validation.validating",
    "screen_remove": ".listing",
}
