"""Chances, explanations and why-nots, which say the same as the proposal."""

from __future__ import annotations

import pytest

from db.errors import ConflictError, InvalidValueError, NeedsChoiceError, NotFoundError
from tests.campaign_world import FAST, confirmed, new_workspace, started, write_results
from tools.campaigns.answers.explanation import _place, explain_prediction, why_not
from tools.campaigns.answers.hit_chances import predict_hits
from tools.campaigns.listing import campaign_close, campaign_list, campaign_show
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.rounds.proposal import campaign_confirm, campaign_propose
from tools.campaigns.start.exclusions import campaign_exclude
from tools.evidence import open_evidence


@pytest.fixture(scope="module")
def proposed(tmp_path_factory):
    """A campaign with an open round of twelve; it is only read."""
    workspace = new_workspace(tmp_path_factory.mktemp("explained"))
    started(workspace)
    return workspace, campaign_propose(workspace)


@pytest.fixture
def measured(tmp_path):
    """A campaign whose first round has results, and one gene of it that is excluded."""
    workspace = new_workspace(tmp_path, bare=True)
    started(workspace, library="alpha")
    names = confirmed(workspace)
    campaign_record(workspace, write_results(tmp_path / "r.csv", names), positive_means="raises")
    left = [name for name in candidates(workspace) if name not in names]
    campaign_exclude(workspace, left[:1], "no guides left")
    return workspace, names, left[0]


def candidates(workspace) -> list[str]:
    from tools.campaigns.chosen_campaign import pick_campaign
    from tools.campaigns.state import load_state

    return list(load_state(workspace.store, pick_campaign(workspace.store)).candidates)


def test_chances_and_ranks_are_those_of_the_proposal(proposed):
    workspace, made = proposed
    first, last = made.nominations[0], made.nominations[-1]
    found = predict_hits(workspace, [last.perturbation, first.perturbation, "cytokin", "NOPE"])
    assert [(one.perturbation, one.rank) for one in found.genes[:2]] == [
        (first.perturbation, 1),
        (last.perturbation, 12),
    ]
    assert found.genes[0].hit_probability == pytest.approx(first.hit_probability)
    assert (found.genes[0].low, found.genes[0].high) == (pytest.approx(first.low), pytest.approx(first.high))
    assert found.genes[2].name == "cytokin"
    assert [one.name for one in found.ignored] == ["NOPE"]
    assert found.candidates == len(candidates(workspace))
    assert 0 < found.base_rate < first.hit_probability


def test_a_question_of_its_own_is_answered_and_leaves_nothing_behind(proposed):
    workspace, _ = proposed
    found = predict_hits(workspace, ["GENE0100"], phenotype="family7 survival", predictor=FAST)
    assert (found.campaign, found.phenotype) == ("", "family7 survival")
    assert found.genes[0].rank is not None
    assert [line.name for line in campaign_list(workspace)] == ["pilot"]


def test_no_genes_too_many_or_two_questions_at_once_are_refused(proposed):
    workspace, _ = proposed
    with pytest.raises(InvalidValueError, match="0 genes"):
        predict_hits(workspace, [])
    with pytest.raises(InvalidValueError, match="201 genes"):
        predict_hits(workspace, ["GENE0001"] * 201)
    with pytest.raises(InvalidValueError, match="Both"):
        predict_hits(workspace, ["GENE0001"], "pilot", phenotype="x")


def test_an_explanation_has_parts_and_facts_that_open(proposed):
    workspace, made = proposed
    best = next(one for one in made.nominations if one.evidence)
    found = explain_prediction(workspace, best.perturbation)
    assert (found.rank, found.candidate) == (best.rank, True)
    assert found.hit_probability == pytest.approx(best.hit_probability)
    assert {part.kind for part in found.parts} >= {"other_screens"}
    assert all(0 <= part.percentile <= 1 for part in found.parts)
    assert set(found.screens) == {"alpha", "beta"}
    assert "; ".join(fact.text for fact in found.facts) == best.reason
    for fact in (*found.facts, *found.effects_elsewhere):
        for evidence in fact.evidence:
            open_evidence(workspace, evidence)
    assert any("alpha" in fact.text and "of 600" in fact.text for fact in found.effects_elsewhere)


