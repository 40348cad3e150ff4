"""Retrieved rows are close, balanced, and never those of the question itself."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from tests.response_world import planted
from tests.synthetic_store import SYMBOLS, shared_world
from tools.responses.annotation import read_annotation
from tools.responses.label_table import ask, prepare
from tools.responses.pair_metrics import per_gene_auroc
from tools.responses.predictors.base import TrainingResponses
from tools.responses.reasoning.retrieval import Retrieval, Retrieved, closeness, retrieve, rows_of
from tools.responses.reasoning.votes import votes
from tools.workspace import Paths, Workspace

TABLE = planted(0)
TRAIN, TEST = (TABLE[TABLE["split"] == split].reset_index(drop=True) for split in ("train", "test"))
HOW = Retrieval()


@pytest.fixture(scope="module")
def annotation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reasoning")
    store, _ = shared_world(tmp_path_factory)
    space = Workspace(store, np.random.default_rng(0), paths=Paths(folder / "data", folder / "cache"))
    return read_annotation(space, SYMBOLS)


@pytest.fixture(scope="module")
def context(annotation):
    return prepare(TrainingResponses("line", TRAIN), annotation)


@pytest.fixture(scope="module")
def found(context, annotation):
    return retrieve(context, ask(TEST, annotation), annotation, "de", HOW)


def test_each_row_is_a_train_row_with_its_own_label(context, found):
    truth = TRAIN.set_index(["perturbation", "readout"])["de"]
    for question in range(0, len(TEST), 97):
        for draw in range(HOW.draws):
            rows = rows_of(found, question, draw)
            assert rows
            for p, r, positive, weight in rows:
                assert bool(truth[context.perturbations[p], context.readouts[r]]) == positive
                assert weight > 0


def test_both_labels_get_the_same_number_of_slots_and_ten_of_each_neighbourhood_at_most(found):
    assert found.perturbation.shape == (len(TEST), 3, 20)
    assert found.same == 10
    used = found.perturbation >= 0
    for part in (slice(0, 10), slice(10, 20)):
        positive = (used & found.positive)[:, :, part].sum(axis=2)
        negative = (used & ~found.positive)[:, :, part].sum(axis=2)
        assert positive.max() <= 5
        assert negative.max() <= 5
    assert (found.weight[~used] == 0).all()


def test_the_first_slots_are_of_the_readout_itself_and_the_others_never_are(context, found):
    asked = context.readouts.get_indexer(pd.Index(TEST["readout"], dtype=object))[:, None, None]
    same, near = found.readout[:, :, :10], found.readout[:, :, 10:]
    assert ((same == asked) | (same < 0)).all()
    assert ((near != asked) | (near < 0)).all()


def test_one_draw_that_looks_at_everybody_takes_the_closest_of_each_label(context, annotation):
    how = dataclasses.replace(HOW, draws=1, looked_at=1.0, near=0)
    asked = ask(TEST, annotation)
    found = retrieve(context, asked, annotation, "de", how)
    close = closeness(context, asked, annotation, how)
    for question in range(0, len(TEST), 211):
        readout = context.readouts.get_loc(TEST["readout"][question])
        near = close[asked.perturbation[question]]
        for label, slots in ((True, slice(0, 5)), (False, slice(5, 10))):
            held = (context.labels.known[:, readout] > 0) & ((context.labels.responds[:, readout] > 0) == label)
            best = np.sort(near[held & (near > 0)])[::-1][:5]
            weights = found.weight[question, 0, slots]
            np.testing.assert_allclose(weights[weights > 0], best, rtol=1e-6)


def test_the_perturbation_itself_is_never_retrieved_under_any_name(context, annotation):
    """Asked about a train perturbation, also by a name that means the same gene."""
    own = SYMBOLS[int(np.flatnonzero(np.isin(SYMBOLS, list(context.perturbations)))[0])]
    alias = dataclasses.replace(annotation, symbols={**annotation.symbols, "ALIAS": own})
    readouts = list(context.readouts)
    for name in (own, "ALIAS"):
        pairs = pd.DataFrame({"perturbation": name, "readout": readouts})
        found = retrieve(context, ask(pairs, alias), alias, "de", HOW)
        assert (found.perturbation >= 0).any()
        assert own not in set(context.perturbations[found.perturbation[found.perturbation >= 0]])


def test_labels_of_the_very_perturbation_change_nothing_that_is_found(annotation):
    """The rows of one perturbation are turned over; what is found for it by closeness of perturbations stays."""
    own = TRAIN["perturbation"].iloc[0]
    turned = TRAIN.copy()
    mine = turned["perturbation"] == own
    turned.loc[mine, "de"] = ~turned.loc[mine, "de"]
    turned["up"] = turned["up"].mask(~turned["de"])
    pairs = TRAIN.loc[mine, ["perturbation", "readout"]].reset_index(drop=True)
    how = dataclasses.replace(HOW, near=0)
    shares = []
    for rows in (TRAIN, turned):
        context = prepare(TrainingResponses("line", rows), annotation)
        shares.append(votes(retrieve(context, ask(pairs, annotation), annotation, "de", how)).share)
    np.testing.assert_array_equal(*shares)


def test_what_is_found_depends_on_the_question_and_the_seed_and_on_nothing_else(context, annotation, found):
    some = TEST.iloc[[3, 40, 200]].reset_index(drop=True)
    alone = retrieve(context, ask(some, annotation), annotation, "de", HOW)
    np.testing.assert_array_equal(alone.perturbation, found.perturbation[[3, 40, 200]])
    other = retrieve(context, ask(some, annotation), annotation, "de", HOW, seed=1)
    assert (other.perturbation != alone.perturbation).any()


def test_a_readout_that_was_never_seen_and_a_stranger_get_no_rows(context, annotation):
    pairs = pd.DataFrame({"perturbation": [SYMBOLS[0], "NOBODY"], "readout": ["NOWHERE", TEST["readout"][0]]})
    said = votes(retrieve(context, ask(pairs, annotation), annotation, "de", HOW))
    assert said.abstains.tolist() == [True, True]
    assert said.share.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("kind", ["kernel", "graph"])
def test_votes_find_what_is_planted_and_not_where_genes_are_shuffled(context, annotation, kind):
    how = dataclasses.replace(HOW, closeness=kind)
    labels, readouts = TEST["de"].to_numpy(bool), TEST["readout"].to_numpy(object)
    share = votes(retrieve(context, ask(TEST, annotation), annotation, "de", how)).share
    assert per_gene_auroc(readouts, labels, share).mean > 0.8
    mixed_up = annotation.shuffled(np.random.default_rng(0))
    other = prepare(TrainingResponses("line", TRAIN), mixed_up)
    chance = votes(retrieve(other, ask(TEST, mixed_up), mixed_up, "de", how)).share
    assert abs(per_gene_auroc(readouts, labels, chance).mean - 0.5) < 0.1


def test_votes_are_their_closed_form():
    weight = np.array([[[0.4, 0.2, 0.3, 0.0]], [[0.0, 0.0, 0.0, 0.0]], [[0.0, 0.0, 0.1, 0.3]]])
    positive = np.array([[[True, False, True, False]], [[True, False, True, False]], [[True, False, True, False]]])
    place = np.where(weight > 0, 0, -1)
    said = votes(Retrieved(place, place, positive, weight, same=2))
    first = ((0.4 + 0.05) / 0.7 + (0.3 + 0.05) / 0.4) / 2
    np.testing.assert_allclose(said.share, [first, 0.5, (0.1 + 0.05) / 0.5])
    assert said.abstains.tolist() == [False, True, False]
    assert np.isnan(said.draws[1, 0])
