"""Each format's header is known by one reader, and an unknown one is refused with the readers."""

from __future__ import annotations

import pytest

from db.errors import RefusedFileError
from tools import registry
from tools.screens.ingestion.files_read import choose_reader
from tools.screens.tables.reading import Reading
from tools.screens.tables.source_file import opened

HEADERS = {
    "mageck_rra": "id\tnum\tneg|score\tneg|p-value\tneg|fdr\tneg|lfc\tpos|score\tpos|p-value\tpos|fdr\tpos|lfc",
    "mageck_mle": "Gene\tsgRNA\tA|beta\tA|z\tA|p-value\tA|fdr\tA|wald-p-value\tA|wald-fdr",
    "rsa": "Symbol,RSA_Down,RSA_Up,Q1,Q3",
    "one_sided": "id,num,pos|score,pos|p-value,pos|fdr",
    "benchmark_pair": "Gene,Score",
    "crisprbrain": "Gene,TSS,Phenotype,P Value,Gene Score,Hit Class",
    "drugz": "GENE\tsumZ\tnumObs\tnormZ\tpval_synth\trank_synth\tfdr_synth\tpval_supp\trank_supp\tfdr_supp",
    "bagel": "Gene\tBF\tRecall\tPrecision\tFDR",
    "stars": "Gene Symbol\tNumber of perturbations\tSTARS Score\tp-value\tFDR\tq-value",
    "screenpro2": "target,score,ttest pvalue,BH adj_pvalue,number_of_guide_elements",
    "screenprocessing": "gene\ttranscripts\tgamma:ave_Rep1_Rep2:Mann-Whitney p-value"
    "\tgamma:ave_Rep1_Rep2:average phenotype of strongest 3",
    "biogrid_orcs": "SCREEN_ID\tIDENTIFIER_ID\tIDENTIFIER_TYPE\tOFFICIAL_SYMBOL\tSCORE.1\tHIT\tSOURCE",
    "gene_matrix": "ModelID,A1BG (1),A1CF (29974),A2M (2)",
    "generic": "gene,lfc,p",
}
MORE = {
    "bagel": ["GENE\tBF", "GENE\tBF\tSTD\tNumObs"],
    "mageck_rra": [
        "id\tnum\tneg.score\tneg.p.value\tneg.fdr\tneg.lfc\tpos.score\tpos.p.value\tpos.fdr\tpos.lfc",
        "id\tnum\tneg|score\tneg|p-value\tneg|fdr\tpos|score\tpos|p-value\tpos|fdr",
        "group_id\titems_in_group\tlo.neg\tp.neg\tFDR.neg\tlo.pos\tp.pos\tFDR.pos",
    ],
    "mageck_mle": ["Gene\tsgRNA\tA.beta\tA.z\tA.p.value\tA.fdr"],
    "one_sided": ["id\tnum\tpos.score\tpos.p.value\tpos.fdr"],
    "gene_matrix": ["\tACH-000001\tACH-000002", ",A1BG..1.,A1CF..29974.,A2M..2."],
    "generic": ["gene,lfc,p_neg,p_pos", "gene,BF,lfc_other", "gene,log2FoldChange,pvalue,padj"],
}


def test_every_reader_has_a_header_here():
    assert sorted(HEADERS) == registry.names("readers")


@pytest.mark.parametrize(
    ("reader", "header"), [*HEADERS.items(), *((name, one) for name, more in MORE.items() for one in more)]
)
def test_a_header_is_known_by_exactly_one_reader(write_file, reader, header):
    cells = header.count("\t") + header.count(",")
    row = ("\t" if "\t" in header else ",").join(["IL2", *["0.5"] * cells])
    with opened(write_file(f"{header}\n{row}\n")) as source:
        formats = [name for name in HEADERS if name != "generic"]
        knowing = [name for name in formats if registry.load("readers", name)().recognises(source, Reading())]
        assert knowing == ([reader] if reader != "generic" else [])
        assert choose_reader(source) == reader


@pytest.mark.parametrize("reader", [name for name in HEADERS if name != "generic"])
def test_a_reader_that_is_named_refuses_another_format_in_words(write_file, reader):
    path = write_file("gene,lfc,p\nIL2,-1,0.5\n")
    with opened(path) as source, pytest.raises(RefusedFileError, match="is no ") as caught:
        choose_reader(source, Reading(reader))
    assert registry.load("readers", reader).title in caught.value.message
    assert "gene, lfc, p" in caught.value.message


def test_a_mapping_that_a_named_reader_does_not_take_is_refused_as_that(write_file):
    path = write_file("Symbol,RSA_Down,RSA_Up\nIL2,-1,-2\n")
    with opened(path) as source, pytest.raises(RefusedFileError, match="by itself"):
        choose_reader(source, Reading("rsa", columns={"estimate": "RSA_Up"}))


def test_a_wide_file_is_refused_with_its_suffixes(write_file):
    path = write_file("id,neg|lfc.rest,neg|p-value.rest,neg|lfc.stim,neg|p-value.stim\nIL2,1,1,1,1\n")
    with (
        opened(path) as source,
        pytest.raises(RefusedFileError, match=r"`suffix='\.rest'` or `suffix='\.stim'`") as caught,
    ):
        choose_reader(source)
    assert "mageck_rra" in caught.value.suggestion


def test_a_named_reader_is_used_without_asking_the_header(write_file):
    with opened(write_file("a,b\n1,2\n")) as source:
        assert choose_reader(source, Reading("generic")) == "generic"
