"""Global options before or after the command; examples and defaults of every command."""

from __future__ import annotations

import shlex

import pytest
from typer.core import TyperGroup

from tui.cli.arguments import hoist
from tui.cli.main import commands_by_tool
from tui.cli.root import build

ROOT_COMMAND = build()


def leaves(command=ROOT_COMMAND, path=()):
    """Every command with its path."""
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from leaves(below, (*path, name))
    else:
        yield path, command


LEAVES = list(leaves())


@pytest.mark.parametrize(
    ("given", "moved"),
    [
        ("gene IL2 --json", "--json gene IL2"),
        ("--json gene IL2", "--json gene IL2"),
        ("screen list --store a.duckdb --quiet", "--store=a.duckdb --quiet screen list"),
        ("screen list --store=a.duckdb", "--store=a.duckdb screen list"),
        ("gene IL2 --version", "--version gene IL2"),
        # What follows -- is data.
        ("--quiet gene -- --json", "--quiet gene -- --json"),
        # The value of another option is data.
        ("screen add f.csv --name --json --phenotype p", "screen add f.csv --name --json --phenotype p"),
        ("screen add f.csv --name=--json --json", "--json screen add f.csv --name=--json"),
        # A flag of a command takes no value, so what follows is ours.
        ("screen add f.csv --strict --json", "--json screen add f.csv --strict"),
        ("fetch --list --json", "--json fetch --list"),
        # An option that does not exist swallows nothing.
        ("gene IL2 --nope --json", "--json gene IL2 --nope"),
        ("", ""),
    ],
)
def test_global_options_are_moved_to_the_front_and_values_stay(given, moved):
    assert hoist(shlex.split(given), ROOT_COMMAND) == shlex.split(moved)


@pytest.mark.parametrize("given", [["gene", "IL2", "--store"], ["gene", "IL2", "--store", "--json"]])
def test_store_without_a_path_is_left_for_typer_to_refuse(given):
    assert hoist(given, ROOT_COMMAND) == ["--store"]


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[" ".join(path) for path, _ in LEAVES])
def test_every_command_has_a_summary_and_examples_that_its_own_parser_takes(path, command):
    assert command.help
    assert command.short_help
    assert "…" not in command.short_help
    assert not command.short_help.endswith("..")
    examples = (command.epilog or "").splitlines()
    assert examples, f"{path} has no example"
    for example in examples:
        words = hoist(shlex.split(example)[1:], ROOT_COMMAND)
        while words and words[0].startswith("--"):
            words = words[1:]
        assert tuple(words[: len(path)]) == path, example
        # Raises a usage error where the example is out of date.
        command.make_context(path[-1], words[len(path) :])


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[" ".join(path) for path, _ in LEAVES])
def test_every_option_and_argument_says_what_it_is(path, command):
    silent = [parameter.name for parameter in command.params if not parameter.help]
    assert silent == []


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[" ".join(path) for path, _ in LEAVES])
def test_no_command_takes_a_global_option_for_itself(path, command):
    own = {option for parameter in command.params for option in parameter.opts}
    assert own & {"--json", "--quiet", "--store", "--version"} == set()


def test_commands_by_tool_names_whole_commands():
    found = commands_by_tool()
    assert found["campaign_start"] == "campaign start"
    assert found["add_screen"] == "screen add"
    assert found["gene_card"] == "gene"
    assert found["benchmark_biodiscovery"] == "benchmark biodiscovery"


def test_every_tool_has_a_command_and_no_command_serves_a_tool_that_is_not_there():
    import tools

    assert set(commands_by_tool()) == set(tools.names())
