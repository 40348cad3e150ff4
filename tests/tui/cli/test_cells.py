"""``cells annotate`` as users run it, and how named cells and the figures look."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from rich.console import Console

from tests.kinds_world import kinds_store
from tests.labelled_world import GENES, write_cells
from tools.benchmarks.cells.report import CellsReport, CellsSet, FewRow, Pair, Row, StrangerRow
from tools.cells.annotation.result import AnnotatedCells, ConfusionRow, NamedLabel
from tools.cells.by_markers.result import NamedCluster, NamedClusters
from tools.cells.enriched import EnrichedSet
from tui.cli.main import commands_by_tool
from tui.layouts import cell_clusters
from tui.layouts import cells as layout

KNOWN = [
    "STAT1", "JAK1", "JAK2", "IFNGR1", "CD3E", "LCK", "MYC", "IL2RA", "GATA3", "B2M", "SOCS1", "ICAM1", "IL2", "CD28",
    "PCNA", "MTOR", "VAV1", "ZAP70", "ITK", "KRAS", "LAT", "LCP2", "RELA", "CASP8",
]  # fmt: skip
"""Names of the store that the command line is tested with."""


def shown(parts) -> str:
    console = Console(file=io.StringIO(), width=160)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def test_cells_are_named_and_written(cli):
    genes = KNOWN + [f"x{number}" for number in range(len(GENES) - len(KNOWN))]
    write_cells(cli.folder / "reference.h5ad", genes=genes)
    write_cells(cli.folder / "new.h5ad", (10, 10, 10, 10), seed=4, genes=genes)
    found = cli.json(
        "cells", "annotate", "new.h5ad", "--reference", "reference.h5ad", "--label", "cell_type", "--out", "named.csv"
    )
    assert (found["cells"], found["organism"]) == (40, "human")
    assert found["accuracy"] > 0.95
    with (cli.folder / "named.csv").open() as stream:
        assert len(list(csv.DictReader(stream))) == 40
    refused = cli("cells", "annotate", "new.h5ad", "--reference", "reference.h5ad", "--label", "type")
    assert refused.returncode == 1
    assert "has no column 'type'" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_clusters_are_named_without_a_reference_and_options_that_do_not_go_together_are_refused(cli):
    store = str(kinds_store(cli.folder).path)
    write_cells(cli.folder / "new.h5ad")
    found = cli.json(
        "cells", "annotate", "new.h5ad", "--markers", "--clusters", "cell_type", "--out", "named.csv", "--store", store
    )
    assert {one["label"] for one in found["clusters"]} >= {"T cell", "macrophage"}
    assert {"cluster", "cells", "genes", "label", "reason", "evidence", "sets", "description"} <= set(
        found["clusters"][0]
    )
    with (cli.folder / "named.csv").open() as stream:
        assert [*next(csv.DictReader(stream))] == ["cell", "cluster", "label"]
    for words, said in (
        (("--markers", "--reference", "new.h5ad"), "--reference"),
        (("--markers", "--head", "logistic"), "--head"),
        (("--markers", "--estimate"), "--model"),
        (("--clusters", "cell_type"), "--clusters"),
        ((), "--markers"),
    ):
        refused = cli("cells", "annotate", "new.h5ad", *words)
        assert refused.returncode == 2
        assert said in refused.stderr


def test_named_clusters_look_as_they_should():
    one = NamedCluster(
        "3", 57, ("CD3E", "LCK"), "T cell", "12 of 30 genes.", ("text:CD3E",),
        (EnrichedSet("set:gobp:x", "T cell activation", 1e-9, ("CD3E",)),), "high in CD3E, LCK; T cell activation",
    )  # fmt: skip
    text = shown(cell_clusters.named(NamedClusters(
        "new.h5ad", "human", 57, "column leiden", "gene sets and texts", 57, (one,),
        (ConfusionRow("T", False, 57, {"T cell": 57}),), 0.25, "k", Path("named.csv"), ("How.",),
    )))  # fmt: skip
    for part in (
        "column leiden",
        "T cell activation",
        "12 of 30 genes.",
        "text:CD3E",
        "T (not given here)",
        "Accuracy 0.25",
        "How.",
    ):
        assert part in text


def test_named_cells_look_as_they_should():
    secretes = EnrichedSet("set:gobp:x", "insulin secretion", 1e-6, ("INS",))
    text = shown(layout.named(AnnotatedCells(
        "mouse.h5ad", "human.h5ad", "mouse", "human", 13081, "markers", "spread_mean", 1886, 12, "The rule.",
        (NamedLabel("beta", 623, 894, 0.97, ("Ins2", "Iapp"), (secretes,), "high in Ins2; insulin secretion"),
         NamedLabel("mast", 8, 0, None, ())),
        (ConfusionRow("beta", True, 894, {"beta": 880, "unlike": 14}), ConfusionRow("B cell", False, 10, {"T": 10})),
        0.967, 0.87, 0.953, 0.88, "k", "q", Path("named.csv"), ("Scaled by themselves.",),
    )))  # fmt: skip
    for part in (
        "1,886 mouse cells",
        "high in Ins2; insulin secretion",
        "Ins2, Iapp",
        "unlike 14",
        "B cell (not in the reference)",
        "0.967",
        "named.csv",
    ):
        assert part in text


def test_the_figures_show_default_control_pairs_and_few_cells():
    rows = (
        Row("markers", "spread_mean", "", True, 0.967, 0.96, 0.974, 0.87, 0.861, 0.879, 0.912, 0.99),
        Row("text_mean", "neighbours", "random", False, 0.667, 0.65, 0.68, 0.38, 0.36, 0.39),
    )
    pair = Pair("markers/spread_mean", "text_mean/random/neighbours", "accuracy", 0.3, 0.28, 0.32)
    few = FewRow(5, 3, "markers", "spread_mean", "", 0.81, 0.72, 0.0, 0.0, 0.0)
    one = CellsSet(
        "a -> b",
        "human->mouse",
        "file",
        1868,
        13081,
        10,
        rows,
        (pair,),
        (few,),
        0.021,
        (StrangerRow("PP", 38, 0.75, 0.04),),
    )
    text = shown(layout.figures(CellsReport((one,), ("Read.",), 12.0)))
    for part in (
        "markers (default)",
        "random",
        "+0.3000",
        "human->mouse",
        "1,868 cells of 10 labels",
        "12 seconds",
        "0.912",
        "within one stage",
        "0.021",
        "0.75",
    ):
        assert part in text


def test_sizes_of_small_references_are_whole_numbers(cli):
    write_cells(cli.folder / "new.h5ad")
    for words, code, said in (
        (("--cells-per-label", "5,few"), 2, "no list of whole numbers"),
        (("--cells-per-label", "1"), 1, "--cells-per-label 5"),
    ):
        refused = cli("benchmark", "cells", "--data", "new.h5ad", "--label", "cell_type", *words)
        assert refused.returncode == code
        assert said in " ".join(refused.stderr.split())


def test_the_commands_serve_the_tools():
    served = commands_by_tool()
    assert {"annotate_cells", "annotate_by_markers", "benchmark_cells"} <= set(served)


def test_cells_are_added_listed_named_by_and_removed(cli):
    genes = KNOWN + [f"x{number}" for number in range(len(GENES) - len(KNOWN))]
    write_cells(cli.folder / "atlas.h5ad", genes=genes)
    write_cells(cli.folder / "new.h5ad", (10, 10, 10, 10), seed=4, genes=genes)
    nothing = cli("cells", "list")
    assert "hitscout cells add FILE --labels COLUMN" in nothing.stdout
    refused = cli("cells", "add", "atlas.h5ad", "--labels", "type")
    assert (refused.returncode, "There are: 'cell_type', 'donor'" in refused.stderr) == (1, True)
    added = cli.json("cells", "add", "atlas.h5ad", "--labels", "cell_type", "--study", "Ours")
    assert (added["already_present"], added["shown"]["labels"]["beta"]) == (False, 40)
    assert [one["name"] for one in cli.json("cells", "list")] == ["atlas"]
    text = cli("cells", "show", "atlas").stdout
    for part in (
        "160",
        "counts, read from X",
        "by column cell_type",
        "of which the store knows 24",
        "SHA-256",
        "delta",
    ):
        assert part in text
    assert cli.json("cells", "annotate", "new.h5ad", "--reference", "atlas")["accuracy"] > 0.95
    assert cli("cells", "plot", "atlas", "--out", "a.png").returncode == 0
    assert (cli.folder / "a.png").stat().st_size > 1000
    rows = cli.json("sql", "SELECT label, count(*) FROM cells GROUP BY 1 ORDER BY 1")["rows"]
    assert rows[0] == ["alpha", 40]
    taken = cli("cells", "add", "new.h5ad", "--labels", "cell_type", "--name", "atlas")
    assert (taken.returncode, "hitscout cells remove atlas" in taken.stderr) == (1, True)
    assert cli("cells", "remove", "atlas").returncode == 0
    gone = cli("cells", "show", "atlas")
    assert (gone.returncode, "no cells named 'atlas'" in gone.stderr) == (1, True)
