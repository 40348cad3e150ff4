"""The closest perturbations are edited before they vote: what is kept, dropped and named, and what never enters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from db.screens.responses import contexts
from tests.response_world import LEARNT, two_tables
from tests.synthetic_store import SYMBOLS
from tools.responses.answers import own_targets
from tools.responses.fits import fit_of
from tools.responses.label_table import ask
from tools.responses.reasoning.asked_pair import the_pair
from tools.responses.reasoning.explained import Explaining, explained_by
from tools.responses.reasoning.neighbours import (
    LISTED,
    MOST_NAMED,
    Edit,
    Said,
    edit_of,
    edits_by,
    listed_in,
    retrieve_edited,
)
from tools.responses.reasoning.retrieval import Retrieval, closeness, retrieve
from tools.responses.reasoning.votes import votes

ASKED, READ = SYMBOLS[3], SYMBOLS[124]


@dataclass
class Scripted:
    """Edits by a rule."""

    rule: object
    name: str = "scripted"
    given: list = field(default_factory=list)

    def edit(self, listed):
        self.given += listed
        return [self.rule(one) for one in listed]


def keeps_all(one):
    return Said(tuple(each.name for each in one.candidates))


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    return two_tables(tmp_path_factory.mktemp("neighbours"), tmp_path_factory)


@pytest.fixture(scope="module")
def table(space):
    return next(one for one in contexts(space.store) if one.name == "x")


@pytest.fixture(scope="module")
def fit(space, table):
    return fit_of(space, table)


def listed_of(space, fit, table, name=ASKED, seed=0):
    return listed_in(space, fit, table, the_pair(space, name, READ, "x")[1], seed)[0]


def edited(listed, said, fit) -> Edit:
    return edit_of(listed, said, fit.fitted.context, fit.fitted.annotation.symbols)


def test_the_list_is_of_the_closest_measured_ones_by_name_alone_and_its_order_says_nothing(space, fit, table):
    listed = listed_of(space, fit, table)
    names = [one.name for one in listed.candidates]
    close = closeness(fit.fitted.context, ask(the_pair(space, ASKED, READ, "x")[1], fit.fitted.annotation),
                      fit.fitted.annotation, Retrieval())[0]  # fmt: skip
    nearest = [str(fit.fitted.context.perturbations[place]) for place in np.argsort(-close, kind="stable")[:LISTED]]
    assert 0 < len(names) <= LISTED
    assert set(names) <= set(nearest)
    assert names != [one for one in nearest if one in names]
    assert set(names) <= {SYMBOLS[number] for number in LEARNT}
    assert ASKED not in names
    other = [one.name for one in listed_of(space, fit, table, seed=1).candidates]
    assert (sorted(other), other != names) == (sorted(names), True)
    assert READ not in str(listed)


def test_who_keeps_all_gives_exactly_the_votes_without_editing(space):
    plain = explained_by(space, None, ASKED, READ, Explaining("x"))
    same = explained_by(space, None, ASKED, READ, Explaining("x", editor=Scripted(keeps_all)))
    assert [one.draws for one in same.verdicts] == [one.draws for one in plain.verdicts]
    assert {one.by for one in same.verdicts} == {"votes, neighbours edited by scripted"}
    assert (plain.neighbours, same.neighbours.dropped) == (None, ())


def test_who_says_nothing_leaves_all_as_it_was_and_the_answer_says_so(space):
    plain = explained_by(space, None, ASKED, READ, Explaining("x"))
    silent = Explaining("x", editor=Scripted(lambda one: Said((), failure="no reply")))
    same = explained_by(space, None, ASKED, READ, silent)
    assert [one.draws for one in same.verdicts] == [one.draws for one in plain.verdicts]
    assert (same.neighbours.failure, same.neighbours.dropped) == ("no reply", ())


def test_rows_of_dropped_perturbations_are_never_taken(space):
    plain = explained_by(space, None, ASKED, READ, Explaining("x"))
    first = plain.verdicts[0].draws[0].rows[0].perturbation
    drops = Scripted(lambda one: Said(tuple(each.name for each in one.candidates if each.name != first)))
    found = explained_by(space, None, ASKED, READ, Explaining("x", editor=drops))
    rows = {row.perturbation for verdict in found.verdicts for draw in verdict.draws for row in draw.rows}
    assert found.neighbours.dropped == (first,)
    assert rows
    assert first not in rows


def test_invented_genes_the_very_perturbation_and_too_many_are_counted_and_ignored(space, fit, table):
    own = SYMBOLS[LEARNT[0]]
    listed = listed_of(space, fit, table, own)
    kept = listed.candidates[0].name
    beyond = sorted(set(fit.fitted.context.perturbations) - {own} - {one.name for one in listed.candidates})
    untrained = ASKED
    said = Said((kept.lower(), "NOSUCH1"), (own, "NOSUCH2", untrained, *beyond[: MOST_NAMED + 1]), "alike")
    found = edited(listed, said, fit)
    assert found.kept == (kept,)
    assert found.added == tuple(beyond[:MOST_NAMED])
    assert found.ignored == ("NOSUCH1", own, "NOSUCH2", untrained, *beyond[MOST_NAMED : MOST_NAMED + 1])
    assert len(found.kept) + len(found.dropped) == len(listed.candidates)
    assert found.reason == "alike"


def test_one_beside_the_list_that_is_only_kept_is_not_taken_for_a_candidate(space, fit, table):
    listed = listed_of(space, fit, table)
    beyond = sorted(set(fit.fitted.context.perturbations) - {one.name for one in listed.candidates})
    found = edited(listed, Said((beyond[0],)), fit)
    assert (found.kept, found.added, found.ignored) == ((), (), (beyond[0],))


def test_an_added_one_is_as_close_as_the_middle_one_of_the_kept_and_the_votes_are_their_closed_form(space, fit, table):
    context, annotation = fit.fitted.context, fit.fitted.annotation
    pair = the_pair(space, ASKED, READ, "x")[1]
    pairs, listed = ask(pair, annotation), listed_of(space, fit, table)
    assert not own_targets(pair, table).any()
    beyond = sorted(set(context.perturbations) - {one.name for one in listed.candidates})
    edit = edited(listed, Said(keeps_all(listed).keep, (beyond[0],)), fit)
    how = replace(Retrieval(), draws=1, looked_at=1.0, same=2 * len(context.perturbations))
    found = retrieve_edited(context, pairs, annotation, "de", how, {ASKED: edit})
    close = closeness(context, pairs, annotation, how)[0]
    place = context.perturbations.get_loc(beyond[0])
    middle = np.median([close[context.perturbations.get_loc(name)] for name in edit.kept])
    taken = found.weight[0, 0, : how.same][found.perturbation[0, 0, : how.same] == place]
    np.testing.assert_allclose(taken, [max(middle, close[place])])
    close[place] = max(middle, close[place])
    column = context.readouts.get_loc(READ)
    positive = context.labels.responds[:, column] > 0
    said = votes(replace(found, weight=np.where(np.arange(found.weight.shape[2]) < how.same, found.weight, 0)))
    share = (close[positive].sum() + 0.05) / (close.sum() + 0.1)
    np.testing.assert_allclose(said.share, [share], rtol=1e-5)


def test_no_edit_for_a_perturbation_is_no_change_and_each_is_edited_on_its_own(space, fit, table):
    context, annotation = fit.fitted.context, fit.fitted.annotation
    pairs = ask(the_pair(space, ASKED, READ, "x")[1], annotation)
    plain = retrieve(context, pairs, annotation, "de", Retrieval())
    other = retrieve_edited(context, pairs, annotation, "de", Retrieval(), {"OTHER": Edit("OTHER", (), (), (), ())})
    np.testing.assert_array_equal(plain.weight, other.weight)
    listed = listed_in(space, fit, table, the_pair(space, ASKED, READ, "x")[1])
    assert set(edits_by(Scripted(keeps_all), listed, context, annotation)) == {ASKED}
