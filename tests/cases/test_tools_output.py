"""Files that tools really wrote, on simulated or public counts."""

from __future__ import annotations

import pytest


def called(effects, side):
    return set(effects.index[effects[f"fdr_{side}"] < 0.05])


@pytest.mark.parametrize("name", ["x.bf", "x.pr"])
def test_bayes_factors_speak_for_one_side(case, name):
    run = case.output(name, positive_means="lowers")
    effects = run.taken(180)
    assert effects.loc["ABCE1", "estimate"] == pytest.approx(-13.769)
    assert effects["fdr_high"].isna().all()
    assert effects["p_high"].isna().all()
    (screen,) = run.screens
    assert screen["screen"]["side"] == "low"
    shown = run.cli.json("screen", "show", name)
    assert shown["highest"] == []
    assert shown["quality"]["hits_high"] == 0
    assert shown["quality"]["hits_low"] == screen["hits"] > 0


def test_permutations_find_both_sides_where_walds_test_finds_one(case):
    run = case.output("mle_wald.gene_summary.txt")
    effects = run.taken(400)
    assert len(called(effects, "low")) == len(called(effects, "high")) == 10
    assert "10 genes rise" in run.said
    assert "none by that of Wald p" in run.said


def test_names_that_are_no_genes_are_said(case):
    assert "G000" in case.output("mle_g.gene_summary.txt").said


def test_a_gene_without_any_read_is_no_hit(case):
    effects = case.output("m1.gene_summary.txt", "--map", "estimate=treat").taken(80)
    hits = called(effects, "low") | called(effects, "high")
    assert len(hits) == 8
    assert "CAMK2N1" not in hits
    case.output("m1.gene_summary.txt").refused("treat,other")


def test_genes_that_were_merged_at_a_space_are_set_aside(case):
    run = case.output("rra_space.gene_summary.txt")
    assert "CD3E" not in run.taken().index
    assert "impossible" in run.said
    assert "CD3E: Its effect is 0 and yet it is significant on both sides" in run.said


@pytest.mark.parametrize("name", ["rra_control_label_space.gene_summary.txt", "t2ctl.gene_summary.txt"])
def test_a_table_whose_null_was_void_looks_broken(case, name):
    run = case.output(name)
    effects = run.taken(78)
    assert "looks broken: 78 of 78" in run.said
    assert "47 are significant on both sides" in run.said
    assert not effects.index.str.contains("Non").any()


def test_a_gene_without_control_reads_is_told(case):
    run = case.output("rra_zero_control.gene_summary.txt")
    assert "58 of 59 names are placeholders such as GENE01" in run.said
    assert "GENE01 (none in c1, c2)" in run.said
    run.taken(1)


def test_an_effect_of_zero_that_was_not_measured_is_flagged(case):
    run = case.output("t5second.gene_summary.txt")
    assert run.taken(78).loc["UBE2E2", "p_low"] == pytest.approx(0.37324)
    assert "zero-effect" in run.said
    assert "UBE2E2: Its effect of 0 is none that was measured" in run.said


def test_guides_times_pairs_are_told(case):
    run = case.output("t6paired.gene_summary.txt")
    run.taken(78)
    assert "multiple of 2" in run.said
    assert "guides × pairs" in run.said


@pytest.mark.parametrize(("name", "low"), [("dz.txt", 1.2e-5), ("dz50.txt", 1.47e-5)])
def test_drugz_is_read_without_a_mapping(case, name, low):
    effects = case.output(name).taken(78)
    assert set(effects["estimate_kind"]) == {"z"}
    assert effects.loc["COL4A5", "fdr_low"] == pytest.approx(low)
    assert effects.loc["COL4A5", "p_high"] == 1


def test_responses_of_pdex_are_taken(case, cases):
    run = case.run(cases / "tools-output", "--json", "response", "add", "pdex.csv", "--modality", "knockout")
    assert run.process.returncode == 0, run.said
    assert '"rows": 280' in run.said
    assert '"responding": 12' in run.said
    case.output("pdex.csv").refused("response add")


@pytest.mark.parametrize(
    "name",
    ["design.txt", "mle_design.txt", "small_controls.txt"],
)
def test_designs_and_lists_are_no_screens(case, name):
    case.output(name).refused()


@pytest.mark.parametrize(
    "name",
    ["mle_counts.txt", "rra_control_label_space_counts.txt", "rra_space_counts.txt", "rra_zero_control_counts.txt",
     "small.txt"],
)  # fmt: skip
def test_counts_of_guides_are_no_screens(case, name):
    case.output(name).refused("read counts of guides", "mageck test")
