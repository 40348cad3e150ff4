"""Parameter objects: options written once, given as an object or one by one."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

import tools
from db.errors import HitscoutError, InvalidValueError
from db.store import Store
from tools.campaigns.start.start import campaign_start
from tools.campaigns.start.start_options import StartOptions
from tools.parameters import Parameters, described_fields, takes_fields
from tools.workspace import Workspace


@dataclass(frozen=True)
class Reading(Parameters):
    """How a file is read.

    Attributes:
        phenotype: The biology asked about,
            in a few words.
        where: Column → value.
        strict: Whether doubtful rows refuse the file.
    """

    phenotype: str
    where: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False


@takes_fields
def add(path: str, reading: Reading, *, seed: int = 0) -> tuple[str, Reading, int]:
    """Adds a file.

    Args:
        path: The file.
        reading: How it is read:
            see `Reading`.
        seed: Seed of ties.

    Returns:
        What was given.
    """
    return path, reading, seed


def test_an_object_and_its_fields_are_the_same_call():
    wanted = ("a.csv", Reading("tau level", {"day": "3"}, strict=True), 7)
    assert add("a.csv", Reading("tau level", {"day": "3"}, strict=True), seed=7) == wanted
    assert add("a.csv", phenotype="tau level", where={"day": "3"}, strict=True, seed=7) == wanted
    assert add("a.csv", "tau level", where={"day": "3"}, strict=True, seed=7) == wanted


def test_defaults_are_those_of_the_object():
    assert add("a.csv", "tau level") == ("a.csv", Reading("tau level"), 0)


def test_what_is_missing_or_unknown_is_named():
    with pytest.raises(TypeError, match="phenotype"):
        add("a.csv")
    with pytest.raises(TypeError, match="day"):
        add("a.csv", "tau level", day="3")


def test_the_signature_shows_the_fields_and_no_object():
    parameters = inspect.signature(add).parameters
    assert list(parameters) == ["path", "phenotype", "where", "strict", "seed"]
    assert parameters["strict"].annotation is bool
    assert parameters["strict"].default is False
    assert add.__annotations__["return"] == tuple[str, Reading, int]


def test_the_docstring_describes_each_field_where_the_object_stood():
    assert described_fields(Reading)["phenotype"] == "The biology asked about, in a few words."
    lines = [line.strip() for line in inspect.getdoc(add).splitlines()]
    assert "phenotype: The biology asked about, in a few words." in lines
    assert "strict: Whether doubtful rows refuse the file." in lines
    assert not any(line.startswith(("reading:", "see `Reading`")) for line in lines)
    assert lines[-2:] == ["Returns:", "What was given."]


def test_two_parameters_of_one_name_are_refused():
    with pytest.raises(TypeError, match="strict"):

        @takes_fields
        def twice(reading: Reading, *, strict: bool) -> None:
            """Never called."""


@pytest.mark.parametrize("tool", [*tools.READING, *tools.WRITING], ids=lambda tool: tool.__name__)
def test_a_call_names_five_thousand_things_at_most(tool, tmp_path):
    workspace = Workspace(Store(tmp_path / "none.duckdb"), np.random.default_rng(0))
    parameters = inspect.signature(tool).parameters
    lists = [name for name, one in parameters.items() if "Sequence[str]" in str(one.annotation)]
    asked = {name: one for name, one in list(parameters.items())[1:] if one.default is one.empty}
    needed = {name: tmp_path / "x" if "Path" in str(one.annotation) else "x" for name, one in asked.items()}
    for name in lists:
        if tool.__name__.startswith(("benchmark_", "replay")):
            # Names of screens and predictors, each of which must be there.
            continue
        with pytest.raises(InvalidValueError, match=rf"`{name}=` has 5,001 names; 5,000 are the most"):
            tool(workspace, **{**needed, name: ["VAV1"] * 5001})
        with pytest.raises(HitscoutError) as others:
            tool(workspace, **{**needed, name: ["VAV1"] * 5000})
        assert "are the most" not in str(others.value)


def test_an_object_with_too_many_names_is_refused_as_they_are(tmp_path):
    workspace = Workspace(Store(tmp_path / "none.duckdb"), np.random.default_rng(0))
    options = StartOptions("IL-2", positive_controls=("VAV1",) * 5001)
    with pytest.raises(InvalidValueError, match="`positive_controls=` has 5,001 names"):
        campaign_start(workspace, "tcell", options)
