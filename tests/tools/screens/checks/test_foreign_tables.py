"""Tables that are no effects of genes are told for what they are."""

from __future__ import annotations

import pytest

from db.errors import NeedsChoiceError, RefusedFileError
from tools.screens.ingestion.files_read import choose_reader
from tools.screens.tables.reading import Reading

SUMMARY = "sgrna\tGene\tcontrol_count\ttreatment_count\tcontrol_mean\ttreat_mean\tLFC\tp.low\tp.high\tp.twosided\tFDR\n"


def refusal(source, text, name="table.csv", **options):
    with pytest.raises(RefusedFileError) as caught:
        choose_reader(source(text, name), Reading(**options))
    return f"{caught.value.message} {caught.value.suggestion}"


@pytest.mark.parametrize("options", [{}, {"columns": {"gene": "Gene", "estimate": "LFC"}}])
def test_a_summary_of_guides_is_refused_with_the_file_beside_it(source, options):
    text = SUMMARY + "s1\tIL2\t1\t2\t1\t2\t0.4\t0.1\t0.9\t0.2\t0.4\n"
    said = refusal(source, text, "drug.sgrna_summary.txt", **options)
    assert "table of guides" in said
    assert "drug.gene_summary.txt" in said
    assert "replicate" not in said


@pytest.mark.parametrize("header", ["sgRNA,Gene,T0,T14", "sgRNA,Gene,T0,T0", "guide_id,gene_symbol,a,b"])
def test_read_counts_of_guides_are_refused_with_the_command_that_makes_effects(source, header):
    said = refusal(source, f"{header}\nIL2_1,IL2,120,14\nCD5_1,CD5,0,330\n")
    assert "read counts of guides" in said
    assert "mageck test" in said


def test_read_counts_of_genes_are_refused(source):
    assert "read counts" in refusal(source, "gene,T0,T14\nIL2,120,14\nCD5,0,330\n")


@pytest.mark.parametrize(
    "header", ["id,sequence,gene", "sgRNA ID,gRNA.sequence,Gene", "sgRNA,Target Sequence,Gene Symbol"]
)
def test_a_library_of_guides_is_refused_as_one(source, header):
    said = refusal(source, f"{header}\ns1,ACGTACGTACGTACGTACGT,IL2\ns2,TTGTACGTACGTACGTACGT,CD5\n")
    assert "library of guides" in said
    assert "library=" in said


def test_effects_of_guides_are_refused_and_read_where_they_are_asked_for_by_name(source):
    text = "sgRNA,gene,lfc\ns1,IL2,-1.5\ns2,IL2,-0.5\n"
    assert "table of guides" in refusal(source, text)
    assert choose_reader(source(text), Reading("generic")) == "generic"


def test_a_number_of_guides_is_no_name_of_a_guide(source):
    assert choose_reader(source("gene,sgrna,lfc\nIL2,4,-1.5\nCD5,3,0.5\n")) == "generic"


def test_raw_ranks_and_responses_are_told_for_what_they_are(source):
    assert "raw output of MAGeCK's RRA" in refusal(
        source, "group_id\titems_in_group\tlo_value\tp\tFDR\nIL2\t4\t1\t1\t1\n"
    )
    assert "add_responses" in refusal(source, "target,feature,target_mean,ref_mean,log2_fold_change\nA,B,1,2,3\n")


@pytest.mark.parametrize("columns", [{}, {"estimate": "score"}])
def test_scores_of_crisphiermix_are_no_effects_until_they_are_called_so(source, columns):
    text = "gene,locfdr,FDR,score\nIL2,0.1,0.1,-1\nCD5,0.5,0.4,0.2\n"
    with pytest.raises(NeedsChoiceError, match="Which column is the effect"):
        choose_reader(source(text), Reading(columns=columns))
    assert choose_reader(source(text), Reading("generic", columns={"estimate": "score"})) == "generic"
    assert choose_reader(source(text.replace("score", "lfc"))) == "generic"


def test_what_no_reader_knows_is_refused_with_the_columns_that_could_be_effects(source):
    said = refusal(source, "Gen,change,size\nIL2,-1.5,3.5\nCD5,0.5,2.25\n")
    assert "no gene column" in said
    assert "`columns={'estimate': 'change'}`" in said
