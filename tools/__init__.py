"""What can be done: each tool is one function that the command line, the chat and the agent call alike.

A folder is a subject, and its face (``__init__.py``) names its tools: `READING` ones change nothing; `WRITING` ones
change the store, write a file or ask another machine, so that the agent asks before it calls one. Both tuples are
filled when first asked for, because importing every tool costs a second that ``--help`` has not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Literal

READING: tuple[Callable[..., Any], ...]
WRITING: tuple[Callable[..., Any], ...]

SUBJECTS = (
    "packs", "screens", "genes", "enrichment", "prediction", "responses", "expression", "cells", "campaigns", "orders",
    "replays", "design", "pictures", "benchmarks", "reports",
)  # fmt: skip
"""The folders that have tools, in the order in which these are listed."""
CLASSES = {
    "CellReading": ".expression.perturb_seq.options",
    "CellsWish": ".design.perturb_seq.wish",
    "Learning": ".expression.unseen.options",
    "Naming": ".cells.annotation.options",
    "Ordering": ".orders.options",
    "Plating": ".orders.options",
    "Pricing": ".orders.options",
    "Progress": ".workspace",
    "Reading": ".screens.tables.reading",
    "ScreenDescription": ".screens.ingestion.description",
    "ScreenWish": ".design.pooled.wish",
    "StartOptions": ".campaigns.start.start_options",
    "Workspace": ".workspace",
}
"""What a script needs beside the tools."""
_OVER_EVERYTHING = {
    "READING": {"open_evidence": ".evidence", "sql_query": ".sql", "sql_tables": ".sql", "diagnose": ".doctor"},
    "WRITING": {"demo": ".demo", "mend": ".doctor", "undo": ".doctor.undoing"},
}


@cache
def table(kind: Literal["READING", "WRITING"]) -> Mapping[str, str]:
    """Name of each tool → the module that defines it, relative to this folder.

    Args:
        kind: Which tools.
    """
    faces = {subject: getattr(import_module(f".{subject}", __name__), kind, {}) for subject in SUBJECTS}
    return {
        **{tool: f".{subject}{module}" for subject, face in faces.items() for tool, module in face.items()},
        **_OVER_EVERYTHING[kind],
    }


def names() -> list[str]:
    """The names of all tools, reading ones first."""
    return [*table("READING"), *table("WRITING")]


def module_of(name: str) -> str:
    """The module that defines a tool, relative to this folder; empty where there is no such tool.

    Args:
        name: Name of the tool's function.
    """
    return table("READING").get(name) or table("WRITING").get(name) or ""


def __getattr__(name: str) -> tuple[Callable[..., Any], ...]:
    """`READING` and `WRITING`, imported when they are first asked for."""
    if name not in ("READING", "WRITING"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    tools = tuple(getattr(import_module(module, __name__), tool) for tool, module in table(name).items())
    globals()[name] = tools
    return tools
