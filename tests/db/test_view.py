"""What is hidden cannot be read through a view, in any way."""

from __future__ import annotations

import pandas as pd
import pytest

from db.view import EFFECT_COLUMNS, View
from tests.synthetic_store import SYMBOLS, add_screen, copied_world, module_effects, shared_world


@pytest.fixture
def world(tmp_path_factory):
    return shared_world(tmp_path_factory)


def test_hidden_screens_and_their_effects_are_not_there_even_when_asked_for_by_id(world):
    store, ids = world
    view = View(store, [ids["target"]])
    assert "target" not in {screen.name for screen in view.screens()}
    effects = view.effects([ids["target"], ids["other-a"]])
    assert set(effects["screen_id"]) == {ids["other-a"]}
    assert tuple(effects.columns) == EFFECT_COLUMNS


def test_hiding_adds_to_what_is_hidden_and_leaves_the_first_view_as_it_was(world):
    store, ids = world
    view = View(store, [ids["target"]])
    narrower = view.hiding([ids["other-a"]])
    assert {s.name for s in narrower.screens()} == {"other-b", "other-c"}
    assert {s.name for s in view.screens()} == {"other-a", "other-b", "other-c"}


def test_effects_are_sorted_by_contrast_and_perturbation(world):
    effects = View(world[0]).effects()
    keys = list(zip(effects["contrast_id"], effects["perturbation"], strict=True))
    assert keys == sorted(keys)
    assert len(keys) == 4 * len(SYMBOLS)


def test_results_of_campaigns_are_nobodys_prior(tmp_path_factory, tmp_path):
    store, ids = copied_world(tmp_path_factory, tmp_path)
    before = View(store).fingerprint()
    with store.write("test") as connection:
        connection.execute("UPDATE screen SET campaign_id = 1 WHERE id = ?", [ids["other-a"]])
    assert "other-a" not in {screen.name for screen in View(store).screens()}
    assert ids["other-a"] not in set(View(store).effects()["screen_id"])
    assert View(store).fingerprint() != before


def test_the_fingerprint_follows_what_is_visible_and_nothing_else(tmp_path_factory, tmp_path):
    store, ids = copied_world(tmp_path_factory, tmp_path)
    seen, hidden = View(store).fingerprint(), View(store, [ids["target"]]).fingerprint()
    assert seen != hidden
    knowledge = View(store).fingerprint(effects=False)
    new = add_screen(store, "new", module_effects([1], 50), study="New 2024")
    assert View(store).fingerprint() != seen
    assert View(store, [new]).fingerprint() == seen
    assert View(store).fingerprint(effects=False) == knowledge
    assert View(store, [ids["target"]]).fingerprint(effects=False) == knowledge


def test_knowledge_is_read_by_symbol(world):
    view = View(world[0])
    assert set(view.gene_sets()["collection"]) == {"CP", "essentials"}
    assert set(view.gene_sets(["CP"])["collection"]) == {"CP"}
    assert set(view.edges("STRING").columns) == {"a", "b", "weight"}
    assert view.edges("NONE").empty
    assert view.gene_values("depmap_common_essential").sum() == 40
    assert view.gene_values("nothing").empty
    assert list(view.genes()["symbol"]) == SYMBOLS
    assert view.genes("mouse").empty
    synonyms = view.synonyms()
    assert synonyms.loc[synonyms["name"] == "cytokin", "symbol"].tolist() == ["GENE0400"]


def test_what_is_read_as_categories_is_what_is_read_as_text(world):
    view = View(world[0])
    for coded, text in ((view.memberships(), view.gene_sets()), (view.links("STRING"), view.edges("STRING"))):
        plain = coded.astype(text.dtypes.to_dict()).sort_values(list(text.columns)).reset_index(drop=True)
        pd.testing.assert_frame_equal(plain, text)
    assert view.links("NONE").empty
    pd.testing.assert_series_equal(
        view.set_counts(), view.gene_sets().groupby("gene").size(), check_names=False, check_index_type=False
    )


def test_the_genes_of_a_network_and_of_an_embedding_are_known_without_their_numbers(world):
    view = View(world[0])
    edges = view.edges("STRING")
    assert list(view.linked("STRING")) == sorted({*edges["a"], *edges["b"]})
    assert list(view.embedded("coessentiality")) == list(view.gene_embedding("coessentiality").index)
    assert len(view.linked("NONE")) == len(view.embedded("none")) == 0


def test_names_can_be_asked_for_by_what_a_text_says(world):
    view = View(world[0])
    synonyms, genes = view.synonyms(), view.genes()
    some = view.synonyms(names={"cytokin", "GENE0001", "nobody"})
    pd.testing.assert_frame_equal(some, synonyms[synonyms["name"].isin(["cytokin", "GENE0001"])].reset_index(drop=True))
    word = str(genes["name"].iloc[7]).lower().split()[0]
    begun = [name.lower().split()[0] == word for name in genes["name"]]
    assert list(view.genes(first_words={word})["symbol"]) == list(genes["symbol"][begun])
    assert list(view.genes(symbols={SYMBOLS[3], "X"})["symbol"]) == [SYMBOLS[3]]
    assert set(view.values_of(["depmap_effect", "nothing"])) == {"depmap_effect"}
