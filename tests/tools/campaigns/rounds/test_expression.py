"""Nominations of genes that the cells do not express are flagged, not left out."""

from __future__ import annotations

import pytest

from tests.synthetic_store import SYMBOLS, add_expression, add_mouse_genes, copied_world, workspace_on
from tools.campaigns.answers.explanation import why_not
from tools.campaigns.start.start_and_propose import shortlist
from tools.campaigns.start.start_options import StartOptions


@pytest.fixture
def world(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    space = workspace_on(store, tmp_path)
    add_expression(space, tmp_path)
    return space


def test_nominations_are_flagged_but_not_left_out_and_why_not_says_it(world):
    made = shortlist(world, StartOptions(phenotype="cytokine", cell_type="T cells", size=30))
    flagged = {one.perturbation for one in made.nominations if "not expressed in T-cells" in one.flags}
    assert flagged == {one.perturbation for one in made.nominations} & set(SYMBOLS[1::2])
    assert flagged
    against = why_not(world, "GENE0301", made.campaign).against
    assert "GENE0301: not expressed in T-cells, so there is little to lose" in against
    assert not any("not expressed" in one for one in why_not(world, "GENE0300", made.campaign).against)


def test_a_table_of_ones_own_goes_before_the_public_one(world, tmp_path):
    own = tmp_path / "tpm.csv"
    own.write_text("gene,tpm\n" + "".join(f"{symbol},9\n" for symbol in SYMBOLS))
    made = shortlist(world, StartOptions(phenotype="cytokine", cell_type="T cells", size=30, expressed=own))
    assert not any("expressed" in flag for one in made.nominations for flag in one.flags)


def test_activating_a_gene_that_is_not_expressed_is_no_reason_against_it(world):
    made = shortlist(world, StartOptions(phenotype="cytokine", cell_type="T cells", size=12, modality="activation"))
    assert not any("not expressed" in one for one in why_not(world, "GENE0301", made.campaign).against)


def test_mouse_cells_are_judged_by_their_orthologs(world):
    add_mouse_genes(world.store, SYMBOLS)
    made = shortlist(world, StartOptions(phenotype="cytokine", organism="mouse", cell_type="T cells", size=30))
    for one in made.nominations:
        odd = one.perturbation.upper() in SYMBOLS[1::2]
        assert ("not expressed in T-cells" in one.flags) == odd
