"""What names mean: tiers, case, identifiers, dates, near names."""

from __future__ import annotations

import pytest

from db.errors import ConflictError, NeedsChoiceError, NotFoundError
from db.genes.name_forms import near_names, spreadsheet_date_names
from db.genes.names import GeneNames
from db.genes.nomenclature import find_gene, identifiers_of, names_of, symbols_of, write_genes


@pytest.fixture
def human(named_workspace) -> GeneNames:
    return GeneNames.load(named_workspace.store, "human")


def resolve(names: GeneNames, name: str, **identifiers: str):
    return names.resolve([name], {space: [value] for space, value in identifiers.items()})[0]


def symbols(resolution) -> list[str]:
    return [gene.symbol for gene in resolution.choices]


def test_an_approved_symbol_in_exact_case_always_means_its_gene(human):
    # IL2 is approved; that other genes carry it as an alias would not matter.
    found = resolve(human, "IL2")
    assert (found.gene.symbol, found.gene.accession, found.status, found.detail) == ("IL2", "HGNC:6001", "approved", "")


@pytest.mark.parametrize(
    ("name", "symbol", "status"),
    [
        ("KIAA0196", "WASHC5", "previous"),
        ("MARCH1", "MARCHF1", "previous"),
        ("MARC1", "MTARC1", "previous"),
        ("AARS", "AARS1", "previous"),
        ("TCGF", "IL2", "alias"),
        ("P-gp", None, "unknown"),
    ],
)
def test_a_former_symbol_or_alias_of_one_gene_means_that_gene(human, name, symbol, status):
    found = resolve(human, name)
    assert (found.gene.symbol if found.gene else None, found.status) == (symbol, status)


@pytest.mark.parametrize(
    ("name", "choices"),
    [("TAZ", ["TAFAZZIN", "WWTR1"]), ("DEC1", ["BHLHE40", "DELEC1"]), ("SEPT2", ["SEPTIN2", "SEPTIN6"])],
)
def test_a_name_that_was_one_genes_symbol_and_is_anothers_alias_needs_a_choice(human, name, choices):
    found = resolve(human, name)
    assert (found.gene, found.status, symbols(found)) == (None, "ambiguous", choices)
    assert all(symbol in found.detail for symbol in choices)


def test_two_genes_inside_one_tier_need_a_choice(human):
    # DIFF6 was the symbol of both.
    assert symbols(resolve(human, "DIFF6")) == ["SEPTIN1", "SEPTIN2"]


def test_exact_case_comes_before_any_case(human):
    assert resolve(human, "il2").gene.symbol == "IL2"
    assert resolve(human, "Slp-76").gene.symbol == "LCP2"


def test_a_list_that_names_one_of_the_choices_by_its_own_symbol_says_so(human):
    found = human.resolve(["TAZ", "WWTR1"])[0]
    assert found.status == "ambiguous"
    assert "WWTR1 besides" in found.detail


@pytest.mark.parametrize(
    ("space", "value"),
    [
        ("ensembl", "ENSG00000109471.7"),
        ("entrez", "3558"),
        ("entrez", "3558.0"),
        ("hgnc", "6001"),
        ("uniprot", "p60568"),
    ],
)
def test_an_identifier_wins_over_the_name(human, space, value):
    found = resolve(human, "VAV1", **{space: value})
    assert (found.gene.symbol, found.status) == ("IL2", "identifier")
    assert "IL2" in found.detail


def test_an_unknown_identifier_leaves_it_to_the_name(human):
    assert resolve(human, "VAV1", entrez="999999999").gene.symbol == "VAV1"
    assert resolve(human, "VAV1", entrez="").status == "approved"


@pytest.mark.parametrize("name", ["ENSG00000109471", "ENSG00000109471.3", "HGNC:6001", "LOC3558"])
def test_a_name_that_is_an_identifier_is_read_as_one(human, name):
    assert (resolve(human, name).gene.symbol, resolve(human, name).status) == ("IL2", "identifier")


@pytest.mark.parametrize(
    "date",
    [
        "1-Mar",
        "01.Mar",
        "Mar-1",
        "Mar-01",
        "1. Mrz",
        "01.Mär",
        "2021-03-01",
        "2021-03-01 00:00:00",
        "3/1/2021",
        "1.3.21",
    ],
)
def test_a_date_is_recognised_and_its_genes_are_named_but_never_guessed(human, date):
    found = resolve(human, date)
    assert (found.gene, found.status, symbols(found)) == (None, "date", ["MARCHF1", "MTARC1"])


@pytest.mark.parametrize(
    ("date", "choices"),
    [
        ("11-Mar", ["MARCHF11"]),
        ("02.Mar", ["MARCHF2", "MTARC2"]),
        ("Sep 2", ["SEPTIN2", "SEPTIN6"]),
        ("15-Sept", ["SELENOF"]),
        ("1-Dez", ["BHLHE40", "DELEC1"]),
        ("4-Oct", ["POU5F1"]),
    ],
)
def test_a_date_that_only_one_gene_fits_is_not_guessed_either(human, date, choices):
    found = resolve(human, date)
    assert (found.gene, found.status, symbols(found)) == (None, "date", choices)


