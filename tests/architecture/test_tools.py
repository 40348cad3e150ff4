"""Every tool is documented argument by argument, gives a small typed result, and is reachable by a command."""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing

import pytest

import tools
from tools.workspace import Workspace

TOOLS = (*tools.READING, *tools.WRITING)


def arguments_documented(docstring: str) -> set[str]:
    """Names in the Args section of a Google-style docstring."""
    section = re.search(r"\n\s*Args:\n(.*?)(?:\n\s*\n\s*\w+:\n|\Z)", docstring, re.DOTALL)
    return set(re.findall(r"^\s+(\w+): \S", section[1], re.MULTILINE)) if section else set()


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_a_tool_takes_a_workspace_first_and_documents_every_other_argument(tool):
    parameters = list(inspect.signature(tool).parameters)
    assert parameters[0] == "workspace"
    assert typing.get_type_hints(tool)["workspace"] is Workspace
    docstring = inspect.getdoc(tool) or ""
    first_line = docstring.splitlines()[0]
    assert first_line.endswith("."), f"{tool.__name__}: the first line is one sentence"
    undocumented = set(parameters) - {"workspace"} - arguments_documented("\n" + docstring)
    assert undocumented == set()


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_a_tool_gives_a_frozen_typed_result(tool):
    result = typing.get_type_hints(tool)["return"]
    origin = typing.get_origin(result)
    element = typing.get_args(result)[0] if origin is tuple else result
    assert dataclasses.is_dataclass(element), f"{tool.__name__} gives {result}"
    assert element.__dataclass_params__.frozen


def test_no_tool_is_both_reading_and_writing():
    assert len({tool.__name__ for tool in TOOLS}) == len(TOOLS)
    assert tools.READING
    assert tools.WRITING


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_a_tool_is_reachable_by_a_command(tool):
    from tui.cli.main import commands_by_tool

    assert tool.__name__ in commands_by_tool()
