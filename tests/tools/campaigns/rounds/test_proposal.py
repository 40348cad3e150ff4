"""Shortlists: full, without unknown, measured, excluded or double genes, and the same for the same store and seed."""

from __future__ import annotations

import json
import threading

import pytest

from db.errors import ConflictError, HitscoutError, InvalidValueError, NotFoundError
from tests.campaign_world import FAST, confirmed, manifest, new_workspace, started, write_results
from tests.synthetic_store import ESSENTIAL, FITNESS, SYMBOLS
from tools.campaigns.listing import campaign_show
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.rounds.proposal import campaign_confirm, campaign_propose
from tools.campaigns.start.exclusions import campaign_exclude
from tools.campaigns.start.question import campaign_question
from tools.evidence import open_evidence


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


@pytest.fixture
def rich_world(tmp_path):
    return new_workspace(tmp_path)


def names(shortlist):
    return [nomination.perturbation for nomination in shortlist.nominations]


def test_a_shortlist_is_full_and_every_reason_leads_to_evidence(rich_world):
    started(rich_world)
    made = campaign_propose(rich_world)
    assert made.state == "open"
    assert [n.rank for n in made.nominations] == list(range(1, 13))
    assert len(set(names(made))) == 12
    assert set(names(made)) <= set(SYMBOLS)
    utilities = [n.utility for n in made.nominations]
    assert utilities == sorted(utilities, reverse=True)
    ids = {evidence for n in made.nominations for evidence in n.evidence}
    assert ids
    assert all(open_evidence(rich_world, evidence).id == evidence for evidence in ids)
    assert all(n.reason and 0 <= n.low <= n.hit_probability <= n.high <= 1 for n in made.nominations)
    assert made.expected_hits.mean == pytest.approx(sum(n.hit_probability for n in made.nominations))


def test_the_json_has_the_keys_of_the_contract(world):
    started(world, positive_controls=["GENE0100"])
    made = json.loads(json.dumps(campaign_propose(world, predictor=FAST).to_json()))
    keys = ["campaign", "round", "seed", "size", "nominations", "expected_hits", "controls", "ignored", "notes"]
    assert list(made) == keys
    assert list(made["nominations"][0]) == [
        "rank", "perturbation", "target_genes", "hit_probability", "low", "high", "utility", "support", "by", "flags",
        "grade", "reason", "evidence",
    ]  # fmt: skip
    assert list(made["expected_hits"]) == ["mean", "low", "high", "level"]
    assert [(c["kind"], c["guides"]) for c in made["controls"]] == [("positive", 4), ("non-targeting", 50)]


def test_the_same_seed_gives_the_same_list_and_it_is_recorded(world):
    started(world)
    first = campaign_propose(world, seed=3, predictor=FAST)
    again = campaign_propose(world, predictor=FAST)
    assert (first.seed, again.seed) == (3, 3)
    assert names(first) == names(again)
    # All candidates tie under the mean, so another seed must break the ties otherwise.
    assert names(campaign_propose(world, seed=4, predictor=FAST)) != names(first)
    assert names(campaign_propose(world, seed=3, predictor=FAST)) == names(first)
    assert len(campaign_show(world).rounds) == 1


def test_two_campaigns_with_one_question_get_one_list(world):
    started(world, "one")
    started(world, "two")
    assert names(campaign_propose(world, "one")) == names(campaign_propose(world, "two"))


def test_a_size_above_the_candidates_is_refused_with_both_numbers(world):
    started(world)
    before = manifest(world)
    with pytest.raises(InvalidValueError, match="601 was asked for, but only 600 candidates"):
        campaign_propose(world, size=601)
    with pytest.raises(NotFoundError, match="oracle"):
        campaign_propose(world, predictor="oracle")
    assert manifest(world) == before


def test_every_candidate_can_be_nominated(world):
    started(world)
    made = campaign_propose(world, size=600, predictor=FAST)
    assert sorted(names(made)) == sorted(SYMBOLS)


def test_a_confirmed_round_changes_no_more_and_waits_for_results(world):
    started(world)
    chosen = confirmed(world)
    before = manifest(world)
    with pytest.raises(ConflictError, match="confirmed"):
        campaign_propose(world)
    again = campaign_confirm(world)
    assert [n.perturbation for n in again.nominations] == chosen
    assert "confirmed already" in again.notes[0]
    assert manifest(world) == before
    assert [n.perturbation for n in campaign_show(world).rounds[0].nominations] == chosen


def test_nothing_can_be_confirmed_before_it_is_proposed(world):
    started(world)
    with pytest.raises(ConflictError, match="no round to confirm"):
        campaign_confirm(world)


