"""The benchmark of expression: nothing of a held-out gene is learnt from, and every metric has its b and r."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NeedsChoiceError, NotFoundError, RefusedFileError
from tests.expression_world import GENES, READOUTS, world
from tests.synthetic_store import MODULE_OF, SYMBOLS, shared_world, workspace_on
from tools.benchmarks.expression.benchmark import _figure, benchmark_expression
from tools.benchmarks.expression.halves import Halves
from tools.benchmarks.expression.play import Member, judged_rows, play
from tools.expression.predictors.base import DEFAULT
from tools.expression.response_sets import set_of_file, set_of_store
from tools.registry import names
from tools.responses.tables import add_responses

PERTURBED = [SYMBOLS[number] for number in range(0, 600, 10)]
"""Three genes of each of twenty modules of the synthetic world, whose sets, network and texts show the modules."""


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    store, _ = shared_world(tmp_path_factory)
    return workspace_on(store, tmp_path_factory.mktemp("expression"))


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
    """Sixty genes of thirty modules, two alleles each: modules respond alike."""
    rng = np.random.default_rng(0)
    effects = rng.normal(0, 1, (30, 50)) + rng.normal(0, 1, 50)
    module = [MODULE_OF[SYMBOLS.index(gene)] for gene in PERTURBED]
    lfc = np.repeat(effects[module], 2, axis=0) + rng.normal(0, 0.5, (2 * len(PERTURBED), 50))
    path = tmp_path_factory.mktemp("arrays") / "planted.npz"
    np.savez(
        path, lfc=lfc.astype(np.float16), gene=np.repeat(PERTURBED, 2), allele=np.array(["CE", "KO"] * len(PERTURBED)),
        context=np.full(2 * len(PERTURBED), "cells"), symbol=np.array(SYMBOLS[300:350]),
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def report(space, arrays):
    return benchmark_expression(space, [arrays])


def test_the_report_has_the_keys_that_were_agreed(report):
    values = report.to_json()
    (one,) = values["sets"]
    assert {"name", "perturbations", "genes", "members", "pairs"} == set(one)
    assert (one["name"], one["perturbations"], one["genes"]) == ("planted.npz", 120, 60)
    members = {member["name"]: member for member in one["members"]}
    assert set(members) == {*names("expression_predictors"), "random_embeddings", "permuted_embeddings"}
    assert [name for name, member in members.items() if member["default"]] == [DEFAULT]
    for member in members.values():
        assert set(member["metrics"]) == set(names("expression_metrics")) - {"energy_distance", "variance_ratio"}
        for figure in member["metrics"].values():
            assert set(figure) == {"value", "b", "r", "score", "low", "high"}
    assert {"over", "metric", "gain", "low", "high"} == set(one["pairs"][0]) == set(values["pooled"][0])


def test_the_default_beats_the_mean_and_both_controls_where_modules_respond_alike(report):
    gains = {pair.over: pair for pair in report.pooled if pair.metric == "pearson_delta"}
    for other in ("training_mean", "no_change", "random_embeddings", "permuted_embeddings"):
        assert gains[other].low > 0.05, other


def test_the_training_mean_scores_nothing_and_a_replicate_is_what_one_is_measured_by(report):
    members = {member.name: member.metrics for member in report.sets[0].members}
    for figure in members["training_mean"].values():
        assert figure.value == pytest.approx(figure.b)
    assert members["training_mean"]["pearson_delta"].score == pytest.approx(0, abs=1e-6)
    figure = members[DEFAULT]["pearson_delta"]
    assert figure.r > 0.8
    assert figure.score == pytest.approx((figure.value - figure.b) / (figure.r - figure.b))
    assert figure.low < figure.value < figure.high


def test_the_same_seed_gives_the_same_figures_and_another_gives_others():
    made = world(cells=True)
    members = {name: Member(name, made.vectors) for name in ("training_mean", DEFAULT)}
    responses = made.responses.without(GENES[12:])
    first, again, other = (
        play(responses, judged_rows(responses), members, seed, lambda *_: None).values[DEFAULT] for seed in (0, 0, 1)
    )
    for metric in first:
        assert np.array_equal(first[metric], again[metric], equal_nan=True), metric
    assert not np.array_equal(first["energy_distance"], other["energy_distance"], equal_nan=True)


def test_a_score_is_not_told_where_a_second_measurement_tells_no_more_than_the_mean():
    value, mean = pd.Series([0.5, 0.6]), pd.Series([0.3, 0.4])
    worse, better = pd.Series([0.2, 0.3]), pd.Series([0.7, 0.8])
    assert np.isnan(_figure("pearson_delta", value, mean, worse, 0).score)
    assert _figure("pearson_delta", value, mean, better, 0).score == pytest.approx(0.5)
    # Of errors less is better.
    assert np.isnan(_figure("weighted_mse", value, mean, better, 0).score)


def test_a_held_out_genes_own_rows_and_cells_do_not_reach_its_prediction():
    made = world(cells=True)
    spoilt = made.responses.estimates.copy()
    own = (made.responses.rows["perturbation"] == "P0").to_numpy()
    # Its mean over alleles and contexts, and what is measured of it, are turned around.
    spoilt[own] *= -50
    members = {name: Member(name, made.vectors) for name in ("training_mean", DEFAULT)}
    predicted = []
    for estimates in (made.responses.estimates, spoilt):
        seen = _Spy()
        responses = replace(made.responses, estimates=estimates)
        play(responses, judged_rows(responses), members, 0, seen)
        predicted.append(seen.of_gene("P0"))
    assert np.array_equal(*predicted)


class _Spy:
    """Listens to nothing, and takes what the default predicted from the metrics' case."""

    def __init__(self):
        from tools.benchmarks.expression import play as expression_play

        self.cases = []
        original = expression_play._case

        def spied(responses, judged, mean, predicted, drawn, halves):
            self.cases.append((responses.rows["perturbation"].to_numpy()[judged], np.array(predicted)))
            return original(responses, judged, mean, predicted, drawn, halves)

        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(expression_play, "_case", spied)

    def __call__(self, name, share):
        assert 0 <= share <= 1

    def of_gene(self, gene):
        self.patch.undo()
        # The cases come in the members' order, the default second.
        genes, predicted = self.cases[1]
        return predicted[genes == gene]


