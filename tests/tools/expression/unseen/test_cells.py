"""Cells that are drawn and written, and signatures that two groups of cells make."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from db.files.cells.opening import opened_cells
from tests.cell_world import READ, Cells
from tests.planted_responses import UNSEEN
from tools.expression.perturb_seq.adding import add_perturb_seq
from tools.expression.unseen.cell_groups import signature_of_cells
from tools.expression.unseen.sampling import sample_expression

MOVED = {"STAT1": ("B2M", "TAP1", "SOCS1"), "JAK1": ("B2M", "TAP1", "SOCS1"), "JAK2": ("B2M",), "GATA3": (),
         "CD3E": ("IL2RA",), "LCK": ("IL2RA", "IL2")}  # fmt: skip
TOLD = {"STAT1": (1, 0), "JAK1": (1, 0.1), "JAK2": (1, 0.2), "IFNGR1": (1, 0.1), "GATA3": (-1, -1), "CD3E": (0, 1),
        "LCK": (0.1, 1)}  # fmt: skip
"""Vectors of genes: those of the interferon way point one way, those of the T cell receptor's another."""


@pytest.fixture
def known(named_workspace, tmp_path):
    """A workspace whose store has cells, the vectors of their genes, and the file."""
    path = Cells.planted(moved=MOVED).write(tmp_path / "cells.h5ad")
    add_perturb_seq(named_workspace, path, name="cells", phenotype="x", modality="interference")
    vectors = tmp_path / "vectors.csv"
    pd.DataFrame(TOLD.values(), index=pd.Index(TOLD, name="gene")).to_csv(vectors)
    paths = replace(named_workspace.paths, cache=tmp_path / "cache")
    return replace(named_workspace, paths=paths), vectors, path


def test_cells_are_written_with_what_they_are_and_their_mean_is_the_predicted_one(known, tmp_path):
    space, vectors, _ = known
    out = tmp_path / "after.h5ad"
    done = sample_expression(space, "IFNGR1", out, contexts=["cells"], vectors=vectors, sample=400)
    assert (done.cells, done.path, done.prediction.perturbation) == (400, out, "IFNGR1")
    with opened_cells(out) as file:
        assert set(file.column("perturbation")) == {"IFNGR1"}
        assert set(file.column("context")) == {"all"}
        assert file.cells == 400
        drawn = np.vstack([piece.toarray() for _, piece in file.pieces()])
        symbols = list(file.genes["name"])
    assert (drawn >= 0).all()
    with opened_cells(known[2]) as file:
        control = (file.column("perturbation") == "non-targeting").to_numpy()
        counts = np.vstack([piece.toarray() for _, piece in file.pieces()])[control]
    controls = pd.Series(np.log1p(counts / counts.sum(axis=1, keepdims=True) * 1e4).mean(axis=0), index=list(READ))
    lowered = pd.Series(drawn.mean(axis=0), index=symbols) - controls
    assert lowered.nsmallest(2).index.isin(["B2M", "TAP1", "SOCS1"]).all()
    told = {one.readout: one.mean for one in done.prediction.changes}
    assert np.allclose([lowered[name] for name in told], list(told.values()), atol=0.3)


def test_the_file_is_one_that_anndata_reads(known, tmp_path):
    anndata = pytest.importorskip("anndata")
    out = tmp_path / "after.h5ad"
    sample_expression(known[0], "IFNGR1", out, contexts=["cells"], vectors=known[1], sample=5)
    assert anndata.read_h5ad(out).shape == (5, len(READ))


def test_the_same_seed_draws_the_same_cells_and_another_others(known, tmp_path):
    space, vectors, _ = known
    written = []
    for number, seed in enumerate((0, 0, 1)):
        out = tmp_path / f"{number}.h5ad"
        sample_expression(space, "IFNGR1", out, contexts=["cells"], vectors=vectors, sample=20, seed=seed)
        with opened_cells(out) as file:
            written.append(np.vstack([piece.toarray() for _, piece in file.pieces()]))
    assert np.array_equal(written[0], written[1])
    assert not np.array_equal(written[0], written[2])


def test_cells_of_a_file_are_drawn_from_as_well(known, tmp_path):
    space, vectors, path = known
    done = sample_expression(space, "IFNGR1", tmp_path / "after.h5ad", data=[path], vectors=vectors, sample=10)
    assert done.prediction.learnt_from == ("cells.h5ad",)


