"""Reports: one page on a screen or a campaign, to be read, printed and kept."""

from __future__ import annotations

READING: dict[str, str] = {}

WRITING = {
    "write_report": ".writing",
}
