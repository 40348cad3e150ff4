"""Files of cells into the store and out again: what is found, said and kept."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from db.errors import ConflictError
from db.provenance import get_ingest, list_ingests
from db.screens.reading import effects_of
from db.screens.response_cells import response_cells
from db.screens.responses import contexts, responses_of
from db.store import Store
from tests.cell_world import MOVED, Cells
from tests.conftest import NAMES
from tests.store_copy import copied
from tools.expression.perturb_seq.adding import add_perturb_seq
from tools.packs.loaders.base import LoadStep, Source
from tools.packs.loaders.genes import Genes
from tools.responses.tables import response_list, response_remove
from tools.screens.listing import screen_remove, screen_show
from tools.screens.response_files.kept import kept_path
from tools.workspace import Paths, Workspace


@pytest.fixture(scope="module")
def once(_named_store, tmp_path_factory):
    """A workspace to which a planted file was added, the file in the making, and what was said; only read."""
    folder = tmp_path_factory.mktemp("once")
    paths = Paths(folder / "data", folder / "cache", folder / "config")
    workspace = Workspace(copied(_named_store, folder / "named.duckdb"), np.random.default_rng(0), paths=paths)
    made = Cells.planted()
    file = made.write(folder / "planted.h5ad")
    return workspace, made, add_perturb_seq(workspace, file, phenotype="", modality="interference", study="Ours")


@pytest.fixture
def planted(tmp_path):
    return Cells.planted().write(tmp_path / "planted.h5ad")


def row_counts(store) -> dict[str, int]:
    tables = ("screen", "contrast", "effect", "response_screen", "response", "response_cells", "response_cells_gene")
    with store.read() as connection:
        rows = {one: connection.execute(f"SELECT count(*) FROM {one}").fetchall()[0][0] for one in tables}
        return {**rows, "ingests": [one.content_hash for one in list_ingests(connection)]}


def test_a_file_becomes_responses_a_screen_and_a_sample_of_cells(once):
    workspace, _, added = once
    store = workspace.store
    assert (added.effects, added.context.perturbations, added.screen.name) == (4, 4, "planted")
    effects = effects_of(store, added.screen.id).set_index("perturbation")["estimate"]
    # Own targets are left out: GATA3 moves nothing else.
    assert effects["STAT1"] >= 3
    assert effects["GATA3"] == 0
    rows = responses_of(store, "planted", numbers=True).set_index(["perturbation", "readout"])
    assert bool(rows.loc[("STAT1", "B2M"), "de"])
    assert not bool(rows.loc[("STAT1", "B2M"), "up"])
    assert not bool(rows.loc[("GATA3", "B2M"), "de"])
    assert [one.name for one in response_list(workspace)] == ["planted"]
    cells = response_cells(store, "planted")
    assert added.sampled_cells == cells.amounts.shape[0] == 240
    assert (cells.perturbations[:80] == "").all()
    assert set(cells.perturbations[80:]) == set(MOVED)


def test_the_report_tells_the_knock_down_and_what_responds(once):
    quality = once[2].quality
    assert (quality.cells_read, quality.cells_used, quality.controls) == (240, 240, 80)
    assert (quality.targets, quality.moved) == (4, 4)
    assert quality.target_share == pytest.approx(0.27, abs=0.06)
    first = {one.perturbation: one for one in quality.perturbations}["STAT1"]
    assert first.cells == 40
    assert {"STAT1", *MOVED["STAT1"]} <= {gene for gene, _ in first.strongest}
    assert dict(first.strongest)["STAT1"] == pytest.approx(-1.9, abs=0.4)


def test_sampled_cells_are_log1p_cp10k_as_the_file_has_them(once):
    workspace, made, _ = once
    cells = response_cells(workspace.store, "planted")
    kept = [made.genes.index(name) for name in cells.genes["name"]]
    expected = made.log()[:, kept]
    sums = np.sort(np.asarray(cells.amounts.sum(axis=1)).ravel())
    np.testing.assert_allclose(sums, np.sort(expected.sum(axis=1)), rtol=1e-5)


def test_the_same_file_is_written_once(named_workspace, planted):
    first = add_perturb_seq(named_workspace, planted, phenotype="", study="Ours")
    before = row_counts(named_workspace.store)
    again = add_perturb_seq(named_workspace, planted, phenotype="", study="Ours")
    assert (first.already_present, again.already_present) == (False, True)
    assert again.quality == first.quality
    assert row_counts(named_workspace.store) == before
    with pytest.raises(ConflictError, match="Theirs"):
        add_perturb_seq(named_workspace, planted, phenotype="", study="Theirs")


def test_a_second_phenotype_of_the_same_cells_shares_their_responses(named_workspace, planted):
    add_perturb_seq(named_workspace, planted, phenotype="")
    second = add_perturb_seq(named_workspace, planted, phenotype="", phenotype_from="energy-distance")
    assert second.screen.name == "planted-energy-distance"
    assert [one.name for one in contexts(named_workspace.store)] == ["planted"]
    with pytest.raises(ConflictError, match="same cells"):
        response_remove(named_workspace, "planted")
    screen_remove(named_workspace, "planted")
    assert [one.name for one in contexts(named_workspace.store)] == ["planted"]
    kept = [kept_path(named_workspace, name, f"estimate-{'0' * 32}.npy") for name in ("planted", "planted-other")]
    kept += [kept_path(named_workspace, "planted", f"{kind}{'0' * 32}.fit") for kind in ("", "across-")]
    kept[0].parent.mkdir(parents=True)
    for path in kept:
        path.touch()
    screen_remove(named_workspace, "planted-energy-distance")
    assert contexts(named_workspace.store) == []
    assert [path for path in kept if path.exists()] == [kept[1]]


def test_removing_the_screen_leaves_the_store_as_it_was(named_workspace, planted):
    before = row_counts(named_workspace.store)
    add_perturb_seq(named_workspace, planted, phenotype="")
    screen_remove(named_workspace, "planted")
    assert row_counts(named_workspace.store) == before
    add_perturb_seq(named_workspace, planted, phenotype="")


def test_the_manifest_counts_the_cells(once):
    manifest = json.loads(once[0].store.manifest_path.read_text())
    counted = [
        tables["response_cells"]["rows"] for tables in manifest["ingests"].values() if "response_cells" in tables
    ]
    assert counted == [240]


def test_the_screen_says_how_its_numbers_are_defined(once):
    workspace, _, added = once
    shown = screen_show(workspace, "planted")
    assert shown.screen.phenotype == "number of responding genes"
    assert any("Simes" in one for one in shown.remarks)
    with workspace.store.read() as connection:
        ingest = get_ingest(connection, added.ingest_id)
    assert ingest.tool == "add_perturb_seq"
    assert ingest.arguments["layer_read"] == "X"


def test_counts_and_their_logarithms_say_the_same(named_workspace, tmp_path):
    made = Cells.planted()
    add_perturb_seq(named_workspace, made.write(tmp_path / "counts.h5ad"), phenotype="")
    add_perturb_seq(named_workspace, made.write(tmp_path / "logs.h5ad", made.log()), phenotype="")
    one, two = (responses_of(named_workspace.store, name, numbers=True) for name in ("counts", "logs"))
    np.testing.assert_allclose(one["estimate"], two["estimate"], atol=1e-4)
    np.testing.assert_allclose(one["p"], two["p"], rtol=1e-3)


def test_cells_are_compared_within_runs_that_have_controls(named_workspace, tmp_path):
    made = Cells.planted()
    second = np.arange(len(made.obs)) % 2 == 1
    # A run that reads B2M tenfold deeper would be taken for an effect of whatever lies in it alone.
    made.obs["batch"] = np.where(second, "two", "one")
    made.counts[second, made.genes.index("B2M")] *= 10
    added = add_perturb_seq(named_workspace, made.write(tmp_path / "runs.h5ad"), phenotype="")
    assert added.quality.stratum_columns == ("batch",)
    rows = responses_of(named_workspace.store, "runs", numbers=True).set_index(["perturbation", "readout"])
    assert not bool(rows.loc[("GATA3", "B2M"), "de"])
    assert bool(rows.loc[("STAT1", "B2M"), "de"])


def test_other_cells_are_left_out_by_a_column(named_workspace, tmp_path):
    made = Cells.planted()
    made.obs["cell_type"] = np.where(np.arange(len(made.obs)) % 2 == 1, "K562", "A549")
    file = made.write(tmp_path / "two.h5ad")
    one = add_perturb_seq(named_workspace, file, phenotype="", name="k562", where={"cell_type": "K562"})
    assert (one.screen.cell_type, one.quality.cells_used) == ("K562", 120)
    both = add_perturb_seq(named_workspace, file, phenotype="", name="both")
    assert both.screen.cell_type == ""
    assert any("cell_type=" in sentence or "cell_type'" in sentence for sentence in both.remarks)


def test_pairs_of_a_column_are_double_perturbations_and_a_pair_with_a_control_is_single(named_workspace, tmp_path):
    made = Cells.planted()
    made.obs["perturbation"] = made.obs["perturbation"].replace(
        {"STAT1": "STAT1+ctrl", "JAK1": "JAK1+CD3E", "non-targeting": "ctrl"}
    )
    added = add_perturb_seq(named_workspace, made.write(tmp_path / "pairs.h5ad"), phenotype="")
    assert sorted(effects_of(named_workspace.store, added.screen.id)["perturbation"]) == [
        "CD3E", "CD3E+JAK1", "GATA3", "STAT1",
    ]  # fmt: skip


def test_labels_under_former_names_are_one_perturbation_with_the_present_name(named_workspace, tmp_path):
    made = Cells.planted(moved={"MARCHF1": (), "STAT1": ("B2M", "TAP1")})
    labels = made.obs["perturbation"].to_numpy(dtype=object).copy()
    labels[np.flatnonzero(labels == "MARCHF1")[:20]] = "MARCH1"
    made.obs["perturbation"] = labels
    quality = add_perturb_seq(named_workspace, made.write(tmp_path / "old.h5ad"), phenotype="").quality
    assert {one.perturbation: one.cells for one in quality.perturbations} == {"MARCHF1": 40, "STAT1": 40}


def test_guides_of_a_column_agree_or_do_not(named_workspace, tmp_path):
    made = Cells.planted(each=80)
    numbers = np.arange(len(made.obs)) % 2
    made.obs["guide_id"] = [f"{gene}_g{n}" for gene, n in zip(made.obs["perturbation"], numbers, strict=True)]
    quality = add_perturb_seq(named_workspace, made.write(tmp_path / "guides.h5ad"), phenotype="").quality
    by_name = {one.perturbation: one for one in quality.perturbations}
    assert by_name["STAT1"].guides == 2
    assert by_name["STAT1"].agreement > 0.9
    assert quality.several_guides == 0.0


def test_progress_is_reported_and_a_stop_leaves_the_store_as_it_was(named_workspace, planted):
    told = []
    before = row_counts(named_workspace.store)

    def stop(progress):
        told.append(progress.task)
        if progress.task == "write responses":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_perturb_seq(replace(named_workspace, report=stop), planted, phenotype="")
    assert {"read planted.h5ad", "compare planted.h5ad", "write responses"} <= set(told)
    assert row_counts(named_workspace.store) == before
    assert list((named_workspace.paths.cache / "cells").iterdir()) == []


PERTURBED = (
    "BPGM", "SAMD1", "CBL", "CNN1", "CEBPE", "RUNX1T1", "MAPK1", "FOXL2", "HOXB9", "FOXO4", "HK2", "IER5L", "KLF1",
    "MAP2K6", "SET", "TGFBR2", "KMT2A", "MAP2K3", "SLC38A2", "MAP3K21", "MAP4K3", "MAP4K5", "MIDN", "NIT1", "PLK4",
    "PTPN12", "PTPN9", "ZBTB10", "SGK1", "TBX3", "TMSB4X", "ATF2", "BRD4", "CAV1", "CD86", "CMTM6", "CUL3", "ETV7",
    "IRF1", "IRF7", "NFKBIA", "PDCD1LG2", "POU2F2", "SMAD4", "SPI1", "STAT2", "STAT3", "STAT5A",
    "TNFRSF14", "UBE2L6",
)  # fmt: skip
"""What was perturbed in PerturBench's development file and by Papalexi."""


