"""Parquet as text."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from db.errors import RefusedFileError
from db.files.parquet import parquet_columns, read_parquet_as_text, write_parquet


def test_every_cell_is_text_and_missing_ones_are_empty(tmp_path):
    path = tmp_path / "t.parquet"
    duckdb.execute(
        "COPY (SELECT 'NA' AS gene, 0.1 AS x, DATE '2021-03-01' AS d UNION ALL SELECT NULL, 'inf'::DOUBLE, NULL)"
        f" TO '{path}'"
    )
    assert parquet_columns(path) == ["gene", "x", "d"]
    assert sorted(read_parquet_as_text(path).to_numpy().tolist()) == [["", "inf", ""], ["NA", "0.1", "2021-03-01"]]


def test_what_is_no_parquet_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    path.write_text("gene,lfc\n")
    with pytest.raises(RefusedFileError, match=r"t\.parquet cannot be read as Parquet"):
        parquet_columns(path)


def test_no_name_is_a_pattern_and_no_folder_a_column(tmp_path):
    folder = tmp_path / "study=1"
    folder.mkdir()
    for name, gene in (("rep[1].parquet", "A"), ("rep1.parquet", "B"), ("*.parquet", "C"), ("?.parquet", "D")):
        write_parquet(pd.DataFrame({"gene": [gene]}), folder / name)
        assert read_parquet_as_text(folder / name).to_dict("list") == {"gene": [gene]}
    assert read_parquet_as_text(folder / "rep[1].parquet").to_dict("list") == {"gene": ["A"]}


def test_a_file_of_few_bytes_and_millions_of_rows_is_refused(tmp_path):
    write_parquet(pd.DataFrame({"gene": ["A"] * 1_500_000, "lfc": 1.0}), tmp_path / "rows.parquet")
    write_parquet(pd.DataFrame({"gene": ["A" * 20_000] * 6_000}), tmp_path / "text.parquet")
    for name in ("rows", "text"):
        with pytest.raises(RefusedFileError, match="as no table of a screen does"):
            read_parquet_as_text(tmp_path / f"{name}.parquet")


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "x.parquet"
    write_parquet(pd.DataFrame({"gene": ["A"], "lfc": [1.0]}), path)
    whole = path.read_bytes()
    for content in (whole[:40], b"PAR1PAR1", whole[:8] + b"\xff" * 20 + whole[28:]):
        path.write_bytes(content)
        with pytest.raises(RefusedFileError, match="cannot be read as Parquet"):
            read_parquet_as_text(path)
