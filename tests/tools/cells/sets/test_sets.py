"""Cells in the store: kept as they were in the file, found by their name, gone without a trace."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.sparse import vstack

from db.errors import ConflictError, HitscoutError, InvalidValueError, NeedsChoiceError, NotFoundError, RefusedFileError
from db.files.cells.opening import opened_cells
from db.manifest import INGESTED_TABLES, STATE_TABLES
from tests.labelled_world import GENES, counts_of, write_cells
from tests.store_copy import copied
from tests.synthetic_store import workspace_on
from tools.benchmarks.cells.benchmark import benchmark_cells
from tools.cells.annotation.annotating import annotate_cells
from tools.cells.by_markers.naming import annotate_by_markers
from tools.cells.embedding import embed_cells
from tools.cells.pictures.plotting import plot_cells, plot_named_cells
from tools.cells.sets.adding import add_cells
from tools.cells.sets.listing import cells_list, cells_remove, cells_show
from tools.doctor.undoing import undo
from tools.expression.cell_files.source import opened_source
from tools.expression.unseen.cell_groups import signature_of_cells


@pytest.fixture
def space(cells_space, tmp_path):
    """A store of its own, to write into."""
    return workspace_on(copied(cells_space.store, tmp_path / "own.duckdb"), tmp_path)


@pytest.fixture
def file(tmp_path):
    return write_cells(tmp_path / "atlas.h5ad")


@pytest.fixture
def atlas(space, file):
    """The name of cells in the store."""
    add_cells(space, file, labels="cell_type")
    return Path("atlas")


def rows(space) -> dict[str, int]:
    with space.store.read() as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
            for table in (*STATE_TABLES, *INGESTED_TABLES)
        }


def whole(cells):
    return vstack([piece for _, piece in cells.pieces()], format="csr")


def test_what_is_read_of_a_set_is_what_is_read_of_its_file(space, file, atlas):
    with opened_source(space, atlas) as kept, opened_cells(file) as read:
        assert (whole(kept) != whole(read)).nnz == 0
        assert kept.barcodes.tolist() == read.barcodes.tolist()
        assert kept.genes["name"].tolist() == read.genes["name"].tolist()
        assert kept.columns == read.columns
        for column in read.columns:
            assert kept.column(column).tolist() == read.column(column).tolist()


def test_pieces_of_a_set_begin_where_they_are_asked_to(space, file, atlas):
    with opened_source(space, atlas) as kept, opened_cells(file) as read:
        firsts = [(first, piece.shape[0]) for first, piece in kept.pieces(cells=70, start=50)]
        assert firsts == [(50, 70), (120, 40)]
        assert (next(iter(kept.pieces(cells=3, start=7)))[1] != whole(read)[7:10]).nnz == 0


def test_a_set_says_what_it_is(space, file, atlas):
    found = cells_show(space, "ATLAS")
    assert (found.cells.cells, found.cells.genes, found.cells.placed) == (160, len(GENES), len(GENES))
    assert (found.cells.organism, found.cells.scale, found.cells.layer) == ("human", "counts", "X")
    assert found.labels == {"alpha": 40, "beta": 40, "delta": 40, "ductal": 40}
    assert set(found.donors) == {"d0", "d1"}
    assert sum(found.donors.values()) == 160
    assert found.source == "atlas.h5ad"
    assert len(found.source_hash) == 64
    assert cells_list(space) == (found.cells,)
    assert space.store.verify() == []


def test_logarithms_are_recognised_and_kept(space, tmp_path):
    path = write_cells(tmp_path / "log.h5ad")
    with h5py.File(path, "r+") as stream:
        stream["X/data"][...] = np.log1p(stream["X/data"][()] * 0.7)
    assert add_cells(space, path, labels="cell_type").shown.cells.scale == "log"
    with opened_source(space, Path("log")) as kept, opened_cells(path) as read:
        assert (whole(kept) != whole(read)).nnz == 0


def test_genes_that_the_store_does_not_know_stay_under_their_names(space, tmp_path):
    path = write_cells(tmp_path / "odd.h5ad", genes=[*GENES[:-2], "NOGENE1", "NOGENE2"])
    found = add_cells(space, path, labels="cell_type").shown
    assert (found.cells.genes - found.cells.placed, found.unplaced) == (2, ("NOGENE1", "NOGENE2"))


def test_cells_are_named_by_a_set_as_by_its_file(space, file, atlas, tmp_path):
    new = write_cells(tmp_path / "new.h5ad", (10, 10, 10, 10), seed=4)
    by_name, by_file = annotate_cells(space, new, atlas), annotate_cells(space, new, file, "cell_type")
    assert by_name.labels == by_file.labels
    assert by_name.confusion == by_file.confusion
    assert by_name.reference_key == by_file.reference_key
    assert by_name.accuracy > 0.95
    add_cells(space, new, labels="cell_type")
    assert annotate_cells(space, Path("new"), atlas).labels == by_file.labels


def test_a_name_stands_wherever_a_file_of_cells_does(space, file, atlas, tmp_path):
    drawn = plot_cells(space, atlas, tmp_path / "a.png")
    assert (drawn.by, drawn.kinds["beta"]) == ("cell_type", 40)
    assert embed_cells(space, atlas, tmp_path / "a.csv").labels == 4
    named = plot_named_cells(space, atlas, atlas, "", tmp_path / "b.png")
    assert named.accuracy > 0.95
    few = {"cells_per_label": (5,), "seeds": 1}
    within, of_file = benchmark_cells(space, atlas, **few), benchmark_cells(space, file, "cell_type", **few)
    assert within.sets[0].rows == of_file.sets[0].rows
    signature = signature_of_cells(space, "atlas", "cell_type=alpha", "cell_type=beta")
    assert signature.signs == signature_of_cells(space, str(file), "cell_type=alpha", "cell_type=beta").signs


def test_clusters_of_a_set_are_named_by_markers(tmp_path):
    from tests.kinds_world import kinds_store

    space = workspace_on(kinds_store(tmp_path), tmp_path)
    path = write_cells(tmp_path / "atlas.h5ad")
    add_cells(space, path, labels="cell_type")
    found = annotate_by_markers(space, Path("atlas"), clusters="cell_type")
    assert found.clusters == annotate_by_markers(space, path, clusters="cell_type").clusters


def test_mouse_cells_are_told_and_compared_across_species(space, atlas, tmp_path):
    mouse = add_cells(space, write_cells(tmp_path / "m.h5ad", mouse=True), labels="cell_type")
    assert mouse.shown.cells.organism == "mouse"
    assert annotate_cells(space, Path("m"), atlas, across_species=True).accuracy > 0.9
    with pytest.raises(InvalidValueError, match="atlas has human cells and m mouse ones"):
        annotate_cells(space, Path("m"), atlas)


def test_the_same_file_is_written_once_and_described_once(space, file, atlas):
    before = rows(space)
    again = add_cells(space, file, labels="cell_type")
    assert again.already_present
    assert rows(space) == before
    with pytest.raises(ConflictError, match="'mine' is given"):
        add_cells(space, file, labels="cell_type", name="mine")
    with pytest.raises(ConflictError, match="study"):
        add_cells(space, file, labels="cell_type", study="Ours")


def test_what_is_removed_leaves_nothing(space, file):
    before = rows(space)
    add_cells(space, file, labels="cell_type", study="Ours 2026", citation="Ours")
    assert cells_remove(space, "Atlas").cells == 160
    assert rows(space) == before
    assert space.store.verify() == []
    with pytest.raises(NotFoundError, match="no cells named 'atlas'"):
        cells_show(space, "atlas")
    assert not add_cells(space, file, labels="cell_type").already_present


def test_cells_that_were_added_or_removed_are_taken_back(space, file):
    before = rows(space)
    add_cells(space, file, labels="cell_type", study="Ours 2026")
    assert undo(space).act == "cells atlas were added from atlas.h5ad"
    assert rows(space) == before
    shown = add_cells(space, file, labels="cell_type", study="Ours 2026").shown
    cells_remove(space, "atlas")
    assert undo(space).act == "cells atlas were removed"
    assert cells_show(space, "atlas") == shown
    with opened_source(space, Path("atlas")) as kept, opened_cells(file) as read:
        assert (whole(kept) != whole(read)).nnz == 0
    assert space.store.verify() == []


def test_a_study_that_cells_belong_to_outlives_a_screen_of_it(space, file):
    from tools.screens.ingestion.adding import add_screen
    from tools.screens.ingestion.description import ScreenDescription
    from tools.screens.listing import screen_remove
    from tools.screens.tables.reading import Reading

    add_cells(space, file, labels="cell_type", study="Ours 2026")
    table = file.with_name("s.csv")
    lines = [f"{gene},{number % 7 - 3}.5" for number, gene in enumerate(GENES)]
    table.write_text("\n".join(["gene,lfc", *lines]) + "\n")
    add_screen(
        space, table, ScreenDescription(name="s", phenotype="x", study="Ours 2026"), Reading(positive_means="raises")
    )
    screen_remove(space, "s")
    assert cells_show(space, "atlas").cells.study == "Ours 2026"


# What cannot be added or named ---------------------------------------------------------------------


def refused(space, error: type[HitscoutError], path: Path, **options) -> str:
    """What is said, the store being as it was."""
    before = rows(space)
    with pytest.raises(error) as told:
        add_cells(space, path, **options)
    assert rows(space) == before
    assert space.store.verify() == []
    assert told.value.suggestion
    return str(told.value)


def test_a_column_that_is_not_there_is_answered_with_those_that_are(space, file):
    said = refused(space, InvalidValueError, file, labels="celltype")
    assert "no column 'celltype'" in said
    assert "'cell_type', 'donor'" in said
    assert "no column 'animal'" in refused(space, InvalidValueError, file, labels="cell_type", donors="animal")


def test_a_column_that_says_nothing(space, tmp_path):
    path = write_cells(tmp_path / "e.h5ad", obs={"empty": [""] * 160})
    assert "says nothing of any cell" in refused(space, RefusedFileError, path, labels="empty")


def test_labels_of_one_cell_are_kept_and_said(space, tmp_path):
    few = add_cells(space, write_cells(tmp_path / "few.h5ad", (30, 30, 30, 1)), labels="cell_type")
    assert any("ductal" in one and "One cell alone" in one for one in few.shown.remarks)
    alone = add_cells(space, write_cells(tmp_path / "alone.h5ad", (3, 1, 1, 1)), labels="cell_type")
    assert any("cannot be a reference" in one for one in alone.shown.remarks)


def test_another_organism(space, file, tmp_path):
    said = refused(space, InvalidValueError, file, labels="cell_type", organism="mouse")
    assert "said to have mouse cells, and its genes are human ones" in said
    fly = write_cells(tmp_path / "fly.h5ad", genes=[f"CG{number}" for number in range(len(GENES))])
    assert "0% are known of human or mouse" in refused(space, RefusedFileError, fly, labels="cell_type")


def test_the_same_name_twice(space, atlas, tmp_path):
    other = write_cells(tmp_path / "other.h5ad", seed=8)
    said = refused(space, ConflictError, other, labels="cell_type", name="Atlas")
    assert "already" in said
    assert "cells_remove('atlas')" in said


@pytest.mark.parametrize("name", ["a:b", "a/b"])
def test_names_that_could_be_a_path_or_an_evidence_id(space, file, name):
    refused(space, InvalidValueError, file, labels="cell_type", name=name)


def test_a_file_that_is_damaged_in_the_middle(space, tmp_path):
    path = write_cells(tmp_path / "d.h5ad", (4000, 4000, 4000, 4000))
    with h5py.File(path, "r+") as stream:
        stream["X/data"][len(stream["X/data"]) // 2 + 5] = np.nan
    assert "missing or infinite" in refused(space, RefusedFileError, path, labels="cell_type")
    cut = tmp_path / "cut.h5ad"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "cut.h5ad" in refused(space, RefusedFileError, cut, labels="cell_type")


def test_values_that_change_their_kind_further_on(space, tmp_path):
    path = write_cells(tmp_path / "two.h5ad", (4000, 4000, 4000, 4000))
    with h5py.File(path, "r+") as stream:
        half = len(stream["X/data"]) // 4
        stream["X/data"][half : half + 1000] = stream["X/data"][half : half + 1000] + 0.5
    assert "from cell" in refused(space, RefusedFileError, path, labels="cell_type")


def test_a_name_that_is_nothing_is_answered_with_near_ones(space, file, atlas):
    with pytest.raises(NotFoundError, match="Did you mean atlas"):
        annotate_cells(space, file, Path("atlass"))


def test_a_name_of_both_a_file_and_a_set_is_asked_about(space, file, atlas, monkeypatch):
    monkeypatch.chdir(file.parent)
    file.rename(file.with_name("atlas"))
    with pytest.raises(NeedsChoiceError, match="of a file in this folder"):
        annotate_cells(space, atlas, atlas)
    assert annotate_cells(space, (file.parent / "atlas"), file.parent / "atlas", "cell_type").cells == 160


def test_cells_without_labels_are_no_reference(space, tmp_path):
    add_cells(space, write_cells(tmp_path / "bare.h5ad"), name="bare")
    with pytest.raises(InvalidValueError, match="not said which column of bare"):
        annotate_cells(space, Path("bare"), Path("bare"))


def test_sets_that_share_no_genes(space, atlas, tmp_path):
    other = write_cells(tmp_path / "o.h5ad", genes=[f"GENE{number:04d}" for number in range(300, 300 + len(GENES))])
    add_cells(space, other, labels="cell_type")
    with pytest.raises(RefusedFileError, match="share 0 genes"):
        annotate_cells(space, Path("o"), atlas)


def test_counts_are_what_the_world_planted(space, file, atlas):
    rng = np.random.default_rng([0, 1])
    kinds = rng.permutation(np.repeat(np.arange(4), 40))
    with opened_source(space, atlas) as kept:
        assert np.array_equal(whole(kept).toarray(), counts_of(kinds, 0))
