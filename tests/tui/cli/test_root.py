"""The root's help is written from a table: it says what the commands say, and imports none of them."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer
from typer.core import TyperGroup

from tui.cli.commands import COMMANDS, GROUPS
from tui.cli.root import build

ROOT_COMMAND = build()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_gives_the_first_sentence_of_each_command(name):
    assert ROOT_COMMAND.commands[name].short_help == COMMANDS[name]


@pytest.mark.parametrize("name", GROUPS)
def test_the_table_gives_the_help_of_each_group(name):
    group = ROOT_COMMAND.commands[name]
    assert isinstance(group, TyperGroup)
    assert group.help == GROUPS[name]


@pytest.mark.parametrize("columns", [50, 80, 120])
def test_the_list_is_the_one_that_the_commands_themselves_would_give(columns):
    context = typer.Context(ROOT_COMMAND, info_name="hitscout", terminal_width=columns)
    ours, theirs = context.make_formatter(), context.make_formatter()
    ROOT_COMMAND.format_commands(context, ours)
    TyperGroup(commands=dict(ROOT_COMMAND.commands)).format_commands(context, theirs)
    assert ours.getvalue() == theirs.getvalue()
    assert "campaign" in ours.getvalue()


def imported_by(*arguments: str) -> set[str]:
    """Modules of commands that are imported in a fresh interpreter by one run."""
    script = (
        "import sys\nfrom tui.cli.main import run\ntry:\n    run(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*(name for name in sys.modules if name.startswith('tui.cli.commands.')), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert result.stdout or "Did you mean" in result.stderr
    return {name.removeprefix("tui.cli.commands.") for name in result.stderr.splitlines()[-1].split()}


@pytest.mark.parametrize("arguments", [["--help"], ["campain"]])
def test_neither_the_help_nor_a_suggestion_imports_a_command(arguments):
    assert imported_by(*arguments) == set()


def test_the_help_of_one_command_imports_that_command_alone():
    assert imported_by("gene-set", "list", "--help") == {"gene_set"}


OPTION_LISTS = {
    "tools.parameters", "tools.campaigns.start.start_options", "tools.screens.ingestion.description",
    "tools.screens.tables.reading", "tools.expression.perturb_seq.options", "tools.expression.unseen.options",
    "tools.cells.annotation.options", "tools.design.pooled.wish", "tools.design.perturb_seq.wish",
    "tools.orders.options",
}  # fmt: skip
"""What options are made from: dataclasses of plain words, which cost no more than the options themselves."""


def test_all_commands_together_import_no_tool_and_nothing_slow():
    script = (
        "import sys\nfrom tui.cli.root import build\nmade = dict(build().commands)\n"
        "print(*(name for name, module in sys.modules.items() if not hasattr(module, '__path__') or '.' not in name))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.split())
    ours = {name for name in loaded if name.split(".")[0] in ("tools", "agent")}
    assert ours == {"tools", *OPTION_LISTS}
    assert loaded & {"pandas", "numpy", "scipy", "duckdb", "pydantic_ai", "textual"} == set()


def test_a_name_that_is_no_command_is_not_looked_for_among_the_modules():
    assert "__init__" not in ROOT_COMMAND.commands
    assert "gene_set" not in ROOT_COMMAND.commands
    assert ROOT_COMMAND.commands.get("campaign_round") is None
