"""Whose genes a file's names are, in short lists as well."""

from __future__ import annotations

import pytest

from db.errors import NeedsChoiceError, RefusedFileError

FISSION = "cdc2 cdc25 wee1 cdc13 rad3 cds1 chk1 pku70"
BUDDING = "CDC28 CLN2 CLB2 SIC1 RAD53 MEC1 DUN1 URA3"


@pytest.mark.parametrize(("names", "yeast"), [(FISSION, "fission"), (BUDDING, "budding"), (BUDDING.lower(), "fission")])
def test_eight_names_of_yeast_alone_are_not_read_as_human_genes(names, yeast, add):
    with pytest.raises(NeedsChoiceError, match=f"as those of {yeast} yeast are, by three letters and") as caught:
        add(names.split())
    assert "give their orthologs" in caught.value.suggestion
    assert "organism='human'" in caught.value.suggestion


def test_symbols_written_small_or_as_yeast_has_them_are_genes(add):
    names = ["jak1", "jak2", "lck", "pcna", "myc", "plk1", "lcp2", "cd5", "mtor", "kras", "cdk1"]
    _, effects = add(names)
    assert list(effects.index) == sorted(name.upper() for name in names)


def test_old_names_of_human_genes_in_capitals_are_those_genes(add):
    _, effects = add(["KBF1", "SLP76", "JTK10", "JTK3", "BRG1", "MCH5", "RPB1", "JAK1", "JAK2"])
    assert {"NFKB1", "LCP2", "JAK1"} <= set(effects.index)


def test_who_says_whose_genes_they_are_is_believed(add):
    _, effects = add([*["JAK1", "JAK2", "LCK", "MYC", "PLK1", "LCP2"], "ade6", "his3"], organism="human")
    assert len(effects) == 6


def test_half_of_a_short_list_without_a_gene_is_asked_about(add):
    with pytest.raises(NeedsChoiceError, match="4 of 8 names mean no human gene"):
        add([*["JAK1", "JAK2", "LCK", "MYC"], "QWERTA", "QWERTB", "QWERTC", "QWERTD"])


def test_placeholders_are_taken_with_a_warning_and_alone_refused(add, genes):
    added, effects = add(["IL2", *(f"GENE{at:02}" for at in range(1, 30))])
    assert list(effects.index) == ["IL2"]
    assert any("29 of 30 names are placeholders such as GENE01" in one for one in added.warnings)
    with pytest.raises(RefusedFileError, match="No name in"):
        add([f"GENE{at:02}" for at in range(1, 30)])
