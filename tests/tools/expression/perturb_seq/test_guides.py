"""Guides called from counts, and what they say was done to cells."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tests.cell_world import READ, Cells
from tools.expression.perturb_seq.adding import add_perturb_seq
from tools.expression.perturb_seq.cells_grouped.guides import _targets, called_guides

GUIDES = ("STAT1_1", "STAT1_2", "JAK1_1", "CD3E_1", "GATA3_1", "non-targeting_1", "non-targeting_2")


def test_a_guide_needs_five_molecules_and_a_fifth_of_the_cells():
    counts = csr_matrix(np.array([[4, 0, 0], [5, 0, 0], [30, 6, 0], [30, 9, 0], [0, 0, 0], [10, 10, 10]]))
    assert called_guides(counts, ["a", "b", "c"]) == ["", "a", "a", "a|b", "", "a|b|c"]


def captured(several: int, seed: int = 0) -> Cells:
    """Planted cells whose guides are counts beside the genes; some cells have a second guide, of another gene."""
    made = Cells.planted(each=60)
    rng = np.random.default_rng(seed)
    labels = made.obs["perturbation"].to_numpy(dtype=object)
    counts = rng.poisson(0.3, (len(labels), len(GUIDES))).astype(np.float32)
    for row, label in enumerate(labels):
        own = [at for at, guide in enumerate(GUIDES) if guide.startswith(label)]
        counts[row, own[row % len(own)]] += 40
    for row in np.flatnonzero(labels == "CD3E")[:several]:
        counts[row, GUIDES.index("GATA3_1")] += 40
    made.counts = np.hstack([made.counts, counts])
    made.genes = [*READ, *GUIDES]
    made.var = {"feature_types": ["Gene Expression"] * len(READ) + ["CRISPR Guide Capture"] * len(GUIDES)}
    made.obs = made.obs[["run"]]
    return made


def test_captured_guides_say_what_was_done_and_few_pairs_are_doublets(named_workspace, tmp_path):
    added = add_perturb_seq(named_workspace, captured(several=12).write(tmp_path / "a.h5ad"), phenotype="")
    cells = {one.perturbation: one.cells for one in added.quality.perturbations}
    assert cells == {"STAT1": 60, "JAK1": 60, "CD3E": 48, "GATA3": 60}
    assert added.quality.controls == 80
    assert added.quality.genes == len(READ)
    assert added.quality.several_guides == 12 / 320
    assert [(one.reason, one.rows) for one in added.kept_aside] == [("several-genes", 1)]
    assert {one.perturbation: one.guides for one in added.quality.perturbations}["STAT1"] == 2


def test_many_cells_with_guides_of_two_genes_are_double_perturbations(named_workspace, tmp_path):
    made = captured(several=60)
    labels = Cells.planted(each=60).obs["perturbation"].to_numpy(dtype=object)
    for row in np.flatnonzero(labels == "STAT1"):
        made.counts[row, len(READ) + GUIDES.index("JAK1_1")] += 40
    added = add_perturb_seq(named_workspace, made.write(tmp_path / "a.h5ad"), phenotype="")
    assert {one.perturbation for one in added.quality.perturbations} == {"CD3E+GATA3", "JAK1+STAT1", "JAK1", "GATA3"}


def test_a_guide_is_of_the_gene_that_its_name_begins_with(named_workspace):
    guides = ["CD3G_1", "STAT1g2", "JAK1-g3", "IL2_sgRNA_1", "HLA-A_4", "non-targeting_1", "NTg3", "IFNGR1"]
    found = _targets(named_workspace, guides, {"NTg3": "non-targeting"}, "human", "a.h5ad")
    meant = ["CD3G", "STAT1", "JAK1", "IL2", "HLA-A", "non-targeting", "non-targeting", "IFNGR1"]
    assert [found[guide].removesuffix("_1").removesuffix("_4") for guide in guides] == meant


def test_a_column_of_guides_says_what_was_done(named_workspace, tmp_path):
    made = Cells.planted()
    numbers = np.arange(len(made.obs)) % 3
    guides = [f"{gene}_{n}" for gene, n in zip(made.obs["perturbation"], numbers, strict=True)]
    made.obs = made.obs[["run"]].assign(sgRNA=guides)
    quality = add_perturb_seq(named_workspace, made.write(tmp_path / "a.h5ad"), phenotype="").quality
    assert {one.perturbation: (one.cells, one.guides) for one in quality.perturbations}["STAT1"] == (40, 3)