def test_another_release_is_preferred_as_the_second_measurement():
    made = world()
    rows = made.responses.rows.copy()
    rows.loc[1, "replicate"], rows.loc[2, ["perturbation", "replicate"]] = "r1 y", ["P0", "r2 x"]
    responses = replace(made.responses, rows=rows)
    halves = Halves.of(responses, np.arange(3), np.random.default_rng(0))
    assert np.array_equal(halves.second[0], responses.estimates[2])
    assert np.array_equal(halves.second[2], responses.estimates[0])


def test_halves_of_cells_share_no_cell_and_few_cells_are_not_halved():
    made = world(cells=True)
    rows = np.flatnonzero(made.responses.rows["context"] == "a")[:4]
    halves = Halves.of(made.responses, rows, np.random.default_rng(0))
    for first, second in zip(halves.cells, halves.others, strict=True):
        assert len(first) == len(second) == 12
        assert not {one.tobytes() for one in first} & {one.tobytes() for one in second}
    elsewhere = np.flatnonzero(made.responses.rows["context"] == "b")[:1]
    assert len(Halves.of(made.responses, elsewhere, np.random.default_rng(0)).cells[0]) == 0


def test_arrays_become_rows_with_their_context_and_replicate(space, arrays):
    found = set_of_file(space, arrays)
    assert found.rows.iloc[1].to_dict() == {"perturbation": PERTURBED[0], "context": "cells", "replicate": "KO"}
    assert found.estimates.shape == (120, 50)


def test_a_readout_that_a_row_lacks_is_left_out_and_rare_numbers_mean_that_others_are_nothing(space, tmp_path):
    lfc = np.ones((3, 4), dtype=np.float32)
    lfc[0, 1] = np.nan
    given = {"gene": np.array(PERTURBED[:3]), "symbol": np.array(["A", "B", "C", "D"])}
    np.savez(tmp_path / "dense.npz", lfc=lfc, **given)
    np.savez(tmp_path / "sparse.npz", lfc=np.where(np.eye(3, 4), 1, np.nan), **given)
    assert list(set_of_file(space, tmp_path / "dense.npz").readouts) == ["A", "C", "D"]
    assert np.array_equal(set_of_file(space, tmp_path / "sparse.npz").estimates, np.eye(3, 4))


