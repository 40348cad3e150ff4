"""Cells of a set in a plane: as far apart as they are planted, a sample of many, kept by content."""

from __future__ import annotations

import numpy as np
import pytest

from db.errors import NotFoundError, RefusedFileError
from tests.labelled_world import write_cells
from tests.store_copy import copied
from tests.synthetic_store import workspace_on
from tools.cells.sets import drawing
from tools.cells.sets.adding import add_cells
from tools.cells.sets.drawing import cell_plane
from tools.cells.sets.listing import cells_remove


@pytest.fixture
def space(cells_space, tmp_path):
    own = workspace_on(copied(cells_space.store, tmp_path / "own.duckdb"), tmp_path)
    add_cells(own, write_cells(tmp_path / "atlas.h5ad"), labels="cell_type")
    return own


def kept(space) -> list[str]:
    folder = space.paths.cache / "cell_planes"
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def test_cells_of_a_type_lie_together(space):
    plane = cell_plane(space, "atlas")
    points, labels = np.array(plane.points), np.array(plane.labels)
    centres = {one: points[labels == one].mean(axis=0) for one in set(labels)}
    nearest = [min(centres, key=lambda one: np.linalg.norm(point - centres[one])) for point in points]
    assert (np.array(nearest) == labels).mean() > 0.8
    assert (len(points), plane.cells) == (160, 160)


def test_a_plane_is_read_again_and_never_taken_for_that_of_other_cells(space, tmp_path, monkeypatch):
    first = cell_plane(space, "atlas")
    before = kept(space)
    assert len(before) == 1
    monkeypatch.setattr(drawing, "_drawn", lambda *_: pytest.fail("it is computed again"))
    assert cell_plane(space, "ATLAS") == first
    monkeypatch.undo()
    cells_remove(space, "atlas")
    add_cells(space, write_cells(tmp_path / "b.h5ad", seed=9), labels="cell_type", name="atlas")
    assert cell_plane(space, "atlas").points != first.points
    assert len(kept(space)) == 2


def test_a_kept_plane_that_is_damaged_is_made_again(space):
    first = cell_plane(space, "atlas")
    path = space.paths.cache / "cell_planes" / kept(space)[0]
    for content in ("{", '{"points": [[1, 2]], "labels": []}', "[]"):
        path.write_text(content)
        assert cell_plane(space, "atlas") == first


def test_of_many_cells_a_sample_is_drawn(space, monkeypatch):
    monkeypatch.setattr(drawing, "MOST_CELLS", 50)
    plane = cell_plane(space, "atlas")
    assert (len(plane.points), plane.cells) == (50, 160)


def test_cells_that_are_none_or_too_few(space, tmp_path):
    with pytest.raises(NotFoundError, match="no cells named 'atlass'"):
        cell_plane(space, "atlass")
    add_cells(space, write_cells(tmp_path / "few.h5ad", (2, 1)), name="few")
    with pytest.raises(RefusedFileError, match="3 cells, too few"):
        cell_plane(space, "few")
