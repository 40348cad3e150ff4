"""Files as people, portals and tools leave them: read with the right numbers, or refused with the step that helps."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from db.errors import RefusedFileError
from tools.packs.downloads import Mirror
from tools.packs.loaders._r_data import r_columns
from tools.packs.loaders.embedding import read_embedding

SIXTY = {"ABCF1": 0.1273, "AGPAT1": -0.5184, "BMAL2": 0.6521}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bz2", ""), ("xz", ""), ("nbsp", ""), ("utf16-tab", ""), ("cr-only", ""), ("trailing-tab-header", ""),
        ("degust-spaces", ""),
        ("decimal-comma-comma-quoted", "'0,1273' is 0.1273"),
        ("decimal-comma-tab", "'0,1273' is 0.1273"),
        ("german-csv-thousands", "'0,1273' is 0.1273"),
        ("excel-sep-line", "Line 1 says how the file is separated"),
        ("footer", "Line 63 is a note"),
        ("hash-comments", "the header is line 3"),
        ("hash-comments-nocomma", "the header is line 2"),
        ("title-line", "the header is line 3"),
        ("title-line-tab", "the header is line 2"),
        ("unicode-minus", "minus"),
        ("total-row", "A total or mean of the rows above it"),
        ("stars", "'0.0131*' is 0.0131"),
    ],
)  # fmt: skip
def test_the_effects_are_those_of_the_file_and_what_was_left_out_is_said(case, name, said):
    outcome = case(name)
    effects = outcome.taken(60)["estimate"]
    assert {gene: effects[gene] for gene in SIXTY} == pytest.approx(SIXTY)
    assert said in outcome.said


@pytest.mark.parametrize("name", ["percent-fdr", "percent-fdr-number"])
def test_per_cent_are_fractions_afterwards(case, name):
    outcome = case(name)
    assert outcome.taken(60).loc["ABCF1", "fdr_high"] == pytest.approx(0.234)
    assert "per cent" in outcome.said


def test_a_decimal_comma_far_down_is_one(case):
    effects = case("decimal-comma-integers-mostly", "--map", "estimate=rank_score").taken(60)
    assert effects.loc["BHLHE23", "estimate"] == 55.5
    assert effects.loc["BMAL2", "estimate"] == 59


@pytest.mark.parametrize(("name", "left", "missing"), [("bagel-nan", 120, 10), ("deseq2-na", 90, 10)])
def test_a_missing_effect_is_no_bad_one(case, name, left, missing):
    outcome = case(name)
    outcome.taken(left)
    assert f"{missing} rows have no effect in the file" in outcome.said


def test_a_missing_fdr_costs_no_effect(case):
    effects = case("deseq2-na").taken(90)
    assert effects.loc["ABCF1", "estimate"] == pytest.approx(0.1273)
    assert effects.loc["ABCF1", ["fdr_low", "fdr_high"]].isna().all()


def test_infinite_effects_are_told_as_the_strongest(case):
    outcome = case("inf-scores")
    outcome.taken(100)
    assert "IFI44L, STAT1, JAK1" in outcome.said
    assert "strongest" in outcome.said


def test_a_bound_of_a_p_is_taken_with_a_flag(case):
    outcome = case("censored-p")
    effects = outcome.taken(103)
    assert effects.loc["STAT1", "p_low"] == pytest.approx(1e-16)
    assert effects.loc["IFNGR1", "p_low"] == pytest.approx(5e-5)
    assert "'< 2.2e-16' in column 'pvalue' is a bound" in outcome.said


def test_p_of_zero_is_flagged_and_ties_are_hits(case):
    outcome = case("p-zero-and-ties")
    assert (outcome.taken(64).loc[["STAT1", "JAK1", "IFNGR1", "IFNGR2"], "fdr_low"] == 0).all()
    assert "hits 6 by fdr<0.05" in outcome.said
    assert "p-zero 4" in outcome.said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("h5ad", ["HDF5", "csv"]), ("html-xls", ["web page", "csv"]), ("json", ["JSON", "no table", "csv"]),
        ("rds", ["R object", "write.csv"]), ("old-xls", ["old Excel workbook", "csv"]),
        ("space-separated", ["separated by blanks", "write.table", "sep = '\\t'"]),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_as_what_it_is(case, name, words):
    case(name).refused(*words)


def test_a_line_above_the_header_is_no_header(case):
    # Whether the columns below it are known is the readers' affair.
    assert "Number of perturbations" in case("stars-comment").said or "line 2" in case("stars-comment").said


def test_numbers_that_a_spreadsheet_made_of_names_are_no_genes(case):
    outcome = case("riken-floats")
    assert "2.31E+13" in outcome.said
    assert set(outcome.taken().index) & {"2.31E+13", "1.70E+10"} == set()


# Damaged and odd files ---------------------------------------------------------------------------


def _pair(odd: Path, folder: Path, name: str) -> Path:
    """A benchmark's files with one of them damaged; the damaged one stands alone where only it was kept."""
    if (odd / name).is_dir():
        return odd / name
    shutil.copytree(odd / "pair-bytes", folder)
    folder.chmod(0o700)
    (folder / "topmovers_X.npy").unlink()
    shutil.copyfile(odd / name, folder / "topmovers_X.npy")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "pair-bytes", "pair-deepjson", "pair-npz", "pair-topmovers_X.npy-SystemError-_bytes.py-29",
        "pair-topmovers_X.npy-TokenError-benchmark_pair.py-74",
    ],
)  # fmt: skip
def test_a_damaged_benchmark_pair_is_refused(case, cases, tmp_path, name):
    folder = _pair(cases / "odd", tmp_path / "pair", name)
    arguments = ("screen", "add", "ground_truth_X.csv", "--phenotype", "x", "--positive-means", "raises")
    case.run(folder, *arguments).refused("X.json" if "json" in name else "topmovers_X.npy")


