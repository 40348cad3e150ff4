"""The response predictor finds planted structure, from annotation and train labels and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError
from tests.response_world import planted
from tests.synthetic_store import MODULE_OF, SYMBOLS, shared_world
from tools.genes.matrices import unit_rows
from tools.responses.annotation import read_annotation, set_matrix
from tools.responses.kernels import coresponse, coresponses, cosine, cosines, mixed, unit_of
from tools.responses.label_table import ask, prepare
from tools.responses.pair_metrics import per_gene_auroc
from tools.responses.predictors._stacker import fit_stack
from tools.responses.predictors.base import TrainingResponses
from tools.responses.predictors.smoothing_stack import Known, SmoothingStack, _columns
from tools.workspace import Paths, Workspace

TABLE = planted(0)
TRAIN, TEST = (TABLE[TABLE["split"] == split].reset_index(drop=True) for split in ("train", "test"))
PAIRS = TEST[["perturbation", "readout"]]


@pytest.fixture(scope="module")
def annotation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("responses")
    store, _ = shared_world(tmp_path_factory)
    space = Workspace(store, np.random.default_rng(0), paths=Paths(folder / "data", folder / "cache"))
    return read_annotation(space, SYMBOLS)


def fitted(annotation, rows=TRAIN, others=(), seed=0):
    return SmoothingStack().fit(TrainingResponses("line", rows), others, annotation, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def learnt(annotation):
    return fitted(annotation)


@pytest.fixture(scope="module")
def answers(learnt):
    return learnt.predict(PAIRS)


def known(context, asked, train):
    labels, kernel = context.labels.of(train), context.kernel[np.ix_(train, train)]
    alike = cosines(asked.rows, {source: rows[train] for source, rows in context.perturbed.items()})
    return Known(train, coresponses(kernel, labels.sign, labels.responds), alike)


def auroc(answers, column="de", suffix="de"):
    known = TEST[column].notna().to_numpy()
    labels = TEST[column][known].to_numpy(dtype=bool)
    return per_gene_auroc(TEST["readout"][known].to_numpy(object), labels, answers[f"score_{suffix}"][known]).mean


def test_planted_responses_and_directions_are_found(answers):
    assert auroc(answers) > 0.8
    assert auroc(answers, "up", "up") > 0.8
    assert answers[["probability_de", "probability_up"]].stack().between(0, 1).all()


def test_with_the_genes_annotation_shuffled_nothing_is_found(annotation):
    control = fitted(annotation.shuffled(np.random.default_rng(1))).predict(PAIRS)
    assert 0.4 < auroc(control) < 0.6


@pytest.mark.slow
def test_the_order_of_train_rows_and_of_pairs_changes_nothing(annotation, answers):
    order = np.random.default_rng(5).permutation(len(TRAIN))
    again = fitted(annotation, TRAIN.iloc[order]).predict(PAIRS.iloc[::-1]).iloc[::-1]
    pd.testing.assert_frame_equal(again, answers, rtol=1e-5)


def test_out_of_fold_log_odds_do_not_know_a_perturbations_own_labels(annotation):
    """Labels of one perturbation turned over: the columns of its own rows stay, for its fold is left out whole."""
    context = prepare(TrainingResponses("line", TRAIN), annotation)
    one = context.perturbations[3]
    turned = TRAIN.assign(de=TRAIN["de"] ^ (TRAIN["perturbation"] == one), up=pd.NA)
    other = prepare(TrainingResponses("line", turned), annotation)
    asked = ask(TRAIN.loc[TRAIN["perturbation"] == one, ["perturbation", "readout"]], annotation)
    left = np.delete(np.arange(len(context.perturbations)), 3)
    plain = prepare(TrainingResponses("line", TRAIN.assign(up=pd.NA)), annotation)
    before, after = (_columns(one, (), asked, known(one, asked, left)) for one in (plain, other))
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_folds_are_left_out_whole_by_the_stacker():
    rng = np.random.default_rng(0)
    folds = np.repeat(np.arange(5), 40)
    # The column tells the fold; labels are the same within a fold: only a leak could rank these rows right.
    labels = np.repeat([True, False, True, False, True], 40) ^ (rng.random(200) < 0.05)
    stack = fit_stack(folds[:, None] == np.arange(5)[None, :], labels, folds, "de")
    assert per_gene_auroc(np.array(["all"] * 200, dtype=object), labels, stack.out_of_fold).mean < 0.7


@pytest.mark.slow
def test_another_contexts_train_rows_help_where_they_know_the_very_pair(annotation, answers):
    other = TrainingResponses("other", TABLE)
    few = TRAIN[TRAIN["perturbation"].isin(sorted(set(TRAIN["perturbation"]))[::4])]
    alone, helped = fitted(annotation, few).predict(PAIRS), fitted(annotation, few, [other]).predict(PAIRS)
    assert auroc(helped) > auroc(alone)


def test_neighbours_are_train_rows_the_nearest_first(learnt):
    pair = PAIRS.iloc[[0]]
    (found,) = learnt.predict(pair, neighbours=5)["neighbours"]
    assert len(found) == 5
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    held = TRAIN.set_index(["perturbation", "readout"])["de"]
    assert all(bool(held[one.perturbation, one.readout]) == one.responds for one in found)
    module = MODULE_OF[SYMBOLS.index(pair["perturbation"].iloc[0])]
    assert all(MODULE_OF[SYMBOLS.index(one.perturbation)] == module for one in found)


def test_a_readout_without_train_rows_and_a_gene_without_annotation_get_answers(learnt):
    asked = pd.DataFrame({"perturbation": [SYMBOLS[0], "NOSUCH"], "readout": ["NEVER", TRAIN["readout"].iloc[0]]})
    found = learnt.predict(asked)
    assert found["probability_de"].between(0, 1).all()
    assert found["support"].iloc[0] == -np.inf
    # Nothing makes it like any perturbation that was measured.
    assert found["support"].iloc[1] == -np.inf
    assert np.isfinite(learnt.predict(PAIRS.iloc[[0]])["support"].iloc[0])


def test_support_is_higher_where_alike_genes_were_perturbed(learnt, answers):
    lonely = learnt.predict(PAIRS.assign(perturbation=SYMBOLS[-1]))
    assert answers["support"].mean() > lonely["support"].mean()


def test_too_few_perturbations_are_refused_with_the_number_that_would_do(annotation):
    few = TRAIN[TRAIN["perturbation"].isin(sorted(set(TRAIN["perturbation"]))[:4])]
    with pytest.raises(InvalidValueError, match="4 perturbations") as refused:
        fitted(annotation, few)
    assert "10" in str(refused.value.suggestion)


def test_missing_packs_are_named_and_none_at_all_is_refused_with_the_fetch(annotation, workspace):
    assert set(annotation.missing) == {"gobp", "pathways"}
    assert set(annotation.sources) == {"string", "spectral", "coessentiality", "text"}
    with pytest.raises(NotFoundError) as refused:
        read_annotation(workspace, SYMBOLS)
    assert (
        "`fetch(['hgnc', 'coessentiality', 'gene-summaries', 'gobp', 'pathways', 'string'])`"
        in refused.value.suggestion
    )


def test_kernels_are_their_closed_forms():
    x = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0], [1.0, 0.0]]))
    np.testing.assert_allclose(cosine(x, x), [[1, 0, 0.6], [0, 0, 0], [0.6, 0, 1]], atol=1e-6)
    kernel = np.array([[1.0, 0.5]], dtype=np.float32)
    both = mixed({"go": kernel, "string": 2 * kernel}, {"go": 1.0, "string": 1.0}, ("go", "string"), 2.0)
    np.testing.assert_allclose(both, [[2.25, 0.5625]])
    assert unit_of(np.zeros((2, 2))) == 1.0
    responses = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]], dtype=np.float32)
    np.testing.assert_allclose(
        coresponse(np.eye(2, dtype=np.float32), responses, centred=False), [[1, 1, 0], [1, 1, 0], [0, 0, 1]], atol=1e-5
    )


def test_a_gene_set_weighs_by_how_few_genes_it_has():
    sets = pd.DataFrame({"gene_set": ["S", "S", "ONE"], "gene": ["A", "B", "A"]})
    found = set_matrix(sets, pd.Index(["A", "C"], dtype=object)).toarray()
    np.testing.assert_allclose(found, [[np.log(9000)], [0]], rtol=1e-6)
