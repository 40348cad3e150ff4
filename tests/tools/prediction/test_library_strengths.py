"""The strengths of a library are guessed from results that were chosen because they should be strong."""

from __future__ import annotations

import numpy as np
import pytest

from tools.prediction.library_strengths import FEW, LibraryStrengths

LIBRARY = 12_000


def library_of(shape: float, pull: float, seed: int = 0):
    """Weibull strengths of signed effects that grow with a score, and the scores."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=LIBRARY)
    sizes = np.exp(0.7 + pull * scores) * rng.exponential(size=LIBRARY) ** (1 / shape)
    return sizes * rng.choice([-1.0, 1.0], LIBRARY), scores


@pytest.mark.parametrize("shape", [1.4, 1.0, 0.65], ids=["light tail", "exponential", "heavy tail"])
@pytest.mark.parametrize("side", ["both", "high"])
def test_the_best_of_a_library_tell_where_its_top_five_percent_begin(shape, side):
    effects, scores = library_of(shape, pull=0.15)
    strengths = np.abs(effects) if side == "both" else effects
    best = np.argsort(-scores)[:600]
    guessed = LibraryStrengths.guessed(strengths[best], scores[best], scores, side)
    assert guessed is not None
    true = float(np.quantile(strengths, 0.95))
    assert guessed.bound(0.05) == pytest.approx(true, rel=0.25)
    assert guessed.beyond(guessed.bound(0.05)) == pytest.approx(0.05, abs=1e-6)


def test_scores_take_out_that_the_results_were_chosen():
    effects, scores = library_of(1.2, pull=0.25)
    strengths, best = np.abs(effects), np.argsort(-scores)[:600]
    true = np.log(np.quantile(strengths, 0.95))
    nothing = np.zeros(600)
    with_scores = LibraryStrengths.guessed(strengths[best], scores[best], scores, "both")
    without = LibraryStrengths.guessed(strengths[best], nothing, nothing, "both")
    assert with_scores is not None
    assert without is not None
    assert abs(np.log(with_scores.bound(0.05)) - true) < 0.5 * abs(np.log(without.bound(0.05)) - true)


def test_hits_among_the_results_do_not_move_the_bulk():
    effects, scores = library_of(1.2, pull=0.0)
    strengths = np.abs(effects[:500])
    richer = np.where(np.arange(500) < 25, strengths * 20, strengths)
    plain = LibraryStrengths.guessed(strengths, scores[:500], scores, "both")
    with_hits = LibraryStrengths.guessed(richer, scores[:500], scores, "both")
    assert plain is not None
    assert with_hits is not None
    assert with_hits.bound(0.05) == pytest.approx(plain.bound(0.05), rel=0.25)


def test_few_or_equal_results_tell_nothing():
    scores = np.zeros(FEW)
    assert LibraryStrengths.guessed(np.ones(0), scores[:0], scores, "both") is None
    assert LibraryStrengths.guessed(np.arange(1.0, FEW), scores[1:], scores, "both") is None
    assert LibraryStrengths.guessed(-np.arange(1.0, FEW + 1) % 7 + 0.5, scores, scores, "high") is not None
    assert LibraryStrengths.guessed(np.full(FEW, 2.0), scores, scores, "both") is None
