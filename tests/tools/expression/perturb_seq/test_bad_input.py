"""Files of cells that cannot be used: a sentence with what would work, and the store as it was."""

from __future__ import annotations

import numpy as np
import pytest

from db.acts import option
from db.errors import HitscoutError, InvalidValueError, NeedsChoiceError, NotFoundError, RefusedFileError
from tests.cell_world import READ, Cells
from tools.expression.perturb_seq.adding import add_perturb_seq


def refusal(workspace, file, error: type[HitscoutError], **options) -> str:
    """What is said, the store being as it was."""
    before = workspace.store.path.read_bytes()
    with pytest.raises(error) as told:
        add_perturb_seq(workspace, file, **{"phenotype": "", **options})
    assert workspace.store.path.read_bytes() == before
    assert told.value.suggestion
    return str(told.value)


@pytest.fixture
def made():
    return Cells.planted()


def test_no_column_says_what_was_done(named_workspace, made, tmp_path):
    made.obs = made.obs.assign(perturbation="x", line="K562")
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad"), RefusedFileError)
    assert "does not say what was done to its cells" in said
    assert "perturbation, run, line" in said
    assert "perturbation_column=COLUMN" in said


def test_a_named_column_without_genes(named_workspace, made, tmp_path):
    made.obs["line"] = "K562"
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad"), RefusedFileError, perturbation_column="line")
    assert "No label of column 'line'" in said


def test_a_column_that_is_not_there(named_workspace, made, tmp_path):
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad"), InvalidValueError, perturbation_column="perturb")
    assert "'perturbation'" in said


def test_no_controls(named_workspace, made, tmp_path):
    made.obs["perturbation"] = made.obs["perturbation"].replace({"non-targeting": "mock 7"})
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad"), NeedsChoiceError)
    assert "No cell of a.h5ad is known to be a control" in said
    assert "'mock 7'" in said
    assert "control=NAME" in said
    named = add_perturb_seq(named_workspace, tmp_path / "a.h5ad", phenotype="", control="mock 7")
    assert named.quality.controls == 80


def test_a_named_control_that_no_cell_has(named_workspace, made, tmp_path):
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad"), InvalidValueError, control="mock")
    assert "'mock'" in said
    assert "'non-targeting'" in said


def test_no_controls_where_cells_are_compared(named_workspace, made, tmp_path):
    made.obs["lane"] = np.where(made.obs["perturbation"] == "non-targeting", "1", "2")
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad"), NeedsChoiceError, batch_column="lane")
    assert "has both perturbed cells and at least 5 controls" in said


def test_one_cell_a_perturbation(named_workspace, tmp_path):
    made = Cells.planted(each=1)
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad"), RefusedFileError)
    assert "No perturbation of a.h5ad has 10 cells or more" in said
    assert "One cell says nothing" in said


def test_few_cells_can_be_let_in(named_workspace, tmp_path):
    made = Cells.planted(each=6)
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad"), RefusedFileError)
    assert option(min_cells=6) in said
    assert add_perturb_seq(named_workspace, tmp_path / "a.h5ad", phenotype="", min_cells=6).effects == 4


def test_scaled_values_cannot_be_turned_back(named_workspace, made, tmp_path):
    values = made.log()
    file = made.write(tmp_path / "a.h5ad", values - values.mean(axis=0))
    said = refusal(named_workspace, file, RefusedFileError)
    assert "X holds scaled values, some below zero" in said
    assert "adata.layers['counts']" in said


def layered(file, **layers) -> None:
    """Adds layers to a file, dense."""
    import h5py

    with h5py.File(file, "r+") as opened:
        for name, values in layers.items():
            opened["layers"][name] = values.astype(np.float32)


def test_raw_counts_where_logarithms_were_promised(named_workspace, made, tmp_path):
    file = made.write(tmp_path / "a.h5ad")
    layered(file, lognorm=made.counts)
    said = refusal(named_workspace, file, RefusedFileError, layer="lognorm")
    assert "promises logarithms of normalised counts by its name, and holds counts" in said
    assert option(layer="X") in said


def test_logarithms_where_counts_were_promised(named_workspace, made, tmp_path):
    file = made.write(tmp_path / "a.h5ad")
    layered(file, counts=made.log())
    assert "promises counts by its name" in refusal(named_workspace, file, RefusedFileError, layer="counts")
    added = add_perturb_seq(named_workspace, file, phenotype="")
    assert any("layers/counts is passed over" in one for one in added.remarks)


