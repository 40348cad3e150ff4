"""``benchmark perturbqa``: its table says everything that the JSON says, and its refusal what would work."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tests.response_world import planted, write_line
from tools.perturbqa import PerturbqaReport, TaskReport
from tools.perturbqa_run import TaskFigures
from tui.cli import commands_by_tool
from tui.commands.benchmark import render_perturbqa

FIGURES = TaskFigures(0.7321, 0.7974, 0.7223, 0.7664, 665, 0.0051, 0.9512)


def shown(report):
    console = Console(file=io.StringIO(), width=140)
    for part in render_perturbqa(report):
        console.print(part)
    return console.file.getvalue()


def test_the_table_shows_every_figure_the_setting_and_the_missing_packs():
    one = TaskReport("k562", "de", FIGURES, 0.503, (), 80.0)
    text = shown(PerturbqaReport("within", (one,), ("gobp",)))
    for part in ("within", "k562", "0.732", "0.722 – 0.766", "0.797", "665", "0.005", "0.503", "0.951"):
        assert part in text
    assert "hitscout fetch gobp" in text


def test_a_control_that_was_not_played_is_a_dash_and_nothing_missing_is_not_said():
    text = shown(PerturbqaReport("across", (TaskReport("k562", "de", FIGURES, None, ("rpe1",), 80.0),), ()))
    assert "–" in text
    assert "fetch" not in text


def test_the_command_serves_the_tool():
    assert commands_by_tool()["benchmark_perturbqa"] == "benchmark perturbqa"


@pytest.mark.parametrize(
    ("extra", "said"),
    [([], "hitscout fetch perturbqa-k562"), (["--data", "lines"], "hitscout fetch hgnc coessentiality")],
)
def test_what_is_missing_is_refused_with_the_fetch(cli, extra, said):
    write_line(cli.folder / "lines", "x", planted(0, range(20)))
    result = cli("benchmark", "perturbqa", *extra)
    assert result.returncode == 1
    assert said in " ".join(result.stderr.split())
