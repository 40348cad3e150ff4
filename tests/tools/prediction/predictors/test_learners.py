"""The numerics of the predictors, against closed forms and scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import DotProduct

from db.records import Question, Screen
from tools.prediction import calibration, regression
from tools.prediction.design import design
from tools.prediction.predictors.blend import Blend
from tools.prediction.records import Priors, Rounds
from tools.prediction.regression import Covariance
from tools.screens.hit_rules import foreseen_share

NONE = Priors((), pd.DataFrame({"screen_id": [], "contrast_id": [], "perturbation": [], "estimate": []}))


def genes(count):
    return pd.Index([f"G{i:03d}" for i in range(count)], dtype=object)


def scalars_only(count=60, columns=3, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(count, columns)), index=genes(count))
    return design({"essentiality": frame}, regression.EMBEDDINGS)


def test_without_embeddings_the_regression_is_a_gaussian_process_with_a_linear_kernel():
    table, rng = scalars_only(), np.random.default_rng(1)
    rows, strengths = np.arange(60), rng.random(20)
    zero = np.zeros(60)
    found = regression.regress(Covariance(table), rows, zero, zero[:, None], strengths, 1.0)
    x = table.values / np.sqrt(3)
    y = (pd.Series(strengths).rank() / 20).to_numpy()
    reference = GaussianProcessRegressor(
        regression.LINEAR * DotProduct(0.0, "fixed"), alpha=regression.NOISE, optimizer=None
    ).fit(x[40:], y - y.mean())
    mean, sd = reference.predict(x, return_std=True)
    np.testing.assert_allclose(found.mean, mean, atol=1e-5)
    unit = np.sqrt((y - y.mean()).var() / (1 + regression.NOISE))
    np.testing.assert_allclose(found.sd, sd * unit, atol=1e-4)


def textbook_covariance(table, prior):
    """Squared positive cosines of the gene sets, products of the other features and of the prior scores."""
    cosine = table.unit["gene_sets"] @ table.unit["gene_sets"].T
    rest = table.values[:, table.blocks["essentiality"]] / np.sqrt(2)
    sum_of = np.maximum(cosine, 0) ** 2 + regression.LINEAR * rest @ rest.T
    return sum_of.astype(float) + regression.PRIOR * np.outer(prior, prior)


def explicit(table, rows, offset, prior, strengths):
    """The posterior by the textbook's formula, with the inverse written out."""
    first = len(rows) - len(strengths)
    whole = textbook_covariance(table, prior)[np.ix_(rows, rows)]
    cross = whole[:, first:]
    inverse = np.linalg.inv(cross[first:] + regression.NOISE * np.eye(len(strengths)))
    y = (pd.Series(strengths).rank() / len(strengths)).to_numpy() ** 3
    y = y - y.mean()
    residual = y - (offset[first:] - offset[first:].mean())
    left = np.maximum(np.diag(whole) - np.diag(cross @ inverse @ cross.T), 0.0)
    sd = np.sqrt(left * y.var() / (1 + regression.NOISE))
    alone = offset[first:] + residual - (inverse @ residual) / np.diag(inverse)
    return offset + cross @ inverse @ residual, sd, alone


def test_the_columns_of_a_later_round_are_those_that_all_at_once_would_have():
    rng = np.random.default_rng(6)
    frames = {name: pd.DataFrame(rng.normal(size=(40, 5)), index=genes(40)) for name in ("gene_sets", "text_embedding")}
    table = design(frames, regression.EMBEDDINGS)
    grown, rows = Covariance(table), np.array([7, 3, 30, 11])
    grown.columns(rows[1:3])
    weights = {"gene_sets": 1.0 / 1.5, "text_embedding": 0.5 / 1.5}
    expected = sum(w * np.maximum(table.unit[name] @ table.unit[name].T, 0) ** 2 for name, w in weights.items())
    np.testing.assert_allclose(grown.columns(rows), expected[:, rows], atol=1e-6)
    np.testing.assert_allclose(grown.own, np.diag(expected), atol=1e-6)


@pytest.mark.parametrize("dimensions", [2, 40], ids=["indefinite", "positive definite"])
def test_the_regression_is_the_explicit_formula_whether_or_not_the_covariance_is_positive_definite(dimensions):
    rng, count, revealed = np.random.default_rng(3), 300, 200
    near = pd.DataFrame(rng.normal(size=(count, dimensions)), index=genes(count))
    scalars = pd.DataFrame(rng.normal(size=(count, 2)), index=genes(count))
    table = design({"gene_sets": near, "essentiality": scalars}, regression.EMBEDDINGS)
    rows, prior, strengths = np.arange(count), rng.normal(size=count), rng.random(revealed)
    least = np.linalg.eigvalsh(textbook_covariance(table, prior)[-revealed:, -revealed:])[0]
    assert (least > -regression.NOISE) == (dimensions == 40)
    found = regression.regress(Covariance(table), rows, 0.1 * prior, prior[:, None], strengths, 3.0)
    for value, expected in zip(
        (found.mean, found.sd, found.left_out), explicit(table, rows, 0.1 * prior, prior, strengths), strict=True
    ):
        np.testing.assert_allclose(value, expected, rtol=1e-3, atol=1e-4)


