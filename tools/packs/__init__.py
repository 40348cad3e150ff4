"""Public data sets: one TOML file each, with files, checksums and terms, and how they come into the store."""

from __future__ import annotations

READING = {
    "list_packs": ".catalogue",
}

WRITING = {
    "fetch": ".catalogue",
}