def test_a_file_that_is_there_is_never_replaced_unasked(known, tmp_path):
    out = tmp_path / "mine.h5ad"
    out.write_text("mine")
    with pytest.raises(RefusedFileError, match="is there already"):
        sample_expression(known[0], "IFNGR1", out, contexts=["cells"], vectors=known[1])
    assert out.read_text() == "mine"
    sample_expression(known[0], "IFNGR1", out, contexts=["cells"], vectors=known[1], sample=2, overwrite=True)
    with opened_cells(out) as file:
        assert file.cells == 2
    with pytest.raises(RefusedFileError, match="whose rows the store holds"):
        sample_expression(known[0], "IFNGR1", known[2], contexts=["cells"], vectors=known[1], overwrite=True)


def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(known, planted, tmp_path):
    out = tmp_path / "after.h5ad"
    with pytest.raises(InvalidValueError, match="mean changes only"):
        sample_expression(planted.workspace, UNSEEN[0], out, contexts=["mine"])
    with pytest.raises(InvalidValueError, match=r"does not end in .h5ad"):
        sample_expression(known[0], "IFNGR1", tmp_path / "after.csv", contexts=["cells"], vectors=known[1])
    for count in (0, 100_000_000):
        with pytest.raises(InvalidValueError, match="cannot be drawn"):
            sample_expression(known[0], "IFNGR1", out, contexts=["cells"], vectors=known[1], sample=count)
    with pytest.raises(InvalidValueError, match="no cells of 'elsewhere'"):
        sample_expression(known[0], "IFNGR1", out, contexts=["cells"], vectors=known[1], within="elsewhere")
    within = replace(known[0], writes_within=tmp_path / "cache")
    with pytest.raises(RefusedFileError, match="outside the working folder"):
        sample_expression(within, "IFNGR1", out, contexts=["cells"], vectors=known[1])
    assert not out.exists()


def groups(space, cells, toward="perturbation=STAT1", away="perturbation=control"):
    return signature_of_cells(space, str(cells), toward, away)


def test_two_groups_of_a_tables_cells_make_a_signature_of_what_sets_them_apart(known):
    found = groups(known[0], "cells")
    assert {gene for gene, sign in found.signs.items() if sign < 0} >= {"B2M", "TAP1", "SOCS1", "STAT1"}
    turned = groups(known[0], "cells", "perturbation=control", "perturbation=STAT1")
    assert turned.signs == {gene: -sign for gene, sign in found.signs.items()}


def test_two_groups_of_a_file_make_the_same_signature(known):
    of_file = groups(known[0], known[2], away="perturbation=non-targeting")
    assert of_file.signs == groups(known[0], "cells").signs


def test_genes_are_told_apart_as_welchs_test_and_its_false_discovery_rate_do(known):
    stats = pytest.importorskip("scipy.stats")
    with opened_cells(known[2]) as file:
        labels = file.column("perturbation").to_numpy()
        counts = np.vstack([piece.toarray() for _, piece in file.pieces()]).astype(float)
    log = np.log1p(counts / counts.sum(axis=1, keepdims=True) * 1e4)
    t, p = stats.ttest_ind(log[labels == "STAT1"], log[labels == "non-targeting"], equal_var=False)
    told = stats.false_discovery_control(p) < 0.05
    expected = {gene: int(np.sign(value)) for gene, value, yes in zip(READ, t, told, strict=True) if yes}
    assert groups(known[0], known[2], away="perturbation=non-targeting").signs == expected


def test_groups_that_cannot_be_compared_are_refused(known):
    space = known[0]
    with pytest.raises(InvalidValueError, match="does not say which cells"):
        groups(space, "cells", toward="STAT1")
    with pytest.raises(InvalidValueError, match="no column 'state'"):
        groups(space, "cells", toward="state=naive")
    with pytest.raises(InvalidValueError, match="no column 'state'"):
        groups(space, known[2], toward="state=naive")
    with pytest.raises(InvalidValueError, match="No cell of cells has perturbation 'STAT2'") as refusal:
        groups(space, "cells", toward="perturbation=STAT2")
    assert "STAT1" in refusal.value.suggestion
    with pytest.raises(InvalidValueError, match="The same cells"):
        groups(space, "cells", away="perturbation=STAT1")
    with pytest.raises(NotFoundError, match="no responses named 'nothing'"):
        groups(space, "nothing")
    with pytest.raises(RefusedFileError, match="differ in"):
        groups(space, "cells", toward="perturbation=GATA3")
    blind = replace(space, reads_files=False)
    with pytest.raises(NotFoundError):
        groups(blind, known[2])
