"""What prior screens teach: closed forms, what is kept, and what teaches nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from db.records import Question, Screen
from tools.prediction import calibration, prior_learner
from tools.prediction.design import design
from tools.prediction.prior_learner import fit_prior, lessons_of, logistic_slopes, surprise_of
from tools.prediction.records import Priors
from tools.prediction.recurrence import PriorStrengths

NAMES = pd.Index([f"G{i:03d}" for i in range(400)], dtype=object)
SCREEN = Screen(
    id=1, name="a", study="S", organism="human", cell_type="T cells", phenotype="uptake", condition="", library="",
    modality="knockout", method="", readout="", readout_gene="", text="", hit_rule="top 5%", side="high", ingest_id=1,
)  # fmt: skip
SCREENS = tuple(replace(SCREEN, id=i, name=f"s{i}", study=f"Study {i}") for i in (1, 2, 3))
X = np.random.default_rng(0).normal(size=400)
TABLE = design({"annotation": pd.DataFrame({"x": X}, index=NAMES)})
EVERYONE = {1: 1.0, 2: 1.0, 3: 1.0}


def priors_of(seed: int = 1, **changes) -> Priors:
    rng = np.random.default_rng(seed)
    rows = [
        pd.DataFrame({"screen_id": i, "contrast_id": i, "perturbation": NAMES, "estimate": X + rng.normal(size=400)})
        for i in (1, 2, 3)
    ]
    return Priors(SCREENS, pd.concat(rows, ignore_index=True), **changes)


def learnt(priors: Priors, asked=None):
    return lessons_of(TABLE, priors, PriorStrengths.of(priors, NAMES), EVERYONE, asked)


def assert_same(one, other):
    for name, value in vars(one).items():
        np.testing.assert_allclose(getattr(other, name), value, rtol=1e-12, err_msg=name)


def test_the_first_of_a_hundred_surprises_by_its_place_and_the_unknown_not_at_all():
    values = pd.Series(np.r_[np.arange(100.0), np.nan])
    found = surprise_of(values)
    assert found[99] == pytest.approx(-np.log10(0.005))
    assert found[0] == pytest.approx(-np.log10(0.995))
    assert found[100] == 0
    among = np.r_[np.ones(50, bool), np.zeros(51, bool)]
    assert surprise_of(values, among)[49] == pytest.approx(-np.log10(0.01))
    assert not surprise_of(values, among)[50:].any()
    assert surprise_of(pd.Series(np.arange(1e5)))[-1] == prior_learner.MOST_SURPRISE


def test_the_slopes_on_left_out_studies_are_a_logistic_regression():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4000, 2))
    hit = (rng.random(4000) < calibration.logistic(-2.5 + x @ [0.6, 0.3])).astype(float)
    weight = rng.random(4000)
    reference = LogisticRegression(C=1e9).fit(x, hit, sample_weight=weight).coef_[0]
    np.testing.assert_allclose(logistic_slopes(x, hit, weight), reference, atol=2e-3)
    assert logistic_slopes(-x, hit, weight).tolist() == [0.0, 0.0]


def test_what_studies_say_is_drawn_towards_what_is_usual():
    assert prior_learner._drawn_towards(0.5, [], 1.2) == pytest.approx(0.5)
    assert prior_learner._drawn_towards(0.5, [(1.0, 1.0), (0.6, 0.5)], 2.0) == pytest.approx((1.3 + 4 * 0.5) / 5.5)


def test_a_feature_that_goes_with_hits_is_learnt_and_believed():
    fit = fit_prior(TABLE, priors_of(), Question("migration"))
    assert np.corrcoef(fit.scores, X)[0, 1] > 0.7
    assert fit.scores.mean() == pytest.approx(0, abs=1e-9)
    assert fit.slope > prior_learner.USUAL_SLOPE
    assert not fit.transfer.any()
    assert fit_prior(TABLE, priors_of(), Question("uptake")).transfer.max() > 0


def test_a_question_is_worth_more_where_what_priors_asked_named_their_hits():
    priors = priors_of()
    strong = priors.effects.pivot_table(index="perturbation", columns="screen_id", values="estimate")
    told = strong.set_axis(["1", "2", "3"], axis=1)
    turned = -told
    assert learnt(priors, told).question > prior_learner.USUAL_QUESTION > learnt(priors, turned).question
    assert learnt(priors).question == pytest.approx(prior_learner.USUAL_QUESTION)


def test_lessons_that_were_kept_are_those_that_would_be_learnt_anew(tmp_path, monkeypatch):
    question = Question("uptake", screen_weights={"s2": 0.5})
    fresh = fit_prior(TABLE, priors_of(), question)
    kept = priors_of(kept_in=tmp_path / "priors-abc")
    first = fit_prior(TABLE, kept, question)
    assert len(list(tmp_path.glob("lessons-*.npz"))) == 1
    monkeypatch.setattr(prior_learner, "lessons_of", lambda *_, **__: pytest.fail("it was learnt again"))
    second = fit_prior(TABLE, kept, question)
    for other in (first, second):
        pd.testing.assert_series_equal(other.scores, fresh.scores)
        pd.testing.assert_series_equal(other.transfer, fresh.transfer)
        assert (other.slope, other.question, other.share) == (fresh.slope, fresh.question, fresh.share)
    # Other weights are other lessons.
    with pytest.raises(pytest.fail.Exception):
        fit_prior(TABLE, kept, replace(question, screen_weights={"s2": 0.0}))


def test_fitness_genes_that_are_passed_over_teach_nothing():
    fitness = frozenset(NAMES[:80])
    priors = priors_of()
    effects = priors.effects.copy()
    own = effects["perturbation"].isin(fitness)
    # Their effects change places among themselves: every other gene keeps its rank.
    for number in (1, 2, 3):
        rows = effects.index[own & (effects["screen_id"] == number)]
        effects.loc[rows, "estimate"] = effects.loc[rows, "estimate"].to_numpy()[::-1]
    turned = replace(priors, effects=effects)
    assert_same(*(learnt(replace(one, passed_over=fitness)) for one in (priors, turned)))
    assert not np.allclose(learnt(priors).coefficients, learnt(turned).coefficients)


def test_without_priors_nothing_is_believed():
    nothing = Priors((), priors_of().effects.iloc[:0])
    assert fit_prior(TABLE, nothing, Question("uptake")).scores.empty


def test_the_slopes_are_those_of_a_logistic_regression_though_columns_are_badly_scaled():
    rng = np.random.default_rng(7)
    x = np.column_stack([rng.normal(size=4000), 40 + 0.01 * rng.normal(size=4000)])
    hit = (rng.random(4000) < 1 / (1 + np.exp(4 - 1.5 * x[:, 0]))).astype(float)
    weight = rng.uniform(0.5, 2.0, size=4000)
    reference = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x[:, :1], hit, weight).coef_[0, 0]
    assert prior_learner.logistic_slopes(x, hit, weight)[0] == pytest.approx(reference, rel=0.02)


def test_what_loss_teaches_of_activation_is_little_until_activation_screens_say_so():
    question, usual = Question("uptake", modality="activation"), prior_learner.USUAL_SLOPE
    assert fit_prior(TABLE, priors_of(), question).slope == pytest.approx(prior_learner.ACROSS * usual)
    lost = fit_prior(TABLE, priors_of(), replace(question, modality="interference"))
    assert lost.slope > usual
    priors = priors_of()
    activated = tuple(replace(screen, modality="activation") for screen in priors.screens)
    assert fit_prior(TABLE, replace(priors, screens=activated), question).slope > prior_learner.ACROSS * usual + 0.1
    mixed = (priors.screens[0], *activated[1:])
    assert fit_prior(TABLE, replace(priors, screens=mixed), question).slope < lost.slope
