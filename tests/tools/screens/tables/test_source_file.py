"""A file is opened once, and closed again, whatever becomes of it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from db.errors import NeedsChoiceError, RefusedFileError
from db.provenance import file_hash
from tools.screens.ingestion.adding import add_screen
from tools.screens.ingestion.preview import look_at_file
from tools.screens.tables.reading import Reading
from tools.screens.tables.source_file import opened


@pytest.fixture
def openings(monkeypatch):
    """The streams that were opened to be read, in order."""
    streams = []
    really = Path.open

    def watched(path, mode="r", *arguments, **options):
        stream = really(path, mode, *arguments, **options)
        if mode == "rb":
            streams.append((path.name, stream))
        return stream

    monkeypatch.setattr(Path, "open", watched)
    return lambda name: [stream for opened_name, stream in streams if opened_name == name]


def test_a_file_that_is_added_is_opened_once_and_closed(named_workspace, simple, openings):
    add_screen(named_workspace, simple(), phenotype="x", positive_means="raises")
    assert [stream.closed for stream in openings("screen.csv")] == [True]


def test_a_zipped_file_that_is_looked_at_is_opened_once_and_closed(write_file, openings):
    path = write_file(gzip.compress(b"gene,lfc\nIL2,-1.5\n"), "t.csv.gz")
    assert look_at_file(path).reader == "generic"
    assert [stream.closed for stream in openings("t.csv.gz")] == [True]


def test_a_file_of_several_screens_is_looked_at_again_without_being_opened_again(
    named_workspace, write_file, genes, openings
):
    rows = [f"{gene},{len(gene) + len(arm)},{arm}" for gene in genes for arm in ("rest", "stim2")]
    path = write_file("\n".join(["gene,lfc,arm", *rows]))
    with pytest.raises(NeedsChoiceError, match="The column arm holds rest, stim2"):
        add_screen(named_workspace, path, phenotype="x", positive_means="raises")
    assert [stream.closed for stream in openings("screen.csv")] == [True]


def test_header_table_and_hash_may_be_asked_for_in_any_order_and_again(write_file):
    path = write_file(gzip.compress(b"gene,lfc.a,lfc.b\nIL2,-1.5,2\n"), "t.csv.gz")
    with opened(path) as source:
        for reading, columns in (
            (Reading(), ["gene", "lfc.a", "lfc.b"]),
            (Reading(suffix=".b"), ["gene", "lfc.a", "lfc"]),
        ):
            assert source.table(reading).columns == columns == source.columns(reading)
            assert source.sha256() == file_hash(path)
        assert source.header == ("gene", "lfc.a", "lfc.b")


def test_what_is_said_of_rows_and_columns_leaves_the_file_as_it_is(write_file):
    with opened(write_file("gene,lfc.b\nIL2,1\nCD5,2\n")) as source:
        picked = source.table(Reading(suffix=".b", where={"gene": "CD5"}))
        assert picked.cells["lfc"].to_dict() == {3: "2"}
        assert source.table(Reading()).cells["lfc.b"].to_dict() == {2: "1", 3: "2"}


def test_a_refused_file_is_closed(write_file, openings):
    for content, words in ((b"", "is empty"), (b"PK\x03\x04", "zip archive")):
        with pytest.raises(RefusedFileError, match=words), opened(write_file(content)):
            pass
    assert all(stream.closed for stream in openings("screen.csv"))
