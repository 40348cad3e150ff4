"""The card of a gene, and what a list of names means."""

from __future__ import annotations

import pandas as pd
import pytest

from db.errors import InvalidValueError, NeedsChoiceError, NotFoundError
from tests.campaign_world import add_measured, new_workspace
from tests.synthetic_store import module_effects
from tools.genes.card import gene_card, resolve_genes
from tools.packs.loaders.base import LoadStep, Source
from tools.packs.loaders.gene_sets import GeneSets
from tools.packs.loaders.network import Network
from tools.screens.ingestion.adding import add_screen


@pytest.fixture
def filled(named_workspace, tmp_path):
    """A store with a collection, essential genes, a network and a screen of 60 genes."""
    (tmp_path / "a.gmt").write_text("BIG\t\tVAV1\tLCP2\tIL2\nSMALL\t\tVAV1\tLCP2\n")
    (tmp_path / "CEGv2.txt").write_text("GENE\tHGNC_ID\tENTREZ_ID\nVAV1\tHGNC:12657\t7409\n")
    (tmp_path / "net.csv").write_text("a,b,score\nVAV1,LCP2,900\nVAV1,IL2,950\n")
    source = Source("test", tmp_path)
    for file, layout, collection in (("a.gmt", "gmt", "mine"), ("CEGv2.txt", "list", "essentials")):
        step = LoadStep("gene_sets", (file,), {"layout": layout, "collection": collection})
        GeneSets().load(named_workspace, source, step)
    Network().load(named_workspace, source, LoadStep("network", ("net.csv",), {"name": "net"}))
    symbols = ["VAV1", "LCP2", "IL2", "JAK1", "JAK2", "STAT1", "CBLB", "CD5", "RASA2", "SOCS1", "TP53"]
    table = pd.DataFrame({"gene": symbols, "lfc": [i / 10 for i in range(len(symbols))]})
    table.to_csv(tmp_path / "screen.csv", index=False)
    add_screen(
        named_workspace, tmp_path / "screen.csv", name="mine", phenotype="IL-2 production", study="Me 2026",
        positive_means="lowers", reader="generic", columns={"gene": "gene", "estimate": "lfc"}, hit_rule="top 5%",
    )  # fmt: skip
    return named_workspace


def test_a_card_has_names_sets_edges_and_effects_with_evidence(filled):
    card = gene_card(filled, "VAV")
    assert (card.symbol, card.previous, card.identifiers["hgnc"]) == ("VAV1", ("VAV",), ("HGNC:12657",))
    assert card.essential_in == ("CEGv2",)
    assert card.gene_set_count == 3
    assert [(one.name, one.size, one.evidence) for one in card.gene_sets] == [
        ("CEGv2", 1, "set:essentials:CEGv2"), ("SMALL", 2, "set:mine:SMALL"), ("BIG", 3, "set:mine:BIG"),
    ]  # fmt: skip
    assert [one.evidence for one in card.neighbours] == ["edge:net:VAV1:IL2", "edge:net:VAV1:LCP2"]
    effect = card.effects[0]
    # The smallest value of a file in which positive lowers is the largest harmonised effect.
    assert (effect.screen, effect.estimate, effect.percentile) == ("mine", 0.0, 1.0)
    assert effect.evidence.startswith("effect:")
    assert effect.evidence.endswith(":VAV1")


def test_a_gene_that_nothing_is_known_of_has_an_empty_card(named_workspace):
    card = gene_card(named_workspace, "KRAS")
    assert (card.essential_in, card.gene_sets, card.effects, card.effect_count) == ((), (), (), 0)


def test_a_card_of_a_mouse_gene(named_workspace):
    assert gene_card(named_workspace, "Trp53").organism == "mouse"
    assert gene_card(named_workspace, "IL2", "mouse").symbol == "Il2"
    with pytest.raises(InvalidValueError, match="human or mouse"):
        gene_card(named_workspace, "IL2", "rat")


def test_a_name_that_means_two_genes_gets_no_card(named_workspace):
    with pytest.raises(NeedsChoiceError, match="TAFAZZIN"):
        gene_card(named_workspace, "TAZ")
    with pytest.raises(NotFoundError):
        gene_card(named_workspace, "NOSUCHGENE")


def test_a_list_of_names_is_reported_by_what_each_means(named_workspace):
    report = resolve_genes(named_workspace, ["IL2", "KIAA0196", "TCGF", "TAZ", "1-Mar", "VAV11"])
    assert report.genes == {"KIAA0196": "WASHC5", "TCGF": "IL2"}
    assert report.counts == {"approved": 1, "previous": 1, "alias": 1, "ambiguous": 1, "date": 1, "unknown": 1}
    assert [(one.name, one.choices) for one in report.unresolved] == [
        ("TAZ", ("TAFAZZIN", "WWTR1")), ("1-Mar", ("MARCHF1", "MTARC1")), ("VAV11", ()),
    ]  # fmt: skip
    assert "VAV1" in report.unresolved[2].near


def test_an_effect_without_a_sign_is_a_strength_and_a_weak_one_is_no_extreme(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    strengths = module_effects([4], 3).abs()
    add_measured(workspace.store, "eaten", strengths, phenotype="phagocytosis", positive_means="unsigned")
    strongest, weakest = (gene_card(workspace, str(name)).effects for name in (strengths.idxmax(), strengths.idxmin()))
    assert (strongest[0].screen, strongest[0].signed, strongest[0].percentile) == ("eaten", False, 1.0)
    assert (weakest[-1].screen, weakest[-1].percentile) == ("eaten", 0.0)
    assert {one.screen: one.signed for one in weakest} == {"alpha": True, "beta": True, "eaten": False}
