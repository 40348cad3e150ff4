"""The public files of cells, where they are: what they hold, by their own description."""

from __future__ import annotations

from db.files.cells.opening import opened_cells
from db.files.cells.scale import scale_of


def test_perturbench_has_single_and_double_perturbations_of_two_studies(shared_data):
    with opened_cells(shared_data / "cells" / "perturbench_devel.h5ad") as cells:
        assert (cells.cells, len(cells.genes), scale_of(cells)) == (5_961, 500, "log")
        perturbations = cells.column("perturbation")
        assert (perturbations == "control").sum() == 400
        assert perturbations.nunique() == 34
        assert cells.column("dataset").value_counts().to_dict() == {"norman19": 3_375, "mcfaline23": 2_586}


def test_papalexi_has_guides_and_their_targets_beside_its_genes(shared_data):
    with opened_cells(shared_data / "singlecell" / "papalexi2021_lowmoi.rda") as cells:
        assert (cells.cells, scale_of(cells)) == (20_729, "counts")
        kinds = cells.genes["kind"].value_counts().to_dict()
        assert kinds == {"Gene Expression": 299, "CRISPR Guide Capture": 110}
        guides = cells.genes[cells.genes["kind"] == "CRISPR Guide Capture"]
        assert guides["target"].nunique() == 27
        assert (guides["target"] == "non-targeting").sum() == guides["name"].str.startswith("NTg").sum() == 9
        assert cells.column("bio_rep").unique().tolist() == ["rep_1", "rep_2", "rep_3"]
        assert sum(piece.nnz for _, piece in cells.pieces()) == 1_390_126 + 162_681