def test_left_out_means_are_those_of_fits_without_the_effect():
    table, rng = scalars_only(), np.random.default_rng(2)
    strengths, zero = rng.random(20), np.zeros(60)
    found = regression.regress(Covariance(table), np.arange(60), zero, zero[:, None], strengths, 1.0)
    x, y = table.values[40:] / np.sqrt(3), (pd.Series(strengths).rank() / 20).to_numpy()
    y = y - y.mean()
    for i in (0, 7, 19):
        others = np.arange(20) != i
        gram = regression.LINEAR * x[others] @ x[others].T + regression.NOISE * np.eye(19)
        alone = regression.LINEAR * x[i] @ x[others].T @ np.linalg.solve(gram, y[others])
        assert found.left_out[i] == pytest.approx(alone, abs=1e-5)


def test_a_whole_measured_library_is_thinned_keeping_the_strongest():
    strengths = np.random.default_rng(0).random(20_000)
    kept = regression._sample(np.arange(20_000), strengths)
    assert len(kept) <= regression.MOST_REVEALED
    assert set(np.argsort(-strengths)[:1000]) <= set(kept)


def test_columns_are_standardised_over_the_genes_that_have_them_and_missing_ones_lie_at_the_mean():
    frame = pd.DataFrame({"x": [1.0, 3.0, np.nan], "y": [5.0, 5.0, 5.0]}, index=["A", "B", "C"])
    table = design({"essentiality": frame, "annotation": pd.DataFrame({"z": [2.0]}, index=["D"])})
    assert table.values[:, table.blocks["essentiality"]][:, 0].tolist() == [-1.0, 1.0, 0.0, 0.0]
    assert table.values[:, table.blocks["essentiality"]][:, 1].tolist() == [0.0] * 4
    assert table.known.tolist() == [[False, True], [False, True], [False, True], [True, False]]
    assert table.rows(pd.Index(["D", "Z"])).tolist() == [3, -1]


def test_the_intercept_makes_the_mean_the_base_rate():
    scores = np.random.default_rng(0).normal(size=5000)
    intercept = calibration.intercept_for(scores, 0.8, 0.05)
    assert calibration.logistic(intercept + 0.8 * scores).mean() == pytest.approx(0.05, rel=1e-6)


def test_many_revealed_hits_overrule_the_first_curve_and_few_do_not():
    rng = np.random.default_rng(0)
    x = rng.normal(size=20_000)
    hits = rng.random(20_000) < calibration.logistic(-2 + 1.2 * x)
    library = rng.normal(size=20_000)
    first = calibration.Curve(-3.0, 0.5)
    # As many hits are expected in all as there are: nothing is left for a floor.
    total = hits.sum() + calibration.logistic(-2 + 1.2 * library).sum()
    learnt = calibration.learnt_curve(first, library, x, hits, total, 0.1)
    assert (learnt.slope, learnt.intercept) == pytest.approx((1.2, -2.0), abs=0.12)
    assert learnt.floor < 0.02
    few = calibration.learnt_curve(first, library, x[:5], hits[:5], total, 0.1)
    assert (few.slope, few.intercept) == pytest.approx((0.5, -3.0), abs=0.8)
    assert calibration.learnt_curve(first, library, x[:0], hits[:0], total, 0.1) == first


def test_hits_that_no_score_foresees_lie_evenly_over_the_candidates():
    rng = np.random.default_rng(1)
    x, library = rng.normal(2, 0.5, size=2000), rng.normal(size=20_000)
    truth = calibration.Curve(-9.0, 3.0, 0.04)
    hits = rng.random(2000) < truth.probability(x)
    total = float(hits.sum() + truth.probability(library).sum())
    learnt = calibration.learnt_curve(calibration.Curve(-3.0, 0.5), library, x, hits, total, 0.1)
    assert learnt.probability(library).sum() + hits.sum() == pytest.approx(total, rel=0.05)
    assert learnt.floor == pytest.approx(0.04, abs=0.015)
    np.testing.assert_allclose(calibration.logistic(learnt.log_odds(library)), learnt.probability(library), atol=1e-9)


def test_a_share_of_one_half_that_was_only_assumed_gives_way_to_results():
    rng = np.random.default_rng(3)
    x, library = rng.normal(1, 0.5, size=128), rng.normal(size=1000)
    first = calibration.first_curve(library, 0.05, 0.5)
    assert abs(first.intercept) < 0.01
    curve = calibration.learnt_curve(first, library, x, rng.random(128) < 0.1, 564, foreseen_share("|z|>0").doubt)
    assert curve.probability(library).mean() < 0.2


