"""``benchmark expression``: its tables say everything that the JSON says."""

from __future__ import annotations

import io

from rich.console import Console

from tools.benchmarks.expression.report import ExpressionReport, MemberReport, MetricFigure, Pair, SetReport
from tui.cli.main import commands_by_tool
from tui.layouts import expression


def shown(report):
    console = Console(file=io.StringIO(), width=200)
    for part in expression.figures(report):
        console.print(part)
    return console.file.getvalue()


def test_the_tables_show_every_figure_of_every_member_and_pair():
    figure = MetricFigure(0.512, 0.329, float("nan"), float("nan"), 0.498, 0.526)
    pairs = (Pair("training_mean", "pearson_delta", 0.1831, 0.172, 0.1942),)
    members = (MemberReport("kernel", True, {"pearson_delta": figure}),)
    text = shown(
        ExpressionReport((SetReport("k562", 600, 585, members, pairs),), pairs, ("go", "string"), ("gobp",), 122.0)
    )
    for part in (
        "go, string", "k562: 585 genes held out, 600 rows", "kernel (default)", "0.512", "0.498 – 0.526", "0.329",
        "training_mean", "+0.1831", "+0.1720 – +0.1942", "hitscout fetch gobp", "122 seconds",
    ):  # fmt: skip
        assert part in text


def test_the_command_is_found_by_its_tool():
    assert commands_by_tool()["benchmark_expression"] == "benchmark expression"
