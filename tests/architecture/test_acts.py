"""Messages of the data and the tools name what would help as a script writes it; each face says it in its words."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest
from typer.core import TyperGroup

import tools
from db import acts
from tui.cli.root import build
from tui.layouts.acts import in_commands

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for layer in ("db", "tools") for path in sorted((ROOT / layer).rglob("*.py"))]
COMMAND = re.compile(r"`hitscout |^hitscout [a-z]|(?<![\w-])--[a-z]")
EXCEPTIONS = {
    "tools/doctor/store_findings.py": {"hitscout fetch": "remedy, a key of --json, is a command line"},
    "tools/doctor/pack_findings.py": {
        "hitscout fetch": "remedy, a key of --json, is a command line",
        "hitscout fetch --list": "remedy, a key of --json, is a command line",
        "hitscout fetch wordllama": "remedy, a key of --json, is a command line",
    },
    "tools/doctor/machine.py": {
        "-m pip install --upgrade pip": "an option of pip",
        "-m ensurepip --upgrade, then": "an option of ensurepip",
    },
    "tools/packs/catalogue.py": {
        "hitscout fetch": "remedies, a key of --json, are command lines",
        "hitscout encode": "next_step, a key of --json and of a pack's file, is a command line",
        "hitscout encode --encoder wordllama": "next_step, a key of --json and of a pack's file, is a command line",
    },
    "tools/packs/downloads.py": {
        "--no-deps": "pip", "--only-binary=:all:": "pip", "--no-input": "pip", "--platform": "pip",
        "--implementation": "pip", "--python-version": "pip", "--progress-bar": "pip",
        "--disable-pip-version-check": "pip", "--dest": "pip", "-m pip install --upgrade pip`.": "pip",
        "Install pip 25.1 or newer into it (`python -m ensurepip --upgrade`), or use": "an option of ensurepip",
    },
    "tools/prediction/priors.py": {
        "a sibling: another phenotype of the same study (--siblings lets it in)": "kept with a round since 0.1.0",
        "its study is not declared, so it could be a copy (declare it: screen add --study)": "kept with a round, too",
    },
    "tools/screens/ingestion/signs.py": {"declared with --positive-means": "kept with a contrast since 0.1.0"},
}  # fmt: skip
"""Source file → text that may name a command line, and why."""


def texts_of(path: Path) -> list[tuple[int, str]]:
    """Texts of a source file with their lines; docstrings are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value.strip())
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in alone
    ]


def acts_of(path: Path) -> list[ast.Call]:
    """The calls of `act` and `option` in a source file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [node for node in calls if node.func.id in ("act", "option")]


def options_by_command() -> dict[str, set[str]]:
    """Command line without options → the options that it takes."""
    found: dict[str, set[str]] = {}

    def walk(command, path):
        if isinstance(command, TyperGroup):
            for name, below in command.commands.items():
                walk(below, f"{path} {name}".strip())
        else:
            found[path] = {word for one in command.params for word in (*one.opts, *one.secondary_opts)}

    walk(build(), "")
    return found


TOOLS = {tool.__name__: tool for tool in (*tools.READING, *tools.WRITING)}
NAMED = [(path, call) for path in SOURCES for call in acts_of(path) if call.func.id == "act"]
GIVEN = [(path, call) for path in SOURCES for call in acts_of(path) if call.func.id == "option"]
OPTIONS = options_by_command()
NO_TOOLS = {"ask": "agent.assistant", "transcript_list": "agent.transcripts.listing"}


def place(value: object) -> str:
    """Where a call stands, for the name of its test."""
    return f"{value.name}" if isinstance(value, Path) else f"{value.lineno}" if isinstance(value, ast.Call) else ""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_names_a_command_line(path):
    allowed = EXCEPTIONS.get(str(path.relative_to(ROOT)), {})
    said = [
        f"{path.name}:{line}: {text}" for line, text in texts_of(path) if COMMAND.search(text) and text not in allowed
    ]
    assert said == []


def test_every_exception_still_stands():
    gone = [
        (file, text) for file, texts in EXCEPTIONS.items() for text in texts
        if text not in {found for _, found in texts_of(ROOT / file)}
    ]  # fmt: skip
    assert gone == []


@pytest.mark.parametrize(("path", "call"), NAMED, ids=place)
def test_an_act_is_a_call_that_its_tool_takes(path, call):
    name = ast.literal_eval(call.args[0])
    if name in NO_TOOLS:
        assert name in dir(importlib.import_module(NO_TOOLS[name])) or name == "ask"
        return
    given = {str(keyword.arg) for keyword in call.keywords}
    inspect.signature(TOOLS[name]).bind_partial(object(), *call.args[1:], **dict.fromkeys(given))


@pytest.mark.parametrize(("path", "call"), NAMED, ids=place)
def test_an_act_is_a_command_with_options_that_it_takes(path, call):
    name = ast.literal_eval(call.args[0])
    said = in_commands(acts.act(name, **{str(one.arg): acts.VALUE for one in call.keywords}))
    words = said.strip("`").removeprefix("hitscout ").split()
    command = " ".join(word for word in words if not word.startswith("--") and word != "VALUE")
    assert {word for word in words if word.startswith("--")} <= OPTIONS[command]


@pytest.mark.parametrize(("path", "call"), GIVEN, ids=place)
def test_an_argument_that_is_named_is_an_option_of_some_command(path, call):
    names = [ast.literal_eval(one) for one in call.args if isinstance(one, ast.Constant)]
    names += [one.arg for one in call.keywords if one.arg]
    everywhere = {"--store"}.union(*OPTIONS.values())
    assert {in_commands(acts.option(name)) for name in names} <= everywhere