@pytest.mark.parametrize(("rule", "learnt"), [("top 5%", False), ("fdr<0.05", True)])
def test_results_speak_against_an_assumed_share_of_hits_but_not_against_a_promised_one(rule, learnt):
    rng = np.random.default_rng(2)
    x, library = rng.normal(1, 0.5, size=200), rng.normal(size=1000)
    hits = rng.random(200) < 0.6
    first = calibration.first_curve(library, 0.5, 0.05)
    curve = calibration.learnt_curve(first, library, x, hits, 0.05 * 1200, foreseen_share(rule).doubt)
    # Few of the 60 that the rule promises are left after 120 hits; a share that was only assumed gives way.
    assert bool(curve.probability(library).mean() > 0.3) is learnt


def test_many_hits_at_the_top_are_first_a_sign_that_hits_are_common_where_no_rule_says_how_common():
    rng = np.random.default_rng(5)
    library, x = rng.normal(size=1200), rng.normal(1.5, 0.4, size=96)
    hits = rng.random(96) < calibration.Curve(-1.0, 1.5).probability(x)
    first = calibration.first_curve(library, 0.1, 0.25)
    assumed, open_to_all = (
        calibration.learnt_curve(first, library, x, hits, 0.25 * 1296, foreseen_share(rule).doubt)
        for rule in ("fdr<0.05", "estimate<0")
    )
    assert first.slope < open_to_all.slope < assumed.slope
    assert open_to_all.probability(library).mean() > assumed.probability(library).mean()


def test_each_kind_of_evidence_is_believed_as_far_as_the_results_bear_it_out():
    rng = np.random.default_rng(5)
    kinds, rows, zero = rng.normal(size=(60, 2)), np.arange(60), np.zeros(60)
    strengths = kinds[40:, 1] + 0.1 * rng.random(20)
    found = regression.regress(Covariance(scalars_only()), rows, zero, kinds, strengths, 1.0)
    of_first, of_second = np.linalg.lstsq(kinds[:40], found.mean[:40], rcond=None)[0]
    assert of_second > 5 * abs(of_first)


def test_the_bound_lies_between_the_guess_and_what_was_promised():
    strengths = np.exp(np.random.default_rng(6).normal(size=400))
    beyond = float((strengths >= 3.0).sum())
    assert calibration.agreed_bound(3.0, strengths, beyond) == pytest.approx(3.0)
    assert 1.5 < calibration.agreed_bound(3.0, strengths, 4 * beyond) < 3.0
    assert 3.0 < calibration.agreed_bound(3.0, strengths, beyond / 4) < 6.0


def test_a_gene_of_which_nothing_but_its_name_is_known_has_no_support():
    names, rng = genes(60), np.random.default_rng(4)
    features = {
        "annotation": pd.DataFrame(rng.normal(size=(60, 2)), index=names),
        "essentiality": pd.DataFrame(rng.normal(size=(30, 1)), index=names[:30]),
    }
    results = pd.DataFrame({"perturbation": names[50:], "round": 1, "estimate": rng.normal(size=10)})
    none = Priors((), NONE.effects.astype({"perturbation": object}))
    fitted = Blend().fit(features, Rounds(results), none, Question("x"), rng)
    support = fitted.predict(names[:50]).frame["support"]
    assert (support[:30] > 0).all()
    assert support[30:].eq(0).all()


def test_scores_far_above_the_library_count_by_their_logarithm():
    scores = np.array([-3.0, 0.0, calibration.LINEAR_TO, calibration.LINEAR_TO + np.e - 1, 40.0])
    found = calibration.squeezed(scores)
    np.testing.assert_allclose(found[:4], [-3.0, 0.0, calibration.LINEAR_TO, calibration.LINEAR_TO + 1])
    assert (np.diff(found) > 0).all()
    assert found[4] < 6


def test_a_screen_of_the_same_phenotype_speaks_for_itself():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(400, 3)), index=genes(400))
    effects = pd.DataFrame(
        {"screen_id": 1, "contrast_id": 1, "perturbation": genes(400), "estimate": rng.normal(size=400)}
    )
    screen = Screen(1, "s", "S", "human", "T cells", "uptake", "", "", "", "", "", "", "", "top 5%", "both", 1)
    nothing = Rounds(pd.DataFrame({"perturbation": pd.Index([], dtype=object), "round": [], "estimate": []}))

    def said(phenotype):
        priors = Priors((screen,), effects)
        return (
            Blend()
            .fit({"annotation": frame}, nothing, priors, Question(phenotype, cell_type="T cells"), rng)
            .predict(genes(400))
        )

    strong = effects.set_index("perturbation")["estimate"].abs().idxmax()
    posterior = said("uptake")
    assert posterior.contributions["same_phenotype"].idxmax() == strong
    assert posterior.frame["hit_probability"].rank(ascending=False)[strong] <= 20
    assert "same_phenotype" not in said("migration").contributions
