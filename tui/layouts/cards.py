"""The parts of a tool's card: its own where it has any, else those of any result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.layouts import explained_card
from tui.layouts.result_tables import ResultTable, ResultText, tables_of

OWN = {"explain_response": explained_card.parts}
"""Tool → how its result is told."""


def parts_for(tool: str, value: Any) -> Sequence[ResultTable | ResultText]:  # noqa: ANN401 – any JSON value
    """The tables and paragraphs of a result.

    Args:
        tool: Name of the tool.
        value: Its result as JSON values.
    """
    return OWN[tool](value) if tool in OWN and isinstance(value, Mapping) else tables_of(value)
