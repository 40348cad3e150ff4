"""Tables of CRISPRbrain: a row for each start site, one of which stands for its gene."""

from __future__ import annotations

import pytest

HEADER = "Gene,TSS,Phenotype,P Value,Gene Score,Hit Class"


@pytest.fixture
def table(read):
    """Reads rows of gene, start site, phenotype, p, gene score and class of hit."""
    return lambda *rows: read("crisprbrain", [HEADER, *rows], separator=" ", name="table.csv")


def test_the_estimate_is_the_gene_score_and_p_is_two_sided(table):
    rows = table("VBP1,VBP1,-20,0.01,-40,x", "RB1,RB1,9,0.001,27,x").rows
    assert rows["estimate"].tolist() == [-40, 27]
    assert rows["p_low"].tolist() == pytest.approx([0.005, 0.9995])
    assert rows["p_high"].tolist() == pytest.approx([0.995, 0.0005])


def test_the_start_site_with_the_smallest_p_stands_for_its_gene_and_the_other_is_kept_aside(table):
    found = table("ARPC2,P2,9,0.3,4.7,x", "LAT,LAT,0,1,0,x", "ARPC2,P1,-5,0.003,-12.6,x")
    assert found.rows["name"].tolist() == ["LAT", "ARPC2"]
    assert found.rows["estimate"].tolist() == [0, -12.6]
    assert [(note.line, note.name, note.reason, note.kept_aside) for note in found.notes] == [
        (2, "ARPC2", "duplicate", True)
    ]


def test_of_equal_p_the_start_site_with_the_larger_phenotype_is_taken(table):
    assert table("A1BG,P1,-5,0.003,-12.6,x", "A1BG,P2,7,0.003,17.7,x").rows["estimate"].tolist() == [17.7]


def test_a_start_site_without_p_never_stands_before_one_that_has_it(table):
    assert table("A1BG,P1,-5,,-12.6,x", "A1BG,P2,1,0.9,0.05,x").rows["estimate"].tolist() == [0.05]