def test_counts_of_a_layer_are_read_where_the_main_matrix_is_scaled(named_workspace, made, tmp_path):
    values = made.log()
    file = made.write(tmp_path / "a.h5ad", values - values.mean(axis=0))
    layered(file, counts=made.counts)
    added = add_perturb_seq(named_workspace, file, phenotype="")
    assert added.remarks[0].startswith("layers/counts is read: it holds counts")


def test_a_file_of_two_kinds_put_together(named_workspace, tmp_path):
    made = Cells.planted(each=1_200)
    values = made.counts.copy()
    values[1_000:2_000] = made.log()[1_000:2_000]
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad", values), RefusedFileError)
    assert "counts" in said
    assert "put together" in said or "holds" in said


def test_names_of_genes_that_come_twice(named_workspace, made, tmp_path):
    made.genes = ["STAT1", *READ[1:20], *["RPL3"] * 8]
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad"), RefusedFileError)
    assert "names of genes in a.h5ad come more than once ('RPL3')" in said


def test_a_name_that_comes_twice_among_many_is_read_once(named_workspace, tmp_path):
    made = Cells.planted()
    made.genes = [*READ[:-1], "STAT1"]
    added = add_perturb_seq(named_workspace, made.write(tmp_path / "a.h5ad"), phenotype="")
    assert [one.reason for one in added.kept_aside] == ["duplicate"]
    assert added.quality.genes == len(READ) - 1


def test_ensembl_ids_with_versions_are_genes(named_workspace, made, tmp_path):
    from db.screens.responses import responses_of

    made.genes = [
        f"ENSG000001156{15 + n}.{n}" if gene != "STAT1" else "ENSG00000115415.22" for n, gene in enumerate(READ)
    ]
    added = add_perturb_seq(named_workspace, made.write(tmp_path / "a.h5ad"), phenotype="")
    assert "STAT1" in set(responses_of(named_workspace.store, "a")["readout"])
    assert {one.perturbation: one.target_share for one in added.quality.perturbations}["STAT1"][0] < 0.5


def test_genes_of_two_species(named_workspace, made, tmp_path):
    made.var = {"gene_ids": [f"ENS{'MUS' if n % 2 else ''}G{n:011d}" for n in range(len(READ))]}
    said = refusal(named_workspace, made.write(tmp_path / "a.h5ad"), RefusedFileError)
    assert "are of 2 species" in said
    assert "ENSMUS" in said


def test_a_file_that_was_cut(named_workspace, made, tmp_path):
    file = made.write(tmp_path / "a.h5ad")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert "a.h5ad" in refusal(named_workspace, file, RefusedFileError)


def test_a_missing_file_and_one_that_holds_no_cells(named_workspace, tmp_path):
    assert "none.h5ad" in refusal(named_workspace, tmp_path / "none.h5ad", RefusedFileError)
    (tmp_path / "table.csv").write_text("gene,lfc\nA,1\n")
    assert "table.csv" in refusal(named_workspace, tmp_path / "table.csv", RefusedFileError)


def test_a_store_without_gene_names(workspace, made, tmp_path):
    assert "hgnc" in refusal(workspace, made.write(tmp_path / "a.h5ad"), NotFoundError)


OPTIONS = [
    ({"phenotype_from": "growth"}, "responding-genes"),
    ({"min_cells": 1}, "min_cells=1"),
    ({"side": "low"}, "side="),
    ({"readout_gene": "IL2"}, "readout_gene="),
    ({"name": "a:b"}, "colon"),
    ({"modality": "drug"}, "modality"),
]


@pytest.mark.parametrize(("options", "named"), OPTIONS, ids=lambda one: "" if isinstance(one, str) else next(iter(one)))
def test_an_option_that_cannot_be_used(named_workspace, made, tmp_path, options, named):
    assert named in refusal(named_workspace, made.write(tmp_path / "a.h5ad"), InvalidValueError, **options)


def test_a_signature_that_is_not_there(named_workspace, made, tmp_path):
    file = made.write(tmp_path / "a.h5ad")
    said = refusal(named_workspace, file, NotFoundError, phenotype_from="signature:none.tsv")
    assert "neither a file nor a gene set 'none.tsv'" in said


def test_a_signature_whose_genes_are_not_measured(named_workspace, made, tmp_path):
    (tmp_path / "s.tsv").write_text("gene\tsign\nTSC1\t+\nTSC2\t-\nSTAT1\t+\n")
    file = made.write(tmp_path / "a.h5ad")
    said = refusal(named_workspace, file, RefusedFileError, phenotype_from=f"signature:{tmp_path / 's.tsv'}")
    assert "1 of the 3 genes" in said
