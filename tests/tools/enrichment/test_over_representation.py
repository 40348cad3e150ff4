"""Enrichment of genes, of a screen's hits and of a campaign's, with the tested genes as background."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from db.errors import InvalidValueError, NotFoundError
from tests.campaign_world import confirmed, new_workspace, started, write_results
from tests.synthetic_store import MODULE_OF, SYMBOLS, add_screen, copied_world, module_effects, shared_world
from tools.campaigns.results.recording import campaign_record
from tools.enrichment.over_representation import over_representation, ranked_enrichment
from tools.evidence import open_evidence
from tools.responses.tables import add_responses
from tools.workspace import Paths, Workspace


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    store, _ = shared_world(tmp_path_factory)
    folder = tmp_path_factory.mktemp("enrichment")
    return Workspace(store, np.random.default_rng(0), paths=Paths(folder / "data", folder / "cache"))


def module(name):
    """Number of the planted module that a set of the world shows."""
    return int(name.split("_")[1])


def test_the_sets_of_a_screens_planted_modules_come_first_and_can_be_opened(world):
    found = over_representation(world, screen="target", top=3)
    assert {module(one.name) for one in found.sets[:2]} <= {4, 7, 11}
    assert found.sets[0].fdr < 1e-6
    assert found.tested == 600
    assert found.chosen == 30
    assert found.sets_tested == 30
    assert found.name == found.sets[0].name.replace("_", " ")
    opened = open_evidence(world, found.sets[0].evidence)
    assert set(found.sets[0].genes) <= set(opened.facts["genes"])


def test_the_background_of_a_screen_is_what_it_measured(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    add_screen(store, "half", module_effects([4], 9)[:300], study="Half")
    found = over_representation(Workspace(store, np.random.default_rng(0)), screen="half")
    first = found.sets[0]
    assert found.tested == 300
    assert first.p == pytest.approx(hypergeom.sf(first.overlap - 1, 300, first.size, found.chosen))


def test_the_side_chooses_hits_of_one_sign(world):
    low = over_representation(world, screen="target", side="low", top=1)
    high = over_representation(world, screen="target", side="high", top=1)
    # Even modules raise and odd ones lower.
    assert module(low.sets[0].name) in (7, 11)
    assert module(high.sets[0].name) == 4


def test_a_list_of_genes_has_the_protein_coding_ones_behind_it_unless_another_background_is_named(world, tmp_path):
    genes = [SYMBOLS[i] for i in np.flatnonzero(MODULE_OF == 12)[:10]]
    found = over_representation(world, [*genes, "cytokin", "NOSUCH"])
    assert module(found.sets[0].name) == 12
    assert found.chosen == 11
    assert found.unknown == ("NOSUCH",)
    assert any("600 protein-coding genes are taken as tested" in note for note in found.notes)
    listed = tmp_path / "tested.txt"
    listed.write_text("\n".join(SYMBOLS[200:300]))
    fewer = over_representation(world, genes, background=str(listed))
    assert fewer.tested == 100
    assert fewer.sets[0].p > found.sets[0].p
    assert over_representation(world, genes, background="target").tested == 600


def test_a_table_of_responses_is_a_background_of_what_was_perturbed_there(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    space = Workspace(store, np.random.default_rng(0))
    table = tmp_path / "mine.csv"
    rows = [f"{gene},{SYMBOLS[500]},1,1" for gene in [*SYMBOLS[:150], f"{SYMBOLS[150]}+{SYMBOLS[151]}", "NOSUCH"]]
    table.write_text("\n".join(["perturbation,readout,de,up", *rows]))
    add_responses(space, table, name="mine")
    genes = [SYMBOLS[i] for i in np.flatnonzero(MODULE_OF[:150] == 2)]
    found = over_representation(space, [*genes, SYMBOLS[400]], background="mine")
    assert (found.tested, found.chosen, module(found.sets[0].name)) == (152, len(genes), 2)
    assert any("1 of the genes were not tested" in note for note in found.notes)


def test_all_effects_ranked_show_the_planted_modules_at_their_ends_and_the_seed_repeats_it(world):
    steps = []
    told = Workspace(world.store, world.rng, paths=world.paths, report=steps.append)
    found = ranked_enrichment(told, "target", top=3)
    assert {module(one.name): one.side for one in found.sets} == {4: "high", 7: "low", 11: "low"}
    assert found.enriched == 3
    assert found.not_computed == 0
    assert found == ranked_enrichment(world, "target", top=3)
    assert steps[-1].done == steps[-1].total == found.sets_tested


def test_tied_effects_are_said(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    add_screen(store, "tied", module_effects([4], 9).round(0), study="Tied")
    found = ranked_enrichment(Workspace(store, np.random.default_rng(0)), "tied")
    assert any("tied" in note for note in found.notes)


def test_a_campaigns_hits_are_those_measured_so_far(tmp_path):
    space = new_workspace(tmp_path)
    started(space, size=60)
    with pytest.raises(NotFoundError, match="no result yet"):
        over_representation(space, campaign="pilot")
    campaign_record(space, write_results(tmp_path / "r.csv", confirmed(space)), positive_means="raises")
    found = over_representation(space, campaign="pilot", smallest=1)
    assert found.tested == 60
    assert found.chosen < 60
    assert "no random part" in found.notes[-1]


def test_pairs_are_left_out_and_counted(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    effects = pd.concat([module_effects([4], 9)[:100], pd.Series({f"{SYMBOLS[0]}+{SYMBOLS[1]}": 5.0})])
    add_screen(store, "pairs", effects, study="Pairs")
    found = over_representation(Workspace(store, np.random.default_rng(0)), screen="pairs")
    assert found.tested == 100
    assert "1 perturbations of two genes are left out." in found.notes


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({}, InvalidValueError, "`genes=`, `screen=`, `campaign=`"),
        ({"genes": ["GENE0001"], "screen": "target"}, InvalidValueError, "`genes=`, `screen=`, `campaign=`"),
        ({"screen": "target", "side": "left"}, InvalidValueError, "low, high, both"),
        ({"genes": ["GENE0001"], "side": "low"}, InvalidValueError, "`screen=` or `campaign=`"),
        ({"screen": "target", "background": "other-a"}, InvalidValueError, "`genes=`"),
        ({"screen": "target", "collections": ["none"]}, NotFoundError, "CP"),
        ({"screen": "target", "smallest": 9, "largest": 3}, InvalidValueError, "`smallest=`"),
        ({"screen": "target", "smallest": 400}, NotFoundError, "`smallest=`"),
        ({"genes": ["NOSUCH"]}, InvalidValueError, "hit rule"),
        ({"screen": "targt"}, NotFoundError, "target"),
        ({"genes": ["GENE0001"], "background": "nope"}, NotFoundError, "no screen, table of responses or file 'nope'"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(world, arguments, error, said):
    with pytest.raises(error) as refused:
        over_representation(world, **arguments)
    assert said in f"{refused.value} {refused.value.suggestion}"


def test_a_store_without_gene_sets_names_the_fetch(tmp_path):
    space = new_workspace(tmp_path, bare=True)
    with pytest.raises(NotFoundError) as refused:
        ranked_enrichment(space, "alpha")
    assert "`fetch([" in refused.value.suggestion
