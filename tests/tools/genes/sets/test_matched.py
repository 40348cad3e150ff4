"""Gene sets whose names say what a question asks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.records import Question
from db.view import View
from tests.synthetic_store import shared_world
from tools.genes.knowledge import knowledge_of
from tools.genes.sets.matched import CELL_WEIGHT, NAMED_WEIGHT, asked_words, matched_sets, with_declared


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory):
    return knowledge_of(View(shared_world(tmp_path_factory)[0]))


def test_a_question_s_own_words_count_fully_and_those_of_genes_and_cells_less():
    question = Question("uptake", text="helicase", cell_type="neurons")
    assert asked_words(question, {"AB1": "ligase helicase"}) == {
        "helicas": 1.0, "ligas": NAMED_WEIGHT, "ab1": NAMED_WEIGHT, "neuron": CELL_WEIGHT,
    }  # fmt: skip


def test_only_sets_that_share_a_word_match_and_no_gene_needs_to_be_named(knowledge):
    found = matched_sets(Question("x", text="genes of the helicase"), {}, knowledge)
    assert len(found) == 5
    assert all("helicase" in name for _, name in found.index)
    assert matched_sets(Question("xyzzy"), {}, knowledge).empty


def test_declared_sets_count_as_if_their_names_were_the_question(knowledge):
    name = "MODULE_3_channel"
    size = knowledge.sizes[knowledge.sets.get_loc(("CP", name))]
    nothing = pd.Series(dtype=float, index=knowledge.sets[:0])
    found = with_declared(nothing, [f"CP:{name}", "CP:NO_SUCH_SET", "colonless"], knowledge)
    assert found.to_dict() == {("CP", name): pytest.approx(np.log(len(knowledge.genes) / size))}
    matched = matched_sets(Question("x", text="channel"), {}, knowledge)
    both = with_declared(matched, [f"CP:{name}"], knowledge)
    assert both.index.is_unique
    assert len(both) == len(matched)
