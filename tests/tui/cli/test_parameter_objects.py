"""Options that are made from the fields of parameter objects, and what a command is handed for what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from tools.campaigns.start.start_options import StartOptions
from tools.screens.tables.reading import Reading
from tui.cli.parameter_objects import Some, Without, takes_options

handed_in: list[Any] = []


def handed(command, *arguments: str) -> tuple[list[Any], str]:
    """What the command was called with, and what was written."""
    handed_in.clear()
    app = typer.Typer(rich_markup_mode=None)
    app.command()(command)
    result = CliRunner().invoke(app, list(arguments))
    return list(handed_in), result.output


@takes_options(behind={"encoding": ("reader",)})
def read(*, reading: Annotated[Reading, Without("estimate_kind")], size: Annotated[int, typer.Option()] = 1) -> None:
    """Reads."""
    handed_in.extend([reading, size])


@takes_options()
def start(*, options: StartOptions) -> None:
    """Starts."""
    handed_in.append(options)


@takes_options(defaults={"phenotype": "survival"})
def ask(*, asked: Annotated[Mapping[str, Any], Some(StartOptions, "modality", "phenotype")]) -> None:
    """Asks."""
    handed_in.append(asked)


def test_what_is_not_given_is_as_the_object_has_it():
    assert handed(read)[0] == [Reading(), 1]
    assert handed(start, "--phenotype", "x")[0] == [
        StartOptions("x", positive_controls=[], signature_contexts=[], columns={}, controls=[])
    ]


def test_values_are_split_at_commas_and_at_the_equals_sign_and_no_choice_is_an_empty_word():
    typed = ["--controls", "A, B", "--controls", "C", "--map", "gene=Symbol", "--where", "a=b=c", "--strict"]
    expected = Reading(columns={"gene": "Symbol"}, where={"a": "b=c"}, controls=("A", "B", "C"), strict=True)
    assert handed(read, *typed)[0] == [expected, 1]
    assert handed(read, "--positive-means", "lowers", "--size", "2")[0] == [Reading(positive_means="lowers"), 2]


def test_a_pair_without_an_equals_sign_is_refused_under_the_name_of_its_option():
    got, said = handed(read, "--map", "bad")
    assert "--map: 'bad' is not KEY=VALUE." in said
    assert got == []


def test_a_field_that_is_left_out_has_no_option():
    assert "No such option" in handed(read, "--estimate-kind", "z")[1]


def test_a_field_without_a_default_has_to_be_given_unless_the_command_has_one():
    assert "Missing option '--phenotype'" in handed(start)[1]
    assert handed(ask)[0] == [{"phenotype": "survival", "modality": ""}]


def test_options_stand_in_the_order_of_the_fields_or_behind_the_one_that_is_named():
    shown = handed(read, "--help")[1]
    options = ["--map", "--where", "--suffix", "--positive-means", "--controls", "--encoding", "--reader", "--strict"]
    assert sorted(options, key=shown.index) == options
    assert shown.index("--strict") < shown.index("--size")


def test_a_flag_has_no_opposite():
    assert "No such option" in handed(read, "--no-strict")[1]


@pytest.mark.parametrize("hint", [Annotated[Reading, Without("phenotype")], Annotated[dict, Some(Reading, "size")]])
def test_a_name_that_is_no_field_is_found_out_when_the_command_is_made(hint):
    def command(*, reading): ...

    command.__annotations__ = {"reading": hint}
    with pytest.raises(TypeError, match="Reading has no field"):
        takes_options()(command)
