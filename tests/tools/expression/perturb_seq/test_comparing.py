"""Tests of genes against scipy and what pdex 0.3.0 gave; pseudobulks, guides and samples against plain sums."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import false_discovery_control, mannwhitneyu, ttest_1samp

from tools.expression.perturb_seq.cells_grouped.arms import Arms
from tools.expression.perturb_seq.comparing import gene_blocks as blocks_module
from tools.expression.perturb_seq.comparing.agreement import GuideAgreement
from tools.expression.perturb_seq.comparing.differences import BlockMeans, Differences, fold_changes
from tools.expression.perturb_seq.comparing.gene_blocks import gene_blocks
from tools.expression.perturb_seq.comparing.rank_sums import rank_sums
from tools.expression.perturb_seq.comparing.sample import sampled_cells
from tools.expression.perturb_seq.quality import PerturbationQuality

TOOLS_OUTPUT = Path(__file__).resolve().parents[5] / "shared" / "cases" / "tools-output"
PDEX = {
    "A": (
        [262.5, 237.0, 247.5, 442.5, 208.0, 140.0, 255.0, 263.5],
        [0.6790092535097731, 0.7422880363305662, 0.9615777793192106, 7.63309922744889e-6, 0.33535828994257094,
         0.01105174257003315, 0.8502608641787277, 0.7616363321696874],
        [0.9615777793192106, 0.9615777793192106, 0.9615777793192106, 0.00006106479381959113, 0.8942887731801892,
         0.0442069702801326, 0.9615777793192106, 0.9615777793192106],
        [0.41503749687435204, 0.056583528255390966, 0.0, 0.9787313828996975, -0.25850271468210834, -0.35799734954472,
         0.2630344034293021, 0.004572729788374976],
    ),
    "B": (
        [167.5, 130.0, 145.5, 188.0, 128.5, 0.0, 135.0, 177.5],
        [0.4135976391732109, 0.4478307404396433, 0.8882634108078394, 0.1952730406213357, 0.4774092272097507,
         4.23066297973958e-7, 0.22947034359439267, 0.358837776450622],
        [0.5456105453825723, 0.5456105453825723, 0.8882634108078394, 0.5456105453825723, 0.5456105453825723,
         3.384530383791664e-6, 0.5456105453825723, 0.5456105453825723],
        [0.830074994349827, -0.5849624992784611, 0.0, 0.379413589385379, -0.178052882283127, -1.6768849897708213,
         -26.57542477352585, 0.21911728923905027],
    ),
}  # fmt: skip
"""Statistic, p, FDR and log2 fold change of pdex 0.3.0 (``geometric_mean=False``) on `pdex_cells`, by perturbation."""


def pdex_cells() -> tuple[np.ndarray, np.ndarray]:
    """The logarithms that pdex was given, and the group of each cell."""
    rng = np.random.default_rng(7)
    counts = rng.poisson(np.array([0.2, 0.5, 1, 2, 4, 8, 0.05, 3]), size=(60, 8)).astype(np.float64)
    counts[20:45, 3] += 2
    counts[45:, 5] *= 0.3
    return np.log1p(np.round(counts)), np.repeat([0, 1, 2], [20, 25, 15])


def arms_of(group, stratum=None) -> Arms:
    group = np.asarray(group)
    stratum = np.zeros(len(group), dtype=np.int64) if stratum is None else np.asarray(stratum)
    names = tuple(chr(64 + number) for number in range(1, group.max() + 1))
    return Arms.of(names, tuple(str(one) for one in range(stratum.max() + 1)), group, stratum)


def filled(tmp_path, values, arms: Arms, test="rank-sum", guide=None) -> tuple[Differences, GuideAgreement, list]:
    """All blocks of a matrix taken in, written in pieces of 50 cells."""
    found = Differences.empty(len(arms.groups), values.shape[1])
    guides = GuideAgreement.of(arms, np.asarray([] if guide is None else guide, dtype=np.int64))
    sums = []
    with gene_blocks(tmp_path, *values.shape) as blocks:
        for first in range(0, len(values), 50):
            blocks.add(first, csr_matrix(values[first : first + 50]))
        for block in blocks:
            means = BlockMeans.of(block, arms)
            found.fill(block, means, arms, test)
            guides.fill(block, means)
            sums.append(rank_sums(block, arms))
    return found, guides, sums


@pytest.fixture
def many(monkeypatch):
    """Counts of 300 cells × 40 genes full of ties, in four groups; blocks of few genes."""
    monkeypatch.setattr(blocks_module, "ENTRIES", 1_500)
    rng = np.random.default_rng(0)
    values = rng.poisson(rng.gamma(0.5, 2, size=(1, 40)), size=(300, 40)).astype(np.float64)
    values[:, 3], values[:, 4] = 0.0, 2.0
    return values, rng.integers(0, 4, 300)


def test_rank_sums_are_scipys_also_with_ties_and_many_zeros(tmp_path, many):
    values, group = many
    found, _, sums = filled(tmp_path, values, arms_of(group))
    assert len(sums) > 2
    for number in (1, 2, 3):
        expected = mannwhitneyu(values[group == number], values[group == 0], method="asymptotic")
        u = np.hstack([one.u for one in sums])[number]
        np.testing.assert_array_equal(u, expected.statistic)
        np.testing.assert_allclose(found.p[number - 1], expected.pvalue, rtol=1e-9)


def test_rank_sums_of_real_logarithms_are_scipys(tmp_path):
    rng = np.random.default_rng(1)
    values = rng.gamma(1.0, 1.0, (200, 30)) * (rng.random((200, 30)) < 0.3)
    group = np.repeat([0, 1, 2], [120, 60, 20])
    found, _, _ = filled(tmp_path, values.astype(np.float32).astype(np.float64), arms_of(group))
    for number in (1, 2):
        expected = mannwhitneyu(values[group == number], values[group == 0], method="asymptotic").pvalue
        np.testing.assert_allclose(found.p[number - 1], expected, rtol=1e-9)


def test_statistics_fdr_and_fold_changes_are_those_of_pdex(tmp_path):
    values, group = pdex_cells()
    found, _, sums = filled(tmp_path, values, arms_of(group))
    found.detected[:] = 1_000
    rates = dict(found.fdr())
    for number, name in enumerate("AB"):
        statistic, p, fdr, fold = PDEX[name]
        np.testing.assert_array_equal(np.hstack([one.u for one in sums])[number + 1], statistic)
        np.testing.assert_allclose(found.p[number], p, rtol=1e-9)
        np.testing.assert_allclose(rates[number], fdr, rtol=1e-9)
        np.testing.assert_allclose(found.fold[number], fold, rtol=1e-5, atol=1e-6)


def test_the_real_output_of_pdex_follows_from_its_own_means_and_statistics():
    if not TOOLS_OUTPUT.is_dir():
        pytest.skip(f"the real files are not at {TOOLS_OUTPUT}")
    with (TOOLS_OUTPUT / "pdex.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    number = {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key not in ("target", "feature")}
    found = fold_changes(number["target_mean"], number["ref_mean"])
    np.testing.assert_allclose(found, number["log2_fold_change"], rtol=1e-9)
    targets = np.array([row["target"] for row in rows])
    for target in sorted(set(targets)):
        own = targets == target
        np.testing.assert_allclose(false_discovery_control(number["p_value"][own]), number["fdr"][own], rtol=1e-9)


def test_within_strata_the_test_is_van_elterens_and_one_stratum_may_not_tell_for_another(tmp_path):
    rng = np.random.default_rng(3)
    stratum = np.repeat([0, 1], 100)
    # All of A lies in the stratum of high expression; within each stratum it is like its controls.
    group = np.r_[np.repeat([0, 1], [90, 10]), np.repeat([0, 1], [10, 90])]
    values = (
        (rng.poisson(np.where(stratum, 20, 2)[:, None], (200, 5)) + rng.random((200, 5)))
        .astype(np.float32)
        .astype(float)
    )
    pooled, _, _ = filled(tmp_path, values, arms_of(group))
    apart, _, _ = filled(tmp_path, values, arms_of(group, stratum))
    assert pooled.p.max() < 1e-6
    assert apart.p.min() > 1e-3
    for gene in range(5):
        above, variance, weights = 0.0, 0.0, []
        for one in (0, 1):
            own, controls = (values[(group == g) & (stratum == one), gene] for g in (1, 0))
            n, m = len(own), len(controls)
            weight = 1 / (n + m + 1)
            above += weight * (mannwhitneyu(own, controls).statistic - n * m / 2)
            variance += weight**2 * n * m * (n + m + 1) / 12
            weights.append(weight)
        from scipy.stats import norm

        z = max(abs(above) - min(weights) / 2, 0) / np.sqrt(variance)
        assert apart.p[0, gene] == pytest.approx(2 * norm.sf(z), rel=1e-9)


def test_differences_are_of_means_within_strata_with_welchs_error(tmp_path, many):
    values, group = many
    logs = np.log1p(values)
    found, _, _ = filled(tmp_path, logs, arms_of(group))
    own, controls = logs[group == 2], logs[group == 0]
    np.testing.assert_allclose(found.estimate[1], own.mean(0) - controls.mean(0), rtol=1e-5, atol=1e-6)
    error = np.sqrt(own.var(0, ddof=1) / len(own) + controls.var(0, ddof=1) / len(controls))
    np.testing.assert_allclose(found.standard_error[1], error, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.control, controls.mean(0), atol=1e-9)
    np.testing.assert_allclose(found.spread, logs.var(0), atol=1e-9)
    np.testing.assert_array_equal(found.detected, (values > 0).sum(0))


def test_the_test_over_strata_is_scipys_paired_t_of_pseudobulks(tmp_path):
    rng = np.random.default_rng(5)
    stratum, group = np.repeat(np.arange(4), 40), np.tile(np.repeat([0, 1], 20), 4)
    values = rng.gamma(2.0, 1.0, (160, 6)) + 0.3 * (group == 1)[:, None] + stratum[:, None]
    found, _, _ = filled(tmp_path, values, arms_of(group, stratum), "pseudobulk-t")
    means = np.array([[values[(group == g) & (stratum == s)].mean(0) for s in range(4)] for g in (1, 0)])
    differences = means[0].astype(np.float64) - means[1]
    expected = ttest_1samp(differences, 0.0)
    np.testing.assert_allclose(found.p[0], expected.pvalue, rtol=1e-4)
    np.testing.assert_allclose(found.estimate[0], differences.mean(0), rtol=1e-5)


def test_one_stratum_has_no_test_over_strata(tmp_path, many):
    values, group = many
    found, _, _ = filled(tmp_path, values, arms_of(group), "pseudobulk-t")
    assert np.isnan(found.p).all()


def test_guides_agree_as_their_pseudobulks_correlate(tmp_path):
    rng = np.random.default_rng(9)
    group = np.repeat([0, 1, 2], [100, 60, 40])
    guide = np.r_[np.full(100, -1), np.repeat([0, 1, 2], 20), np.full(40, 3)]
    values = np.log1p(rng.poisson(3.0, (200, 25)) + (group == 1)[:, None] * rng.poisson(3.0, 25))
    _, guides, _ = filled(tmp_path, values, arms_of(group), guide=guide)
    differences = [values[guide == one].mean(0) - values[group == 0].mean(0) for one in range(3)]
    expected = np.corrcoef(differences)[np.triu_indices(3, 1)].mean()
    assert guides.correlations() == {1: pytest.approx(expected, abs=1e-5)}


def test_a_sample_spreads_over_perturbations_and_keeps_small_ones_whole():
    group = np.r_[np.zeros(3_000), np.repeat(np.arange(1, 41), 300), np.repeat([41], 12)].astype(np.int64)
    arms = arms_of(group)
    chosen = sampled_cells(arms)
    counts = np.bincount(group[chosen])
    assert len(chosen) == 5_000
    assert counts[0] == 1_000
    assert counts[41] == 12
    assert set(counts[1:41]) <= {99, 100}
    np.testing.assert_array_equal(chosen, sampled_cells(arms))


def test_a_fold_change_from_or_to_no_expression_is_said_and_not_shown_as_a_size():
    control, own = np.array([0.0, 2.0, 1.0]), np.array([0.3, 0.0, 4.0])
    folds = fold_changes(own, control)
    np.testing.assert_allclose(folds, np.log2((own + 1e-9) / (control + 1e-9)))
    one = PerturbationQuality("A", 9, 1, None, (None,), 3, tuple(zip("XYZ", folds.tolist(), strict=True)))
    assert one.strongest_told == ("X (in no control)", "Y (in none of its cells)", "Z +2.0")