@pytest.fixture
def wide_workspace(named_workspace, tmp_path):
    """A workspace whose store knows the genes of `PERTURBED` too."""
    header = (NAMES / "hgnc_entries.tsv").read_text().splitlines()[0]
    empty = [""] * (header.count("\t") - 3)
    rows = ["\t".join([f"HGNC:{90_000 + n}", gene, gene, "Approved", *empty]) for n, gene in enumerate(PERTURBED)]
    old = (NAMES / "hgnc_entries.tsv").read_text().splitlines()[1:]
    (tmp_path / "wide.tsv").write_text("\n".join([header, *old, *rows]) + "\n")
    workspace = replace(named_workspace, store=Store(tmp_path / "wide.duckdb").create())
    Genes().load(workspace, Source("hgnc", tmp_path), LoadStep("genes", ("wide.tsv",), {"layout": "hgnc"}))
    return workspace


def test_papalexi_goes_in_by_its_guides_and_the_interferon_pathway_answers(wide_workspace, shared_data):
    added = add_perturb_seq(
        wide_workspace, shared_data / "singlecell" / "papalexi2021_lowmoi.rda", phenotype="", modality="knockout"
    )
    quality = added.quality
    # The 25th is MARCH8, a former symbol that this small store does not know.
    assert (quality.cells_read, added.effects, quality.stratum_columns) == (20_729, 24, ("bio_rep",))
    by_name = {one.perturbation: one for one in quality.perturbations}
    # Receptor, kinase and transcription factor of interferon gamma: their guides agree, and the same genes fall.
    for gene in ("IFNGR1", "IFNGR2", "JAK2", "STAT1"):
        assert by_name[gene].responding > 80
        assert by_name[gene].agreement > 0.5
    assert quality.moved >= 7
    assert quality.targets == 9
    assert by_name["PDCD1LG2"].responding == 0
    rows = responses_of(wide_workspace.store, added.context.name).set_index(["perturbation", "readout"])
    assert rows.loc[("IFNGR1", "STAT1"), ["de", "up"]].tolist() == [True, False]


def test_perturbench_goes_in_whole_and_activation_raises_its_targets(wide_workspace, shared_data):
    workspace, file = wide_workspace, "cells/perturbench_devel.h5ad"
    added = add_perturb_seq(workspace, shared_data / file, phenotype="")
    assert (added.effects, added.quality.cells_used, added.quality.controls) == (33, 5_961, 400)
    assert added.quality.stratum_columns == ("cell_type",)
    activated = add_perturb_seq(
        workspace, shared_data / file, phenotype="", name="k562", where={"perturbation_type": "CRISPRa"}
    )
    assert (activated.screen.cell_type, activated.screen.modality) == ("k562", "activation")
    assert activated.quality.targets == activated.quality.moved >= 1
    rows = responses_of(workspace.store, "k562", numbers=True).set_index(["perturbation", "readout"])
    # KLF1 makes red cells: foetal and embryonic globins rise.
    assert rows.loc[("KLF1", "HBG2"), ["de", "up"]].tolist() == [True, True]