def test_why_not_says_rank_and_what_speaks_against(proposed):
    workspace, made = proposed
    from tools.campaigns.answers.candidate_ranks import standing_of
    from tools.campaigns.chosen_campaign import pick_campaign
    from tools.campaigns.state import load_state

    worst = standing_of(workspace, load_state(workspace.store, pick_campaign(workspace.store))).ranking[-1]
    found = why_not(workspace, worst)
    assert not found.on_the_list
    assert (found.rank, found.size) == (len(candidates(workspace)), 12)
    assert found.last_probability == pytest.approx(made.nominations[-1].hit_probability)
    assert found.hit_probability < found.last_probability
    assert any("by what other screens teach" in said for said in found.against)
    assert all(open_evidence(workspace, one).kind == "effect" for one in found.evidence)
    assert why_not(workspace, made.nominations[3].perturbation).on_the_list


def test_a_gene_that_is_outranked_though_as_likely_is_told_why():
    assert _place("VAV1", 13, 600, 12, 0.2, 0.3).endswith("is 0.200, that of the last place 0.300.")
    assert "of which less is known" in _place("VAV1", 13, 600, 12, 0.3, 0.2)
    assert _place("VAV1", 12, 600, 12, 0.3, 0.2) == "VAV1 is on the list: rank 12 of 12 places."


def test_an_unknown_gene_gets_near_names(proposed):
    workspace, _ = proposed
    for tool in (why_not, explain_prediction):
        with pytest.raises(NotFoundError, match="GENE01000") as refused:
            tool(workspace, "GENE01000")
        assert "GENE0100" in str(refused.value)


def test_measured_excluded_and_foreign_genes_are_told_apart(measured):
    workspace, names, excluded = measured
    known = why_not(workspace, names[0])
    assert "measured already" in known.verdict
    assert open_evidence(workspace, known.evidence[0]).facts["perturbation"] == names[0]
    assert "excluded: no guides left" in why_not(workspace, excluded).verdict
    found = predict_hits(workspace, [names[0], excluded], predictor=FAST)
    notes = {one.perturbation: one.note for one in found.genes}
    assert notes[names[0]].startswith("measured already: effect")
    assert notes[excluded] == "excluded: no guides left"
    assert all(one.hit_probability is None for one in found.genes)


def test_the_explanation_of_a_measured_gene_says_what_was_promised_and_what_came(measured):
    workspace, names, _ = measured
    found = explain_prediction(workspace, names[0])
    assert not found.candidate
    assert found.rank is None
    assert "Round 1 nominated it at rank 1" in found.verdict
    assert found.facts[0].evidence[0].startswith("result:")
    assert open_evidence(workspace, found.facts[0].evidence[0]).kind == "result"


def test_a_closed_campaign_is_not_the_open_one_and_takes_no_change(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    started(workspace, "first")
    campaign_propose(workspace, predictor=FAST)
    started(workspace, "second")
    with pytest.raises(NeedsChoiceError, match="2 campaigns are open"):
        campaign_show(workspace)
    assert campaign_close(workspace, "first").closed
    assert campaign_show(workspace).campaign.name == "second"
    assert [(line.name, line.closed) for line in campaign_list(workspace)] == [("first", True), ("second", False)]
    for change in (
        lambda: campaign_propose(workspace, "first"),
        lambda: campaign_confirm(workspace, "first"),
        lambda: campaign_exclude(workspace, ["GENE0001"], "why", "first"),
    ):
        with pytest.raises(ConflictError, match="closed") as refused:
            change()
        assert refused.value.suggestion
    assert campaign_show(workspace, "first").campaign.closed_at is not None


def test_a_closed_campaign_can_be_opened_again_by_name(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    started(workspace, "first")
    campaign_close(workspace)
    with pytest.raises(NotFoundError, match="no open campaign"):
        campaign_show(workspace)
    with pytest.raises(InvalidValueError, match="No campaign was named"):
        campaign_close(workspace, reopen=True)
    assert not campaign_close(workspace, "first", reopen=True).closed
    assert campaign_show(workspace).campaign.name == "first"
    assert not campaign_close(workspace, "first", reopen=True).closed
    assert campaign_close(workspace, "first").closed
    assert campaign_close(workspace, "first").closed, "what is done already is no error"