def test_rows_of_an_allele_that_was_put_right_again_are_no_perturbations(space, tmp_path):
    given = {"gene": np.array(PERTURBED[:3]), "symbol": np.array(["A", "B", "C"])}
    np.savez(tmp_path / "a.npz", lfc=np.eye(3), allele=np.array(["KO", "Reverted", "CE"]), **given)
    found = set_of_file(space, tmp_path / "a.npz")
    assert list(found.rows["replicate"]) == ["KO", "CE"]
    assert found.estimates.tolist() == [[1, 0, 0], [0, 0, 1]]


def test_rows_are_judged_in_one_context_or_of_the_genes_with_the_largest_responses():
    made = world()
    rows = made.responses.rows
    large = made.responses.estimates.copy()
    own = rows["perturbation"].isin(["P3", "P7"])
    large[own] *= 20
    responses = replace(made.responses, estimates=large)
    assert set(rows.iloc[judged_rows(responses, "b")]["context"]) == {"b"}
    assert len(judged_rows(responses, "b")) == len(GENES)
    assert np.array_equal(judged_rows(responses, strongest=2), np.flatnonzero(own))
    assert len(judged_rows(responses)) == len(rows)


def test_what_is_judged_has_to_be_there_and_enough(space, arrays):
    with pytest.raises(InvalidValueError, match=r"no context 'liver'.*"):
        benchmark_expression(space, [arrays], within="liver")
    with pytest.raises(InvalidValueError, match="3 genes are to be judged"):
        benchmark_expression(space, [arrays], within="cells", strongest=3)


def test_a_table_in_any_form_that_the_store_takes_is_a_set(space, tmp_path):
    rows = [(gene, readout, value) for gene, value in (("IL2RA", 1.5), ("JAK1", -2.0)) for readout in ("MYC", "LCK")]
    long = pd.DataFrame(rows, columns=["target", "gene", "log2FoldChange"])
    long.to_csv(tmp_path / "long.tsv", sep="\t", index=False)
    wide = long.pivot(index="target", columns="gene", values="log2FoldChange").reset_index()
    wide.rename(columns={"target": "perturbation"}).to_csv(tmp_path / "wide.csv", index=False)
    for name in ("long.tsv", "wide.csv"):
        found = set_of_file(space, tmp_path / name)
        assert list(found.rows["perturbation"]) == ["IL2RA", "JAK1"], name
        assert list(found.readouts) == ["LCK", "MYC"]
        assert found.estimates.tolist() == [[1.5, 1.5], [-2.0, -2.0]]


def test_responses_of_the_store_are_a_set(named_workspace, tmp_path):
    path = tmp_path / "mine.csv"
    rows = [(p, r, value) for p, value in (("IL2RA", 1.5), ("JAK1", -2.0)) for r in ("MYC", "LCK")]
    pd.DataFrame(rows, columns=["perturbation", "readout", "lfc"]).assign(fdr=0.01).to_csv(path, index=False)
    add_responses(named_workspace, path)
    found = set_of_store(named_workspace, "mine")
    assert list(found.rows["perturbation"]) == ["IL2RA", "JAK1"]
    assert set(found.rows["context"]) == {"mine"}
    assert found.estimates.tolist() == [[1.5, 1.5], [-2.0, -2.0]]


def test_what_cannot_be_judged_is_refused(space, tmp_path):
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    with pytest.raises(NeedsChoiceError, match=r"table.csv"):
        benchmark_expression(space, [tmp_path / "table.csv"])
    np.savez(tmp_path / "other.npz", numbers=np.eye(3))
    with pytest.raises(RefusedFileError, match="no array lfc"):
        benchmark_expression(space, [tmp_path / "other.npz"])
    np.savez(tmp_path / "few.npz", lfc=np.eye(3), gene=np.array(PERTURBED[:3]), symbol=np.array(["A", "B", "C"]))
    with pytest.raises(InvalidValueError, match="3 genes"):
        benchmark_expression(space, [tmp_path / "few.npz"])
    with pytest.raises(NotFoundError):
        benchmark_expression(space, contexts=["nowhere"])
    with pytest.raises(NotFoundError, match="no responses"):
        benchmark_expression(space)


def test_the_planted_world_has_the_shape_that_these_tests_take_it_to_have():
    made = world()
    assert made.responses.estimates.shape == (3 * len(GENES), READOUTS)