@pytest.mark.parametrize("change", ["exclude", "question"])
def test_a_list_that_rests_on_what_has_changed_is_not_confirmed(world, change):
    started(world)
    made = campaign_propose(world, predictor=FAST)
    if change == "exclude":
        done = campaign_exclude(world, [names(made)[0]], "not in stock")
        assert "propose again" in done.notes[0]
    else:
        campaign_question(world, changes={"direction": "raises"})
    with pytest.raises(ConflictError, match="changed since its shortlist"):
        campaign_confirm(world)
    assert (names(made)[0] in names(campaign_propose(world, predictor=FAST))) == (change == "question")
    assert campaign_confirm(world).state == "confirmed"


def test_a_gene_that_no_list_holds_can_be_excluded_between_proposing_and_confirming(world):
    started(world)
    made = names(campaign_propose(world, predictor=FAST))
    other = next(symbol for symbol in SYMBOLS[100:] if symbol not in made)
    assert campaign_exclude(world, [other], "no guides left").notes == ()
    assert names(campaign_confirm(world)) == made


def test_the_question_is_looked_at_where_a_gene_was_excluded_too(world):
    started(world)
    made = names(campaign_propose(world, predictor=FAST))
    campaign_exclude(world, [next(symbol for symbol in SYMBOLS[100:] if symbol not in made)], "no guides left")
    campaign_question(world, changes={"direction": "raises"})
    with pytest.raises(ConflictError, match="changed since its shortlist"):
        campaign_confirm(world)


def test_an_open_round_keeps_its_size_and_another_one_is_said(world):
    started(world, size=12)
    first, again = campaign_propose(world, predictor=FAST, size=7), campaign_propose(world, predictor=FAST)
    assert (again.size, len(again.nominations)) == (7, 7)
    assert not any("places now" in note for note in (*first.notes, *again.notes))
    larger = campaign_propose(world, predictor=FAST, size=9)
    assert (len(larger.nominations), larger.notes[0]) == (9, "Round 1 has 9 places now; it had 7.")
    campaign_exclude(world, [names(larger)[0]], "toxic")
    assert len(campaign_propose(world, predictor=FAST).nominations) == 9
    with pytest.raises(InvalidValueError, match="A round of 0"):
        campaign_propose(world, size=0)


def test_nominations_stand_by_utility_as_their_table_says(rich_world):
    started(rich_world, size=30)
    made = campaign_propose(rich_world)
    utilities = [round(one.utility, 9) for one in made.nominations]
    assert utilities == sorted(utilities, reverse=True)
    assert [one.rank for one in made.nominations] == list(range(1, 31))


def test_essential_and_other_fitness_genes_and_positive_controls_carry_flags(rich_world):
    started(rich_world, flag_essential=True, positive_controls=["GENE0100"])
    flags = {n.perturbation: n.flags for n in campaign_propose(rich_world, size=600, predictor=FAST).nominations}
    assert {name for name, said in flags.items() if "essential" in said} == set(ESSENTIAL)
    assert {name for name, said in flags.items() if "fitness" in said} == set(FITNESS)
    assert [name for name, said in flags.items() if "positive-control" in said] == ["GENE0100"]
    assert all("no-evidence" in said for said in flags.values())


def test_of_two_who_confirm_at_once_one_is_told_that_it_is_done(world):
    started(world)
    campaign_propose(world, predictor=FAST)
    outcomes: list[object] = []

    def confirm():
        try:
            outcomes.append(campaign_confirm(world).state)
        except HitscoutError as error:
            outcomes.append(error.kind)

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["confirmed", "confirmed"]


def test_a_round_that_was_confirmed_while_its_list_was_computed_is_not_overwritten(world, monkeypatch):
    from tools.campaigns.rounds import proposal as proposals

    started(world)
    first = campaign_propose(world, predictor=FAST)
    compute = proposals.compute_proposal

    def slow(*arguments, **options):
        made = compute(*arguments, **options)
        campaign_confirm(world)
        return made

    monkeypatch.setattr(proposals, "compute_proposal", slow)
    with pytest.raises(ConflictError, match="Round 1 changed while its shortlist was computed"):
        campaign_propose(world, seed=9, predictor=FAST)
    stored = campaign_show(world).rounds[0]
    assert (stored.state, [n.perturbation for n in stored.nominations]) == ("confirmed", names(first))


def test_measured_genes_are_not_nominated_again(world, tmp_path):
    started(world)
    chosen = confirmed(world)
    campaign_record(world, write_results(tmp_path / "r1.csv", chosen), positive_means="raises")
    second = campaign_propose(world, size=588, predictor=FAST)
    assert second.round == 2
    assert not set(names(second)) & set(chosen)
    assert set(names(second)) | set(chosen) == set(SYMBOLS)
