"""A file is known by its first bytes, whatever its name says."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest

from db.errors import RefusedFileError
from db.files.kinds import kind_of
from db.files.objects import read_array, read_json, read_r_data
from db.files.opening import open_ordinary
from db.files.text import decoded, read_text


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"gene,lfc\n", "text"),
        (gzip.compress(b"x"), "gzip"),
        (bz2.compress(b"x"), "bzip2"),
        (b"PAR1....", "parquet"),
        (b"\xef\xbb\xbfgene,lfc", "text"),
        (b"[gene],lfc\n", "text"),
        (b"<2 fold,lfc\n", "text"),
    ],
    # Packed content holds the time at which it was packed, which must not enter the name of a test.
    ids=range(7),
)
def test_what_can_be_a_table_has_a_kind(start, kind):
    assert kind_of(start, "x") == kind


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"RDX3\nX\n", "R data"),
        (b"A\n3\n263", "R object"),
        (b"\n <!DOCTYPE html>", "web page"),
        (b"<TABLE border=1>", "web page"),
        (b"\xef\xbb\xbf<html>", "web page"),
        (b'<?xml version="1.0"?><Workbook>', "XML"),
        (b'{"gene": 1}', "JSON"),
        (b'[{"gene": 1}]', "JSON"),
        (b"[[1, 2]]", "JSON"),
        (b"\x93NUMPY\x01", "numpy"),
        (b"\x80\x04\x95", "pickle"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"ARROW1\x00\x00", "Arrow"),
        (b"\x28\xb5\x2f\xfd\x00", "zstd"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"", "empty"),
        (b"\x00" * 8 + b"DUCK", "DuckDB"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(start, words):
    with pytest.raises(RefusedFileError, match=f"x is .*{words}") as caught:
        kind_of(start, "x")
    assert caught.value.suggestion


def test_a_packed_archive_is_called_one(tmp_path):
    from tools.screens.tables.source_file import opened

    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("t.csv"), io.BytesIO())
    path = tmp_path / "t.tar.gz"
    path.write_bytes(stream.getvalue())
    with opened(path) as source, pytest.raises(RefusedFileError, match="is a tar archive"):
        _ = source.header


def test_a_pipe_a_device_and_a_folder_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path / "pipe", "is a pipe"),
        (Path("/dev/zero"), "is a device"),
        (tmp_path, "is a folder"),
    ):
        with pytest.raises(RefusedFileError, match=words):
            open_ordinary(path)


def test_names_that_no_file_system_takes_and_links_in_a_circle_are_refused(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for path in (tmp_path / "a", tmp_path / ("x" * 400), tmp_path / "x\x00y"):
        with pytest.raises(RefusedFileError):
            open_ordinary(path)


@pytest.fixture
def npy(tmp_path):
    """A .npy file."""

    def of(values, change=lambda content: content):
        path = tmp_path / "x.npy"
        np.save(path, values)
        path.write_bytes(change(path.read_bytes()))
        return path

    return of


def test_arrays_come_as_they_were(npy):
    assert read_array(npy(np.array(["IL2", "CD5"]))).tolist() == ["IL2", "CD5"]
    assert read_array(npy(np.array([b"IL2"]))).tolist() == ["IL2"]
    assert read_array(npy(np.arange(6.0).reshape(2, 3))).tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("values", "change"),
    [
        (np.array(["IL2"]), lambda content: content[:-5]),
        (np.array(["IL2"]), lambda content: content.replace(b"(1,)", b"(1, ")),
        (np.array(["IL2"]), lambda content: content.replace(b"'<U3'", b"'<Q3'")),
        (np.array(["IL2"]), lambda content: content[:-1] + b"\xff"),
        (np.array([b"IL2"]), lambda content: content[:-1] + b"\xff"),
        (np.array([{}], dtype=object), lambda content: content),
        (np.array([1.0]), lambda content: content.replace(b"(1,)", b"(99999999999,)")),
        (np.array([1.0]), lambda content: b""),
    ],
)
def test_damaged_arrays_and_objects_are_refused(npy, values, change):
    with pytest.raises(RefusedFileError, match=r"x\.npy"):
        read_array(npy(values, change))


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b'"\xff"', b"nul"])
def test_damaged_json_is_refused(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(RefusedFileError, match=r"x\.json cannot be read as JSON"):
        read_json(tmp_path / "x.json")


def test_json_may_have_a_mark_of_its_encoding(tmp_path):
    (tmp_path / "x.json").write_bytes(b"\xef\xbb\xbf" + json.dumps([1]).encode())
    assert read_json(tmp_path / "x.json") == [1]


@pytest.mark.parametrize("content", [b"", b"RDX3\nX\n", b"gene,lfc\n", gzip.compress(b"RDX2\nX\n\x00")], ids=range(4))
def test_damaged_r_data_are_refused(tmp_path, content):
    (tmp_path / "x.rda").write_bytes(content)
    with pytest.raises(RefusedFileError, match=r"x\.rda cannot be read as R data"):
        read_r_data(tmp_path / "x.rda")


def test_text_is_utf_8_or_says_that_it_is_utf_16(tmp_path):
    path = tmp_path / "x.txt"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_bytes("Fälle\n".encode(encoding))
        assert read_text(path) == "Fälle\n"
    path.write_bytes(b"F\xe4lle")
    with pytest.raises(RefusedFileError, match="0xe4"):
        read_text(path)


def test_a_cut_piece_may_end_within_a_character():
    assert decoded("gene,ä".encode()[:-1], Path("x"), whole=False) == "gene,"
