"""Lists of genes, in whatever form people have them."""

from __future__ import annotations

import gzip
import io

import openpyxl
import pytest

from db.errors import HitscoutError, NotFoundError, RefusedFileError
from tools.genes.name_lists import read_list

GENES = ["IL2", "CD5", "LAT"]
GUIDES = [(f"s{number}_{gene}", "ACGTACGTACGTACGTACG" + "ACGT"[number], gene) for gene in GENES for number in range(4)]


def table(rows, sign=",") -> str:
    """Rows as text."""
    return "\n".join(sign.join(row) for row in rows)


def workbook(rows) -> bytes:
    """A workbook of one sheet."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(GENES),
        "\r\n".join(GENES),
        "\r".join(GENES),
        "\ufeff" + "\n".join(GENES),
        "Gene\n" + "\n".join(GENES),
        '"IL2"\n"CD5"\n"LAT"\n',
        "# my genes\n\nIL2\n  \n# and\nCD5\nLAT\n",
        "IL2, CD5, LAT",
        "IL2 CD5 LAT\n",
        "\n".join(GENES).encode("utf-16"),
        gzip.compress("\n".join(GENES).encode()),
        '="IL2"\n="CD5"\n="LAT"',
        workbook([[gene] for gene in GENES]),
        workbook([["Gene symbol", "n"], *([gene, 1] for gene in GENES)]),
        "id;Gene Symbol\n1;IL2\n2;CD5\n3;LAT\n",
        'Gene,why\nIL2,"a, b"\nCD5,c\nLAT,\n',
        "sep=;\nGene;x\nIL2;1\nCD5;\nLAT;2",
    ],
    # Packed content holds the time at which it was packed, which must not enter the name of a test.
    ids=range(17),
)
def test_one_name_a_line_however_it_is_written(write_file, content):
    assert [one.name for one in read_list(write_file(content, "list"), "library")] == GENES


@pytest.mark.parametrize(
    "content",
    [
        table([("id", "sequence", "gene"), *GUIDES], "\t"),
        table(GUIDES),
        table(GUIDES, "\t"),
        table([(gene, sequence, name) for name, sequence, gene in GUIDES]),
        table([("sgRNA", "Target sequence", "Target Gene Symbol"), *GUIDES]),
    ],
)
def test_of_a_library_of_guides_the_genes_are_taken(write_file, content):
    assert dict.fromkeys(one.name for one in read_list(write_file(content, "list"), "library")) == dict.fromkeys(GENES)


def test_the_cell_after_the_name_is_kept_with_its_commas(write_file):
    content = 'gene,reason\nIL2,"toxic, really"\nCD5\n'
    assert [one.second for one in read_list(write_file(content, "list"), "exclusions")] == ["toxic, really", ""]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "holds no names"),
        (b"# a\n", "holds no names"),
        (b"IL2\x00CD5", "zero bytes"),
        (b"G\xe9ne\n", "0xe9"),
        (b"PK\x03\x04" + bytes(50), "Excel workbook"),
        (b'["IL2"]', "JSON"),
        (b"<html><body>", "web page"),
        (b"\x1f\x8b\x08\x00cut", "gzip"),
        (b"gene\n", "holds no names"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
    ],
)
def test_what_is_no_list_is_refused_in_words(write_file, content, words):
    with pytest.raises(RefusedFileError, match=words) as caught:
        read_list(write_file(content, "list"), "library")
    assert caught.value.suggestion


def test_what_is_not_there_or_cannot_be_is_refused(tmp_path):
    with pytest.raises(NotFoundError, match="There is no file"):
        read_list(tmp_path / "none.txt", "library")
    for path in (tmp_path, tmp_path / ("x" * 400)):
        with pytest.raises(HitscoutError):
            read_list(path, "library")


@pytest.mark.parametrize("name", ["sets.gmt", "sets.txt"])
def test_of_gene_sets_the_genes_are_taken_and_not_the_names_of_the_sets(write_file, name):
    sets = b"SET1\thttps://example.org/1\tTP53\tKRAS\nSET2\thttps://example.org/2\tMYC\n"
    assert [one.name for one in read_list(write_file(sets, name), "exclusions")] == ["TP53", "KRAS", "MYC"]


def test_sequences_are_no_list(write_file):
    with pytest.raises(RefusedFileError, match="FASTA"):
        read_list(write_file(b">TP53_1\nGACTTAGGATCCAGCTTAGC\n", "guides.fa"), "exclusions")
