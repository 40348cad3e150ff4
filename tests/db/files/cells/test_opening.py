"""The door: files are told by what they hold, and what is no file of cells is refused in words."""

from __future__ import annotations

import bz2
import gzip
import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from db.errors import RefusedFileError
from db.files.cells.opening import is_cells, opened_cells
from tests.db.files.cells.conftest import CELLS, GENES, TEXT, put_frame


def refused(path: Path, words: str) -> str:
    """What is suggested where a file is refused with some words, at the door or at a piece or a column."""
    with pytest.raises(RefusedFileError, match=words) as caught, opened_cells(path) as cells:
        for name in cells.columns:
            cells.column(name)
        list(cells.pieces())
    assert caught.value.suggestion
    return caught.value.suggestion


def test_a_file_is_known_whatever_it_is_called(h5ad, tmp_path):
    path = h5ad().rename(tmp_path / "cells.csv")
    assert is_cells(path)
    with opened_cells(path) as cells:
        assert cells.title == "AnnData (.h5ad)"


def test_what_is_no_file_of_cells_is_called_by_its_name(tmp_path):
    for name, content, words in (
        ("a.h5ad", b"gene,lfc\nTP53,1\n", r"a\.h5ad is text, not cells"),
        ("b.h5ad", b"", r"b\.h5ad is empty"),
        ("c.h5ad", gzip.compress(b"\x89HDF\r\n\x1a\n"), r"c\.h5ad is a gzip file, not cells"),
        ("d.h5ad", b"<html>", r"d\.h5ad is a web page"),
        ("e.h5ad", b"PK\x03\x04", r"e\.h5ad is a zip file, not cells"),
    ):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, words)
        assert not is_cells(tmp_path / name)


def test_hdf5_of_other_programs_is_called_by_its_name(tmp_path):
    for groups, words in (
        (("mod", "obs", "var", "uns"), "a MuData file"),
        (("mod", "uns"), r"a MuData file \(\.h5mu\)"),
        (("assays", "meta.data", "graphs"), r"a Seurat file \(\.h5seurat\)"),
        (("weights",), "HDF5 file without cells: it holds weights"),
        ((), "it holds nothing"),
    ):
        with h5py.File(tmp_path / "x.h5", "w") as file:
            for group in groups:
                file.create_group(group)
        refused(tmp_path / "x.h5", words)


def test_pipes_devices_missing_files_and_other_folders_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "is a pipe")
    refused(Path("/dev/zero"), "is a device")
    refused(tmp_path / "none.h5ad", "There is no file")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "is a folder without a matrix")
    (tmp_path / "zarr").mkdir()
    (tmp_path / "zarr" / ".zgroup").touch()
    assert "write_h5ad" in refused(tmp_path / "zarr", "is a Zarr store")


def test_a_cut_file_is_refused(h5ad):
    path = h5ad()
    content = path.read_bytes()
    for length in (len(content) - 1, len(content) // 2, 600):
        path.write_bytes(content[:length])
        refused(path, "is cut: its end is missing")
    path.write_bytes(content[:20])
    refused(path, "cannot be read as HDF5")


def without(*places):
    def change(file):
        for place in places:
            del file[place]

    return change


def replaced(place, values, **options):
    def change(file):
        del file[place]
        file.create_dataset(place, data=values, **options)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("X"), "has no matrices"),
        (without("obs"), "has no table obs"),
        (without("var/index"), "has no values at /var/index"),
        (without("X/indices"), "has no values at /X/indices"),
        (replaced("X/indptr", np.zeros(CELLS + 1)[:-1]), "do not fit each other"),
        (replaced("X/data", ["a", "b"], dtype=TEXT), "has no numbers at /X/data"),
        (replaced("X", np.zeros((GENES, CELLS))), r"its matrix X is 12 × 50\. It is the other way round"),
        (replaced("X", np.zeros((CELLS, GENES - 1))), "its matrix X is 50 × 11"),
        (replaced("X", np.zeros(CELLS)), "is no matrix"),
        (replaced("X", np.full((CELLS, GENES), np.nan)), "missing or infinite"),
        (replaced("var/index", np.zeros((GENES, 2))), "not a list"),
    ],
    ids=range(11),
)  # fmt: skip
def test_missing_and_unfitting_parts_are_refused(h5ad, change, words):
    refused(h5ad(change), words)


def test_a_column_that_is_too_short_or_names_no_category_is_refused(h5ad):
    def short(file):
        file["obs"].create_dataset("pert", data=["A"] * 3, dtype=TEXT)

    def stray(file):
        del file["obs"]
        put_frame(file, "obs", [f"c{n}" for n in range(CELLS)], {"pert": ([7] * CELLS, ["A", "B"])})

    refused(h5ad(short), "has 50 cells, and 3 values in 'pert'")
    refused(h5ad(stray), "has categories that it does not name")


def test_what_lies_in_another_file_is_not_read(h5ad, tmp_path):
    (tmp_path / "secret").write_bytes(np.arange(CELLS * GENES, dtype="f4").tobytes())

    def outside(file):
        del file["X"]
        file["X"] = h5py.ExternalLink("other.h5", "/X")

    def stored_outside(file):
        del file["X"]
        file.create_dataset("X", (CELLS, GENES), "f4", external=[(str(tmp_path / "secret"), 0, h5py.h5f.UNLIMITED)])

    def virtual(file):
        del file["X"]
        layout = h5py.VirtualLayout((CELLS, GENES), "f4")
        layout[:] = h5py.VirtualSource("other.h5", "X", (CELLS, GENES))
        file.create_virtual_dataset("X", layout)

    for change in (outside, stored_outside, virtual):
        refused(h5ad(change), "what another file holds is not read")


def test_a_packing_that_is_not_here_is_named(h5ad, counts):
    def blosc(file):
        del file["X"]
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((CELLS, GENES))
        plan.set_filter(32001, h5py.h5z.FLAG_OPTIONAL, (1,))
        space = h5py.h5s.create_simple((CELLS, GENES))
        h5py.h5d.create(file.id, b"X", h5py.h5t.IEEE_F32LE, space, plan)

    assert "compression='gzip'" in refused(h5ad(blosc), "packed by Blosc, which cannot be unpacked here")


def test_a_small_file_that_claims_very_many_cells_is_refused(h5ad):
    def huge(file):
        del file["obs/index"]
        file["obs"].create_dataset("index", (10**12,), TEXT, chunks=(1000,))

    refused(h5ad(huge), "claims 1,000,000,000,000 values at /obs/index")


def test_r_data_without_a_screen_is_refused(tmp_path):
    import rdata

    rdata.write_rda(tmp_path / "x.rda", {"x": np.arange(3.0)})
    assert is_cells(tmp_path / "x.rda")
    assert "writeH5AD" in refused(tmp_path / "x.rda", "R data without a list")
    (tmp_path / "y.rda").write_bytes(bz2.compress(b"RDX3\nX\n"))
    refused(tmp_path / "y.rda", "cannot be read as R data")
