"""Combined effects against scipy and closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import combine_pvalues, false_discovery_control, norm

from tools.screens.merging.combination import by_inverse_variance, by_stouffer, method_of, signed_z

NAMES = [f"G{number}" for number in range(40)]
NONE = pd.Series(dtype=float)


def effects(seed: int, **columns) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"perturbation": NAMES, "estimate": rng.normal(size=40)})
    for name in ("standard_error", "p_low", "p_high", "fdr_low", "fdr_high"):
        frame[name] = columns.get(name, np.nan)
    return frame


def with_p(seed: int) -> pd.DataFrame:
    high = np.random.default_rng(seed).uniform(1e-6, 1, size=40)
    return effects(seed, p_low=1 - high, p_high=high)


def test_the_sum_of_z_gives_the_p_of_scipys_stouffer():
    frames = [with_p(seed) for seed in range(3)]
    z = pd.DataFrame({str(n): signed_z(frame, "lfc", NONE)[0] for n, frame in enumerate(frames)})
    found = by_stouffer(z)
    for at, name in enumerate(NAMES):
        wanted = combine_pvalues([frame["p_high"][at] for frame in frames], method="stouffer")
        assert found.loc[name, "p_high"] == pytest.approx(wanted.pvalue, rel=1e-9)
        assert found.loc[name, "estimate"] == pytest.approx(wanted.statistic)
    assert (found["p_low"] + found["p_high"]).to_numpy() == pytest.approx(1)


def test_the_false_discovery_rate_is_that_of_the_two_sided_p_on_the_side_of_the_sign():
    z = pd.DataFrame({"a": np.linspace(-4, 4, 40), "b": np.linspace(-4, 4, 40)}, index=NAMES)
    found = by_stouffer(z)
    wanted = false_discovery_control(2 * norm.sf(np.abs(found["estimate"])))
    low = found["estimate"] < 0
    assert np.where(low, found["fdr_low"], found["fdr_high"]) == pytest.approx(wanted)
    assert (np.where(low, found["fdr_high"], found["fdr_low"]) == 1).all()


def test_a_perturbation_that_some_measured_is_summed_over_these():
    z = pd.DataFrame({"a": [2.0, 2.0], "b": [2.0, np.nan], "c": [2.0, 2.0]}, index=["all", "two"])
    assert by_stouffer(z)["estimate"].tolist() == pytest.approx([6 / np.sqrt(3), 4 / np.sqrt(2)])


def test_the_mean_by_inverse_variance_is_the_closed_form_and_less_sure_values_count_less():
    estimates = pd.DataFrame({"a": [1.0], "b": [3.0]}, index=["G"])
    errors = pd.DataFrame({"a": [0.5], "b": [1.0]}, index=["G"])
    found = by_inverse_variance(estimates, errors).loc["G"]
    assert found["estimate"] == pytest.approx((4 * 1 + 1 * 3) / 5)
    assert found["standard_error"] == pytest.approx(1 / np.sqrt(5))
    assert found["p_high"] == pytest.approx(norm.sf(1.4 * np.sqrt(5)))


def test_the_method_follows_what_all_screens_have():
    sure = effects(0, standard_error=0.3)
    assert method_of([sure, sure], ["lfc", "lfc"]) == "inverse-variance"
    assert method_of([sure, sure], ["lfc", "beta"]) == "stouffer"
    assert method_of([sure, effects(1)], ["lfc", "lfc"]) == "stouffer"
    assert method_of([sure, sure], ["z", "z"]) == "stouffer"


def test_z_come_from_what_a_screen_has_and_the_smallest_p_stay_finite():
    frame = effects(5)
    assert signed_z(frame, "z", NONE)[0].to_numpy() == pytest.approx(frame["estimate"].to_numpy())
    by_error, how = signed_z(effects(5, standard_error=0.5), "lfc", NONE)
    assert by_error.to_numpy() == pytest.approx(frame["estimate"].to_numpy() / 0.5)
    assert "standard errors" in how
    logs, _ = signed_z(frame.assign(estimate=[-2.0] * 40), "signed_log10_p", NONE)
    assert logs.to_numpy() == pytest.approx(norm.ppf(0.005))
    zero, _ = signed_z(effects(5, p_low=0.0, p_high=1.0), "lfc", NONE)
    assert np.isfinite(zero).all()
    assert (zero < -30).all()


def test_without_p_effects_are_measured_by_the_spread_of_the_controls_or_of_all():
    controls = pd.Series(np.random.default_rng(1).normal(2.0, 3.0, size=4_001))
    frame = effects(6)
    by_controls, how = signed_z(frame, "lfc", controls)
    assert by_controls.to_numpy() == pytest.approx((frame["estimate"].to_numpy() - 2) / 3, abs=0.15)
    assert "negative controls" in how
    by_all, how = signed_z(frame, "lfc", NONE)
    assert float(by_all.median()) == pytest.approx(0)
    assert "all effects" in how
