"""Which genes of a finished screen a repeat of it would find again."""

from __future__ import annotations

READING = {
    "screen_validate": ".validating",
    "benchmark_validation": ".played",
}

WRITING = {
    "validation_export": ".validating",
}
