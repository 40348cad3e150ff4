"""A campaign on mouse genes is proposed through their human orthologs, and says so."""

from __future__ import annotations

import numpy as np
import pytest

from db.errors import NotFoundError
from tests.synthetic_store import ESSENTIAL, MODULE_OF, SYMBOLS, add_mouse_genes, copied_world, workspace_on
from tools.campaigns.answers.explanation import why_not
from tools.campaigns.start.start_and_propose import shortlist
from tools.campaigns.start.start_options import StartOptions

ALONE = ["Gene0599", "Gene0598"]
PAIRED = [symbol for symbol in SYMBOLS if symbol.title() not in ALONE]


@pytest.fixture
def world(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    add_mouse_genes(store, PAIRED)
    return workspace_on(store, tmp_path)


def options(**changes) -> StartOptions:
    return StartOptions(**{"phenotype": "cytokine", "organism": "mouse", "size": 12, **changes})


def test_orthologs_of_protein_coding_genes_are_the_library_and_essential_ones_are_left_out(world):
    made = shortlist(world, options())
    named = {one.perturbation for one in made.nominations}
    assert named <= {symbol.title() for symbol in PAIRED} - {symbol.title() for symbol in ESSENTIAL}
    assert all("by-ortholog" in one.flags for one in made.nominations)
    assert all("by its human ortholog GENE" in one.reason for one in made.nominations)
    assert any("548 of 548 candidates have one" in note for note in made.notes)


def test_a_gene_without_ortholog_is_flagged_and_says_so(world, tmp_path):
    library = tmp_path / "library.txt"
    active = [SYMBOLS[i].title() for i in np.flatnonzero(MODULE_OF == 7)]
    library.write_text("\n".join([*active[:11], ALONE[0]]))
    made = shortlist(world, options(library=str(library)))
    (alone,) = [one for one in made.nominations if one.perturbation == ALONE[0]]
    assert "no-ortholog" in alone.flags
    assert "no one-to-one human ortholog" in alone.reason
    assert "by-ortholog" in made.nominations[0].flags


def test_why_not_of_a_mouse_gene_rests_on_human_rows(world):
    made = shortlist(world, options())
    found = why_not(world, "Gene0300", made.campaign)
    assert any("GENE0300" in one for one in found.evidence)


def test_without_orthologs_nothing_is_proposed_and_nothing_is_started(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    add_mouse_genes(store, [])
    bare = workspace_on(store, tmp_path)
    library = tmp_path / "library.txt"
    library.write_text("\n".join(symbol.title() for symbol in SYMBOLS))
    for asked in (options(), options(library=str(library))):
        with pytest.raises(NotFoundError, match="no one-to-one orthologs of mouse and human genes"):
            shortlist(bare, asked)
