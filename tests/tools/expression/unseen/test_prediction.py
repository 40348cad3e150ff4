"""Expression after a perturbation that nobody made: what is learnt from, what is predicted, and what stands beside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from db.errors import HitscoutError, InvalidValueError, NotFoundError
from tests.planted_responses import PERTURBED, READ, UNSEEN
from tests.store_copy import copied
from tests.synthetic_store import MODULE_OF, SYMBOLS
from tools.evidence import open_evidence
from tools.expression.unseen import fits
from tools.expression.unseen.fits import expression_fit
from tools.expression.unseen.learning import chosen_tables
from tools.expression.unseen.measured import same_perturbation
from tools.expression.unseen.options import Learning
from tools.expression.unseen.prediction import predict_expression
from tools.responses.tables import add_responses, response_remove

MINE = {"contexts": ["mine"]}


def all_of(workspace, gene, **options):
    found = predict_expression(workspace, gene, top=len(READ), **options)
    return found, {one.readout: one for one in found.changes}


def test_a_gene_that_no_table_has_is_predicted_as_its_module_moves(planted):
    kept = []
    for gene in UNSEEN[::3]:
        found, changes = all_of(planted.workspace, gene, **MINE)
        assert not found.seen
        assert found.profiles == ()
        mean = [changes[readout].mean for readout in READ]
        kept.append(np.corrcoef(mean, planted.truth(gene))[0, 1])
    assert np.mean(kept) > 0.8


def test_changes_come_by_how_sure_they_are_and_the_average_stands_beside(planted):
    found, changes = all_of(planted.workspace, UNSEEN[0], **MINE)
    sure = [abs(one.mean) / one.sd for one in found.changes]
    assert sure == sorted(sure, reverse=True)
    expected = np.mean([planted.truth(gene) for gene in PERTURBED], axis=0)
    assert np.allclose([changes[readout].average for readout in READ], expected, atol=0.2)
    assert (found.perturbations, found.readouts) == (len(PERTURBED), len(READ))


def test_who_speaks_for_it_is_of_its_module_and_can_be_opened(planted):
    found = predict_expression(planted.workspace, UNSEEN[4], neighbours=4, **MINE)
    assert len(found.neighbours) == 4
    modules = [MODULE_OF[SYMBOLS.index(one.perturbation)] for one in found.neighbours]
    assert modules == [MODULE_OF[SYMBOLS.index(UNSEEN[4])]] * 4
    for one in found.neighbours:
        opened = open_evidence(planted.workspace, one.evidence)
        assert (opened.facts["context"], opened.facts["perturbation"]) == ("mine", one.perturbation)


def test_what_was_measured_stands_beside_with_its_evidence_and_is_said_to_be_seen(planted):
    gene = PERTURBED[8]
    found, changes = all_of(planted.workspace, gene, **MINE)
    assert found.seen
    assert any("no blind prediction" in note for note in found.notes)
    told = {one.table: one for one in found.profiles}
    assert set(told) == {"also", "mine", "other"} - ({"other"} if gene not in PERTURBED[:30] else set())
    assert told["mine"].seen
    assert not told["also"].seen
    for measured in changes[READ[20]].measured:
        opened = open_evidence(planted.workspace, measured.evidence)
        assert opened.facts["estimate"] == pytest.approx(measured.estimate, abs=1e-5)


def test_a_blind_prediction_learns_nothing_of_the_gene_and_still_stands_beside_what_was_measured(planted):
    gene = PERTURBED[9]
    seen, with_it = all_of(planted.workspace, gene, **MINE)
    blind, without = all_of(planted.workspace, gene, blind=True, **MINE)
    assert (seen.seen, blind.seen) == (True, False)
    assert blind.perturbations == len(PERTURBED) - 1
    assert gene not in {one.perturbation for one in blind.neighbours}
    assert gene in {one.perturbation for one in seen.neighbours}
    assert {one.table: one.seen for one in blind.profiles}["mine"] is False
    assert with_it[READ[20]].measured == without[READ[20]].measured
    agreement = {one.table: one.pearson for one in blind.profiles}["mine"]
    assert 0.5 < agreement < {one.table: one.pearson for one in seen.profiles}["mine"]


def test_the_figures_of_a_measured_profile_are_the_correlations_that_they_are_called(planted):
    gene = PERTURBED[9]
    found, changes = all_of(planted.workspace, gene, blind=True, points=20, **MINE)
    other = [readout for readout in READ if readout != gene]
    mean, average = (np.array([getattr(changes[one], name) for one in other]) for name in ("mean", "average"))
    measured = np.array([{each.table: each.estimate for each in changes[one].measured}["mine"] for one in other])
    told = {one.table: one for one in found.profiles}["mine"]
    assert told.readouts == len(other)
    assert told.pearson == pytest.approx(np.corrcoef(mean, measured)[0, 1], abs=1e-5)
    assert told.beyond_average == pytest.approx(np.corrcoef(mean - average, measured - average)[0, 1], abs=1e-5)
    assert len(found.points) == 20


def test_a_perturbed_gene_that_is_read_out_is_flagged_and_left_out_of_correlations(planted):
    gene = PERTURBED[0]
    assert gene in READ
    found, changes = all_of(planted.workspace, gene, **MINE)
    assert [one for one in READ if changes[one].perturbed] == [gene]
    assert {one.table: one.readouts for one in found.profiles}["mine"] == len(READ) - 1
    assert any("is not predicted" in note for note in found.notes)


def test_a_pair_lies_between_its_genes_and_is_one_perturbation_in_either_order(planted):
    one, other = UNSEEN[3], UNSEEN[17]
    pair, changes = all_of(planted.workspace, f"{other}+{one}", **MINE)
    assert pair.perturbation == f"{one}+{other}"
    mean = np.array([changes[readout].mean for readout in READ])
    for gene in (one, other):
        assert np.corrcoef(mean, planted.truth(gene))[0, 1] > 0.3
    rows = pd.DataFrame({"perturbation": [f"{other}+{one}", one, f"{one}+{other}"]})
    assert list(same_perturbation(rows, f"{one}+{other}")) == [True, False, True]


def test_without_a_name_the_widest_table_is_learnt_from_and_those_that_fit_it(planted):
    chosen = chosen_tables(planted.workspace, Learning())
    assert chosen.names == ("mine", "also")
    assert chosen.left_out == ("other",)
    found = predict_expression(planted.workspace, UNSEEN[0])
    assert found.learnt_from == ("mine", "also")
    assert any("other" in note for note in found.notes)
    assert any("2 contexts" in note for note in found.notes)
    within = predict_expression(planted.workspace, UNSEEN[0], within="also")
    assert within.changes != found.changes
    with pytest.raises(InvalidValueError, match="no context 'other'"):
        predict_expression(planted.workspace, UNSEEN[0], within="other")


def test_the_second_question_is_answered_by_the_kept_fit_and_gives_the_same(planted, monkeypatch):
    first = predict_expression(planted.workspace, UNSEEN[1], **MINE)
    monkeypatch.setattr(fits, "_made", lambda *_: pytest.fail("it learnt again"))
    assert predict_expression(planted.workspace, UNSEEN[1], **MINE) == first


def test_another_predictor_seed_or_source_is_another_fit(planted):
    learnings = [
        Learning(["mine"]), Learning(["mine"], seed=1), Learning(["mine"], predictor="nearest"),
        Learning(["mine"], sources=["string"]), Learning(["mine", "also"]),
    ]  # fmt: skip
    keys = [expression_fit(planted.workspace, one).key for one in learnings]
    assert len(set(keys)) == len(keys)
    assert expression_fit(planted.workspace, Learning(["mine"]), ["GENE0000"]).key not in keys


def test_a_kept_fit_that_is_damaged_is_made_again(planted):
    first = predict_expression(planted.workspace, UNSEEN[1], **MINE)
    for path in (planted.workspace.paths.cache / "responses" / "joint").glob("*.fit"):
        path.write_bytes(path.read_bytes()[:1000])
    assert predict_expression(planted.workspace, UNSEEN[1], **MINE) == first


def test_files_are_learnt_from_in_place_of_the_store(planted, tmp_path):
    lfc = np.stack([planted.truth(gene) for gene in PERTURBED]).astype(np.float32)
    np.savez(tmp_path / "mine.npz", lfc=lfc, gene=np.array(PERTURBED), symbol=np.array(READ))
    found, changes = all_of(planted.workspace, PERTURBED[9], data=[tmp_path / "mine.npz"])
    assert found.learnt_from == ("mine.npz",)
    (own, *_) = (one for one in changes[READ[20]].measured if one.table == "mine.npz")
    assert own.evidence == ""
    assert own.estimate == pytest.approx(planted.truth(PERTURBED[9])[20], abs=1e-3)
    assert {one.evidence for one in found.neighbours} == {""}
    both = predict_expression(planted.workspace, UNSEEN[0], data=[tmp_path / "mine.npz", tmp_path / "mine.npz"])
    assert both.readouts == len(READ)


def test_what_cannot_be_asked_is_refused_with_what_would_work(planted):
    space = planted.workspace
    with pytest.raises(NotFoundError, match=r"^No gene is named 'GENEX'\. "):
        predict_expression(space, "GENEX")
    with pytest.raises(InvalidValueError, match="one gene or two"):
        predict_expression(space, "GENE0001+GENE0002+GENE0003")
    with pytest.raises(InvalidValueError, match="are one gene"):
        predict_expression(space, "GENE0400+cytokin")
    with pytest.raises(NotFoundError, match="no responses named 'mne'") as refusal:
        predict_expression(space, UNSEEN[0], contexts=["mne"])
    assert "mine" in refusal.value.suggestion
    with pytest.raises(NotFoundError, match="no expression_predictor 'kernal'"):
        predict_expression(space, UNSEEN[0], predictor="kernal", **MINE)
    with pytest.raises(InvalidValueError, match="no effect sizes"):
        predict_expression(space, UNSEEN[0], contexts=["labels"])
    with pytest.raises(InvalidValueError):
        predict_expression(space, UNSEEN[0], top=0, **MINE)
    with pytest.raises(InvalidValueError, match="Both files and tables"):
        predict_expression(space, UNSEEN[0], data=["x.npz"], **MINE)


def test_a_file_that_is_none_is_refused_in_words(planted, tmp_path):
    for options in (
        {"data": [tmp_path / "none.npz"]},
        {"data": [tmp_path / "none"]},
        {**MINE, "vectors": tmp_path / "x.csv"},
    ):
        with pytest.raises(HitscoutError) as refusal:
            predict_expression(planted.workspace, UNSEEN[0], **options)
        assert refusal.value.suggestion


def test_a_readout_gene_that_is_named_twice_is_taken_once(planted, tmp_path):
    twice = [*READ, "cytokin"]
    rows = [(gene, readout, planted.truth(gene)[READ.index(readout)] if readout in READ else 5.0)
            for gene in PERTURBED[:12] for readout in [*twice, "GENE0400"]]  # fmt: skip
    pd.DataFrame(rows, columns=["perturbation", "readout", "lfc"]).assign(fdr=0.5).to_csv(
        tmp_path / "t.csv", index=False
    )
    store = copied(planted.workspace.store, tmp_path / "copy.duckdb")
    space = replace(planted.workspace, store=store)
    add_responses(space, tmp_path / "t.csv", name="twice")
    found = predict_expression(space, UNSEEN[0], contexts=["twice"], top=100)
    named = [one.readout for one in found.changes]
    assert len(named) == len(set(named)) == len(READ) + 1
    lfc = np.stack([np.append(planted.truth(gene), [5.0, 5.0]) for gene in PERTURBED])
    symbols = np.array([*READ, "GENE0400", "cytokin"])
    np.savez(tmp_path / "twice.npz", lfc=lfc, gene=np.array(PERTURBED), symbol=symbols)
    assert predict_expression(space, UNSEEN[0], data=[tmp_path / "twice.npz"]).readouts == len(READ) + 1


def test_a_gene_of_which_nothing_is_known_is_said_to_stand_at_the_average(planted):
    vectors = planted.workspace.paths.cache / "vectors.csv"
    vectors.parent.mkdir(parents=True, exist_ok=True)
    known = [*PERTURBED, *UNSEEN[1:]]
    numbers = np.eye(30)[[MODULE_OF[SYMBOLS.index(gene)] for gene in known]]
    pd.DataFrame(numbers, index=pd.Index(known, name="gene")).to_csv(vectors)
    found = predict_expression(planted.workspace, UNSEEN[0], vectors=vectors, **MINE)
    assert found.neighbours == ()
    assert any("average perturbation" in note for note in found.notes)
    told = predict_expression(planted.workspace, UNSEEN[5], vectors=vectors, **MINE)
    assert not any("average perturbation" in note for note in told.notes)


def test_a_removed_table_takes_the_fits_that_rest_on_it_along(planted, tmp_path):
    store = copied(planted.workspace.store, tmp_path / "copy.duckdb")
    paths = replace(planted.workspace.paths, cache=tmp_path / "cache")
    space = replace(planted.workspace, store=store, paths=paths)
    predict_expression(space, UNSEEN[0], **MINE)
    folder = tmp_path / "cache" / "responses" / "joint"
    assert len(list(folder.iterdir())) == 1
    response_remove(space, "mine")
    assert list(folder.iterdir()) == []
