"""The benchmark of cells: held-out cells alone are judged, controls stand beside, and figures come again."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError
from db.store import Store
from tests.labelled_world import TYPES, write_cells
from tests.synthetic_store import SYMBOLS, add_knowledge, add_mouse_genes, workspace_on
from tools.benchmarks.cells.benchmark import NO_TEXTS, benchmark_cells
from tools.benchmarks.cells.figures import staged
from tools.benchmarks.cells.play import Split, within
from tools.cells.heads.base import DEFAULT as HEAD
from tools.cells.vectors.base import DEFAULT as VECTORS
from tools.registry import load, names
from tui.layouts.format import to_plain


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    store = Store(folder / "cells.duckdb").create()
    add_knowledge(store, vectors=True)
    add_mouse_genes(store, SYMBOLS[:590])
    return workspace_on(store, folder)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    human = write_cells(folder / "human.h5ad", (25, 25, 25, 25), donors=3)
    return human, write_cells(folder / "mouse.h5ad", (20, 20, 20, 20), seed=2, mouse=True)


@pytest.fixture(scope="module")
def across(space, files):
    return benchmark_cells(space, files[0], "cell_type", across=files[1])


def test_both_directions_have_every_member_and_the_controls(across):
    assert [one.direction for one in across.sets] == ["human->mouse", "mouse->human"]
    for one in across.sets:
        members = {(row.vectors, row.genes_by, row.head) for row in one.rows}
        for vectors in names("cell_vectors"):
            for by in ("texts", "random") if load("cell_vectors", vectors).TEXTS else ("",):
                assert {(vectors, by, head) for head in names("cell_heads")} <= members
        assert ("majority", "", "majority") in members
        (default,) = [row for row in one.rows if row.default]
        assert (default.vectors, default.head) == (VECTORS, HEAD)
        assert default.accuracy > 0.95
        assert default.low <= default.accuracy <= default.high
        majority = next(row for row in one.rows if row.vectors == "majority")
        assert majority.accuracy == pytest.approx(0.25)


def test_pairs_are_differences_of_rows_and_few_cells_are_fewer(across):
    for one in across.sets:
        rows = {"/".join(part for part in (row.vectors, row.genes_by, row.head) if part): row for row in one.rows}
        for pair in one.pairs:
            expected = getattr(rows[pair.of], pair.metric) - getattr(rows[pair.over], pair.metric)
            assert pair.gain == pytest.approx(expected)
        together = {pair.over for pair in one.pairs if pair.of.startswith("expression_text/texts")}
        assert together == {f"markers/{head}" for head in names("cell_heads")}
        assert {row.cells_per_label for row in one.few} == {5, 20}


def test_the_report_is_json_with_the_keys_that_were_agreed(across):
    values = to_plain(across)
    json.dumps(values, allow_nan=False)
    one = values["sets"][0]
    assert {"name", "direction", "rows"} <= set(one)
    assert {"vectors", "head", "default", "accuracy", "macro_f1", "stage_spearman", "within_one"} <= set(one["rows"][0])
    assert one["rows"][0]["stage_spearman"] is None


def test_donors_are_held_out_and_the_same_seed_gives_the_same_figures(space, files):
    report = benchmark_cells(space, files[0], "cell_type")
    (one,) = report.sets
    assert (one.direction, one.held_out_by, one.cells, one.labels) == ("within", "donor", 100, len(TYPES))
    assert benchmark_cells(space, files[0], "cell_type").sets == report.sets


def test_labels_without_a_bearing_on_expression_cannot_be_told(space, tmp_path):
    rng = np.random.default_rng(0)
    drawn = rng.choice(TYPES, 120)
    file = write_cells(tmp_path / "drawn.h5ad", (30, 30, 30, 30), obs={"cell_type": drawn})
    (one,) = benchmark_cells(space, file, "cell_type").sets
    assert max(row.accuracy for row in one.rows) < 0.45


def test_a_held_out_donor_is_in_no_reference():
    amounts = np.arange(40, dtype=float).reshape(20, 2)
    from scipy.sparse import csr_matrix

    codes, donors = np.arange(20) % 2, np.array(["a"] * 8 + ["b"] * 12, dtype=object)
    splits = within(csr_matrix(amounts), codes, donors, np.random.default_rng(0))
    assert sorted(len(one.true) for one in splits) == [8, 12]
    for one in splits:
        assert not set(one.reference.toarray()[:, 1]) & set(one.query.toarray()[:, 1])


def test_few_cells_are_drawn_of_each_label():
    from scipy.sparse import csr_matrix

    codes = np.repeat([0, 1, 2], [30, 4, 10])
    split = Split(
        csr_matrix(np.ones((44, 2))),
        codes,
        csr_matrix(np.ones((1, 2))),
        np.array([0]),
        np.array([""] * 44, dtype=object),
    )
    few = split.few(5, np.random.default_rng(0))
    assert np.bincount(few.codes).tolist() == [5, 4, 5]
    assert few.reference.shape == (14, 2)


def test_stages_are_judged_by_their_order_and_every_label_must_stand_in_it(space, files):
    stages = ("Delta", "alpha", "ductal", "beta")
    (one,) = benchmark_cells(space, files[0], "cell_type", stages=stages).sets
    (default,) = [row for row in one.rows if row.default]
    assert default.stage_spearman > 0.95
    assert default.accuracy <= default.within_one <= 1.0
    with pytest.raises(InvalidValueError, match="1 labels are among no stages, such as 'beta'"):
        benchmark_cells(space, files[0], "cell_type", stages=stages[:3])


def test_the_figures_of_stages_are_those_of_their_definition():
    true, given = np.array([0, 1, 2, 2, 1]), np.array([0, 2, 2, 0, 1])
    order = np.array([2, 0, 1])
    was, now = order[true], order[given]
    correlation, near = staged(true, given, order)
    ranks = [pd.Series(one).rank() for one in (was, now)]
    assert correlation == pytest.approx(np.corrcoef(*ranks)[0, 1])
    assert near == pytest.approx(np.mean([abs(a - b) <= 1 for a, b in zip(was, now, strict=True)]))
    assert staged(true, given, None) == (None, None)
    assert staged(true, np.ones_like(true), order) == (None, pytest.approx(0.8)), "one stage alone has no order"


def test_a_label_that_is_left_out_is_flagged_and_the_others_are_not(space, files):
    for across in (None, files[1]):
        report = benchmark_cells(space, files[0], "cell_type", across=across, leave_out=True)
        for one in report.sets:
            assert 0 <= one.calibration_error < 0.2
            whole, *left = one.strangers
            assert (whole.label, whole.cells, whole.flagged) == ("", 0, None)
            assert whole.known_flagged < 0.15
            assert {row.label for row in left} == set(TYPES) if across is None else len(left) == len(TYPES)
            assert sum(row.cells for row in left) == one.cells
            assert np.mean([row.flagged for row in left]) > 0.6
            assert np.mean([row.known_flagged for row in left]) < 0.2


def test_small_references_are_as_asked_and_others_are_refused(space, files):
    (one,) = benchmark_cells(space, files[0], "cell_type", cells_per_label=(4,), seeds=2).sets
    assert {(row.cells_per_label, row.draws) for row in one.few} == {(4, 2)}
    base = [row for row in one.few if row.vectors == "markers"]
    assert all((row.gain, row.low, row.high) == (0, 0, 0) for row in base)
    assert all(row.low <= row.gain <= row.high for row in one.few)
    for wrong in ({"cells_per_label": ()}, {"cells_per_label": (1, 5)}, {"seeds": 0}):
        with pytest.raises(InvalidValueError, match="cells a label"):
            benchmark_cells(space, files[0], "cell_type", **wrong)


def test_without_texts_it_says_what_was_left_out(tmp_path, files):
    store = Store(tmp_path / "bare.duckdb").create()
    add_knowledge(store)
    report = benchmark_cells(workspace_on(store, tmp_path), files[0], "cell_type")
    assert NO_TEXTS in report.notes
    assert {row.vectors for row in report.sets[0].rows} == {"markers", "expression_pca", "majority"}
