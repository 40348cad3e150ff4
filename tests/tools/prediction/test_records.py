"""What is believed of a candidate without one kind of evidence, against a closed form."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tools.prediction.records import SAME_PHENOTYPE, Frames, Late, Posterior, known_to

NAMES = pd.Index([f"G{i}" for i in range(200)])
RNG = np.random.default_rng(3)
OTHER = pd.Series(RNG.normal(size=200), NAMES)
SAME = pd.Series(np.where(np.arange(200) < 20, 1.5, 0.0), NAMES)


def posterior(log_odds: pd.Series, parts: dict[str, pd.Series]) -> Posterior:
    frame = pd.DataFrame({"hit_probability": 1 / (1 + np.exp(-log_odds)), "support": 0.5})
    return Posterior(frame, parts)


def test_a_chance_without_a_part_is_the_logistic_of_what_the_others_add():
    found = posterior(OTHER + SAME - 2, {"other_screens": OTHER, SAME_PHENOTYPE: SAME}).without(SAME_PHENOTYPE, NAMES)
    inside = [name for name in NAMES if OTHER[name] > (OTHER + SAME).min()]
    for name in inside:
        without, now = found[name]
        assert without == pytest.approx(1 / (1 + np.exp(2 - OTHER[name])), abs=0.01)
        assert now == pytest.approx(1 / (1 + np.exp(2 - OTHER[name] - SAME[name])))


def test_what_the_rounds_add_stays():
    rounds = pd.Series(RNG.normal(size=200), NAMES)
    spread = (OTHER + SAME).std(ddof=0)
    parts = {"other_screens": OTHER, SAME_PHENOTYPE: SAME, "rounds": rounds}
    found = posterior((OTHER + SAME) / spread + rounds, parts).without(SAME_PHENOTYPE, NAMES)
    middle = [name for name in NAMES if abs(OTHER[name] / spread + rounds[name]) < 1]
    for name in middle:
        assert found[name][0] == pytest.approx(1 / (1 + np.exp(-OTHER[name] / spread - rounds[name])), abs=0.02)


def test_a_predictor_without_the_part_and_a_candidate_of_which_nothing_is_known_say_nothing():
    plain = posterior(OTHER, {"other_screens": OTHER})
    assert plain.without(SAME_PHENOTYPE, NAMES) == {}
    told = posterior(OTHER + SAME, {"other_screens": OTHER, SAME_PHENOTYPE: SAME})
    told.frame.loc["G0", "support"] = 0.0
    assert list(told.without(SAME_PHENOTYPE, ["G0", "G1", "elsewhere"])) == ["G1"]


def test_a_late_frame_is_made_once_when_it_is_first_asked_for():
    made, frame = [], pd.DataFrame({"x": [1.0, 2.0]}, index=["A", "B"])

    def make() -> pd.DataFrame:
        made.append(1)
        return frame

    frames = Frames({"now": frame, "late": Late(frame.index, make)}).turned(lambda one: one.loc[["B"]])
    assert list(frames.known("late")) == list(known_to(frames, "now")) == ["B"]
    assert not made
    assert frames["late"].equals(frames["now"])
    assert frames["late"].index.equals(frames.known("late"))
    assert made == [1]
    assert list(frames.without({"late"})) == ["now"]
