"""What a file is by its first bytes: text, packed text, a table of another form, or nothing that can be a table."""

from __future__ import annotations

import re
from typing import Literal

from db.acts import FILE, act
from db.errors import RefusedFileError

Kind = Literal["text", "gzip", "bzip2", "xz", "zip", "parquet"]

START = 1024
"""Bytes that are looked at."""

_READABLE: tuple[tuple[bytes, Kind], ...] = (
    (b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"), (b"PAR1", "parquet"),
)  # fmt: skip

_AS_CSV = "Save the table as csv or tsv (UTF-8), and give that file."
_IN_R = "In R, write the table with write.csv(x, 'table.csv', row.names = FALSE), and give that file."
_UNPACK = "Unpack it, and give the table that is inside."
_FOREIGN: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file (.h5ad, .h5, .loom), not a table of effects",
     f"{act('add_perturb_seq', FILE)} reads perturbed cells; a table of effects is written as csv in Python, such as"
     " scanpy.get.rank_genes_groups_df(…).to_csv(…)."),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls) or another Office file of that age",
     "Open it and save the sheet as xlsx or csv (UTF-8)."),
    (0, b"RDX2\n", "R data (.rda)", _IN_R), (0, b"RDX3\n", "R data (.rda)", _IN_R),
    (0, b"RDA2\n", "R data (.rda)", _IN_R), (0, b"RDA3\n", "R data (.rda)", _IN_R),
    (0, b"X\n\x00\x00\x00", "an R object (.rds)", _IN_R), (0, b"B\n\x02\x00\x00\x00", "an R object (.rds)", _IN_R),
    (0, b"B\n\x03\x00\x00\x00", "an R object (.rds)", _IN_R),
    (0, b"A\n2\n", "an R object (.rds)", _IN_R), (0, b"A\n3\n", "an R object (.rds)", _IN_R),
    (257, b"ustar", "a tar archive", _UNPACK),
    (0, b"%PDF", "a PDF", "Give the table itself, such as the journal's supplementary csv or xlsx."),
    (0, b"{\\rtf", "a document (RTF)", _AS_CSV),
    (0, b"\x89PNG", "an image", _AS_CSV), (0, b"\xff\xd8\xff", "an image", _AS_CSV), (0, b"GIF8", "an image", _AS_CSV),
    (0, b"II*\x00", "an image", _AS_CSV), (0, b"MM\x00*", "an image", _AS_CSV),
    (0, b"\x93NUMPY", "a numpy array (.npy), which has no names of columns", _AS_CSV),
    (0, b"\x80\x02", "a Python pickle, which is never opened", _AS_CSV),
    (0, b"\x80\x03", "a Python pickle, which is never opened", _AS_CSV),
    (0, b"\x80\x04", "a Python pickle, which is never opened", _AS_CSV),
    (0, b"\x80\x05", "a Python pickle, which is never opened", _AS_CSV),
    (0, b"SQLite format 3", "an SQLite database", "Write the table as csv, and give that file."),
    (8, b"DUCK", "a DuckDB database", "Write the table as csv or Parquet, and give that file."),
    (0, b"ARROW1", "an Arrow or Feather file", "Write it as Parquet or csv, and give that file."),
    (0, b"FEA1", "a Feather file", "Write it as Parquet or csv, and give that file."),
    (0, b"ORC", "an ORC file", "Write it as Parquet or csv, and give that file."),
    (0, b"Obj\x01", "an Avro file", "Write it as Parquet or csv, and give that file."),
    (0, b"\x28\xb5\x2f\xfd", "packed by zstd", "Unpack it (`unzstd FILE`), or pack it by gzip."),
    (0, b"\x04\x22\x4d\x18", "packed by lz4", "Unpack it (`unlz4 FILE`), or pack it by gzip."),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK), (0, b"Rar!", "a rar archive", _UNPACK),
    (0, b"\x1f\x9d", "packed by compress (.Z)", "Unpack it (`uncompress FILE`), or pack it by gzip."),
    (0, b"LZIP", "packed by lzip", "Unpack it (`lzip -d FILE`), or pack it by gzip."),
    (0, b"\x7fELF", "a program", _AS_CSV), (0, b"<stata_dta>", "a Stata file", _AS_CSV),
    (0, b"$FL2", "an SPSS file", _AS_CSV), (0, b"MATLAB ", "a Matlab file", _AS_CSV),
)  # fmt: skip
"""Place, bytes that stand there, what the file then is, and what helps."""

_JSON = re.compile(rb'\s*(\{\s*("|\})|\[\s*(["{\[]|\]))')
_MARKUP = re.compile(rb"\s*<(!doctype|!--|\?xml|html|head|body|table|meta|style|div|center|font|svg)", re.IGNORECASE)


def kind_of(start: bytes, name: str) -> Kind:
    """What a file is.

    Args:
        start: Its first `START` bytes, or all of it.
        name: Its name, for the message.

    Raises:
        RefusedFileError: It is empty, or of a form that is no table; the message says which, and what helps.
    """
    if not start:
        raise RefusedFileError(f"{name} is empty.", "Check the export that wrote it; a table needs a header and rows.")
    for magic, kind in _READABLE:
        if start.startswith(magic):
            return kind
    for place, magic, what, help_ in _FOREIGN:
        if start[place : place + len(magic)] == magic:
            raise RefusedFileError(f"{name} is {what}.", help_)
    _refuse_other_text(start.removeprefix(b"\xef\xbb\xbf"), name)
    return "text"


def _refuse_other_text(start: bytes, name: str) -> None:
    """Refuses text that is no table: JSON, a web page, other markup."""
    if _JSON.match(start):
        raise RefusedFileError(f"{name} is JSON, no table.", f"Write one row for each gene. {_AS_CSV}")
    if found := _MARKUP.match(start):
        page = found[1].lower() != b"?xml" or b"<html" in start.lower()
        what = "a web page (HTML)" if page else "XML, no table"
        raise RefusedFileError(
            f"{name} is {what}, whatever its ending says; portals export such files as .xls, and send one in place of a"
            " download that needs a login.",
            "Download the table itself, or open the file in a spreadsheet and save it as csv or xlsx.",
        )