@pytest.mark.parametrize(
    "name",
    [
        "rdata-AssertionError-_r_data.py-30", "rdata-IndexError-_r_data.py-30", "rdata-KeyError-_r_data.py-30",
        "rdata-TypeError-_r_data.py-30", "rdata-error-_r_data.py-30",
    ],
)  # fmt: skip
def test_damaged_r_data_are_refused(cases, name):
    with pytest.raises(RefusedFileError, match="cannot be read as R data"):
        r_columns(cases / "odd" / name)


@pytest.mark.parametrize("name", ["embedding-emb.npy-TokenError-embedding.py-32"])
def test_a_damaged_matrix_is_refused(cases, tmp_path, name):
    names = tmp_path / "names.json"
    names.write_text(json.dumps(["A"]), encoding="utf-8")
    with pytest.raises(RefusedFileError, match="numpy array"):
        read_embedding(cases / "odd" / name, names)


@pytest.mark.parametrize("name", ["mirror-UnicodeDecodeError-downloads.py-65"])
def test_a_damaged_manifest_of_a_mirror_is_refused(cases, tmp_path, name):
    shutil.copyfile(cases / "odd" / name, tmp_path / "manifest.tsv")
    with pytest.raises(RefusedFileError, match=r"manifest\.tsv"):
        Mirror(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["guides-inf.csv", "read-mageck_rra-OverflowError-_rows.py-152", "read-one_sided-OverflowError-_rows.py-152"],
)
def test_an_infinite_number_of_guides_is_none(case, cases, tmp_path, name):
    shutil.copyfile(cases / "odd" / name, tmp_path / "input.txt")
    arguments = ("screen", "add", "input.txt", "--phenotype", "x", "--positive-means", "raises")
    outcome = case.run(tmp_path, *arguments)
    if name == "guides-inf.csv":
        # Its genes are of no organism.
        outcome.refused("GENE0000")
    else:
        outcome.taken()


@pytest.mark.parametrize(("name", "gene"), [("rep1.parquet", "G2"), ("rep[1].parquet", "G1")])
def test_no_name_is_a_pattern(case, cases, name, gene):
    arguments = ("screen", "add", name, "--phenotype", "x", "--positive-means", "raises")
    case.run(cases / "odd", *arguments).refused(f"'{gene}'")


def test_a_pipe_is_refused_at_once(case, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    arguments = ("screen", "add", "pipe.csv", "--phenotype", "x", "--positive-means", "raises")
    case.run(tmp_path, *arguments).refused("is a pipe", "to a file")


# Lists -------------------------------------------------------------------------------------------

LISTS = (
    "list-blank", "list-comments", "list-empty", "list-esc", "list-excel", "list-gz", "list-header_two", "list-latin",
    "list-nul", "list-one", "list-pairs", "list-quoted", "list-utf16",
)  # fmt: skip
NO_LIST = {"list-blank", "list-comments", "list-empty", "list-excel", "list-latin", "list-nul"}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_candidates_is_taken_or_refused_in_words(case, cases, name):
    # Their names are of no gene, so that those which can be read are refused for that.
    words = () if name in NO_LIST else ("names of", "is a human gene", "GENE000")
    start = ("campaign", "start", "c", "--phenotype", "growth", "--size", "4")
    case.run(cases / "odd", *start, "--library", f"./{name}").refused(*words)


@pytest.mark.parametrize("name", ["list-gz", "list-utf16", "list-nul", "list-pairs"])
def test_a_list_of_exclusions_is_taken_or_refused_in_words(case, cases, name):
    start = ("campaign", "start", "c", "--phenotype", "growth", "--size", "4", "--library", "protein-coding")
    outcome = case.run(cases / "odd", *start, "--exclude", f"./{name}")
    if name in NO_LIST:
        outcome.refused("zero bytes")
    else:
        assert outcome.process.returncode == 0, outcome.said
        assert "GENE000" in outcome.said
