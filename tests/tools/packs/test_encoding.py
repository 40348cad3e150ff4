"""Fetching encodes the gene texts by itself, when it can and where nobody has chosen otherwise."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console, Group

from db.view import View
from tests.synthetic_store import add_knowledge
from tests.tools.packs.test_catalogue import SETS, Catalogue
from tests.word_vectors import PARTS, ROWS, safetensors, tokenizer_json
from tools.doctor import diagnose
from tools.genes.texts.texts import ENCODED
from tools.genes.texts.vectors import encode_gene_texts
from tools.genes.texts.wordllama import TOKENIZER, VECTORS
from tools.packs.catalogue import fetch, remedies
from tools.packs.encoding import encode_at_once, encoded_by
from tui.layouts.packs import fetched

NEXT = 'next_step = "hitscout encode --encoder wordllama"\n'


@pytest.fixture
def catalogue(tmp_path, monkeypatch) -> Catalogue:
    """The pack of word vectors, by three parts, and one of gene sets."""
    made = Catalogue(tmp_path)
    parts = {f"w/{VECTORS}": safetensors({"weight": ROWS}), f"w/{TOKENIZER}": tokenizer_json()}
    made.add("wordllama", NEXT + made.wheel("wordllama", parts))
    made.add("tiny-sets", made.https("sets.gmt", b"A\t\tGENE0001\n") + SETS.format(file="sets.gmt", collection="tiny"))
    monkeypatch.setenv("HITSCOUT_PACKS", str(made.packs))
    return made


def told(report) -> str:
    shown = io.StringIO()
    Console(file=shown, width=160).print(Group(*fetched(report)))
    return shown.getvalue()


def test_the_pack_s_fetch_encodes_the_gene_texts_with_progress_and_says_so(workspace, catalogue):
    add_knowledge(workspace.store, network=False)
    seen = []
    report = fetch(replace(workspace, report=seen.append), ["wordllama"], mirror=catalogue.mirror)
    assert (report.encoded.genes, report.encoded.dimensions, report.encoded.already) == (600, ROWS.shape[1], False)
    assert encoded_by(workspace) == report.encoded.encoder == "wordllama, telling words"
    assert "encode texts" in {step.task for step in seen}
    assert "600 gene texts as vectors" in told(report)
    assert "comes next" not in told(report)
    lengths = np.linalg.norm(View(workspace.store).gene_embedding(ENCODED).to_numpy(float), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)
    assert workspace.store.verify() == []


def test_any_later_fetch_encodes_again_only_what_has_changed(workspace, catalogue):
    add_knowledge(workspace.store, network=False)
    fetch(workspace, ["wordllama"], mirror=catalogue.mirror)
    again = fetch(workspace, ["tiny-sets"], mirror=catalogue.mirror)
    assert again.encoded.already
    assert "gene texts as vectors" not in told(again)
    with workspace.store.write("test") as connection:
        connection.execute("UPDATE gene SET name = 'kinase receptor' WHERE symbol = 'GENE0003'")
    changed = fetch(workspace, ["tiny-sets"], mirror=catalogue.mirror)
    assert (changed.encoded.encoded, changed.encoded.already) == (1, False)
    parts = ROWS[PARTS["kinase"]] + ROWS[PARTS["receptor"]] + ROWS[PARTS["<unk>"]]
    vector = View(workspace.store).gene_embedding(ENCODED).loc["GENE0003"].to_numpy(float)
    np.testing.assert_allclose(vector, parts / np.linalg.norm(parts), atol=1e-6)


def test_vectors_of_another_encoder_stay(workspace, catalogue):
    add_knowledge(workspace.store, network=False, vectors=True)
    before = encoded_by(workspace)
    report = fetch(workspace, ["wordllama"], mirror=catalogue.mirror)
    assert before
    assert report.encoded is None
    assert encoded_by(workspace) == before
    assert "comes next" not in told(report), "nobody needs it who has chosen another encoder"
    made = encode_gene_texts(workspace, "wordllama")
    assert made.encoder == encoded_by(workspace)


def test_without_the_pack_or_without_gene_names_nothing_is_encoded(workspace, catalogue):
    assert encode_at_once(workspace) is None
    add_knowledge(workspace.store, network=False)
    report = fetch(workspace, ["tiny-sets"], mirror=catalogue.mirror)
    assert report.encoded is None
    assert remedies(workspace, ["wordllama"]) == ("hitscout fetch wordllama",)


def test_the_doctor_says_which_encoder_s_vectors_there_are_and_what_brings_some(workspace, catalogue):
    add_knowledge(workspace.store, network=False)
    (before,) = [one for one in diagnose(workspace).findings if one.about == "texts"]
    assert (before.state, before.remedy) == ("note", "hitscout fetch wordllama")
    fetch(workspace, ["wordllama"], mirror=catalogue.mirror)
    (after,) = [one for one in diagnose(workspace).findings if one.about == "texts"]
    assert (after.state, after.message) == ("ok", "Gene texts are encoded by wordllama, telling words.")
