"""What makes a screen of cells, against closed forms and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import false_discovery_control, ttest_ind

from db.screens.reading import contrasts_of, effects_of
from tests.cell_world import MOVED, READ, Cells
from tests.tools.expression.perturb_seq.conftest import measured_of
from tools.expression.perturb_seq.adding import add_perturb_seq
from tools.expression.perturb_seq.cells_grouped.arms import Arms
from tools.expression.perturb_seq.phenotypes.energy import energy_distances, energy_test
from tools.expression.perturb_seq.phenotypes.responding import responding_genes
from tools.expression.perturb_seq.phenotypes.signature import compared, scored_cells, signature_scores
from tools.expression.signatures import Signature, signature_of
from tools.workspace import Workspace


def test_responding_genes_are_counted_without_the_target_and_simes_agrees_with_the_count(named_workspace, tmp_path):
    with measured_of(named_workspace, Cells.planted(), tmp_path) as measured:
        found = responding_genes(measured).effects
        p = measured.differences.p
        for number, name in enumerate(measured.arms.groups):
            others = [place for place, gene in enumerate(READ) if gene != name]
            fdr = false_discovery_control(p[number, others])
            assert found["estimate"][number] == (fdr < 0.05).sum()
            assert found["p_high"][number] == pytest.approx(fdr.min())
            assert (found["estimate"][number] > 0) == (found["p_high"][number] < 0.05)
        np.testing.assert_allclose(found["fdr_high"], false_discovery_control(found["p_high"]))


def test_energy_distance_is_the_sum_of_its_means_and_its_p_is_uniform_under_chance():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(50, 3))
    points[:20] += 1.0
    distance, p = energy_test(points, 20, np.zeros(50, dtype=np.int64), rng)
    one, two = points[:20], points[20:]
    inside = [cdist(half, half).sum() / (len(half) * (len(half) - 1)) for half in (one, two)]
    assert distance == pytest.approx(2 * cdist(one, two).mean() - sum(inside), rel=1e-5)
    assert p == 1 / 1_000
    chance = [energy_test(rng.normal(size=(30, 2)), 12, np.zeros(30, dtype=np.int64), rng)[1] for _ in range(40)]
    assert 0.3 < np.mean(chance) < 0.7


def test_permutations_stay_within_strata():
    rng = np.random.default_rng(1)
    stratum = np.repeat([0, 1], 20)
    # The groups differ as much as the strata do, and no more.
    points = rng.normal(size=(40, 2)) + 5 * stratum[:, None]
    order = np.r_[np.arange(0, 4), np.arange(20, 36), np.arange(4, 20), np.arange(36, 40)]
    assert energy_test(points[order], 20, stratum[order], rng)[1] > 0.05
    assert energy_test(points[order], 20, np.zeros(40, dtype=np.int64), rng)[1] < 0.01


def test_perturbations_that_move_more_lie_farther(named_workspace, tmp_path):
    with measured_of(named_workspace, Cells.planted(), tmp_path) as measured:
        found = energy_distances(named_workspace, measured).effects.set_index([list(measured.arms.groups)])
    assert (found["estimate"] >= 0).all()
    assert found.loc["STAT1", "estimate"] > found.loc["GATA3", "estimate"]
    assert found.loc["STAT1", "p_high"] == 0.001


def test_a_score_is_compared_by_welchs_t():
    rng = np.random.default_rng(2)
    group = np.repeat([0, 1], [60, 25])
    score = rng.normal(size=85) + group * rng.normal(0.5, 1, 85)
    arms = Arms.of(("A",), ("",), group, np.zeros(85, dtype=np.int64))
    difference, error, p = compared(score, arms, 1)
    expected = ttest_ind(score[group == 1], score[group == 0], equal_var=False)
    assert p == pytest.approx(expected.pvalue, rel=1e-9)
    assert difference / error == pytest.approx(expected.statistic, rel=1e-9)


def test_a_signature_tells_which_way_cells_are_pushed_and_leaves_the_target_out(named_workspace, tmp_path):
    signature = Signature("interferon", {"B2M": 1, "TAP1": 1, "SOCS1": 1, "STAT1": 1})
    turned = Signature("turned", dict.fromkeys(signature.signs, -1))
    with measured_of(named_workspace, Cells.planted(), tmp_path) as measured:
        found = signature_scores(measured, signature).effects.set_index([list(measured.arms.groups)])
        other = signature_scores(measured, turned).effects.set_index([list(measured.arms.groups)])
        scores = scored_cells(measured, signature)
    assert found.loc["STAT1", "estimate"] < -1
    assert found.loc["STAT1", "fdr_low"] < 1e-6
    assert found.loc["STAT1", "fdr_high"] == 1.0
    assert abs(found.loc["GATA3", "estimate"]) < 0.6
    np.testing.assert_allclose(other["estimate"], -found["estimate"])
    assert set(scores.own) == {"STAT1"}
    controls = measured.arms.group_of_cell == 0
    assert scores.whole[controls].mean() == pytest.approx(0, abs=1e-9)


SIGNS = "gene\tsign\nB2M\tup\nTAP1\t1\nSOCS1\t+\nSTAT1\t\nCD28\tdown\nIL2\t-0.5\n"


def test_a_file_of_a_signature_has_signs_in_words_and_numbers(named_workspace, tmp_path):
    (tmp_path / "s.tsv").write_text(SIGNS)
    found = signature_of(named_workspace, str(tmp_path / "s.tsv"), "human")
    assert found.signs == {"B2M": 1, "TAP1": 1, "SOCS1": 1, "STAT1": 1, "CD28": -1, "IL2": -1}


def test_a_screen_of_a_signature_has_a_sign_and_an_error(named_workspace: Workspace, tmp_path):
    (tmp_path / "interferon.tsv").write_text("B2M\nTAP1\nSOCS1\n")
    file = Cells.planted().write(tmp_path / "a.h5ad")
    added = add_perturb_seq(
        named_workspace, file, phenotype="interferon state", phenotype_from=f"signature:{tmp_path / 'interferon.tsv'}"
    )
    assert added.screen.name == "a-interferon"
    effects = effects_of(named_workspace.store, added.screen.id).set_index("perturbation")
    assert (effects["standard_error"] > 0).all()
    assert set(effects.index[effects["fdr_low"] < 0.05]) == {gene for gene, moved in MOVED.items() if "B2M" in moved}
    (contrast,) = contrasts_of(named_workspace.store, added.screen.id)
    assert (contrast.positive_means, contrast.estimate_kind) == ("raises", "z")
