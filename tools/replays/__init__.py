"""Campaigns over finished screens whose results are hidden until their round, with their controls."""

from __future__ import annotations

READING = {
    "replay": ".replay",
}
