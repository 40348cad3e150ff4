"""How a fact and its sources are laid out for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import fields, heading, line

if TYPE_CHECKING:
    from tools.evidence import Evidence


def opened(found: Evidence) -> Sequence[RenderableType]:
    """A fact with its sources.

    Args:
        found: The fact.
    """
    # Values with names of their own, such as those of replicates, get a line each.
    plain = {name: value for name, value in found.facts.items() if not isinstance(value, Mapping)}
    parts: list[RenderableType] = [line(found.summary, "bold"), fields({"id": found.id, **plain})]
    for name, values in found.facts.items():
        if isinstance(values, Mapping) and values:
            parts += [heading(name.capitalize()), fields(values)]
    for source in found.sources:
        about = {
            "file": source.source,
            "SHA-256": source.source_hash,
            "read by": source.tool,
            "added": source.created_at,
            "ingest": source.ingest,
        }
        parts += [heading(f"Source: {source.name}"), fields(about)]
    return parts
