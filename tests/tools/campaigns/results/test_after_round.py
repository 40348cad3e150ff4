"""After a round: whether results steer, which hits go which way, what speaks against them, how rounds lie apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, spearmanr

from db.campaigns.rounds import rounds_of
from db.errors import InvalidValueError, NeedsChoiceError
from tests.campaign_world import FAST, TRUTH, confirmed, new_workspace, started, write_results
from tests.synthetic_store import ESSENTIAL, SYMBOLS
from tools.campaigns.results.bridges import round_shifts
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.results.review import campaign_review
from tools.campaigns.results.steering import _beyond, _judged, steering_of
from tools.campaigns.results.told_hits import told_hits, warnings_of
from tools.campaigns.state import state_of


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path)


def record(workspace, path, **options):
    return campaign_record(workspace, path, "pilot", positive_means="raises", **options)


def test_hits_are_told_apart_by_what_they_do_and_by_what_losing_a_gene_means(world, tmp_path):
    started(world, modality="knockout")
    names = confirmed(world)
    changes = {**dict.fromkeys(names, 0.1), names[0]: 9.0, names[1]: -8.0, names[2]: 7.0}
    record(world, write_results(tmp_path / "r.csv", names, changes=changes))
    found = campaign_review(world)
    assert [one.perturbation for one in found.raising] == [names[0], names[2]]
    assert [one.perturbation for one in found.lowering] == [names[1]]
    assert {one.role for one in found.raising} == {"repressor"}
    assert {one.role for one in found.lowering} == {"activator"}
    assert found.hits == 3


def test_the_roles_turn_round_where_genes_are_activated_and_are_not_told_where_nothing_is_said(world, tmp_path):
    for name, modality, role in (("a", "activation", "activator"), ("b", "", "")):
        started(world, name, modality=modality)
        names = confirmed(world, name)
        changes = {**dict.fromkeys(names, 0.1), names[0]: 9.0}
        path = write_results(tmp_path / f"{name}.csv", names, changes=changes)
        campaign_record(world, path, name, positive_means="raises")
        assert campaign_review(world, name).raising[0].role == role


def test_hits_that_are_genes_of_growth_are_named(world, tmp_path):
    started(world)
    names = confirmed(world)
    chosen = [*names[:6], *ESSENTIAL[:2]]
    changes = {**dict.fromkeys(names, 0.1), ESSENTIAL[0]: 9.0, ESSENTIAL[1]: -9.0}
    record(world, write_results(tmp_path / "r.csv", [*names, *chosen[6:]], changes=changes), allow_others=True)
    state = state_of(world.store, "pilot")
    told = told_hits(world, state, {*ESSENTIAL[:2], names[0]})
    flags = {one.perturbation: one.flags for one in told}
    assert flags[ESSENTIAL[0]] == flags[ESSENTIAL[1]] == ("essential", "fitness")
    assert flags[names[0]] == ()
    assert warnings_of(told)[0].startswith("2 of 3 hits are fitness genes")


def test_bridge_controls_show_what_the_placement_left(world, tmp_path):
    started(world)
    first = confirmed(world)
    record(world, write_results(tmp_path / "r1.csv", first))
    second = confirmed(world)
    rng = np.random.default_rng(2)
    # Placed by controls all the same, but the genes themselves lie 1.5 higher, as a stain that fades would have it.
    again = {name: float(TRUTH[name]) + 1.5 + 0.1 * rng.normal() for name in [*first, *second]}
    record(world, write_results(tmp_path / "r2.csv", [*first, *second], changes=again, factor=2.0), allow_others=True)
    one, two = round_shifts(world.store, state_of(world.store, "pilot"))
    assert (one.how, one.bridges, one.shift, one.apart) == ("reference", 0, None, False)
    assert two.bridges == 12
    differences = [again[name] - float(TRUTH[name]) for name in first]
    assert two.shift == pytest.approx(float(np.median(differences)))
    assert two.spread == pytest.approx(1.4826 * float(np.median(np.abs(differences - np.median(differences)))))
    assert two.apart
    assert two.factor == pytest.approx(0.5)
    assert one.text == ""
    assert two.text.startswith("Round 2 was placed by its negative controls: effect × 0.5")
    assert "a batch effect that the placement left" in two.text
    assert campaign_review(world).shifts == (one, two)


def test_bridge_controls_that_agree_are_no_batch_effect(world, tmp_path):
    started(world)
    first = confirmed(world)
    record(world, write_results(tmp_path / "r1.csv", first))
    second = confirmed(world)
    rng = np.random.default_rng(1)
    noise = rng.permutation(np.linspace(-0.3, 0.3, len(first)))
    again = {name: float(TRUTH[name]) + float(value) for name, value in zip(first, noise, strict=True)}
    record(world, write_results(tmp_path / "r2.csv", [*first, *second], changes=again), allow_others=True)
    shift = round_shifts(world.store, state_of(world.store, "pilot"))[-1]
    assert abs(shift.shift) < 0.05
    assert not shift.apart
    assert "which chance explains" in shift.text


def test_a_round_without_controls_is_placed_by_its_bridges_and_these_need_not_be_allowed(world, tmp_path):
    started(world)
    first = confirmed(world)
    record(world, write_results(tmp_path / "r1.csv", first))
    second = confirmed(world)
    path = write_results(tmp_path / "r2.csv", [*first, *second], controls=0, factor=3.0, shift=2.0)
    with pytest.raises(InvalidValueError, match="did not nominate"):
        record(world, path)
    done = record(world, path, placement="bridges")
    assert "placed by 12 genes that were measured before" in done.placement
    effects = state_of(world.store, "pilot").effects.set_index("perturbation")["estimate"]
    assert np.allclose(effects.loc[[*first, *second]], TRUTH[[*first, *second]], rtol=0, atol=1e-9)
    assert round_shifts(world.store, state_of(world.store, "pilot"))[-1].how == "bridges"


def test_a_corrected_file_is_placed_by_earlier_rounds_and_not_by_itself(world, tmp_path):
    started(world)
    first = confirmed(world)
    record(world, write_results(tmp_path / "r1.csv", first))
    second = confirmed(world)
    record(world, write_results(tmp_path / "r2.csv", second))
    path = write_results(tmp_path / "r2b.csv", [*first[:6], *second], factor=4.0, controls=0)
    done = record(world, path, placement="bridges")
    assert "placed by 6 genes" in done.placement
    effects = state_of(world.store, "pilot").effects.set_index("perturbation")["estimate"]
    assert np.allclose(effects.loc[second], TRUTH[second], rtol=0, atol=1e-9)


def test_too_few_bridges_place_nothing(world, tmp_path):
    started(world)
    first = confirmed(world)
    record(world, write_results(tmp_path / "r1.csv", first))
    path = write_results(tmp_path / "r2.csv", [*confirmed(world), *first[:4]])
    with pytest.raises(NeedsChoiceError, match="measures 4 genes of earlier rounds again"):
        record(world, path, placement="bridges")


# Steering ----------------------------------------------------------------------------------------


def measured(world, tmp_path, values, size=40, predictor=FAST):
    started(world, size=size)
    names = confirmed(world, predictor=predictor)
    record(world, write_results(tmp_path / "r.csv", names, changes=dict(zip(names, values, strict=True))))
    return names


def test_steering_is_the_binomial_p_and_spearmans_correlation_of_what_was_promised(world, tmp_path):
    values = np.linspace(4, 0, 40)
    names = measured(world, tmp_path, values, predictor="prior")
    state = state_of(world.store, "pilot")
    hits = set(names[:15])
    found = steering_of(state, hits, promised=12.0)
    (one,) = rounds_of(world.store, state.campaign.id)
    chance = one.shortlist.random_probability
    assert found.random == pytest.approx(40 * chance)
    assert found.random_p == pytest.approx(binom.sf(14, 40, chance))
    wanted = spearmanr([n.hit_probability for n in one.nominations], values, alternative="greater")
    assert found.rank_correlation == pytest.approx(wanted.statistic)
    assert found.rank_p == pytest.approx(wanted.pvalue)
    assert wanted.statistic > 0.5
    assert found.steers == "yes"
    assert found.text.startswith("Results steer: 15 hits of 40")


def test_hits_no_better_than_random_where_more_were_promised_are_an_honest_stop(world, tmp_path):
    names = measured(world, tmp_path, np.full(40, 0.01) * np.arange(40))
    found = steering_of(state_of(world.store, "pilot"), {names[0]}, promised=20.0)
    assert found.steers == "no"
    assert "Results are not steering: 1 hit of 40" in found.text
    assert f"{found.needed} hits would have been beyond chance" in found.text
    assert binom.sf(found.needed - 1, 40, found.random / 40) < 0.05 <= binom.sf(found.needed - 2, 40, found.random / 40)


def test_a_review_says_stop_where_results_do_not_steer(world, tmp_path, monkeypatch):
    measured(world, tmp_path, np.full(40, 0.001))
    from tools.campaigns.results import review as module

    told = steering_of(state_of(world.store, "pilot"), set(), promised=20.0)
    monkeypatch.setattr(module, "steering_of", lambda *_: told)
    found = campaign_review(world)
    assert found.worth == "no"
    assert found.steering.steers == "no"


@pytest.mark.parametrize(
    ("count", "found", "needed", "promised", "rho", "steers"),
    [
        (40, 9, 5, 10.0, 0.2, "yes"),
        (40, 9, 5, 10.0, None, "yes"),
        (40, 9, 5, 10.0, -0.1, "in-part"),
        (40, 9, 5, 10.0, 0.0, "in-part"),
        (40, 3, 5, 10.0, 0.3, "no"),
        (40, 3, 5, 4.0, 0.3, "unknown"),
        (7, 7, 2, 6.0, 0.3, "unknown"),
        (40, 9, None, 10.0, 0.3, "unknown"),
    ],
)
def test_the_rule_of_steering(count, found, needed, promised, rho, steers):
    assert _judged(count, found, needed, promised, rho) == steers


def test_fewest_hits_beyond_chance_are_the_smallest_number_of_a_p_below_five_per_cent():
    for chance in (0.01, 0.05, 0.3, 0.99):
        p, needed = _beyond(3, 20, chance)
        assert p == pytest.approx(binom.sf(2, 20, chance))
        assert needed == 21 or binom.sf(needed - 1, 20, chance) < 0.05
        assert binom.sf(needed - 2, 20, chance) >= 0.05


def test_a_round_whose_random_probability_was_not_kept_says_so(world, tmp_path):
    measured(world, tmp_path, np.linspace(4, 0, 40))
    state = state_of(world.store, "pilot")
    older = [replace(one, shortlist=replace(one.shortlist, random_probability=None)) for one in state.rounds]
    found = steering_of(replace(state, rounds=tuple(older)), set(SYMBOLS), promised=9.0)
    assert found.steers == "unknown"
    assert "cannot be told" in found.text


def test_a_predictor_that_knows_nothing_gives_no_order_to_judge(world, tmp_path):
    names = measured(world, tmp_path, np.linspace(4, 0, 40))
    assert FAST == "mean_baseline"
    assert steering_of(state_of(world.store, "pilot"), set(names), promised=9.0).rank_correlation is None
