"""Lists of perturbations by their predicted score on a signature, against planted truth and closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from db.genes.sets import find_gene_sets, get_gene_set
from tests.planted_responses import PERTURBED, READ, UNSEEN
from tests.synthetic_store import SYMBOLS
from tools.expression.expression_responses import ExpressionResponses
from tools.expression.predictors.base import DEFAULT
from tools.expression.signatures import Signature
from tools.expression.unseen.fits import expression_fit
from tools.expression.unseen.held_out import collapsed, held_out, predicted_out_of_fold
from tools.expression.unseen.options import Learning
from tools.expression.unseen.signature_file import signature_export
from tools.expression.unseen.signature_list import predict_signature
from tools.expression.unseen.signature_scores import scale_of
from tools.registry import load

UP, DOWN = READ[10:18], READ[20:28]


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """A file of a signature: eight genes up, eight down."""
    path = tmp_path_factory.mktemp("state") / "state.tsv"
    path.write_text("".join(f"{gene}\t{sign}\n" for genes, sign in ((UP, "up"), (DOWN, "down")) for gene in genes))
    return path


def true_scores(planted, genes):
    """Mean change of the genes that are up less that of those that are down."""
    up, down = ([READ.index(gene) for gene in genes_] for genes_ in (UP, DOWN))
    return np.array([planted.truth(gene)[up].mean() - planted.truth(gene)[down].mean() for gene in genes])


@pytest.fixture(scope="module")
def ranked(planted, state):
    genes = [*PERTURBED, *UNSEEN]
    return predict_signature(planted.workspace, str(state), contexts=["mine"], genes=genes, top=len(genes))


def test_genes_that_nobody_perturbed_are_ranked_as_they_would_push_the_cells(planted, ranked):
    scores = {one.perturbation: one.score for one in ranked.perturbations}
    found = np.corrcoef([scores[gene] for gene in UNSEEN], true_scores(planted, UNSEEN))[0, 1]
    assert found > 0.8
    assert ranked.spearman is not None
    assert ranked.spearman > 0.6
    assert (ranked.measured, ranked.candidates, ranked.used, ranked.genes) == (120, 150, 16, 16)


def test_the_list_runs_from_the_strongest_push_toward_the_state_to_the_strongest_away(ranked):
    scores = [one.score for one in ranked.perturbations]
    assert scores == sorted(scores, reverse=True)
    assert [one.rank for one in ranked.perturbations] == list(range(1, 151))
    assert all((one.side == "toward") == (one.score >= 0) for one in ranked.perturbations)


def test_measured_scores_stand_beside_in_units_of_their_own_spread(planted, ranked):
    measured = {one.perturbation: one.measured for one in ranked.perturbations}
    assert {gene for gene, score in measured.items() if score is not None} == set(PERTURBED)
    values = np.array([measured[gene] for gene in PERTURBED])
    assert values.mean() == pytest.approx(0, abs=1e-6)
    assert values.std() == pytest.approx(1, abs=1e-6)
    assert np.corrcoef(values, true_scores(planted, PERTURBED))[0, 1] > 0.85


def test_the_sd_is_how_far_held_out_predictions_were_off(ranked):
    both = [(one.score, one.measured) for one in ranked.perturbations if one.measured is not None]
    off = np.sqrt(np.mean([(score - measured) ** 2 for score, measured in both]))
    assert [one.sd for one in ranked.perturbations] == pytest.approx([off] * 150, abs=1e-6)


def test_only_both_ends_are_shown_and_the_file_has_all(planted, state, tmp_path):
    out = tmp_path / "list.csv"
    options = {"contexts": ["mine"], "genes": [*PERTURBED, *UNSEEN], "top": 3}
    written = signature_export(planted.workspace, str(state), out, **options)
    assert [one.rank for one in written.listed.perturbations] == [1, 2, 3, 148, 149, 150]
    assert written.listed == predict_signature(planted.workspace, str(state), **options)
    table = pd.read_csv(out)
    assert len(table) == written.rows == 150
    assert list(table.columns) == ["rank", "perturbation", "side", "score", "sd", "measured", "told"]
    assert table["measured"].notna().sum() == len(PERTURBED)
    with pytest.raises(RefusedFileError, match="is there already"):
        signature_export(planted.workspace, str(state), out, **options)
    signature_export(planted.workspace, str(state), out, overwrite=True, **options)
    with pytest.raises(InvalidValueError, match="ends in none of"):
        signature_export(planted.workspace, str(state), tmp_path / "list.doc", **options)


def test_all_protein_coding_genes_are_ranked_where_none_is_named_and_a_library_limits_them(planted, state, tmp_path):
    whole = predict_signature(planted.workspace, str(state), contexts=["mine"], top=1)
    assert whole.candidates == len(SYMBOLS)
    (tmp_path / "library.txt").write_text("\n".join(UNSEEN[:12]))
    few = predict_signature(planted.workspace, str(state), contexts=["mine"], library=tmp_path / "library.txt")
    assert {one.perturbation for one in few.perturbations} == set(UNSEEN[:12])


def test_a_held_out_genes_own_measurements_do_not_reach_its_prediction():
    rng = np.random.default_rng(0)
    from tests.expression_world import world

    made = world()
    spoilt = made.responses.estimates.copy()
    own = (made.responses.rows["perturbation"] == "P7").to_numpy()
    spoilt[own] = rng.normal(0, 30, spoilt[own].shape)
    rows, _ = collapsed(made.responses)
    found = [
        predicted_out_of_fold(
            ExpressionResponses("made", made.responses.rows, made.responses.readouts, estimates), rows,
            load("expression_predictors", DEFAULT), made.vectors, 0, lambda *_: None,
        )[(rows["perturbation"] == "P7").to_numpy()]
        for estimates in (made.responses.estimates, spoilt)
    ]  # fmt: skip
    assert np.array_equal(*found)


def test_the_training_mean_ranks_no_held_out_gene():
    from tests.expression_world import world

    made = world()
    rows, _ = collapsed(made.responses)
    predictor = load("expression_predictors", "training_mean")
    found = predicted_out_of_fold(made.responses, rows, predictor, made.vectors, 0, lambda *_: None)
    assert np.abs(found).max() == 0


def test_held_out_predictions_are_kept_beside_the_fit(planted, monkeypatch):
    learning = Learning(["mine"])
    fit = expression_fit(planted.workspace, learning)
    first = held_out(planted.workspace, learning, fit)
    monkeypatch.setattr("tools.expression.unseen.held_out._predicted", lambda *_: pytest.fail("it was done again"))
    assert np.array_equal(held_out(planted.workspace, learning, fit).predicted, first.predicted)


def test_replicates_are_meaned_and_pairs_left_out():
    rows = pd.DataFrame({
        "perturbation": ["A", "A", "B", "A+B"], "context": "c", "replicate": ["1", "2", "", ""],
    })  # fmt: skip
    estimates = np.array([[1, np.nan], [3, 4], [5, np.nan], [9, 9]], dtype=np.float32)
    found, means = collapsed(ExpressionResponses("made", rows, pd.Index(["X", "Y"]), estimates))
    assert list(found["perturbation"]) == ["A", "B"]
    assert np.array_equal(means, [[2, 4], [5, np.nan]], equal_nan=True)


def test_a_score_is_the_mean_of_signed_standardised_changes_without_the_own_target():
    rng = np.random.default_rng(3)
    readouts = pd.Index(["A", "B", "C", "D", "E"], dtype=object)
    names = [f"P{number}" for number in range(11)] + ["B"]
    measured = rng.normal(0, [1, 2, 3, 4, 5], (12, 5)).astype(np.float32)
    signature = Signature("s", {"A": 1, "B": 1, "C": -1, "D": 1})
    scale = scale_of(signature, readouts, ["c"] * 12, names, measured)
    z = measured / measured.std(axis=0, ddof=1)
    raw = (z[:, 0] + z[:, 1] - z[:, 2] + z[:, 3]) / 4
    raw[11] = (z[11, 0] - z[11, 2] + z[11, 3]) / 3
    expected = (raw - raw.mean()) / raw.std()
    np.testing.assert_allclose(scale.scores(names, measured), expected, rtol=1e-5, atol=1e-6)
    holed = measured.copy()
    holed[0, 0] = np.nan
    there = (z[0, 1] - z[0, 2] + z[0, 3]) / 3
    assert scale.scores(names, holed)[0] == pytest.approx((there - raw.mean()) / raw.std(), rel=1e-5, abs=1e-6)


def test_what_cannot_be_scored_is_refused(planted, state, tmp_path):
    space, options = planted.workspace, {"contexts": ["mine"]}
    with pytest.raises(NotFoundError, match="neither a file nor a gene set"):
        predict_signature(space, "nowhere", **options)
    with pytest.raises(InvalidValueError, match="one of both"):
        predict_signature(space, "", **options)
    with pytest.raises(InvalidValueError, match="one of both"):
        predict_signature(space, str(state), cells="mine", **options)
    with pytest.raises(InvalidValueError, match="but no cells"):
        predict_signature(space, str(state), toward="a=b", **options)
    with pytest.raises(InvalidValueError, match="cannot be listed"):
        predict_signature(space, str(state), top=0, **options)
    with pytest.raises(InvalidValueError, match="no context 'x'"):
        predict_signature(space, str(state), within="x", **options)
    (tmp_path / "far.txt").write_text("GENE0500\nGENE0501\nGENE0502\n")
    with pytest.raises(RefusedFileError, match="0 of the 3 genes"):
        predict_signature(space, str(tmp_path / "far.txt"), **options)
    (tmp_path / "strangers.txt").write_text("NOBODY1\nNOBODY2\n")
    with pytest.raises(InvalidValueError, match="None of 2 names"):
        predict_signature(space, str(state), library=tmp_path / "strangers.txt", **options)


def test_a_gene_set_of_the_store_is_a_signature(planted):
    _, sets = find_gene_sets(planted.workspace.store, words=["MODULE_15"], limit=5)
    own = get_gene_set(planted.workspace.store, sets[0].collection, sets[0].name)
    found = predict_signature(planted.workspace, f"{own.collection}:{own.name}", contexts=["mine"], top=1)
    assert found.signature == own.name
    assert found.used == len(set(own.genes) & set(READ)) > 10
