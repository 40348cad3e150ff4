"""The chance of being found again: terms and weights against scikit-learn's own, and what a strong gene gains."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from tools.screens.validation.chances import PENALTY, TERMS, WITHOUT_P, Weights, evidence_of, found_again, learn, terms
from tools.screens.validation.weights import LEARNT, LEARNT_WITHOUT_P


def effects(estimates, p=None):
    names = [f"G{number:03d}" for number in range(len(estimates))]
    low, high = (np.full(len(names), np.nan),) * 2 if p is None else (np.asarray(p), np.ones(len(names)))
    return pd.DataFrame({"perturbation": names, "estimate": estimates, "p_low": low, "p_high": high})


def test_strength_and_certainty_are_shares_of_genes_on_a_log_scale():
    made = evidence_of(effects([0.1, -3.0, 1.0, 0.5], [0.5, 0.001, 0.2, 0.9]), "both", frozenset({"G002"}))
    np.testing.assert_allclose(made["strength"], -np.log10([3.5 / 4, 0.5 / 4, 1.5 / 4, 2.5 / 4]))
    np.testing.assert_allclose(made["certainty"], -np.log10([2.5 / 4, 0.5 / 4, 1.5 / 4, 3.5 / 4]))
    assert made["fitness"].tolist() == [0, 0, 1, 0]


def test_on_one_side_the_other_is_weak():
    low = evidence_of(effects([0.1, -3.0, 1.0, 0.5], [0.5, 0.001, 0.2, 0.9]), "low", frozenset())
    assert low["strength"].idxmax() == "G001"
    assert low["strength"].idxmin() == "G002"
    assert found_again(effects(np.arange(40.0)), "low").sum() == 2
    assert found_again(effects(np.arange(40.0)), "low")[["G000", "G001"]].all()


def test_without_p_values_effect_and_fitness_count_alone():
    made = evidence_of(effects([0.1, -3.0, 1.0]), "both", frozenset())
    assert made["certainty"].isna().all()
    assert terms(made, certain=False).shape == (3, len(WITHOUT_P))
    assert LEARNT_WITHOUT_P.chances(made).idxmax() == "G001"


def test_weights_are_those_of_a_penalised_logistic_regression_on_scaled_terms():
    rng = np.random.default_rng(0)
    signal = rng.normal(size=800) * (rng.random(800) < 0.2) * 3
    first, second = (signal + rng.normal(size=800) for _ in range(2))
    p = np.exp(-np.abs(first))
    made, found = evidence_of(effects(first, p), "both", frozenset({"G003"})), found_again(effects(second), "both")
    scaler = StandardScaler().fit(terms(made, certain=True))
    reference = LogisticRegression(C=PENALTY, max_iter=5_000).fit(scaler.transform(terms(made, certain=True)), found)
    expected = reference.predict_proba(scaler.transform(terms(made, certain=True)))[:, 1]
    learnt = learn([made], [found])
    assert len(learnt.weights) == len(TERMS)
    np.testing.assert_allclose(learnt.chances(made), expected, atol=1e-6)
    assert float(learnt.chances(made).mean()) == pytest.approx(found.mean(), abs=1e-3)


def test_no_evidence_at_all_is_the_intercept():
    made = pd.DataFrame({"strength": [0.0], "certainty": [0.0], "fitness": [0.0]}, index=["A"])
    assert Weights(-2.0, (1.0,) * 7).chances(made)["A"] == pytest.approx(1 / (1 + np.exp(2)))


def test_the_shipped_weights_give_a_twentieth_of_genes_in_all_and_most_to_the_strongest():
    rng = np.random.default_rng(1)
    made = evidence_of(effects(rng.normal(size=18_000), rng.uniform(size=18_000)), "both", frozenset())
    for weights in (LEARNT, LEARNT_WITHOUT_P):
        chances = weights.chances(made)
        assert 0.02 < chances.mean() < 0.1
        assert chances[made["strength"].idxmax()] > 0.5
