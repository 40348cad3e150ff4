"""``benchmark perturbqa``: its table says everything that the JSON says, and its refusal what would work."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tests.response_world import planted, write_line
from tools.benchmarks.cluster_names import ClusterList, GeneSetReport, NamedCluster
from tools.benchmarks.perturbqa_line import TaskFigures
from tools.benchmarks.perturbqa_report import Comparison, PerturbqaReport, Shuffled, TaskReport
from tools.responses.pair_metrics import Gain
from tui.cli.main import commands_by_tool
from tui.layouts import cluster_names, perturbqa

FIGURES = TaskFigures(0.7321, 0.7974, 0.7223, 0.7664, 665, 0.0051, 0.0029, 0.9512)


def shown(report):
    console = Console(file=io.StringIO(), width=200)
    for part in perturbqa.figures(report):
        console.print(part)
    return console.file.getvalue()


def test_the_table_shows_every_figure_the_setting_and_the_missing_packs():
    one = TaskReport("k562", "de", "within", FIGURES, Shuffled(0.503, 0.481, 0.524, 10), (), 80.0)
    text = shown(PerturbqaReport("within", (one,), ("gobp",)))
    for part in (
        "within",
        "k562",
        "0.732",
        "0.722 – 0.766",
        "0.797",
        "665",
        "0.005 (0.003)",
        "10 shuffles",
        "0.503 (0.481 – 0.524)",
        "0.951",
    ):
        assert part in text
    assert "hitscout fetch gobp" in text


def test_a_control_that_was_not_played_is_a_dash_and_nothing_missing_is_not_said():
    text = shown(PerturbqaReport("across", (TaskReport("k562", "de", "across", FIGURES, None, ("rpe1",), 80.0),), ()))
    assert "–" in text
    assert "fetch" not in text


def test_the_comparison_of_both_settings_is_a_table_of_its_own():
    lines = tuple(TaskReport("k562", "de", one, FIGURES, None, (), 80.0) for one in ("within", "across"))
    text = shown(PerturbqaReport("both", lines, (), (Comparison("k562", "de", Gain(0.0071, -0.0012, 0.0153)),)))
    for part in ("across", "+0.007", "-0.001 – +0.015"):
        assert part in text


def test_clusters_and_their_names_are_two_tables():
    one = NamedCluster(52, "proteasome genes", "proteasome", "set:c:P", 1e-9, 0.5)
    report = GeneSetReport("gse", (ClusterList("k562_pert", 52, 47, 0.2371, 0.3283, 4.6, 0.0151, 1831, (one,)),))
    console = Console(file=io.StringIO(), width=200)
    for part in cluster_names.figures(report):
        console.print(part)
    text = console.file.getvalue()
    for part in ("k562_pert", "52", "47", "0.237", "0.328", "0.015", "4.6", "proteasome genes"):
        assert part in text


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
