"""``benchmark questions``: its JSON, its table, and what its refusals say."""

from __future__ import annotations

import json

from tests.synthetic_store import copied_world
from tui.cli.main import commands_by_tool

HEADER = "phenotype\tcell_type\tregulators\n"


def test_the_command_serves_the_tool():
    assert commands_by_tool()["benchmark_questions"] == "benchmark questions"


def test_a_table_of_ones_own_is_counted_as_json_and_for_people(cli, tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    (cli.folder / "mine.tsv").write_text(
        f"{HEADER}migration\tT cells\tGENE0140 GENE0141 NOSUCHGENE\nuptake\t\tGENE0560\n"
    )
    asked = ("benchmark", "questions", "mine.tsv", "--size", "5", "--store", str(store.path))
    result = cli(*asked, "--json")
    assert result.returncode == 0, result.stderr + result.stdout
    told = json.loads(result.stdout)
    assert [one["textbook"] for one in told["questions"]] == [2, 1]
    assert set(told) == {"questions", "mean_recall", "median_overlap"}
    shown = cli(*asked).stdout
    assert "NOSUCHGENE" in shown
    assert f"{told['mean_recall']:.3f}" in shown


def test_a_bad_and_a_missing_file_are_refused_with_the_shape_of_the_table(cli):
    (cli.folder / "bad.tsv").write_text("gene\nIL2\n")
    for name in ("bad.tsv", "none.tsv"):
        result = cli("benchmark", "questions", name, "--pool", "all")
        assert result.returncode == 1
        assert "phenotype, cell_type, regulators" in " ".join(result.stderr.split())


def test_without_the_lists_of_fitness_genes_the_fetch_and_the_other_pool_are_named(cli):
    (cli.folder / "mine.tsv").write_text(f"{HEADER}uptake\t\tIL2\n")
    result = cli("benchmark", "questions", "mine.tsv")
    assert result.returncode == 1
    assert "hitscout fetch" in result.stderr


def test_no_such_pool_is_wrong_usage(cli):
    assert cli("benchmark", "questions", "--pool", "some").returncode == 2
