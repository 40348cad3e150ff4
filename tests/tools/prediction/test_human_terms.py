"""The mouse twin of a human screen, gene by gene: what is known of human genes speaks of their orthologs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from db.errors import NotFoundError
from db.records import Question
from db.screens.reading import get_screen
from tests.synthetic_store import (
    MODULE_OF,
    SYMBOLS,
    add_mouse_genes,
    add_screen,
    copied_world,
    module_effects,
    workspace_on,
)
from tools.evidence import open_evidence
from tools.prediction.computed_list import explain, predict
from tools.prediction.human_terms import NO_ORTHOLOG
from tools.prediction.records import Rounds
from tools.replays.replay import replay

ALONE = [symbol for i, symbol in enumerate(SYMBOLS) if i % 20 == 19]
PAIRED = [symbol for symbol in SYMBOLS if symbol not in ALONE]
EFFECTS = module_effects([4, 7, 11], 0)
HUMAN = Question("cytokine", study="Target 2020", cell_type="T cells", modality="knockout", text="GENE0150 and cytokin")
MOUSE = replace(HUMAN, organism="mouse", text="Gene0150 and cytokin")
TESTED = [SYMBOLS[i] for i in np.flatnonzero(MODULE_OF == 7)[:8]] + SYMBOLS[200:230]


def titled(names):
    return [name.title() for name in names]


def rounds_of(names, symbols) -> Rounds:
    frame = pd.DataFrame({"perturbation": list(names), "round": 1, "estimate": EFFECTS[list(symbols)].to_numpy()})
    return Rounds(frame.astype({"perturbation": object}))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The small world with mouse genes, a mouse twin of the target, and a mouse screen of another study."""
    folder = tmp_path_factory.mktemp("species")
    store, _ = copied_world(tmp_path_factory, folder)
    add_mouse_genes(store, PAIRED)
    twin = EFFECTS[PAIRED]
    add_screen(store, "half", twin, study="Target 2020")
    add_screen(store, "twin", twin.set_axis(titled(PAIRED)), study="Target 2020", organism="mouse")
    other = module_effects([4, 7, 20], 9)
    add_screen(store, "mouse-a", other.set_axis(titled(SYMBOLS)), study="Delta 2023", phenotype="x", organism="mouse")
    return workspace_on(store, folder)


@pytest.fixture(scope="module")
def both(world):
    """The prediction of the same rounds for human and for mouse genes."""
    human = predict(world, HUMAN, pd.Index(PAIRED, dtype=object), rounds_of(TESTED[:8], TESTED[:8]), seed=1)
    mouse = predict(
        world, MOUSE, pd.Index(titled(SYMBOLS), dtype=object), rounds_of(titled(TESTED[:8]), TESTED[:8]), seed=1
    )
    return human, mouse


def test_the_twin_is_ranked_as_the_human_genes_are(both):
    human, mouse = both
    assert list(mouse.posterior.frame.index) == titled(SYMBOLS)
    order = [name for name in mouse.ranking.order if name.upper() in PAIRED]
    assert [name.upper() for name in order] == list(human.ranking.order)
    assert mouse.hits_so_far == tuple(titled(human.hits_so_far))


def test_the_same_genes_are_believed_the_same(world):
    human = predict(world, HUMAN, pd.Index(PAIRED, dtype=object), rounds_of([], []), seed=1).posterior.frame
    mouse = predict(world, MOUSE, pd.Index(titled(PAIRED), dtype=object), rounds_of([], []), seed=1).posterior.frame
    np.testing.assert_allclose(mouse.to_numpy(float), human.to_numpy(float))


def test_genes_without_an_ortholog_are_known_to_no_source_and_say_so(both):
    _, mouse = both
    assert (mouse.posterior.frame.loc[titled(ALONE), "support"] == 0).all()
    assert explain(mouse, [ALONE[0].title()])[ALONE[0].title()].text == NO_ORTHOLOG


def test_screens_of_both_organisms_are_priors_of_both_and_the_largest_copy_stands_for_all(both):
    for prediction in both:
        assert {use.screen for use in prediction.priors} == {"target", "other-a", "other-b", "other-c", "mouse-a"}
        why = {one.screen: one.why for one in prediction.excluded}
        assert why == dict.fromkeys(("half", "twin"), "the same experiment as target, which is used")


def test_reasons_speak_of_the_ortholog_and_rest_on_rows_that_open(world, both):
    _, mouse = both
    reasons = explain(mouse, mouse.ranking.order[:40])
    assert all(reason.text.startswith("by its human ortholog") for reason in reasons.values() if reason.evidence)
    ids = {one for reason in reasons.values() for one in reason.evidence}
    contrast = {one.split(":")[1] for one in ids if one.startswith("effect:") and "Gene" in one}
    assert contrast, "the mouse screen's rows are cited by the names that it records"
    for one in sorted(ids):
        open_evidence(world, one)


def test_a_replay_of_the_twin_finds_what_that_of_the_human_screen_finds(world):
    options = {"size": 16, "rounds": 3, "seeds": 2, "workers": 1, "controls": False, "pool": "nonessential"}
    human, mouse = (replay(world, [name], **options).screens[0] for name in ("half", "twin"))
    assert mouse.hit_ratio_nonessential == human.hit_ratio_nonessential
    assert {seed: [titled(names) for names in rounds] for seed, rounds in human.picks.items()} == {
        seed: [list(names) for names in rounds] for seed, rounds in mouse.picks.items()
    }
    assert any("570 of 570 candidates" in one for one in mouse.warnings)


def test_a_target_hidden_by_its_id_is_hidden_in_human_terms_too(world):
    hidden = get_screen(world.store, "mouse-a").id
    shown = predict(world, HUMAN, pd.Index(PAIRED, dtype=object), rounds_of([], []), hidden=[hidden], seed=1)
    assert "mouse-a" not in {use.screen for use in shown.priors}


def test_without_orthologs_prediction_and_replay_refuse_loudly(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    add_mouse_genes(store, [])
    add_screen(store, "twin", EFFECTS.set_axis(titled(SYMBOLS)), study="Target 2020", organism="mouse")
    bare = workspace_on(store, tmp_path)
    with pytest.raises(NotFoundError, match="random"):
        predict(bare, MOUSE, pd.Index(titled(SYMBOLS), dtype=object), rounds_of([], []))
    with pytest.raises(NotFoundError, match="orthologs"):
        replay(bare, ["twin"], size=16, rounds=1, seeds=1, workers=1, controls=False)
