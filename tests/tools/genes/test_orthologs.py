"""Names of another organism in human terms, there and back, by pairs that are each other's only best one."""

from __future__ import annotations

import pandas as pd
import pytest

from db.errors import NotFoundError
from db.genes.nomenclature import write_genes, write_orthologs
from db.provenance import content_hash, record_ingest
from db.records import Question
from db.store import Store
from tests.synthetic_store import add_knowledge, add_mouse_genes, add_screen
from tools.genes.orthologs import (
    LEAST_SOURCES,
    Orthologs,
    ortholog_note,
    orthologs_of,
    required_orthologs,
    view_in_human_terms,
)

MOUSE = Orthologs("mouse", {"Trp53": "TP53", "Il2": "IL2", "Ifng": "IFNG", "Was": "WAS", "Kit": "KIT", "Cd3e": "CD3E"})


def write_names(store: Store, pairs: list[tuple[str, str, int]]) -> None:
    """Genes of both organisms and their pairs, as the loaders of packs write them."""
    with store.write("test") as connection:
        ingest = record_ingest(
            connection, content=content_hash(["x"], {}), kind="orthologs", name="x", source="x", source_hash="0",
            tool="test", arguments={},
        )  # fmt: skip
        for organism, at in (("human", 0), ("mouse", 1)):
            symbols = sorted({pair[at] for pair in pairs})
            genes = pd.DataFrame({"accession": symbols, "symbol": symbols, "name": "", "locus_type": ""})
            ids = pd.DataFrame({"accession": symbols, "namespace": "ensembl", "identifier": symbols})
            none = pd.DataFrame({"accession": [], "name": [], "tier": []}).astype(str)
            write_genes(connection, ingest, organism, genes, none, ids)
        write_orthologs(connection, ingest, pd.DataFrame(pairs, columns=["human", "mouse", "sources"]))


def test_a_pair_counts_where_each_is_the_others_only_best_one(store: Store):
    pairs = [
        ("CD3E", "Cd3e", 12),
        ("KLRC1", "Klrc1", 10), ("KLRC1", "Klrc3", 7),  # the better one
        ("HLA-A", "H2-Q7", 5), ("HLA-A", "H2-Q10", 5),  # a tie: neither
        ("GZMB", "Gzmb", 9), ("GZMB", "Gzmc", 5), ("GZMH", "Gzmc", 8),  # each with its own
        ("CXCL8", "Cxcl15", LEAST_SOURCES - 1),  # too few databases
        ("FOO1", "Foo", 6), ("FOO2", "Foo", 6),  # a tie on the other side
    ]  # fmt: skip
    write_names(store, pairs)
    found = orthologs_of(store, "mouse")
    assert found.human == {"Cd3e": "CD3E", "Klrc1": "KLRC1", "Gzmb": "GZMB", "Gzmc": "GZMH"}
    assert found.own_symbols({"GZMH", "HLA-A"}) == {"Gzmc"}


def test_names_go_into_human_terms_and_back_and_those_without_ortholog_keep_apart():
    own = ["Il2", "Xyz", "Il2+Trp53", "Trp53+Xyz"]
    human = ["IL2", "Xyz (mouse)", "IL2+TP53", "TP53+Xyz (mouse)"]
    assert list(MOUSE.into_human(own)) == human
    assert list(MOUSE.into_own(human)) == own
    assert list(MOUSE.into_own(["HLA-A"])) == ["HLA-A (human)"]
    assert list(MOUSE.into_human(["HLA-A (human)"])) == ["HLA-A"]
    assert MOUSE.known(own) == {"Il2", "Il2+Trp53"}


def test_human_names_stay_as_they_are():
    human = Orthologs()
    assert list(human.into_human(["A", "B (mouse)"])) == ["A", "B (mouse)"]
    assert human.known(["A", "B"]) == {"A", "B"}
    assert human.question(Question("Il2")) == Question("Il2")
    assert ortholog_note(human, ["A"]) == ""


@pytest.mark.parametrize(
    ("text", "human"),
    [
        ("Il2 secretion", "IL2 secretion"),
        ("loss of Trp53, or Il-2", "loss of TP53, or IL2"),
        ("Ifn-γ and Ifng in Cd8+ T cells", "IFN-γ and IFNG in Cd8+ T cells"),
        ("Tnf alpha; Kit", "Tnf alpha; KIT"),
        ("Was measured; TP53", "Was measured; TP53"),
    ],
)
def test_symbols_in_a_text_become_human_ones_and_words_stay(text, human):
    assert MOUSE.text(text) == human


def test_a_question_keeps_what_screens_are_told_apart_by():
    asked = Question("Trp53 level", organism="mouse", study="S", cell_type="MEF", positive_controls=("Il2", "Xyz"))
    human = MOUSE.question(asked)
    assert (human.organism, human.phenotype, human.study, human.cell_type) == ("human", "Trp53 level", "S", "MEF")
    assert human.text == "TP53 level"
    assert human.positive_controls == ("IL2",)


def test_without_orthologs_a_question_is_refused_and_the_pack_is_named(store: Store):
    with pytest.raises(NotFoundError, match="no one-to-one orthologs of mouse and human genes") as refused:
        required_orthologs(store, "mouse")
    assert "orthologs" in refused.value.suggestion
    with pytest.raises(NotFoundError) as none:
        required_orthologs(store, "zebrafish")
    assert "No pack brings orthologs of zebrafish genes" in none.value.suggestion
    assert required_orthologs(store, "human").organism == "human"


def test_a_note_counts_the_candidates_that_have_an_ortholog():
    assert "2 of 3 candidates" in ortholog_note(MOUSE, ["Il2", "Trp53", "Xyz"])
    assert "nothing is known" not in ortholog_note(MOUSE, ["Il2"])


def test_a_view_writes_effects_of_another_organism_in_human_names_and_knows_what_they_are_recorded_as(store: Store):
    add_knowledge(store, sets=False, network=False, essentials=False)
    add_mouse_genes(store, ["GENE0001", "GENE0002"])
    effects = pd.Series([1.0, 2.0, 3.0], index=["Gene0001", "Gene0002", "Gene0003"])
    plain, readable = view_in_human_terms(store)
    assert readable == {"human"}
    mouse = add_screen(store, "m", effects, study="M", organism="mouse")
    human = add_screen(store, "h", effects.set_axis(["GENE0001", "GENE0002", "GENE0003"]), study="H")
    before = plain.fingerprint()
    view, readable = view_in_human_terms(store)
    assert readable == {"human", "mouse"}
    seen = view.effects().groupby("screen_id")["perturbation"].apply(list)
    assert seen[human] == ["GENE0001", "GENE0002", "GENE0003"]
    assert seen[mouse] == ["GENE0001", "GENE0002"]
    screens = {screen.id: screen for screen in view.screens()}
    assert view.recorded(screens[mouse], "GENE0001") == "Gene0001"
    assert view.recorded(screens[human], "GENE0001") == "GENE0001"
    assert view.fingerprint() != before
    assert view.fingerprint(effects=False) == plain.fingerprint(effects=False)
    assert set(view.hiding([human]).effects()["perturbation"]) == {"GENE0001", "GENE0002"}
