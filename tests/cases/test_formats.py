"""Tables of each tool: read as what they are, or refused for what they are not."""

from __future__ import annotations

import pytest

MAGECK = {"estimate": 0.1273, "p_low": 0.2338, "p_high": 0.7662, "fdr_low": 0.32732, "fdr_high": 1.0}


def is_as_mageck_wrote(effects):
    for column, value in MAGECK.items():
        assert effects.loc["ABCF1", column] == pytest.approx(value, abs=1e-4)
    assert effects.loc["ABCF1", "guides"] == 4


@pytest.mark.parametrize(
    "name",
    ["mageck-0.5.9", "mageck-extra-columns", "mageck-gene-header", "mageck-r-names", "mageck-r-names-csv",
     "mageck-sorted-pos"],
)  # fmt: skip
def test_mageck_of_any_spelling_is_one_table(case, name):
    is_as_mageck_wrote(case(name).taken(60))


def test_mageck_after_r_is_known_without_a_mapping(case, cases):
    run = case.run(
        cases / "reports" / "mageck-r-names", "screen", "add", "r.gene_summary.txt", "--phenotype", "growth",
        "--positive-means", "raises",
    )  # fmt: skip
    is_as_mageck_wrote(run.taken(60))


def test_mageck_without_fold_changes_takes_both_sides(case):
    run = case("mageck-no-lfc")
    effects = run.taken(60)
    assert effects.loc["ABCF1", "estimate"] == pytest.approx(-0.6312, abs=1e-4)
    assert effects.loc["AGER", "estimate"] == pytest.approx(0.3672, abs=1e-4)
    assert effects.loc["AGER", "fdr_high"] == pytest.approx(0.601)
    assert "no log fold change" in run.said


@pytest.mark.parametrize("reader", ["one_sided", "rsa", "mageck_mle"])
def test_a_reader_that_is_named_for_another_format_refuses(case, reader):
    case("mageck-no-lfc", "--reader", reader).refused("is no ", "its columns are")


def test_raw_ranks_of_one_side_are_refused(case):
    case("mageck-old-0.4").refused("raw output", "one side", "direction", "gene_summary")


def test_mle_after_r_is_read_with_its_p_and_fdr(case):
    effects = case("mle-r-names").taken(60)
    assert effects.loc["ABCF1", ["estimate", "p_high", "fdr_high"]].tolist() == pytest.approx([0.1273, 0.1169, 0.2338])


def test_bayes_factors_of_a_pr_file_are_hits_on_one_side_only(case):
    run = case("bagel-pr")
    effects = run.taken(100)
    assert effects["fdr_high"].isna().all()
    assert effects.loc["AGER", ["estimate", "fdr_low"]].tolist() == [-57, 0.002]
    (screen,) = run.screens
    assert screen["hits"] == (effects["fdr_low"] < 0.05).sum() == 30
    assert screen["screen"]["side"] == "low"


def test_the_other_side_of_bayes_factors_cannot_be_asked_for(case):
    case("bagel-pr", "--side", "high").refused("speak for the low side only")


def test_genes_as_columns_are_told_and_a_cell_line_can_be_taken(case):
    case("chronos-matrix").refused("genes as columns", "transposed", "--map estimate=ACH-000000")


def test_fold_changes_of_crisprcleanr_are_refused_with_the_mapping_that_works(case):
    case("ccr-genefc").refused("--map estimate=x")
    assert case("ccr-genefc", "--map", "estimate=x").taken(60).loc["AHR", "estimate"] == pytest.approx(-0.4723)


@pytest.mark.parametrize("name", ["count-table", "count-table-double-columns"])
def test_read_counts_are_refused_with_what_makes_effects(case, name):
    case(name).refused("read counts of guides", "mageck test", "gene_summary")


@pytest.mark.parametrize("name", ["sgrna-summary", "sgrna-one-each"])
def test_guides_are_no_genes(case, name):
    run = case(name)
    run.refused("table of guides", "column sgrna", "trt.gene_summary.txt")
    assert "replicate" not in run.said


def test_a_score_of_crisphiermix_is_no_effect(case):
    case("crisphiermix").refused("Which column is the effect", "--map estimate=COLUMN")


@pytest.mark.parametrize("mapped", [True, False])
def test_drugz_is_read_with_both_sides(case, cases, mapped):
    arguments = ("--phenotype", "growth", "--positive-means", "raises")
    folder = cases / "reports" / "drugz"
    run = case("drugz") if mapped else case.run(folder, "screen", "add", "drugz-output.txt", *arguments)
    effects = run.taken(60)
    assert effects.loc["ABCF1", ["p_low", "p_high", "fdr_low", "fdr_high"]].tolist() == [0.2338, 0.7662, 0.2338, 0.7662]
    assert set(effects["estimate_kind"]) == {"z"}
    assert "fdr<0.05" in run.said
    assert "numObs" in run.said


def test_row_names_of_edger_are_genes(case):
    effects = case("edger").taken(60)
    assert effects.loc["AHR", ["estimate", "p_low", "fdr_low"]].tolist() == pytest.approx([-0.4723, 0.08015, 0.20839])


def test_limma_is_read(case):
    effects = case("limma").taken(60)
    assert effects.loc["AHR", ["estimate", "p_low", "fdr_low"]].tolist() == pytest.approx([-0.4723, 0.08015, 0.20839])


def test_a_german_p_is_named_as_unread(case):
    run = case("german-csv")
    assert run.taken(60).loc["ABCF1", ["estimate", "fdr_high"]].tolist() == pytest.approx([0.1273, 0.28056])
    assert "'p-Wert' looks like a p-value (--map p=p-Wert)" in run.said


def test_p_and_fdr_of_scanpy_are_read_and_said(case):
    run = case("scanpy")
    assert run.taken(60).loc["AHR", ["p_low", "fdr_low"]].tolist() == pytest.approx([0.08015, 0.22442])
    assert "'pvals'" in run.said
    assert "'pvals_adj'" in run.said


def test_screenpro2_is_read_with_p_fdr_and_guides(case):
    effects = case("screenpro2").taken(60)
    assert effects.loc["AHR", ["estimate", "p_low", "fdr_low"]].tolist() == pytest.approx([-0.4723, 0.08015, 0.22442])
    assert effects.loc["AHR", "guides"] == 5


def test_a_cell_line_of_jacks_is_chosen(case):
    case("jacks").refused("HT29, A375", "--map estimate=HT29")
    assert case("jacks", "--map", "estimate=HT29").taken(60).loc["AGER", "estimate"] == pytest.approx(0.0502)


def test_blank_cells_of_jacks_are_not_significant_and_not_zero(case):
    run = case("jacks-fdr-blank")
    assert "AGER" not in run.taken(33).index
    assert "leaves a gene blank that is not significant" in run.said


def test_pseudo_genes_are_controls(case):
    run = case("screenprocessing-flat")
    run.taken(60)
    assert "unresolved" not in run.said


def test_a_phenotype_of_three_header_lines_is_chosen(case):
    case("screenprocessing-genetable").refused("three header lines", "gamma ave_Rep1_Rep2", "--map estimate=gamma")
    rho = case("screenprocessing-genetable", "--map", "estimate=rho").taken(60)
    assert rho.loc["AHR", ["estimate", "p_high"]].tolist() == pytest.approx([0.4723, 0.08015])
    assert rho.loc["AHR", "guides"] == 10
