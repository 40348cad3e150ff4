"""Orders on the command line: what is missing goes to stderr, and wrong usage is told as such."""

from __future__ import annotations

import pytest

from tests.readme_world import write_guides
from tests.store_copy import copied
from tests.tui.conftest import Cli


@pytest.fixture(scope="module")
def ordering(_filled_store, _warm, tmp_path_factory):
    folder = tmp_path_factory.mktemp("orders")
    cli = Cli(copied(_filled_store, folder / "own.duckdb").path, folder, _warm)
    start = ("--phenotype", "IL-2", "--library", "plain", "--size", "4")
    cli.json("campaign", "start", "tcell", *start)
    nominated = cli.json("campaign", "propose", "tcell", "--predictor", "mean_baseline")["nominations"]
    genes = [one["perturbation"] for one in nominated]
    write_guides(folder / "brunello.txt")
    rows = [f"{gene}\t{'ACGATCGATC' * 2}\tAGG\t1" for gene in genes[1:]]
    library = (folder / "brunello.txt").read_text().splitlines()
    # Of the first gene there is no guide.
    kept = [line for line in library if line.split("\t")[0] not in genes]
    (folder / "brunello.txt").write_text("\n".join([*kept, *rows]) + "\n")
    return cli, genes


def test_a_gene_without_guides_is_named_on_stderr_and_in_json(ordering):
    cli, genes = ordering
    done = cli("campaign", "export", "guides.csv", "--guides", "brunello.txt", "--json")
    assert done.returncode == 0, done.stderr
    assert f"No guide in brunello.txt for {genes[0]}." in done.stderr
    assert f'"without_guides": ["{genes[0]}"]' in " ".join(done.stdout.split()).replace("[ ", "[").replace(" ]", "]")


def test_the_plain_export_is_as_it_was_without_a_library(ordering):
    cli, _ = ordering
    assert set(cli.json("campaign", "export", "plain.csv")) == {
        "path", "format", "rows", "guides", "non_targeting", "cells", "price",
    }  # fmt: skip


def test_options_of_guides_without_a_library_are_wrong_usage(ordering):
    cli, _ = ordering
    for options in (["--as", "plates"], ["--overhang", "CACC/GTTT"], ["--plate", "96"]):
        done = cli("campaign", "export", "x.csv", *options)
        assert (done.returncode, "--guides" in done.stderr) == (2, True)
        assert not (cli.folder / "x.csv").exists()


def test_a_library_without_sequences_is_refused_in_a_sentence(ordering):
    cli, _ = ordering
    (cli.folder / "names.csv").write_text("gene,id\nVAV1,1\n")
    done = cli("campaign", "export", "x.csv", "--guides", "names.csv")
    assert (done.returncode, "without sequences" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_costs_have_a_line_for_each_design(ordering):
    cli, _ = ordering
    found = cli.json("campaign", "costs", "--price-guide", "3", "--price-cell", "0.5")
    assert [one["design"] for one in found["designs"]] == ["pooled", "arrayed", "perturb-seq"]
    assert found["lines"][0]["cost"] == found["guides"] * 3
