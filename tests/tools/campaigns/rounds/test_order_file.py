"""Exports: every format read back and compared cell by cell, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv

import duckdb
import openpyxl
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from db.files.parquet import read_parquet_as_text
from tests.campaign_world import FAST, TRUTH, confirmed, manifest, new_workspace, started, write_results
from tests.synthetic_store import SYMBOLS
from tools.campaigns.listing import campaign_show
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.rounds.order_file import TEXT_COLUMNS, campaign_export
from tools.campaigns.rounds.proposal import campaign_propose
from tools.output_files import write_table

NUMBERS = (
    "rank",
    "hit_probability",
    "low",
    "high",
    "utility",
    "support",
    "grade",
    "estimate",
    "guides",
    "cells",
    "price",
)


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


def as_frame(rows: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    for column in NUMBERS:
        frame[column] = pd.to_numeric(frame[column]).astype(float)
    for column in TEXT_COLUMNS:
        frame[column] = frame[column].fillna("").astype(object)
    return frame


def read_back(path, kind):
    if kind in ("csv", "tsv"):
        with path.open(encoding="utf-8", newline="") as stream:
            return as_frame(list(csv.DictReader(stream, delimiter="," if kind == "csv" else "\t")))
    if kind == "xlsx":
        rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
        return as_frame([dict(zip(rows[0], row, strict=True)) for row in rows[1:]])
    if kind == "parquet":
        return as_frame(duckdb.sql(f"SELECT * FROM '{path}'").df().to_dict("records"))
    lines = [line[2:-2].split(" | ") for line in path.read_text(encoding="utf-8").splitlines()]
    return as_frame([dict(zip(lines[0], line, strict=True)) for line in lines[2:]])


ENDINGS = {"csv": "csv", "tsv": "tsv", "xlsx": "xlsx", "parquet": "parquet", "md": "markdown"}


def test_a_round_reads_back_cell_by_cell_in_every_format(world, tmp_path):
    started(world, guides_per_gene=3, coverage=200, price=2.5)
    chosen = confirmed(world)
    campaign_record(world, write_results(tmp_path / "r1.csv", chosen), positive_means="raises")
    nominations = campaign_show(world).rounds[0].nominations
    for ending, kind in ENDINGS.items():
        out = tmp_path / f"order.{ending}"
        done = campaign_export(world, out)
        assert (done.format, done.rows, done.guides, done.non_targeting) == (kind, 13, 36, 50)
        assert (done.cells, done.price) == (86 * 200, 86 * 2.5)
        found = read_back(out, kind)
        assert len(found) == 13
        for row, nomination in zip(found.to_dict("records"), nominations, strict=False):
            assert_same(row, nomination, 1e-5 if kind == "markdown" else 0)
        # What is to be ordered in all is the sum of the rows, the non-targeting guides among them.
        assert (found["guides"].sum(), found["cells"].sum(), found["price"].sum()) == (86, done.cells, done.price)
        last = found.to_dict("records")[-1]
        assert (last["perturbation"], last["by"], last["flags"]) == ("non-targeting", "control", "non-targeting")
        assert (last["guides"], "negative controls" in last["reason"]) == (50, True)
        assert pd.isna(last["rank"])
        assert pd.isna(last["hit_probability"])


def assert_same(row, nomination, tolerance):
    assert row["rank"] == nomination.rank
    assert row["perturbation"] == row["target_genes"] == nomination.perturbation
    assert row["accessions"] == f"HGNC:{int(nomination.perturbation[4:]) + 1}"
    for name in ("hit_probability", "low", "high", "utility", "support"):
        assert row[name] == pytest.approx(getattr(nomination, name), rel=tolerance, abs=1e-12)
    assert (row["by"], row["outcome"]) == ("computed", "measured")
    assert row["flags"] == ";".join(nomination.flags)
    assert row["reason"] == nomination.reason
    assert row["evidence"] == ";".join(nomination.evidence)
    assert (row["guides"], row["cells"], row["price"]) == (3, 600, 7.5)
    assert pd.isna(row["grade"])
    assert row["estimate"] == pytest.approx(TRUTH[nomination.perturbation], rel=tolerance, abs=1e-12)


def test_positive_controls_stand_below_the_nominations(world, tmp_path):
    library = tmp_path / "library.txt"
    library.write_text("\n".join(SYMBOLS[:50]))
    started(world, library=str(library), positive_controls=["GENE0100"])
    confirmed(world)
    done = campaign_export(world, tmp_path / "o.csv")
    found = read_back(done.path, "csv")
    assert done.rows == 14
    assert found["rank"].tolist()[:12] == list(range(1, 13))
    below = found.iloc[12:]
    assert below["perturbation"].tolist() == ["GENE0100", "non-targeting"]
    assert set(below["by"]) == {"control"}
    assert below["rank"].isna().all()
    assert below["guides"].tolist() == [4, 50]


def test_a_positive_control_that_is_nominated_has_its_guides_there_and_no_second_row(world, tmp_path):
    library = tmp_path / "library.txt"
    library.write_text("\n".join(SYMBOLS[50:62]))
    started(world, library=str(library), positive_controls=["GENE0055"])
    confirmed(world)
    found = read_back(campaign_export(world, tmp_path / "o.csv").path, "csv")
    assert found["perturbation"].tolist().count("GENE0055") == 1
    (row,) = found[found["perturbation"] == "GENE0055"].to_dict("records")
    assert (row["by"], "positive-control" in row["flags"]) == ("computed", True)
    assert found["perturbation"].iloc[-1] == "non-targeting"


ATTACKS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=cmd|" /C calc"!A0']


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx", "markdown"])
def test_no_text_cell_runs_as_a_formula(tmp_path, kind):
    frame = pd.DataFrame({"reason": [*ATTACKS, "MARCHF1", "SEPTIN2", "1-Mar"], "estimate": [-1.5] * 10})
    out = tmp_path / "table.xlsx"
    write_table(frame, out, kind)
    if kind == "xlsx":
        cells = [row[0] for row in openpyxl.load_workbook(out).active.iter_rows(min_row=2)]
        found = [cell.value for cell in cells]
        assert {cell.data_type for cell in cells} == {"s"}
        assert {cell.number_format for cell in cells} == {"@"}
    elif kind == "markdown":
        found = [line[2:].split(" | ")[0] for line in out.read_text(encoding="utf-8").splitlines()[2:]]
    else:
        with out.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="," if kind == "csv" else "\t"))
        found = [row["reason"] for row in rows]
        assert {row["estimate"] for row in rows} == {"-1.5"}
    assert all(cell.startswith("'") for cell in found[:7])
    assert found[-3:] == ["MARCHF1", "SEPTIN2", "1-Mar"]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in found)


def test_a_gene_named_like_a_formula_leaves_the_store_as_text(world, tmp_path):
    started(world)
    made = campaign_propose(world, predictor=FAST)
    with world.store.write("test") as connection:
        connection.execute("UPDATE nomination SET reason = '=1+1' WHERE rank = 1")
    out = tmp_path / "o.xlsx"
    campaign_export(world, out)
    sheet = openpyxl.load_workbook(out).active
    column = [cell.value for cell in sheet[1]].index("reason")
    assert sheet[2][column].value == "'=1+1"
    assert sheet[2][column].data_type == "s"
    assert made.nominations[0].reason != "=1+1"


def test_a_pipe_in_a_reason_does_not_break_the_markdown_table(tmp_path):
    out = tmp_path / "t.md"
    write_table(pd.DataFrame({"reason": ["a|b\nc"], "x": [1.0]}), out, "markdown")
    assert out.read_text(encoding="utf-8").splitlines()[2] == "| a\\|b c | 1 |"


def test_what_cannot_be_written_is_refused_and_an_older_file_is_unharmed(world, tmp_path):
    started(world)
    with pytest.raises(NotFoundError, match="no round yet"):
        campaign_export(world, tmp_path / "o.csv")
    campaign_propose(world, predictor=FAST)
    before = manifest(world)
    with pytest.raises(InvalidValueError, match="names no format"):
        campaign_export(world, tmp_path / "o.docx")
    with pytest.raises(RefusedFileError, match="is a folder"):
        campaign_export(world, tmp_path, format="csv")
    with pytest.raises(RefusedFileError, match="cannot be written"):
        campaign_export(world, tmp_path / "none" / "o.csv")
    with pytest.raises(NotFoundError, match="no round 7"):
        campaign_export(world, tmp_path / "o.csv", round=7)
    assert manifest(world) == before
    assert not list(tmp_path.glob("o.*"))
    assert not list(tmp_path.glob(".o.*"))
    assert campaign_export(world, tmp_path / "o.docx", format="csv").rows == 13


TABLES = {
    "csv": pd.read_csv, "tsv": lambda path: pd.read_csv(path, sep="\t"), "xlsx": pd.read_excel,
    "parquet": read_parquet_as_text,
}  # fmt: skip
HIDDEN = "a\x1b]0;title\x07b\x00c\u202ed\u200be\x9b31mf"


@pytest.mark.parametrize("kind", ENDINGS.values())
def test_no_control_character_leaves_in_a_cell_or_a_heading(kind, tmp_path):
    out = tmp_path / f"table.{'xlsx' if kind == 'xlsx' else 'txt'}"
    write_table(pd.DataFrame({f"head{HIDDEN}": [HIDDEN, "plain"], "=SUM(A1)": [HIDDEN, "=1"]}), out, kind)
    if kind == "markdown":
        text = out.read_text(encoding="utf-8")
        assert "abcdef" in text
        assert all(character.isprintable() or character == "\n" for character in text)
        return
    found = TABLES[kind](out)
    assert list(found.columns) == ["headabcdef", "=SUM(A1)" if kind == "parquet" else "'=SUM(A1)"]
    assert list(found.iloc[:, 0]) == ["abcdef", "plain"]