@pytest.mark.parametrize(
    "text", ["CDC42", "HLA-A", "NKX2-1", "2-OG", "Marker 1", "MARCH1", "OR1-99", "Mar-99", "1-99-2021", "p53"]
)
def test_a_name_that_is_no_date_is_not_taken_for_one(text):
    assert spreadsheet_date_names(text) == ()


def test_a_gene_whose_name_looks_like_a_date_keeps_it(human):
    # OCT-4 is how POU5F1's alias is written; a spreadsheet writes 4-Oct or Oct-4.
    assert (resolve(human, "OCT-4").status, resolve(human, "OCT-4").gene.symbol) == ("alias", "POU5F1")
    assert resolve(human, "Oct-4").status == "date"


def test_an_unknown_name_gets_near_ones(human):
    found = resolve(human, "VAV11")
    assert (found.status, found.gene) == ("unknown", None)
    assert "VAV1" in found.near
    assert "VAV1" in found.detail


def test_near_names_are_approved_symbols_as_they_are_written():
    assert near_names("marchf11", {"MA": ["MARCHF11", "Mapt"]}) == ("MARCHF11",)
    assert near_names("XYZ", {"MA": ["MARCHF11"]}) == ()


def test_resolutions_come_in_the_order_of_the_names(human):
    names = ["IL2", " VAV1 ", "nope", "IL2", "TAZ", ""]
    found = human.resolve(names)
    assert [one.name for one in found] == names
    assert [one.status for one in found] == ["approved", "approved", "unknown", "approved", "ambiguous", "unknown"]


def test_mouse_names_are_mouse_genes(named_workspace):
    mouse = GeneNames.load(named_workspace.store, "mouse")
    assert resolve(mouse, "Sept2").gene.symbol == "Septin2"
    assert resolve(mouse, "Il2").gene.organism == "mouse"
    assert resolve(mouse, "1-Mar").status == "date"


def test_a_store_without_names_says_how_to_get_them(store):
    with pytest.raises(NotFoundError, match=r"`fetch\(\['hgnc'\]\)`"):
        GeneNames.load(store, "human")


def test_find_gene_takes_names_and_identifiers(named_workspace):
    store = named_workspace.store
    assert [find_gene(store, name).symbol for name in ("IL2", "tcgf", "ENSG00000109471.9", "3558", "P60568")] == [
        "IL2"
    ] * 5
    assert find_gene(store, "Trp53").organism == "mouse"
    assert find_gene(store, "IL2", "mouse").symbol == "Il2"


def test_find_gene_lists_the_choices(named_workspace):
    # Wwtr1 of mouse has the alias TAZ alone; the choice in human comes first.
    with pytest.raises(NeedsChoiceError) as refused:
        find_gene(named_workspace.store, "TAZ")
    assert "TAFAZZIN" in refused.value.suggestion
    assert "WWTR1" in refused.value.suggestion


def test_find_gene_names_near_ones(named_workspace):
    with pytest.raises(NotFoundError, match="Did you mean VAV1"):
        find_gene(named_workspace.store, "VAV11")


def test_a_genes_names_and_identifiers_are_listed(named_workspace):
    store = named_workspace.store
    gene = find_gene(store, "WWTR1")
    assert names_of(store, gene) == {"alias": ("DKFZp586I1419", "TAZ")}
    assert identifiers_of(store, gene)["ensembl"] == ("ENSG00000018408",)


def test_symbols_can_be_limited_to_a_locus_type(named_workspace):
    coding = symbols_of(named_workspace.store, "human", "gene with protein product")
    assert "IL2" in coding
    assert "DELEC1" not in coding
    assert "DELEC1" in symbols_of(named_workspace.store, "human")
    assert coding == sorted(coding)


def test_a_second_nomenclature_is_refused_because_effects_are_written_in_the_first(named_workspace):
    import pandas as pd

    empty = pd.DataFrame({"accession": [], "symbol": [], "name": [], "locus_type": []}, dtype=str)
    with pytest.raises(ConflictError, match="human nomenclature"), named_workspace.store.write("test") as connection:
        write_genes(connection, 99, "human", empty, empty, empty)
    assert find_gene(named_workspace.store, "IL2").accession == "HGNC:6001"


def test_longer_texts_are_looked_up_together_and_not_one_by_one(named_workspace, monkeypatch):
    reads = []
    store = named_workspace.store
    read = type(store).read
    monkeypatch.setattr(type(store), "read", lambda self: reads.append(1) or read(self))
    names = GeneNames.load(store, "human")
    few, many = [f"Some{number} (12)" for number in range(3)], [f"Other{number} (12)" for number in range(90)]
    names.resolve(few)
    after_few = len(reads)
    names.resolve(many)
    assert len(reads) - after_few <= after_few
