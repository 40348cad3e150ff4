"""Expression predictors: planted modules are found, held-out genes stay unseen, cells look like cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from db.errors import InvalidValueError
from tests.expression_world import GENES, READOUTS, world
from tools.expression.expression_responses import CONTROL
from tools.expression.gene_folds import gene_folds
from tools.expression.predictors._cells import moved
from tools.expression.predictors._count_autoencoder import CountAutoencoder, counts_of
from tools.expression.predictors._ridge import PENALTIES, fit_ridge
from tools.expression.predictors.base import DEFAULT
from tools.expression.vectors import random_vectors
from tools.registry import load, names

MEMBERS = names("expression_predictors")
LEARNT = [name for name in MEMBERS if name not in ("no_change", "training_mean")]
HIDDEN = ["P0", "P7", "P20"]


def fitted(name, made, vectors=None, seed=1):
    predictor = load("expression_predictors", name)()
    return predictor.fit(made.responses.without(HIDDEN), vectors or made.vectors, np.random.default_rng(seed))


def centred_r(found, made):
    """Mean correlation of predicted and true effects of hidden genes beyond the mean effect."""
    mean = np.mean([made.truth[gene] for gene in GENES if gene not in HIDDEN], axis=0)
    predicted = found.predict(HIDDEN, "a").mean
    return np.mean([
        np.corrcoef(p - mean, made.truth[g] - mean)[0, 1] for p, g in zip(predicted, HIDDEN, strict=True)
    ])  # fmt: skip


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_gives_means_spreads_and_cells_in_the_shapes_of_the_protocol(name):
    made = world(cells=True)
    found = fitted(name, made)
    for context in ("a", ""):
        posterior = found.predict(["P0", "nobody", "P1+P2"], context)
        assert posterior.mean.shape == posterior.sd.shape == (3, READOUTS)
        assert posterior.mean.dtype == posterior.sd.dtype == np.float32
        assert np.isfinite(posterior.mean).all()
        assert (posterior.sd > 0).all()
    cells = found.sample("P0", 12, np.random.default_rng(0), "a")
    assert cells.shape == (12, READOUTS)
    assert cells.dtype == np.float32
    assert (cells >= 0).all()
    assert np.array_equal(cells, found.sample("P0", 12, np.random.default_rng(0), "a"))
    assert list(found.readouts) == list(made.responses.readouts)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_context_that_was_not_learnt_from_is_refused_with_those_there_are(name):
    with pytest.raises(InvalidValueError, match="There are: a, b"):
        fitted(name, world()).predict(["P0"], "elsewhere")


@pytest.mark.parametrize("name", LEARNT)
def test_a_learning_member_finds_what_an_unseen_gene_does_from_genes_of_its_module(name):
    made = world()
    assert centred_r(fitted(name, made), made) > 0.8


@pytest.mark.parametrize("name", LEARNT)
def test_random_vectors_teach_a_member_nothing(name):
    made = world()
    controls = [random_vectors(made.vectors, np.random.default_rng(seed)) for seed in range(5)]
    assert np.mean([centred_r(fitted(name, made, one), made) for one in controls]) < 0.4


def test_sources_of_the_kind_that_tells_are_chosen_where_others_only_add_noise():
    made, rng = world(), np.random.default_rng(0)
    noise = {name: random_vectors(made.vectors, rng).sources["dense"] for name in ("go", "reactome", "string", "file")}
    vectors = replace(made.vectors, sources={**noise, "text": made.vectors.sources["sparse"]})
    found = fitted("kernel", made, vectors)
    assert list(found.likeness.rows) == ["text"]
    assert found.likeness.kinds() == [["text"]]


@pytest.mark.parametrize("name", LEARNT)
def test_neighbours_are_of_the_genes_module_and_weigh_one_together(name):
    found = fitted(name, world()).neighbours("P0", 5)
    assert {int(one.perturbation[1:]) % 6 for one in found} == {0}
    weights = [one.weight for one in fitted(name, world()).neighbours("P0", 100)]
    assert sum(weights) == pytest.approx(1, abs=1e-5)
    assert weights == sorted(weights, reverse=True)


def test_the_plain_members_say_the_mean_and_nothing():
    made = world()
    mean = fitted("training_mean", made).predict(["P0", "P1"], "a").mean
    assert np.array_equal(mean[0], mean[1])
    wanted = np.mean([made.truth[gene] for gene in GENES if gene not in HIDDEN], axis=0)
    assert np.corrcoef(mean[0], wanted)[0, 1] > 0.99
    assert not fitted("no_change", made).predict(["P0"], "a").mean.any()
    assert fitted("no_change", made).neighbours("P0") == ()


def test_what_is_predicted_does_not_depend_on_the_order_of_rows():
    made = world()
    order = np.random.default_rng(0).permutation(len(made.responses.rows))
    turned = replace(
        made.responses, rows=made.responses.rows.iloc[order].reset_index(drop=True),
        estimates=made.responses.estimates[order],
    )  # fmt: skip
    first, second = (
        fitted(DEFAULT, replace(made, responses=one)).predict(HIDDEN, "b").mean for one in (made.responses, turned)
    )
    assert first == pytest.approx(second, abs=1e-4)


def test_a_hidden_gene_is_gone_from_every_context_replicate_pair_and_cell():
    made = world(cells=True)
    rows = made.responses.rows.copy()
    rows.loc[0, "perturbation"] = "P5+P0"
    left = replace(made.responses, rows=rows).without(["P0"])
    assert not any("P0" in name.split("+") for name in left.rows["perturbation"])
    assert len(left.rows) == len(left.estimates) == len(rows) - 3
    assert "P0" not in set(left.cells.perturbations)
    assert CONTROL in set(left.cells.perturbations)


def test_folds_share_no_gene_and_try_every_row_once():
    names = ["A", "B", "A+B", "C", "C+D", "D", "E", "A"]
    tried = []
    for learnt, out in gene_folds(names, 3, np.random.default_rng(0)):
        genes = [{gene for place in places for gene in names[place].split("+")} for places in (learnt, out)]
        assert not genes[0] & genes[1]
        tried += list(out)
    assert sorted(tried) == list(range(8))


def test_ridge_regression_is_its_closed_form():
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(30, 5)), rng.normal(size=(30, 8)).astype(np.float32)
    kernel = (x @ x.T).astype(np.float32)
    folds = list(gene_folds([f"G{number}" for number in range(30)], 5, rng))
    found = fit_ridge(kernel, z, folds, together=True)
    predicted = kernel @ found.coefficients @ found.directions
    closed = [kernel @ np.linalg.solve(kernel + penalty * np.eye(30), z) for penalty in PENALTIES]
    assert min(np.abs(predicted - one).max() for one in closed) < 1e-3


def test_each_direction_gets_a_penalty_of_its_own():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 4))
    kernel = (x @ x.T).astype(np.float32)
    told, noise = x[:, [0]] * 3, rng.normal(size=(400, 1))
    z = np.hstack([told, noise]).astype(np.float32)
    found = fit_ridge(kernel, z, list(gene_folds([f"G{n}" for n in range(400)], 5, rng)))
    predicted = kernel @ found.coefficients @ found.directions
    assert np.corrcoef(predicted[:, 0], told[:, 0])[0, 1] > 0.99
    assert predicted[:, 1].std() < 0.2
    assert found.error[0] < 0.1 < 0.9 < found.error[1]


def test_too_few_perturbations_are_refused():
    made = world()
    few = made.responses.without(GENES[3:])
    with pytest.raises(InvalidValueError, match="3 perturbations only"):
        load("expression_predictors", DEFAULT)().fit(few, made.vectors, np.random.default_rng(0))


def test_moved_cells_have_the_wanted_mean_stay_above_zero_and_keep_untouched_readouts():
    rng = np.random.default_rng(0)
    pool = (rng.random((4000, 4)) < [0.5, 0.5, 0.5, 0.9]) * rng.gamma(9, 0.2, (4000, 4))
    pool = pool.astype(np.float32)
    change = np.array([-0.4, 0.4, 0.0, 0.6], dtype=np.float32)
    found = moved(pool, pool, change, rng)
    assert found.mean(axis=0) - pool.mean(axis=0) == pytest.approx(change, abs=0.05)
    assert (found >= 0).all()
    assert np.array_equal(found[:, 2], pool[:, 2])


def test_amounts_that_may_be_negative_are_shifted():
    pool = np.array([[-1.0, 2.0], [1.0, 0.0]], dtype=np.float32)
    change = np.array([0.5, -0.5], dtype=np.float32)
    assert np.allclose(moved(pool, pool, change, np.random.default_rng(0)), pool + change)


def test_counts_come_back_from_their_logarithms_and_other_amounts_are_none():
    rng = np.random.default_rng(0)
    counts = rng.poisson(2, (50, 30))
    counts[:, 0] = 1
    scaled = np.log1p(counts / counts.sum(axis=1, keepdims=True) * 1e4).astype(np.float32)
    found, unit = counts_of(scaled)
    assert np.array_equal(found, counts)
    assert unit == pytest.approx(1e4 / counts.sum(axis=1), rel=1e-4)
    assert counts_of(rng.random((50, 30)).astype(np.float32)) is None
    assert counts_of(scaled - 1) is None


def test_the_autoencoder_draws_counts_with_the_means_and_the_two_kinds_of_the_data():
    rng = np.random.default_rng(0)
    kinds = np.exp(rng.normal(0, 1, (2, 20)))
    of = rng.integers(2, size=800)
    counts = rng.poisson(4 * kinds[of]).astype(np.float32)
    found = CountAutoencoder.of(counts, rng)
    z, sd = found.encode(counts)
    drawn = found.draw(z + sd * rng.standard_normal(z.shape).astype(np.float32), counts.sum(axis=1), rng)
    for kind in (0, 1):
        real, made = counts[of == kind].mean(axis=0), drawn[of == kind].mean(axis=0)
        assert np.abs(made - real).mean() < 0.1 * real.mean()
    assert np.corrcoef(drawn.var(axis=0), counts.var(axis=0))[0, 1] > 0.95


def test_drawn_cells_of_an_unseen_gene_are_nearer_to_its_real_cells_than_controls_are():
    made = world(cells=True)
    cells = made.responses.cells
    found = fitted("generative", made)
    real = cells.expression[cells.perturbations == "P0"].mean(axis=0)
    control = cells.expression[cells.perturbations == CONTROL].mean(axis=0)
    drawn = found.sample("P0", 400, np.random.default_rng(0), "a").mean(axis=0)
    assert np.linalg.norm(drawn - real) < 0.7 * np.linalg.norm(control - real)
