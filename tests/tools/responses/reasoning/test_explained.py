"""A response is explained by rows and texts that exist, without the predictor's figures and without its own rows."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from rich.console import Console

from db.errors import InvalidValueError, NotFoundError
from db.evidence import existing
from db.evidence_ids import edge_id
from db.screens.responses import contexts
from db.view import View
from tests.response_world import LEARNT, two_tables
from tests.synthetic_store import SYMBOLS
from tools.evidence import open_evidence
from tools.genes.network import NETWORK
from tools.responses.reasoning.explained import (
    NO,
    UNKNOWN,
    YES,
    Asked,
    Draw,
    explain_response,
    verdict_from,
    verdict_of,
)
from tools.responses.reasoning.facts import _told
from tools.responses.reasoning.summaries import by_template, gene_summary, known_facts
from tui.layouts import reasoning as layout

ASKED = SYMBOLS[3]


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    return two_tables(tmp_path_factory.mktemp("explain"), tmp_path_factory)


@pytest.fixture(scope="module")
def found(space):
    return explain_response(space, ASKED, SYMBOLS[124], context="x")


def test_every_id_that_is_named_opens(space, found):
    ids = {one for summary in found.summaries for one in summary.evidence}
    ids |= {row.evidence for verdict in found.verdicts for draw in verdict.draws for row in draw.rows}
    assert any(one.startswith("response:x:") for one in ids)
    assert any(one.startswith("response:y:") for one in ids)
    for one in sorted(ids)[::5]:
        open_evidence(space, one)


def test_what_is_cited_is_among_the_rows_that_were_given(found):
    assert [one.task for one in found.verdicts] == ["de", "dir"]
    for verdict in found.verdicts:
        assert len(verdict.draws) == 3
        for draw in verdict.draws:
            assert set(draw.cited) <= {row.evidence for row in draw.rows}
            assert draw.invented == ()


def test_a_measured_perturbation_is_explained_without_its_own_rows(space):
    own = SYMBOLS[LEARNT[0]]
    found = explain_response(space, own, SYMBOLS[124], context="x")
    rows = [row for verdict in found.verdicts for draw in verdict.draws for row in draw.rows]
    assert rows
    assert all(row.perturbation != own for row in rows)
    # Texts tell of other cells only: of these cells they might tell the answer.
    assert all(not one.startswith("response:x:") for summary in found.summaries for one in summary.evidence)
    assert any("In RPE1" in summary.downstream for summary in found.summaries)
    assert all("In K562" not in summary.downstream + summary.upstream for summary in found.summaries)


def test_the_predictors_figures_are_not_among_what_verdicts_rest_on(found):
    for verdict in found.verdicts:
        for draw in verdict.draws:
            assert f"{found.predicted.probability_de:.2f}" not in draw.reason


def test_texts_are_kept_by_content_and_written_anew_when_responses_change(space):
    first = gene_summary(space, ASKED)
    assert "In RPE1, perturbing it changed" in first.downstream
    folder = space.paths.cache / "reasoning"
    before = set(folder.glob("facts-*.json"))
    assert gene_summary(space, ASKED) == first
    assert set(folder.glob("facts-*.json")) == before
    some = [one for one in contexts(space.store) if one.name == "y"]
    assert "K562" not in by_template(known_facts(space, [ASKED], some)[ASKED]).downstream
    assert len(set(folder.glob("facts-*.json"))) == len(before) + 1


def test_the_closest_neighbours_are_told_with_edges_that_open(space):
    edges = View(space.store).edges(NETWORK, genes=[ASKED])
    weights = {a if b == ASKED else b: weight for a, b, weight in edges.itertuples(index=False)}
    closest = sorted(weights, key=lambda gene: (-weights[gene], gene))[:5]
    summary = gene_summary(space, ASKED)
    assert f"It is closest in STRING to {', '.join(closest)}." in summary.downstream
    ids = [edge_id(NETWORK, ASKED, gene) for gene in closest]
    assert set(ids) <= set(summary.evidence)
    assert existing(space.store, ids) == frozenset(ids)


def test_rows_that_a_table_keeps_for_testing_are_not_told():
    rows = pd.DataFrame(
        {"perturbation": ["A", "A", "B"], "readout": ["R", "S", "R"], "split": ["test", "train", None]}
    ).assign(de=pd.Series([True, True, None], dtype="boolean"))
    as_perturbed, as_readout = _told(rows, {"A", "R"})
    assert as_perturbed["A"]["readout"].tolist() == ["S"]
    assert as_readout == {}


def test_a_verdict_is_the_mean_of_valid_draws_and_one_with_made_up_rows_is_not_valid():
    asked = Asked("de", "?", (), ())
    draws = [
        Draw((), 1.0, YES, "", ()),
        Draw((), 0.0, NO, "", (), ("response:x:NO:ROW",)),
        Draw((), None, UNKNOWN, "", ()),
    ]
    said = verdict_of(asked, draws, "me")
    assert (said.share, said.verdict) == (1.0, YES)
    assert verdict_of(asked, draws[1:], "me").share is None
    assert verdict_of(asked, draws[1:], "me").verdict == UNKNOWN
    assert [verdict_from(one) for one in (0.61, 0.45, 0.39, None)] == [YES, UNKNOWN, NO, UNKNOWN]


def test_a_gene_read_out_while_it_is_perturbed_and_strangers_are_refused(space):
    with pytest.raises(InvalidValueError, match="perturbed and read out at once"):
        explain_response(space, SYMBOLS[124], SYMBOLS[124], context="x")
    with pytest.raises(NotFoundError):
        explain_response(space, "NOBODY7", SYMBOLS[124], context="x")
    with pytest.raises(NotFoundError):
        gene_summary(space, "NOBODY7")


def test_the_page_shows_verdicts_texts_rows_and_the_predictor_apart(found):
    console = Console(file=io.StringIO(), width=200)
    for part in (*layout.explained(found), *layout.summarised(found.summaries[0])):
        console.print(part)
    text = console.file.getvalue()
    row = found.verdicts[0].draws[0].rows[0]
    for part in (row.evidence, found.verdicts[0].verdict, "The predictor, apart from this", "Draw 1:"):
        assert part in text
