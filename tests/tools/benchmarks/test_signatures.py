"""The benchmark of signatures: planted modules are ranked, controls are not, and figures are those of scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError
from tests.synthetic_store import MODULE_OF, SYMBOLS, shared_world, workspace_on
from tools.benchmarks.signatures import _correlations, _drawn, benchmark_signatures
from tools.expression.predictors.base import DEFAULT

PERTURBED = [SYMBOLS[number] for number in range(0, 600, 10)]
READ = SYMBOLS[300:440]


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    store, _ = shared_world(tmp_path_factory)
    return workspace_on(store, tmp_path_factory.mktemp("signatures"))


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
    """Sixty genes of thirty modules, two alleles each; perturbed modules move modules of readout genes."""
    rng = np.random.default_rng(0)
    moves = rng.normal(0, 1, (30, 30)) + 0.5
    module = [MODULE_OF[SYMBOLS.index(gene)] for gene in PERTURBED]
    read = [MODULE_OF[SYMBOLS.index(gene)] for gene in READ]
    lfc = np.repeat(moves[module][:, read], 2, axis=0) + rng.normal(0, 0.7, (2 * len(PERTURBED), len(READ)))
    path = tmp_path_factory.mktemp("arrays") / "planted.npz"
    np.savez(
        path, lfc=lfc.astype(np.float16), gene=np.repeat(PERTURBED, 2), allele=np.array(["CE", "KO"] * len(PERTURBED)),
        context=np.full(2 * len(PERTURBED), "cells"), symbol=np.array(READ),
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def report(space, arrays):
    return benchmark_signatures(space, [arrays], collection="CP")


def test_held_out_genes_are_ranked_by_what_their_modules_do_and_controls_rank_nothing(report):
    (one,) = report.sets
    assert (one.name, one.genes, one.signatures) == ("planted.npz", 60, 7)
    members = {member.name: member for member in one.members}
    assert [name for name, member in members.items() if member.default] == [DEFAULT]
    assert members[DEFAULT].low > 0.5
    assert members["training_mean"].spearman == 0
    for control in ("random_embeddings", "permuted_embeddings"):
        assert abs(members[control].spearman) < 0.3
        (pair,) = (pair for pair in one.pairs if pair.over == control)
        assert pair.gain == pytest.approx(members[DEFAULT].spearman - members[control].spearman)
        assert 0 < pair.low < pair.gain < pair.high


def test_a_second_measurement_says_how_high_the_figure_can_be(report):
    (one,) = report.sets
    assert one.again_genes == 60
    assert one.again > max(member.spearman for member in one.members)


def test_the_same_seed_gives_the_same_figures(space, arrays, report):
    assert benchmark_signatures(space, [arrays], collection="CP").sets == report.sets


def test_correlations_are_spearmans_and_the_first_draw_has_every_gene_once():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(1)
    first, second = (pd.DataFrame(rng.normal(0, 1, (20, 3)).round(1)) for _ in range(2))
    by_signature, by_draw = _correlations(first, second, _drawn(20, 0))
    expected = [stats.spearmanr(first[column], second[column]).statistic for column in range(3)]
    np.testing.assert_allclose(by_signature, expected, rtol=1e-9)
    assert by_draw[0] == pytest.approx(np.mean(expected))


def test_what_cannot_be_judged_is_refused(space, arrays, tmp_path):
    with pytest.raises(NotFoundError, match="no gene sets of 'none'"):
        benchmark_signatures(space, [arrays], collection="none")
    with pytest.raises(NotFoundError, match="no responses to judge"):
        benchmark_signatures(space, collection="CP")
    few = {"gene": np.array(PERTURBED[:4]), "symbol": np.array(READ[:3])}
    np.savez(tmp_path / "few.npz", lfc=np.ones((4, 3)), **few)
    with pytest.raises(InvalidValueError, match="4 single genes"):
        benchmark_signatures(space, [tmp_path / "few.npz"], collection="CP")
    np.savez(tmp_path / "narrow.npz", lfc=np.ones((60, 3)), gene=np.array(PERTURBED), symbol=np.array(READ[:3]))
    with pytest.raises(InvalidValueError, match="readout genes of no signature"):
        benchmark_signatures(space, [tmp_path / "narrow.npz"], collection="CP")
