"""Where a table stands in its file, whatever people and programs put around it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import openpyxl
import pytest

from db.errors import InvalidValueError, NeedsChoiceError, RefusedFileError
from tools.screens.tables.reading import Reading
from tools.screens.tables.source_file import opened

TABLE = "gene,lfc,p\nIL2,-1.5,0.1\nCD5,2,NA\nLAT,0.5,0.3\n"
CELLS = [["IL2", "-1.5", "0.1"], ["CD5", "2", "NA"], ["LAT", "0.5", "0.3"]]


@pytest.fixture
def read(write_file):
    """The names, the rows, their lines, and what is said of a file."""

    def of(content, name="t.csv", **reading):
        with opened(write_file(content, name), Reading(**reading)) as source:
            table = source.table(Reading(**reading))
            assert source.columns(Reading(**reading)) == table.columns
        return table.columns, table.cells.to_numpy().tolist(), list(table.cells.index), " ".join(table.said)

    return of


@pytest.mark.parametrize(
    ("above", "line", "said"),
    [
        ("", 2, ""),
        ("# run 12, by X\n#date\n", 4, "Lines 1 to 2 are no part of the table"),
        ("Table S3. Results of the screen, all genes\n\n", 4, "the header is line 3"),
        ("Results,,\n", 3, "the header is line 2"),
        (",Results,\n,,\n", 4, "the header is line 3"),
        ("Screen of kinases, T cells, and all that is known of them\n", 3, "the header is line 2"),
        ("sep=,\n", 3, "how the file is separated"),
        ('"sep=,"\n', 3, "how the file is separated"),
        ("\n\n", 4, ""),
    ],
)
def test_what_stands_above_the_header_is_left_out_and_said(read, above, line, said):
    columns, rows, lines, told = read(above + TABLE)
    assert (columns, rows, lines[0]) == (["gene", "lfc", "p"], CELLS, line)
    assert said in told


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ("", ""), ("\n* by t-test; n = 3\n", "'* by t-test; n = 3'"), ("Values are means of three\n", "Values are"),
        ("\nNote: p and q\nand more, too\n", "Line 6 and 1 more"), ("# done\n", "# done"), (",,\n,,\n", ""),
        ("* a note,,\n", "* a note"),
    ],
)  # fmt: skip
def test_what_stands_below_the_table_is_left_out_and_said(read, below, said):
    assert read(TABLE + below)[1] == CELLS
    assert said in read(TABLE + below)[3]


@pytest.mark.parametrize("cut", ["TP53,1\n", "TP5\n", "\nTP53,1\n", "TP53,1,0.5,7\n"])
def test_half_a_row_at_the_end_is_no_note(read, cut):
    with pytest.raises(RefusedFileError, match=r"Line [56] of t\.csv has"):
        read(TABLE + cut)


def test_a_note_that_fills_all_columns_is_a_row_and_is_told_later(read):
    assert read(TABLE + "mean, of all, rows\n")[1][3] == ["mean", "of all", "rows"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("after", ["", "{sign}", "{sign}{sign}"])
def test_line_ends_separators_and_empty_last_columns_make_no_difference(read, end, sign, after):
    content = TABLE.replace("\n", after.format(sign=sign) + end).replace(",", sign)
    assert read(content)[:2] == (["gene", "lfc", "p"], CELLS)


def test_an_empty_last_name_over_shorter_rows_is_none(read):
    assert read(TABLE.replace("gene,lfc,p", "gene,lfc,p,"))[:2] == (["gene", "lfc", "p"], CELLS)


def test_row_names_without_a_name_are_kept(read):
    assert read("lfc,p\nIL2,1,0.1\nCD5,2,0.2\n")[:2] == (["", "lfc", "p"], [["IL2", "1", "0.1"], ["CD5", "2", "0.2"]])
    assert read(",lfc\nIL2,1\nCD5,2\n")[0] == ["", "lfc"]


def test_a_row_may_lack_a_last_cell_that_most_rows_leave_empty(read):
    assert read("gene,lfc,note\nIL2,1\nCD5,2,\nLAT,3,\n")[1][0] == ["IL2", "1", ""]


def test_names_in_several_lines_are_joined(read):
    lines = ["\t\tgamma\tgamma\trho", "\t\tave\tave\tave", "gene\ttranscript\tp\tscore\tp", "IL2\tP1\t0.1\t2\t0.3"]
    columns, rows, _, told = read("\n".join(lines))
    assert columns == ["gene", "transcript", "gamma:ave:p", "gamma:ave:score", "rho:ave:p"]
    assert rows == [["IL2", "P1", "0.1", "2", "0.3"]]
    assert "The header has 3 lines (1 to 3)" in told


def test_a_name_over_several_columns_is_carried_on(read):
    assert read(",day 1,,day 2,\ngene,lfc,p,lfc,p\nIL2,1,0.1,2,0.2\nCD5,1,.1,2,.2\n")[0] == [
        "gene", "day 1:lfc", "day 1:p", "day 2:lfc", "day 2:p",
    ]  # fmt: skip


def test_each_line_of_a_header_can_be_had(write_file):
    with opened(write_file(",a,a\ngene,x,y\nIL2,1,2\nCD5,3,4\n")) as source:
        assert source.header_lines == (("", "a", "a"), ("gene", "x", "y"))
        assert source.header == ("gene", "a:x", "a:y")


def test_a_file_without_a_header_is_refused_with_the_option_that_reads_it(read):
    content = TABLE.split("\n", 1)[1]
    with pytest.raises(RefusedFileError) as caught:
        read(content)
    assert "holds data (IL2, -1.5, 0.1)" in caught.value.message
    assert "`no_header=True, columns={'gene': '1', 'estimate': '2'}`" in caught.value.suggestion
    assert read(content, no_header=True)[:3] == (["1", "2", "3"], CELLS, [1, 2, 3])


@pytest.mark.parametrize("header", ["gene,1,2", "0,1,2", "#gene,lfc,p", "Gene,2019,2020"])
def test_names_that_are_numbers_may_be_a_header(read, header):
    assert read(TABLE.replace("gene,lfc,p", header))[:2] == (header.lstrip("#").split(","), CELLS)


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("t.csv.gz", gzip.compress), ("t.csv.bz2", bz2.compress), ("t.csv.xz", lzma.compress),
        ("t.gz.bz2", lambda content: bz2.compress(gzip.compress(content))),
    ],
)  # fmt: skip
def test_packed_text_is_read_and_cut_off_is_refused(read, name, packed):
    assert read(packed(TABLE.encode()), name)[1] == CELLS
    with pytest.raises(RefusedFileError, match="damaged or incomplete"):
        read(packed(TABLE.encode() * 50)[:-12], name)


def zipped(**members: str) -> bytes:
    """A zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_zip_of_one_table_is_read(read):
    assert read(zipped(**{"folder/t.csv": TABLE, "__MACOSX/._t.csv": "x"}), "t.zip")[1] == CELLS


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"a.csv": TABLE, "b.csv": TABLE}, r"2 files \(a\.csv, b\.csv\)"), ({}, "no file"), ({"a.npy": "x"}, r"\.npz"),
        ({"content.xml": "x"}, r"\.ods"), ({"word/document.xml": "x"}, "Word"), ({"a.json": "[{}]"}, "JSON"),
    ],
)  # fmt: skip
def test_another_zip_is_refused_as_what_it_is(read, members, words):
    with pytest.raises(RefusedFileError, match=words):
        read(zipped(**members), "t.zip")


