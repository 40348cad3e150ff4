"""What each tool shows below ``rows`` is declared once, for each tool, and nothing is declared that no tool gives."""

from __future__ import annotations

import dataclasses
import typing

import pytest

import tools
from agent.binding import names_files, visible_signature
from agent.privacy.summaries import EVERYTHING, SUMMARIES, result_class, summary_of

TOOLS = (*tools.READING, *tools.WRITING)


def class_of(tool) -> type:
    hint = typing.get_type_hints(tool)["return"]
    return hint if dataclasses.is_dataclass(hint) else typing.get_args(hint)[0]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_each_tool_says_what_its_summary_is(tool):
    assert result_class(tool.__name__) in SUMMARIES
    summary = summary_of(tool.__name__)
    assert summary.names or summary.figures


def test_no_summary_is_declared_for_what_no_tool_gives():
    assert set(SUMMARIES) == {result_class(tool.__name__) for tool in TOOLS}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_a_summary_names_keys_that_the_result_has(tool):
    made = class_of(tool)
    if hasattr(made, "to_json"):
        return
    summary = summary_of(tool.__name__)
    declared = f"{summary.names} {summary.figures} {summary.sentences} {summary.pages} {summary.rounds}".split()
    first = {path.split(".")[0] for path in declared} - {EVERYTHING, ""}
    assert first <= {field.name for field in dataclasses.fields(made)}


@pytest.mark.parametrize("tool", tools.READING, ids=lambda tool: tool.__name__)
def test_no_reading_tool_takes_a_path_from_an_assistant(tool):
    shown = visible_signature(tool).parameters
    assert not [name for name, one in shown.items() if names_files(one.annotation)]
    assert not {"data", "file", "path", "folder", "mirror", "out"} & set(shown)


@pytest.mark.parametrize("tool", tools.READING, ids=lambda tool: tool.__name__)
def test_the_long_list_of_a_reading_tool_comes_page_by_page(tool):
    summary, shown = summary_of(tool.__name__), visible_signature(tool).parameters
    if summary.pages:
        assert {"offset", "fields"} <= set(shown)
        assert (summary.limit or "top") in shown
    if summary.rounds:
        assert "round" in shown
