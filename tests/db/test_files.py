"""Parquet as text."""

from __future__ import annotations

import duckdb
import pytest

from db.errors import RefusedFileError
from db.files import parquet_columns, read_parquet_as_text


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
