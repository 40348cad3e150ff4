"""A whole campaign, from the question to the third round, the way a laboratory goes through it."""

from __future__ import annotations

import numpy as np
import pytest

from db.errors import InvalidValueError
from tests.campaign_world import ACTIVE, TRUTH, new_workspace, started, write_results
from tests.synthetic_store import MODULE_OF, SYMBOLS
from tools.campaigns.listing import campaign_list, campaign_show
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.results.review import campaign_review
from tools.campaigns.rounds.grade import campaign_grade
from tools.campaigns.rounds.order_file import campaign_export
from tools.campaigns.rounds.proposal import campaign_confirm, campaign_propose
from tools.campaigns.start.exclusions import campaign_exclude
from tools.campaigns.start.question import campaign_question
from tools.campaigns.state import load_state
from tools.evidence import open_evidence
from tools.prediction.expected_hits import expected_of

HITS = {s for s, module in zip(SYMBOLS, MODULE_OF, strict=True) if module in ACTIVE and abs(TRUTH[s]) > 1.96}


def names(shortlist):
    return [nomination.perturbation for nomination in shortlist.nominations]


def test_three_rounds_from_question_to_review(tmp_path):
    world = new_workspace(tmp_path)
    started(world, "tcell", size=20, hit_rule="|lfc|>1.96", flag_essential=True, price=1.0)
    campaign_question(world, changes={"cell_type": "primary T cells", "text": "What moves the cytokine?"})

    # Round 1: proposed, one gene taken out, proposed again, graded, confirmed, exported, measured in part.
    first = names(campaign_propose(world))
    campaign_exclude(world, [first[0]], "no guides to be had")
    first = names(campaign_propose(world))
    assert len(first) == 20
    campaign_grade(world, first[1], 3, "a receptor")
    assert names(campaign_confirm(world)) == first
    assert campaign_export(world, tmp_path / "round1.xlsx").guides == 80
    came_back = write_results(tmp_path / "r1.csv", first[:17])
    done = campaign_record(world, came_back, positive_means="raises")
    assert (done.measured, done.missing) == (17, tuple(first[17:]))

    # A plate had been swapped: the corrected file has all of them.
    fixed = campaign_record(world, write_results(tmp_path / "r1-fixed.csv", first), positive_means="raises")
    assert (fixed.revision, fixed.missing) == (2, ())
    assert set(fixed.hits) == {name for name in first if abs(TRUTH[name]) > 1.96}

    # Round 2: another machine, another gain; the file of the wrong round is refused.
    second = names(campaign_propose(world))
    assert not set(second) & set(first)
    campaign_confirm(world)
    with pytest.raises(InvalidValueError, match="none of the 20 genes that round 2"):
        campaign_record(world, came_back, positive_means="raises", round=2)
    file = write_results(tmp_path / "r2.csv", second, factor=-0.5, shift=2.0)
    placed = campaign_record(world, file, positive_means="lowers", dropped=True)
    assert placed.measured == 20

    # Round 3.
    third = names(campaign_propose(world))
    assert not set(third) & {*first, *second}
    campaign_confirm(world)
    campaign_record(world, write_results(tmp_path / "r3.csv", third, factor=3.0, shift=-4.0), positive_means="raises")

    state = load_state(world.store, campaign_show(world).campaign)
    effects = state.effects.set_index("perturbation")
    everything = [*first, *second, *third]
    assert sorted(effects.index) == sorted(everything)
    assert np.allclose(effects.loc[everything, "estimate"], TRUTH[everything], atol=1e-9)

    review = campaign_review(world)
    assert [(one.round, one.measured) for one in review.rounds] == [(1, 20), (2, 20), (3, 20)]
    assert review.hits == sum(abs(TRUTH[name]) > 1.96 for name in everything)
    promised = [n.hit_probability for one in campaign_show(world).rounds for n in one.nominations]
    doubts = [one.shortlist.doubt for one in campaign_show(world).rounds]
    assert doubts == sorted(doubts, reverse=True)
    assert review.expected == expected_of(promised, doubt=doubts[0])
    assert review.next_size == 20
    assert review.next_random > 0
    fourth = campaign_propose(world)
    assert review.next_expected == fourth.expected_hits
    assert review.worth in ("yes", "perhaps", "no")
    assert f"{review.hits} hits" in review.verdict

    # Feedback helps: the three rounds found far more than random picks would (about 4.6 % of the genes are such hits).
    assert len(set(everything) & HITS) > 4 * 60 * len(HITS) / 600
    assert all(open_evidence(world, e).id == e for n in fourth.nominations for e in n.evidence)
    assert [(line.rounds, line.state) for line in campaign_list(world)] == [(4, "open")]
    assert world.store.verify() == []


def test_the_same_laboratory_gets_the_same_campaign_twice(tmp_path):
    lists = []
    for run in ("a", "b"):
        folder = tmp_path / run
        folder.mkdir()
        world = new_workspace(folder)
        started(world, size=10)
        for number in (1, 2):
            chosen = names(campaign_propose(world, seed=11))
            lists.append(chosen)
            campaign_confirm(world)
            campaign_record(world, write_results(folder / f"r{number}.csv", chosen), positive_means="raises")
    assert lists[:2] == lists[2:]


def test_a_campaign_can_go_on_to_the_last_candidate(tmp_path):
    world = new_workspace(tmp_path, bare=True)
    library = tmp_path / "library.txt"
    library.write_text("\n".join(SYMBOLS[:6]))
    started(world, size=4, library=str(library))
    chosen = names(campaign_propose(world))
    campaign_confirm(world)
    campaign_record(world, write_results(tmp_path / "r1.csv", chosen), positive_means="raises")
    assert campaign_review(world).next_size == 2
    with pytest.raises(InvalidValueError, match="4 was asked for, but only 2 candidates"):
        campaign_propose(world)
    last = names(campaign_propose(world, size=2))
    campaign_confirm(world)
    campaign_record(world, write_results(tmp_path / "r2.csv", last), positive_means="raises")
    review = campaign_review(world)
    assert (review.candidates, review.next_size, review.worth) == (0, 0, "no")
    with pytest.raises(InvalidValueError, match="larger `library=`"):
        campaign_propose(world, size=1)


def test_a_review_needs_a_measured_round(tmp_path):
    world = new_workspace(tmp_path, bare=True)
    started(world)
    from db.errors import ConflictError

    with pytest.raises(ConflictError, match="nothing to review"):
        campaign_review(world)
