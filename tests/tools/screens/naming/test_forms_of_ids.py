"""Ids in a gene column: read where they are of genes, whatever stands before them, and else named for what they are."""

from __future__ import annotations

import pytest

from db.errors import RefusedFileError
from db.genes.id_forms import form_of_most, identifier_in, other_form

IDS = {
    "IL2": ("3558", "ENSG00000109471", "P60568"), "IL2RA": ("3559", "ENSG00000134460", "P01589"),
    "JAK1": ("3716", "ENSG00000162434", "P23458"), "LCK": ("3932", "ENSG00000182866", "P06239"),
    "KRAS": ("3845", "ENSG00000133703", "P01116"), "MYC": ("4609", "ENSG00000136997", "P01106"),
}  # fmt: skip
READ = (
    "{symbol}_{entrez}", "{symbol}:{entrez}", "{symbol}-{entrez}", "{symbol}|{entrez}", "hsa:{entrez}",
    "ENTREZ:{entrez}", "GeneID:{entrez}", "NCBI:{entrez}", "NCBIGene:{entrez}", "ncbi-geneid:{entrez}",
    "entrez_{entrez}", "LOC{entrez}", "ENSEMBL:{ensembl}", "ensembl:{ensembl}.12", "{uniprot}", "{uniprot}-2",
    "UniProtKB:{uniprot}", "uniprot:{uniprot}", "sp|{uniprot}|ANY_HUMAN",
    "{entrez}_{symbol}", "{entrez}|{symbol}", "{symbol} [Entrez:{entrez}]", "{symbol}_NM_00{entrez}12.3",
)  # fmt: skip


@pytest.mark.parametrize("form", READ)
def test_an_id_is_its_gene_whatever_stands_before_it(form, add):
    names = [
        form.format(symbol=symbol, entrez=entrez, ensembl=ensembl, uniprot=uniprot)
        for symbol, (entrez, ensembl, uniprot) in IDS.items()
    ]
    _, effects = add(names)
    assert dict(effects) == {symbol: effect for effect, symbol in enumerate(IDS, 1)}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("NM_00{at}546.6", "ids of RefSeq transcripts"),
        ("NM_00{at}546(IL2)", "ids of RefSeq transcripts"),
        ("NP_00{at}537", "ids of RefSeq proteins"),
        ("ENST0000026930{at}", "ids of Ensembl transcripts"),
        ("ENSP0000026930{at}.4", "ids of Ensembl proteins"),
        ("P5{at}_HUMAN", "UniProt entry names"),
        ("rs12345{at}", "ids of variants"),
        ("20179{at}_s_at", "probes of an array"),
        ("chr{at}:1000-2000", "places in the genome"),
        ("hsa:99999{at}", "Entrez ids of no gene known here"),
        ("Q{at}AAA1", "UniProt accessions of no gene known here"),
        ("IL2_999{at}", "names with numbers that are not their Entrez ids"),
    ],
)
def test_an_id_of_anything_but_a_gene_is_refused_by_its_form(form, said, add):
    with pytest.raises(RefusedFileError, match=f"these are {said}") as caught:
        add([form.format(at=at) for at in range(1, 8)])
    assert "Give gene symbols, Ensembl gene ids" in caught.value.suggestion


@pytest.mark.parametrize(
    "form",
    [
        "sg{gene}_{at}",
        "{gene}_sg{at}",
        "{gene}_sgRNA_{at}",
        "{gene}-gRNA{at}",
        "HGLibA_000{at}",
        "g{at}_{gene}",
        "sh{gene}-{at}",
    ],
)
def test_names_of_guides_make_a_table_guide_level(form, add, genes):
    with pytest.raises(RefusedFileError, match="these are names of guides") as caught:
        add([form.format(gene=gene, at=at) for gene in genes[:9] for at in (1, 2, 3)])
    assert "guide-level" in caught.value.suggestion
    assert "`mageck test` (its gene_summary)" in caught.value.suggestion


def test_sequences_of_guides_are_told_too(add):
    with pytest.raises(RefusedFileError, match="these are sequences of guides"):
        add(["ACGTACGTACGTACGTACGT"[at:] + "ACGT"[:at] for at in range(4)])


def test_one_id_of_another_kind_among_genes_is_set_aside_and_named(add, genes):
    added, effects = add([*genes[:20], "NM_000546.6"])
    assert len(effects) == 20
    (group,) = added.kept_aside
    assert "NM_000546.6 looks like a RefSeq transcript, not like a gene." in group.examples[0]


def test_the_number_of_a_guide_is_no_id():
    assert identifier_in("TP53_1") is None
    assert other_form("TP53_12") is None
    assert form_of_most(["TP53", "NM_000546"]) is None