@pytest.fixture
def workbook():
    """A workbook with the sheets that are given."""

    def of(**sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    return of


SHEET = [["gene", "lfc", "p"], ["IL2", -1.5, 0.1], ["CD5", 2, "NA"], ["LAT", 0.5, 0.3]]


def test_the_one_sheet_with_a_table_is_read(read, workbook):
    book = workbook(About=[["All genes of the screen"]], Table=[["Table S1. All genes"], [], *SHEET, ["* a note"]])
    columns, rows, lines, told = read(book, "t.xlsx")
    assert (columns, rows, lines) == (["gene", "lfc", "p"], CELLS, [4, 5, 6])
    assert "Read from the sheet 'Table'; the workbook also has 'About'." in told
    assert "the header is line 3" in told
    assert "* a note" in told


def test_of_several_sheets_one_has_to_be_named(read, workbook):
    book = workbook(day1=SHEET, day2=[["gene", "lfc", "p"], ["IL2", 9, 0.1], ["CD5", 8, 0.1]])
    with pytest.raises(NeedsChoiceError, match="2 sheets that hold a table: 'day1', 'day2'") as caught:
        read(book, "t.xlsx")
    assert caught.value.suggestion == "Say which: `sheet='day1'`."
    assert read(book, "t.xlsx", sheet="Day2")[1][0] == read(book, "t.xlsx", sheet="2")[1][0] == ["IL2", "9", "0.1"]
    with pytest.raises(InvalidValueError, match="no sheet 'day3'"):
        read(book, "t.xlsx", sheet="day3")
    with pytest.raises(InvalidValueError, match="no workbook"):
        read(TABLE, sheet="day3")


def test_cells_of_a_workbook_keep_their_digits_and_say_what_they_are(read, workbook, tmp_path):
    book = openpyxl.load_workbook(
        io.BytesIO(workbook(a=[["gene", "lfc"], ["IL2", 0.1], ["CD5", 1e-300], ["LAT", 3.0]]))
    )
    book["a"]["B2"].number_format = "0.0%"
    stream = io.BytesIO()
    book.save(stream)
    assert [row[1] for row in read(stream.getvalue(), "t.xlsx")[1]] == ["10%", "1e-300", "3"]


def test_a_damaged_workbook_is_refused(read, workbook):
    book = workbook(a=SHEET)
    for content in (book[: len(book) // 2], book.replace(b"xl/worksheets", b"xl/worksheetz")):
        with pytest.raises(RefusedFileError, match=r"Excel workbook|no cell with anything"):
            read(content, "t.xlsx")
