"""Words beside genes' names, and pairs parted by words."""

from __future__ import annotations

import pytest

LABELS = [
    "{}_KO",
    "{}-KO",
    "{} KO",
    "KO_{}",
    "{}_KD",
    "{}_CRISPRi",
    "{} (human)",
    "{}_human",
    "sg{}",
    "{}_sg1",
    "{}-/-",
]


@pytest.mark.parametrize("form", LABELS)
def test_a_word_for_what_was_done_or_whose_a_gene_is_is_no_part_of_its_name_and_no_control(form, add, genes):
    added, effects = add([form.format(gene) for gene in genes[:20]])
    assert dict(effects) == {gene: effect for effect, gene in enumerate(genes[:20], 1)}
    label = "-/-" if "/" in form else form.format("").strip("_- ()")
    (said,) = [one for one in added.warnings if "names are read without" in one]
    assert said.startswith(f"20 names are read without {label}, which says what was done")
    assert not any("control" in one for one in added.warnings)


def test_a_text_that_all_names_share_is_left_out_and_not_called_a_gene(add, genes):
    added, effects = add([f"{gene}_MCF7" for gene in genes[:20]])
    assert set(effects.index) == set(genes[:20])
    assert any("20 names have MCF7 beside their gene, which is no gene's name" in one for one in added.warnings)


def test_the_species_beside_a_name_says_whose_gene_it_is(add):
    added, effects = add([f"{gene} (mouse)" for gene in ("Il2", "Il2ra", "Jak1", "Lck", "Myc", "Kras")])
    assert added.screen.organism == "mouse"
    assert effects["Il2"] == 1


@pytest.mark.parametrize("sign", [" x ", " X ", " × ", " and ", " AND ", " with ", "_x_", "x", "_and_"])
def test_pairs_parted_by_a_word_are_pairs(sign, add, genes):
    pairs = list(zip(genes[:20:2], genes[1:20:2], strict=True))
    _, effects = add([f"{one}{sign}{two}" for one, two in pairs])
    assert dict(effects) == {"+".join(sorted(pair)): effect for effect, pair in enumerate(pairs, 1)}


def test_one_pair_among_genes_is_of_several_genes(add, genes):
    added, effects = add([*genes[:20], f"{genes[0]} and {genes[1]}"])
    assert len(effects) == 20
    assert {one.reason: one.rows for one in added.kept_aside} == {"several-genes": 1}
