"""Responses are predicted from any table of the store, with evidence, and quickly when asked again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NeedsChoiceError, NotFoundError
from tests.response_world import planted, write_labels
from tests.synthetic_store import MODULE_OF, SYMBOLS, copied_world, shared_world
from tools.evidence import open_evidence
from tools.responses import fits as response_fits
from tools.responses.answers import predict_responses
from tools.responses.tables import add_responses
from tools.workspace import Paths, Workspace

READ = range(100, 600, 24)
LEARNT = [i for i in range(90) if i % 3]
"""Perturbations of the table; every third gene of the modules is asked about."""

ORPHAN = "XORPHAN"
"""In the table, and no known gene: no set, edge or text tells what it is like."""


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    folder = tmp_path_factory.mktemp("respond")
    store, _ = copied_world(tmp_path_factory, folder)
    made = Workspace(store, np.random.default_rng(0), paths=Paths(folder / "data", folder / "cache"))
    rows = planted(0, LEARNT, READ)
    orphan = rows[rows["perturbation"] == SYMBOLS[1]].assign(perturbation=ORPHAN)
    add_responses(made, write_labels(folder, "mine", pd.concat([rows, orphan])), cell_type="A", study="Ours")
    add_responses(made, write_labels(folder, "other", planted(1, range(90), READ)), cell_type="B", study="Theirs")
    return made


@pytest.fixture(scope="module")
def asked(space):
    return predict_responses(space, [SYMBOLS[i] for i in range(0, 90, 3)], context="mine", top=30 * 21, neighbours=2)


def test_planted_responses_are_predicted_for_perturbations_that_the_table_lacks(asked):
    truth = planted(5, range(0, 90, 3), READ).set_index(["perturbation", "readout"])["de"]
    told = pd.Series({(one.perturbation, one.readout): one.probability_de for one in asked.answers})
    labels = truth[told.index].to_numpy(dtype=bool)
    assert asked.asked == len(asked.answers) == 30 * 21
    assert told.is_monotonic_decreasing or told.diff().max() < 0.2
    assert told[labels].mean() > 2 * told[~labels].mean()
    assert asked.learnt_from == ("mine",)
    assert {one.support_level for one in asked.answers} <= {"low", "middle", "high"}
    assert asked.notes == ()


def test_what_speaks_for_an_answer_can_be_opened_and_is_near(space, asked):
    one = asked.answers[0]
    assert len(one.neighbours) == 2
    for near in one.neighbours:
        opened = open_evidence(space, near.evidence)
        assert opened.facts["responds"] == near.responds
        assert opened.facts["context"] == "mine"
    module = MODULE_OF[SYMBOLS.index(one.perturbation)]
    assert MODULE_OF[SYMBOLS.index(one.neighbours[0].perturbation)] == module


def test_the_very_pair_measured_elsewhere_is_said_with_its_evidence(space, asked):
    one = asked.answers[0]
    (found,) = one.measured
    assert found.context == "other"
    assert open_evidence(space, found.evidence).facts["responds"] == found.responds


def test_asking_again_reads_the_fit_and_gives_the_same(space, asked, monkeypatch):
    def never(*_):
        raise AssertionError("it was learnt again")

    monkeypatch.setattr(response_fits, "_made", never)
    one = asked.answers[0]
    again = predict_responses(space, [one.perturbation], [one.readout], context="mine", neighbours=2)
    assert again.answers[0].probability_de == pytest.approx(one.probability_de, abs=1e-6)
    assert [near.evidence for near in again.answers[0].neighbours] == [near.evidence for near in one.neighbours]
    # Another seed is another fit.
    with pytest.raises(AssertionError, match="learnt again"):
        predict_responses(space, [one.perturbation], context="mine", seed=1)


def test_a_cut_or_foreign_fit_is_not_read(space, asked):
    (path,) = (space.paths.cache / "responses").glob("mine-*.fit")
    assert path.stat().st_mode & 0o077 == 0
    assert response_fits._read(path) is not None
    path.chmod(0o666)
    assert response_fits._read(path) is None
    path.chmod(0o600)
    copy = path.with_name("cut.fit")
    copy.write_bytes(path.read_bytes()[:1000])
    copy.chmod(0o600)
    assert response_fits._read(copy) is None
    copy.unlink()


def test_across_learns_from_other_cells_too(space):
    found = predict_responses(space, [SYMBOLS[0]], context="mine", across=True, top=1)
    assert found.learnt_from == ("mine", "other")


def test_a_perturbation_that_was_learnt_from_and_a_readout_never_seen_are_said(space):
    found = predict_responses(space, [SYMBOLS[1]], [SYMBOLS[5]], context="mine")
    assert any(note.startswith(SYMBOLS[1]) for note in found.notes)
    assert any(note.startswith(SYMBOLS[5]) for note in found.notes)
    assert found.answers[0].support is None
    assert found.answers[0].support_level == "none"


def test_a_gene_that_no_source_knows_has_no_support_and_the_figure_is_said_to_be_a_rate(space):
    unknown = predict_responses(space, [ORPHAN], [SYMBOLS[100], SYMBOLS[124]], context="mine")
    assert {(one.support, one.support_level, one.neighbours) for one in unknown.answers} == {(None, "none", ())}
    assert any(note.startswith(ORPHAN) and "how often" in note for note in unknown.notes)
    assert predict_responses(space, [SYMBOLS[0]], [SYMBOLS[100]], context="mine").notes == ()


def test_a_gene_read_out_while_it_is_perturbed_gets_a_note_and_no_figure(space):
    alone = predict_responses(space, [SYMBOLS[100]], [SYMBOLS[100]], context="mine")
    assert (alone.asked, alone.answers) == (0, ())
    assert "no figure" in alone.notes[0]
    both = predict_responses(space, [SYMBOLS[100]], [SYMBOLS[100], SYMBOLS[124]], context="mine")
    assert [one.readout for one in both.answers] == [SYMBOLS[124]]
    assert both.notes[0].startswith(SYMBOLS[100])


def test_names_are_resolved_and_unknown_ones_refused_with_near_ones(space):
    # An alias of a gene that no table perturbs.
    found = predict_responses(space, ["cytokin"], [SYMBOLS[100]], context="MINE")
    assert found.answers[0].perturbation == "GENE0400"
    with pytest.raises(NotFoundError, match="GENE04000"):
        predict_responses(space, ["GENE04000"], context="mine")
    with pytest.raises(NotFoundError) as refused:
        predict_responses(space, [SYMBOLS[0]], context="mines")
    assert "mine" in refused.value.suggestion
    with pytest.raises(NeedsChoiceError) as refused:
        predict_responses(space, [SYMBOLS[0]])
    assert "`context=NAME`" in refused.value.suggestion
    with pytest.raises(InvalidValueError):
        predict_responses(space, [], context="mine")


def test_a_table_of_responders_alone_teaches_nothing_and_a_store_without_any_names_the_fetch(
    tmp_path_factory, tmp_path
):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    bare = Workspace(store, np.random.default_rng(0), paths=Paths(tmp_path / "data", tmp_path / "cache"))
    with pytest.raises(NotFoundError) as refused:
        predict_responses(bare, [SYMBOLS[0]])
    assert "`fetch(['perturbqa-k562'])`" in refused.value.suggestion
    rows = planted(0, LEARNT, READ)
    add_responses(bare, write_labels(tmp_path, "hits", rows[rows["de"]]))
    with pytest.raises(InvalidValueError, match="without"):
        predict_responses(bare, [SYMBOLS[0]])


def test_a_split_table_teaches_by_its_train_rows_only(tmp_path_factory):
    from db.screens.response_context import NewContext
    from db.screens.responses import ResponseContext, write_responses
    from tests.synthetic_store import _ingest

    folder = tmp_path_factory.mktemp("split")
    store, _ = copied_world(tmp_path_factory, folder)
    rows = planted(0, range(20), READ)
    with store.write("test") as connection:
        write_responses(
            connection, _ingest(connection, "responses", "s"), NewContext("s"), rows, perturbations={}, readouts={}
        )
    context = ResponseContext("s", "", "human", "", "", "", "gene", 20, 21, len(rows), 1)
    found = response_fits.training(Workspace(store, np.random.default_rng(0)), context)
    assert set(found.rows["perturbation"]) == set(rows.loc[rows["split"] == "train", "perturbation"])


def test_the_shared_world_stays_as_it_was(tmp_path_factory):
    store, _ = shared_world(tmp_path_factory)
    with pytest.raises(NotFoundError):
        predict_responses(Workspace(store, np.random.default_rng(0)), [SYMBOLS[0]])


def test_that_no_gene_has_a_name_is_told_once(space):
    with pytest.raises(NotFoundError, match=r"^No gene is named 'NOTAGENE'\. "):
        predict_responses(space, ["NOTAGENE"], [SYMBOLS[100]], context="mine")
