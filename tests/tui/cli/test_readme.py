"""Each command line of README and of the documents, typed as it stands and in its order, on a store that is ready."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer import TyperException

from db.store import Store
from tests import readme_world
from tests.labelled_world import write_cells
from tests.store_copy import copied
from tests.tui.conftest import Cli
from tui.cli.arguments import hoist
from tui.cli.root import build

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NETWORK = "asks the network for public files"
MINUTES = "plays whole replays of fetched screens, which takes minutes"
KEY = "asks a language model, which needs its key"
LABORATORY = "takes the results that a laboratory sends of a round"
FOREVER = "goes on until it is left"
BUILD = "builds this checkout"
NOT_RUN = {
    "make demo": BUILD,
    "make test": BUILD,
    "hitscout fetch": NETWORK,
    'hitscout literature "VAV1 T cell activation"': NETWORK,
    "hitscout fetch string essentials biodiscovery": NETWORK,
    "hitscout fetch --all-screens": NETWORK,
    "hitscout fetch string --mirror /path/to/mirror": "names a folder that stands for one's own",
    "hitscout fetch essentials string coessentiality cd4-response gene-summaries": NETWORK,
    "hitscout benchmark biodiscovery --screens IFNG,IL2,Sanchez21_down --pool all --seeds 5 --no-controls": MINUTES,
    "hitscout fetch perturbqa-k562 perturbqa-rpe1": NETWORK,
    "hitscout benchmark perturbqa --lines k562,rpe1": MINUTES,
    "hitscout fetch replogle-k562-ranks string coessentiality gene-summaries": NETWORK,
    "hitscout benchmark signatures --context replogle-k562-ranks": MINUTES,
    'hitscout ask "…" --model anthropic:NAME --dry-run': KEY,
    "hitscout chat": FOREVER,
    "hitscout campaign grade --model openai:NAME": KEY,
    "hitscout mcp": FOREVER,
    "hitscout fetch hgnc orthologs baron-cells": NETWORK,
    "OPENAI_BASE_URL=http://127.0.0.1:8080/v1 hitscout doctor --model openai-chat:NAME": KEY,
    'OPENAI_BASE_URL=http://127.0.0.1:8080/v1 hitscout ask "Which screens are there?" --model openai-chat:NAME': KEY,
    "hitscout campaign grade tcell --model anthropic:NAME --estimate": KEY,
    "hitscout campaign grade tcell --model anthropic:NAME --max-cost 1": KEY,
    "hitscout replay schmidt-ifng --seeds 1 --model anthropic:NAME --max-cost 5": KEY,
    "hitscout benchmark biodiscovery --screens IFNG --model openai:NAME --trained-until 2024 --json": KEY,
    "pip install 'hitscout[mcp]'": "installs from a package index",
    "hitscout mcp --allow-writes --share rows": FOREVER,
    "hitscout campaign next --results round1-results.txt --positive-means raises --out round2.xlsx": LABORATORY,
    "hitscout campaign review --preregistration round1.json": LABORATORY,
}
"""Lines that no test can run, each with the reason; they are parsed by the command that they name all the same."""


@dataclass(frozen=True)
class Line:
    """One command of a document: what is typed, and where it stands."""

    typed: str
    place: str

    @cached_property
    def words(self) -> list[str]:
        return shlex.split(self.typed)

    @property
    def environment(self) -> dict[str, str]:
        """What is set before the command."""
        names = [word for word in self.words[: self._program] if "=" in word]
        return dict(word.split("=", 1) for word in names)

    @property
    def program(self) -> str:
        return self.words[self._program]

    @property
    def arguments(self) -> list[str]:
        return self.words[self._program + 1 :]

    @property
    def _program(self) -> int:
        return next(at for at, word in enumerate(self.words) if not re.fullmatch(r"[A-Z_]+=.*", word))


def lines_of(document: Path) -> Iterator[Line]:
    """The commands of a document's console blocks, one by one, without their comments."""
    text = document.read_text(encoding="utf-8")
    for block in re.finditer(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        at = text[: block.start()].count("\n") + 1
        for number, line in enumerate(block[1].splitlines(), at + 1):
            assert line.startswith("$ "), f"{document.name}:{number}: {line!r} is no command"
            for part in re.split(r"\s&&\s", re.sub(r"\s+# .*$", "", line[2:])):
                yield Line(part.strip(), f"{document.name}:{number}")


LINES = {document.name: list(lines_of(document)) for document in DOCUMENTS}
EVERY = [line for lines in LINES.values() for line in lines]
MENTIONED = sorted(
    {
        words
        for document in DOCUMENTS
        for words in re.findall(r"`(hitscout [^`\n]+)`", document.read_text(encoding="utf-8"))
    }
)


def parsed(arguments: list[str]) -> None:
    """Parses a command line as typer does before anything runs; a wrong one is a usage error."""
    command, rest = build(), hoist(arguments, build())
    while rest and rest[0].startswith("--"):
        rest = rest[1:]
    while rest and (below := getattr(command, "commands", {}).get(rest[0])) is not None:
        command, rest = below, rest[1:]
    assert not hasattr(command, "commands"), f"{' '.join(arguments)} names no command"
    command.make_context("hitscout", list(rest))


@pytest.fixture(scope="module")
def _ready(tmp_path_factory) -> Store:
    return readme_world.make_ready(Store(tmp_path_factory.mktemp("ready") / "ready.duckdb"))


@pytest.fixture
def ready(_ready, _warm, tmp_path) -> Cli:
    """The command line on a ready store, in a folder with the files that README names."""
    store = copied(_ready, tmp_path / "own.duckdb")
    folder = tmp_path / "work"
    folder.mkdir()
    readme_world.write_library(folder / "my-library.txt")
    readme_world.write_pilot(folder / "pilot.csv")
    readme_world.write_guides(folder / "brunello.txt")
    write_cells(folder / "human.h5ad")
    write_cells(folder / "new.h5ad", seed=1)
    return Cli(store.path, folder, _warm)


def measure(folder: Path) -> None:
    """What the laboratory sends back of the order that was exported."""
    rows = list(load_workbook(folder / "round1.xlsx").active.values)
    ordered = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    readme_world.write_summary(folder / "round1-results.txt", [row["perturbation"] for row in ordered if row["rank"]])


def works(cli: Cli, line: Line) -> str:
    """Runs a line, which must be done; gives what it said."""
    result = cli(*line.arguments, **line.environment)
    assert result.returncode == 0, f"{line.place}: {line.typed}\n{result.stdout}{result.stderr}"
    assert "Traceback" not in result.stderr
    assert result.stdout.strip(), line.place
    return str(result.stdout)


def test_a_reader_can_type_readme_from_the_top(ready):
    said = {}
    for line in LINES["README.md"]:
        if line.typed in NOT_RUN:
            continue
        said[line.typed] = works(ready, line)
        if line.arguments[:2] == ["campaign", "export"]:
            measure(ready.folder)
    assert "MTOR" in said['hitscout campaign exclude MTOR --reason "no guides left"']
    assert {path.name for path in ready.folder.iterdir()} == {
        "my-library.txt", "pilot.csv", "next.xlsx", "next.csv", "round1.xlsx", "round1-results.txt",
        "human.h5ad", "new.h5ad", "cells.png", "brunello.txt", "guides.csv",
    }  # fmt: skip
    (loop,) = [one for one in ready.json("campaign", "list") if one["name"] == "tcell"]
    assert (loop["rounds"], loop["state"]) == (1, "measured")


@pytest.mark.parametrize("document", [name for name in LINES if name != "README.md" and LINES[name]])
def test_a_reader_can_type_each_document_from_the_top(ready, document):
    started = [
        ["campaign", "start", "tcell", "--phenotype", "IL-2 production", "--size", "12"],
        ["campaign", "propose"],
        ["ask", "Which screens are there?"],
    ]
    for arguments in started:
        assert ready(*arguments).returncode == 0
    run = [line for line in LINES[document] if line.typed not in NOT_RUN]
    for line in run:
        works(ready, line)


@pytest.mark.parametrize("line", [one for one in EVERY if one.typed in NOT_RUN], ids=lambda line: line.typed)
def test_a_line_that_is_not_run_is_one_that_its_command_takes(line):
    if line.program == "hitscout":
        parsed(line.arguments)
    elif line.program == "make":
        assert re.search(rf"^{line.arguments[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    else:
        assert line.words[:2] == ["pip", "install"]
        extra = re.fullmatch(r"hitscout\[(\w+)\]", line.words[2])
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert extra
        assert extra[1] in project["optional-dependencies"]


def test_no_line_is_passed_over_without_a_reason_and_no_reason_outlives_its_line():
    assert {line.program for line in EVERY} <= {"hitscout", "make", "pip"}
    assert set(NOT_RUN) - {line.typed for line in EVERY} == set()
    assert all(line.program == "hitscout" for line in EVERY if line.typed not in NOT_RUN)
    assert len([line for line in EVERY if line.typed not in NOT_RUN]) >= 25


@pytest.mark.parametrize("typed", MENTIONED)
def test_a_command_that_the_prose_names_is_one(typed):
    words = [word for word in shlex.split(typed)[1:] if word not in ("…", "...")]
    named = []
    command = build()
    while words and (below := getattr(command, "commands", {}).get(words[0])) is not None:
        command, named, words = below, [*named, words[0]], words[1:]
    assert named, typed
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--json", "--store"}
    assert {word.split("=")[0].strip("[],") for word in words if word.strip("[").startswith("--")} <= options


def test_a_line_that_a_command_does_not_take_would_be_noticed():
    for wrong in (["campaign", "exclude", "MTOR"], ["gene"], ["fetch", "--nope"], ["screen", "compare", "a"], ["nope"]):
        with pytest.raises((TyperException, AssertionError)):
            parsed(wrong)
