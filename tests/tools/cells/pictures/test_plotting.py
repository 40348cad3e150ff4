"""Pictures of cells: what is in them is what is in the file, and the same content gives the same picture."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image

from db.errors import InvalidValueError, NotFoundError
from tests.labelled_world import TYPES, own_genes, write_cells
from tools.cells.annotation.result import ConfusionRow
from tools.cells.pictures.naming import counted
from tools.cells.pictures.plotting import plot_cells, plot_named_cells
from tools.drawing.style import COLOURS, MOST_KINDS, look


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_cells(tmp_path_factory.mktemp("file") / "cells.h5ad", (30, 20, 20, 10))


def texts_in(path) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]+)</text>", path.read_text())


def test_a_picture_by_label_names_every_kind_with_its_cells(cells_space, file, tmp_path):
    out = tmp_path / "cells.svg"
    found = plot_cells(cells_space, file, out, by="cell_type")
    assert dict(found.kinds) == dict(zip(TYPES, (30, 20, 20, 10), strict=True))
    told = texts_in(out)
    assert {f"{name} ({cells})" for name, cells in found.kinds.items()} <= set(told)
    assert "cell_type" in told


def test_the_same_content_gives_the_same_bytes(cells_space, file, tmp_path):
    for name in ("a.svg", "b.svg"):
        plot_cells(cells_space, file, tmp_path / name, by="cell_type", method="tsne", seed=3)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_picture_in_dots_is_as_large_as_a_slide_needs(cells_space, file, tmp_path):
    plot_cells(cells_space, file, tmp_path / "cells.png", by=f"gene:{own_genes(0)[0]}")
    with Image.open(tmp_path / "cells.png") as picture:
        assert picture.size == (1280, 960)
        assert len(set(picture.convert("RGB").resize((64, 48)).get_flattened_data())) > 10


def test_a_gene_colours_by_amount_in_any_case_and_an_unknown_one_is_refused(cells_space, file, tmp_path):
    gene = own_genes(0)[0]
    found = plot_cells(cells_space, file, tmp_path / "g.svg", by=f"gene:{gene.lower()}")
    assert found.kinds == {}
    assert any("log1p CP10k" in text for text in texts_in(tmp_path / "g.svg"))
    with pytest.raises(NotFoundError, match="has no gene 'NOSUCH'"):
        plot_cells(cells_space, file, tmp_path / "h.svg", by="gene:NOSUCH")
    assert not (tmp_path / "h.svg").exists()


def test_what_cannot_be_drawn_is_refused_in_words(cells_space, file, tmp_path):
    with pytest.raises(InvalidValueError, match="no_such"):
        plot_cells(cells_space, file, tmp_path / "a.svg", by="no_such")
    with pytest.raises(InvalidValueError, match="umap"):
        plot_cells(cells_space, file, tmp_path / "a.svg", method="umap")
    with pytest.raises(InvalidValueError, match="ends in neither"):
        plot_cells(cells_space, file, tmp_path / "a.pdf")
    assert not list(tmp_path.iterdir())


def test_no_two_of_the_kinds_look_alike():
    looks = {tuple(sorted(look(number).items())) for number in range(MOST_KINDS)}
    assert len(looks) == MOST_KINDS
    assert len({look(number)["color"] for number in range(len(COLOURS))}) == len(COLOURS)


def test_pairs_of_labels_are_counted_with_unlike_last():
    rows = [
        ConfusionRow("a", True, 10, {"a": 7, "unlike": 3}), ConfusionRow("x", False, 5, {"unlike": 4, "b": 1}),
        ConfusionRow("b", True, 2, {"b": 2}),
    ]  # fmt: skip
    own, given, cells = counted(rows)
    assert (own, given) == (["a", "x", "b"], ["a", "b", "unlike"])
    np.testing.assert_array_equal(cells, [[7, 0, 3], [0, 1, 4], [0, 2, 0]])


@pytest.mark.parametrize("kind", ["confusion", "flow"])
def test_what_labels_became_is_drawn_with_every_label(cells_space, file, tmp_path, kind):
    mouse = write_cells(
        tmp_path / "mouse.h5ad", (30, 30, 30, 30), seed=4, mouse=True, labels=("Alpha", "BETA", "delta", "ductal")
    )
    out = tmp_path / "named.svg"
    found = plot_named_cells(
        cells_space, mouse, file, "cell_type", out, across_species=True, kind=kind, own_label="cell_type"
    )
    assert found.accuracy > 0.9
    told = " ".join(texts_in(out))
    assert all(name in told for name in TYPES)
    assert "mouse.h5ad named by cells.h5ad" in told


def test_a_file_without_labels_of_its_own_is_refused(cells_space, file, tmp_path):
    with pytest.raises(InvalidValueError, match="nothing"):
        plot_named_cells(cells_space, file, file, "cell_type", tmp_path / "n.svg", own_label="nothing")
