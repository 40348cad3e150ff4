"""Slots: a bounded share of a round for grades; the rest is the computed list, to the gene."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from db.campaigns.rounds import grades_of
from db.errors import ConflictError, InvalidValueError
from tests.campaign_world import FAST, confirmed, new_workspace, started, write_results
from tests.scripted_judge import ScriptedJudge
from tools.campaigns.chosen_campaign import pick_campaign
from tools.campaigns.listing import campaign_show
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.results.review import campaign_review
from tools.campaigns.rounds.grade import campaign_grade
from tools.campaigns.rounds.judged_round import judge_round
from tools.campaigns.rounds.proposal import campaign_confirm, campaign_propose
from tools.campaigns.start.exclusions import campaign_exclude
from tools.campaigns.state import load_state
from tools.evidence import open_evidence
from tools.grades.heard_grades import mean_grades, record_of_round
from tools.grades.slots import SlotRecord, chance_better, seat, slot_share, with_grade

RNG = np.random.default_rng


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


def names(shortlist):
    return [nomination.perturbation for nomination in shortlist.nominations]


# The share -----------------------------------------------------------------------------------------


def test_a_quarter_of_the_first_round_and_15_percent_of_the_second_are_slots():
    assert slot_share(1, 128, SlotRecord()).places == 32
    assert slot_share(2, 128, SlotRecord()).places == 19
    assert slot_share(2, 20, SlotRecord()).places == 3
    assert slot_share(1, 3, SlotRecord()).places == 0


def test_from_the_third_round_on_the_record_decides_and_never_above_30_percent():
    assert slot_share(3, 100, SlotRecord()).share == pytest.approx(0.15, abs=1e-6)
    good = slot_share(3, 100, SlotRecord(50, 40, 50, 2))
    assert good.places <= 30
    assert good.share == pytest.approx(0.3, abs=1e-3)
    bad = slot_share(3, 100, SlotRecord(50, 2, 50, 40))
    assert (bad.share, bad.places) == (0.0, 0)
    middling = slot_share(3, 100, SlotRecord(20, 4, 20, 5)).share
    assert 0.05 < middling < 0.15
    assert "4 of 20 slots" in slot_share(3, 100, SlotRecord(20, 4, 20, 5)).why


def test_the_chance_of_being_better_is_that_of_two_beta_posteriors():
    record = SlotRecord(30, 9, 30, 5)
    pooled = (9 + 5 + 0.5) / 61
    draws = RNG(0)
    a, b = 2 * pooled, 2 * (1 - pooled)
    better = draws.beta(a + 9, b + 21, 400_000) > draws.beta(a + 5, b + 25, 400_000)
    assert chance_better(record) == pytest.approx(better.mean(), abs=0.003)
    assert chance_better(SlotRecord(10, 0, 10, 0)) == pytest.approx(0.5, abs=1e-6)
    mirrored = SlotRecord(30, 5, 30, 9)
    assert chance_better(record) + chance_better(mirrored) == pytest.approx(1.0, abs=1e-6)


def test_slots_are_compared_with_as_many_from_the_end_of_the_same_list():
    record = record_of_round(["x", "y"], ["a", "b", "c", "d"], {"x", "a", "b", "d"})
    assert record == SlotRecord(2, 1, 2, 1)


# Seating -------------------------------------------------------------------------------------------


def test_without_grades_nothing_changes_to_the_gene():
    utility = pd.Series([4.0, 3.0, 2.0, 1.0], index=list("abcd"))
    assert seat(["a", "b"], utility, {}, 1, RNG(0)).perturbations == ("a", "b")
    assert seat(["a", "b"], utility, {"d": 2.0}, 1, RNG(0)).perturbations == ("a", "b")
    assert seat(["a", "b"], utility, {"d": 4.0}, 0, RNG(0)).perturbations == ("a", "b")


def test_the_best_grades_come_in_for_the_last_computed_ones_that_are_not_graded_well():
    utility = pd.Series([6.0, 5.0, 4.0, 3.0, 2.0, 1.0], index=list("abcdef"))
    seating = seat(list("abcd"), utility, {"d": 4.0, "e": 3.0, "f": 3.5, "nobody": 4.0}, 2, RNG(0))
    assert seating.perturbations == ("a", "d", "f", "e")
    assert [(c.taken, c.grade, c.displaced) for c in seating.changes] == [("f", 3.5, "c"), ("e", 3.0, "b")]
    assert seating.agreed == ("d",)
    assert seating.by_grade == {"e", "f"}


def test_equal_grades_are_ordered_by_utility_whatever_their_order():
    utility = pd.Series([6.0, 1.0, 2.0, 3.0], index=list("abcd"))
    for order in ("bcd", "dcb"):
        assert seat(["a"], utility, dict.fromkeys(order, 4.0), 1, RNG(0)).perturbations == ("d",)


def test_grades_have_no_weight_on_probabilities_until_one_is_fitted():
    p = np.array([0.1, 0.5])
    assert with_grade(p, np.array([4.0, 0.0])) == pytest.approx(p)
    raised = with_grade(p, np.array([3.0, 1.0]), weight=1.0)
    assert raised == pytest.approx([1 / (1 + 9 / np.e), 1 / (1 + np.e)])


def test_a_person_counts_as_much_as_a_language_model_with_two_draws():
    given = [("A", "person", 4.0), ("A", "openai:x", 1.0), ("A", "openai:x", 2.0), ("B", "person", 3.0)]
    assert mean_grades(given) == {"A": 2.75, "B": 3.0}


# A campaign ----------------------------------------------------------------------------------------


def test_a_persons_good_grade_takes_a_slot_when_the_round_is_proposed_again(world):
    started(world)
    before = campaign_propose(world, predictor=FAST)
    outsider = next(n for n in load_state(world.store, pick_campaign(world.store)).candidates if n not in names(before))
    said = campaign_grade(world, outsider, 4, "textbook receptor")
    assert "propose" in said.notes[0]
    with pytest.raises(ConflictError, match=f"Grades of {outsider} came after"):
        campaign_confirm(world)
    after = campaign_propose(world, predictor=FAST)
    assert names(after)[:-1] == names(before)[:-1]
    last = after.nominations[-1]
    assert (last.perturbation, last.by, last.grade) == (outsider, "grade", 4.0)
    assert "textbook receptor" in last.reason
    assert last.hit_probability == pytest.approx(before.nominations[0].hit_probability)
    slots = json.loads(json.dumps(after.to_json()))["slots"]
    assert slots["changes"][0]["displaced"] == names(before)[-1]
    assert slots["probabilities"] == [
        {"perturbation": outsider, "grade": 4.0, "without": last.hit_probability, "with": last.hit_probability}
    ]
    assert (slots["places"], slots["filled"], slots["graded_by"]) == (3, 1, ["person"])
    assert campaign_show(world).rounds[0].nominations[-1].by == "grade"
    assert campaign_confirm(world).state == "confirmed"


def test_slots_are_bounded_and_a_withdrawn_grade_gives_the_place_back(world):
    started(world)
    before = campaign_propose(world, predictor=FAST)
    others = [n for n in load_state(world.store, pick_campaign(world.store)).candidates if n not in names(before)][:4]
    for gene in others:
        campaign_grade(world, gene, 4, "a hunch")
    after = campaign_propose(world, predictor=FAST)
    assert sum(n.by == "grade" for n in after.nominations) == 3
    assert len(set(names(after))) == 12
    for gene in others:
        campaign_grade(world, gene, 0, "no")
    assert names(campaign_propose(world, predictor=FAST)) == names(before)


def test_excluded_and_measured_genes_cannot_be_graded(world, tmp_path):
    started(world)
    campaign_exclude(world, ["GENE0001"], "not in stock")
    chosen = confirmed(world)
    campaign_record(world, write_results(tmp_path / "r.csv", chosen), positive_means="raises")
    campaign_propose(world, predictor=FAST)
    with pytest.raises(InvalidValueError, match="excluded: not in stock"):
        campaign_grade(world, "GENE0001", 4, "x")
    with pytest.raises(InvalidValueError, match="measured already"):
        campaign_grade(world, chosen[0], 4, "x")


def test_a_judge_fills_slots_and_everything_it_changed_is_stored(world):
    started(world)
    plain = names(campaign_propose(world, predictor=FAST))
    free = [n for n in load_state(world.store, pick_campaign(world.store)).candidates if n not in plain]
    judge = ScriptedJudge([(free[0], 4, "kinase", [f"text:{free[0]}"]), (free[1], 3, "ligase", [])], draws=2)
    done = judge_round(world, judge, predictor=FAST)
    made = done.shortlist
    assert made is not None
    assert names(made) == [*plain[:-2], free[0], free[1]]
    assert (done.graded, done.ignored, done.by) == (2, (), judge.name)
    assert {n.grade for n in made.nominations if n.by == "grade"} == {4.0, 3.0}
    for one in made.nominations[-2:]:
        assert f"by {judge.name}" in one.reason
        assert open_evidence(world, one.evidence[0]).id == f"text:{one.perturbation}"
    stored = grades_of(world.store, campaign_show(world).rounds[0].id)
    assert [(g.perturbation, g.draw, g.graded_by) for g in stored[:2]] == [
        (free[0], 0, judge.name),
        (free[0], 1, judge.name),
    ]
    # Judged again it replaces its own grades, and the list is that of the new ones alone.
    again = judge_round(world, ScriptedJudge([(free[5], 4, "channel", [])]), predictor=FAST)
    assert again.shortlist is not None
    assert names(again.shortlist) == [*plain[:-1], free[5]]
    assert names(campaign_propose(world, predictor=FAST)) == names(again.shortlist)


def test_a_judge_sees_names_in_a_shuffled_order_and_no_probability(world):
    started(world)
    judge = ScriptedJudge([])
    judge_round(world, judge, predictor=FAST)
    task = judge.tasks[0]
    assert len(task.candidates) == 500
    computed = names(campaign_propose(world, predictor=FAST))
    assert set(computed) <= set(task.candidates)
    assert list(task.candidates[:12]) != computed
    assert not {"posterior", "utility", "hit_probability"} & set(vars(task))


def test_bad_judgements_are_refused_one_by_one_and_the_list_stays_full(world, tmp_path):
    started(world, size=12)
    campaign_exclude(world, ["GENE0001"], "toxic")
    chosen = confirmed(world)
    campaign_record(world, write_results(tmp_path / "r.csv", chosen), positive_means="raises")
    plain = names(campaign_propose(world, predictor=FAST))
    state = load_state(world.store, pick_campaign(world.store))
    free, first = [n for n in state.candidates if n not in plain], state.rounds[0].id
    judge = ScriptedJudge(
        [
            ("FAKE1", 4, "x", []),
            ("GENE00011", 4, "x", []),
            ("GENE0001", 4, "x", []),
            (chosen[0], 4, "x", []),
            (free[0], 9, "x", []),
            (free[1], float("nan"), "x", []),
            *[(free[2], 4, "again", ["text:NOPE", "effect:1:GENE0001"])] * 128,
            (free[3].lower(), 3, "any case", [f"result:{first}:{chosen[0]}"]),
        ]
    )
    done = judge_round(world, judge, predictor=FAST)
    made = done.shortlist
    assert made is not None
    # 15 % of 12 places is one slot.
    assert names(made) == [*plain[:-1], free[2]]
    why = {one.name: one.why for one in done.ignored}
    assert "No gene is named 'FAKE1'" in why["FAKE1"]
    assert "Near it: GENE0011, GENE0001" in why["GENE00011"]
    assert why["GENE0001"] == "excluded: toxic"
    assert why[chosen[0]] == "measured already"
    assert "no grade from 0 to 4" in why[free[0]]
    assert free[1] in why
    assert why[free[2]] == "graded 128 times in one draw; the first counts"
    assert "does not exist" in why["text:NOPE"]
    assert "does not exist" in why["effect:1:GENE0001"]
    assert made.nominations[-1].evidence[0] == f"text:{free[2]}"
    assert done.graded == 2
    stored = {one.perturbation: one for one in grades_of(world.store, state.rounds[1].id)}
    assert stored[free[3]].evidence == (f"result:{first}:{chosen[0]}",), "a result of the campaign may be cited"


def test_a_judge_above_its_budget_is_refused_before_it_is_asked(world):
    started(world)
    campaign_propose(world, predictor=FAST)
    judge = ScriptedJudge([], price=3.0, budget=1.0)
    with pytest.raises(InvalidValueError, match=r"`max_cost=3\.00`"):
        judge_round(world, judge, predictor=FAST)
    assert judge.tasks == []
    assert judge_round(world, ScriptedJudge([], price=3.0), predictor=FAST, only_estimate=True).estimate.cost == 3.0


def test_a_review_says_how_slots_have_done_and_what_that_makes_of_the_next_ones(world, tmp_path):
    started(world)
    plain = names(campaign_propose(world, predictor=FAST))
    free = [n for n in load_state(world.store, pick_campaign(world.store)).candidates if n not in plain][:3]
    judge_round(world, ScriptedJudge([(name, 4, "kinase", []) for name in free]), predictor=FAST)
    chosen = [n.perturbation for n in campaign_confirm(world).nominations]
    results = write_results(tmp_path / "r.csv", chosen, changes=dict.fromkeys(free, 9.0))
    campaign_record(world, results, positive_means="raises")
    review = campaign_review(world)
    assert review.slots is not None
    assert (review.slots.slots, review.slots.slot_hits, review.slots.others) == (3, 3, 3)
    assert review.next_slots == "grades may fill 1 of 12 places (15%): the second round"
