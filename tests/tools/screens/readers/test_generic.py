"""Any table with a gene and an effect."""

from __future__ import annotations

import gzip

import duckdb
import pytest

from db.errors import InvalidValueError, NeedsChoiceError, RefusedFileError
from tools.screens.ingestion.files_read import read_files
from tools.screens.tables.reading import Reading
from tools.screens.tables.source_file import opened


def read_table(path, reading):
    with opened(path, reading) as source:
        return read_files(source, reading).table


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ("Gene Symbol,log2FoldChange,P.Value,adj.P.Val", "lfc"),
        ("gene,beta,p,fdr", "beta"),
        ("SYMBOL,Z-score,pval,q-value", "z"),
    ],
)
def test_obvious_columns_are_known_in_any_spelling(write_file, columns, kind):
    table = read_table(write_file(f"{columns}\nIL2,-1,0.02,0.1\nCD5,1,0.4,0.5\n"), Reading())
    assert table.estimate_kind == kind
    assert table.rows["p_low"].tolist() == pytest.approx([0.01, 0.8])
    assert table.rows["p_high"].tolist() == pytest.approx([0.99, 0.2])
    assert table.rows["fdr_low"].tolist() == [0.1, 1]
    assert table.rows["fdr_high"].tolist() == [1, 0.5]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_commas_tabs_and_semicolons_are_told_apart(write_file, separator):
    text = "gene,lfc,p\nIL2,-1.5,0.5\nCD5,1,0.5\n".replace(",", separator)
    assert read_table(write_file(text), Reading()).rows["estimate"].tolist() == [-1.5, 1]


def test_semicolons_with_decimal_commas_are_numbers(write_file):
    table = read_table(write_file("gene;lfc;p\nIL2;-1,5;0,5\nCD5;2;1e-3\n"), Reading())
    assert table.rows["estimate"].tolist() == [-1.5, 2]
    assert table.rows["p_high"].tolist() == [0.75, 0.0005]


def test_a_gzipped_table_is_read(write_file):
    content = gzip.compress(b"gene,lfc\nIL2,-1.5\n")
    assert read_table(write_file(content, "t.csv.gz"), Reading()).rows["estimate"].tolist() == [-1.5]


def test_a_parquet_table_is_read_with_rows_as_lines(tmp_path):
    path = tmp_path / "t.parquet"
    duckdb.execute(
        f"COPY (SELECT 'IL2' AS gene, -1.5 AS lfc, 1e-300 AS p UNION ALL SELECT 'CD5', 'NaN'::DOUBLE, NULL) TO '{path}'"
    )
    rows = read_table(path, Reading()).rows
    assert rows["line"].tolist() == [1, 2]
    assert rows["estimate"].isna().tolist() == [False, True]
    assert rows["p_low"][0] == 5e-301


def test_a_damaged_parquet_file_is_refused(write_file):
    with pytest.raises(RefusedFileError, match="cannot be read as Parquet"):
        read_table(write_file(b"PAR1" + bytes(40), "t.parquet"), Reading())


def test_mapped_columns_are_used_in_any_case(write_file):
    columns = {"gene": "Target", "estimate": "Score", "p_low": "left", "fdr_high": "right q", "guides": "N"}
    path = write_file("target,score,left,right q,n\nIL2,-1,0.02,0.1,4\n")
    row = read_table(path, Reading(columns=columns, estimate_kind="bayes_factor"))
    assert row.estimate_kind == "bayes_factor"
    assert row.rows.loc[0, ["estimate", "p_low", "fdr_high", "guides"]].tolist() == [-1, 0.02, 0.1, 4]


def test_a_column_called_score_is_never_taken_unasked(write_file):
    with pytest.raises(RefusedFileError, match=r"`columns=\{'gene': COLUMN, 'estimate': COLUMN\}`"):
        read_table(write_file("gene,score\nIL2,1\n"), Reading())


def test_two_columns_that_could_be_the_effect_need_a_choice(write_file):
    path = write_file("gene,lfc,z\nIL2,1,2\n")
    with pytest.raises(NeedsChoiceError, match=r"`columns=\{'estimate': 'lfc'\}`"):
        read_table(path, Reading())
    assert read_table(path, Reading(columns={"estimate": "z"})).rows["estimate"].tolist() == [2]


def test_identifiers_are_read_beside_names_or_in_their_place(write_file):
    both = read_table(write_file("gene,Ensembl_ID,lfc\nIL2,ENSG00000109471,1\n"), Reading())
    assert both.identifiers["ensembl"].tolist() == ["ENSG00000109471"]
    alone = read_table(write_file("Ensembl_ID,lfc\nENSG00000109471,1\n"), Reading())
    assert alone.rows["name"].tolist() == ["ENSG00000109471"]


def test_conditions_pick_rows_and_wrong_ones_are_refused_with_what_there_is(write_file):
    path = write_file("gene,lfc,arm\nIL2,1,rest\nIL2,2,stim\n")
    assert read_table(path, Reading(where={"arm": "stim"})).rows[["line", "estimate"]].to_numpy().tolist() == [[3, 2]]
    with pytest.raises(InvalidValueError, match="rest, stim"):
        read_table(path, Reading(where={"arm": "late"}))
    with pytest.raises(InvalidValueError, match="gene, lfc, arm"):
        read_table(path, Reading(where={"time": "late"}))
    with pytest.raises(InvalidValueError, match="ends in"):
        read_table(path, Reading(suffix=".late"))


def test_cells_in_quotes_may_hold_the_separator(write_file):
    table = read_table(write_file('gene,note,lfc\nIL2,"a, b",1\n'), Reading())
    assert table.rows["estimate"].tolist() == [1]


def test_lines_are_those_of_the_file_also_after_blank_lines(write_file):
    assert read_table(write_file("gene,lfc\r\n\r\nIL2,1\r\n\r\nCD5,2\r\n"), Reading()).rows["line"].tolist() == [
        3,
        5,
    ]


@pytest.mark.parametrize(("header", "name"), [("hgnc_id", "HGNC:100"), ("HGNC", "HGNC:100"), ("gene", "100")])
def test_bare_numbers_of_hgnc_ids_are_no_entrez_ids(write_file, header, name):
    table = read_table(write_file(f"{header},lfc\n100,-1\n10000,1\n"), Reading(columns={"gene": header}))
    assert table.rows["name"][0] == name
