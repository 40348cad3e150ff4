"""Feature sources against dense algebra and plain counting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from db.records import Question
from db.view import View
from tests.synthetic_store import (
    ESSENTIAL,
    MODULE_OF,
    SYMBOLS,
    add_screen,
    copied_world,
    module_effects,
    shared_world,
)
from tools.genes.knowledge import Knowledge, knowledge_of
from tools.genes.matrices import folded, unit_rows
from tools.genes.named_in_text import genes_of_question, named_genes
from tools.genes.network import normalised
from tools.genes.sets.members import usable_sets
from tools.prediction.features import string_neighbours, string_spectral
from tools.prediction.features.annotation import Annotation
from tools.prediction.features.essentiality import Essentiality
from tools.prediction.features.gene_sets import GeneSets
from tools.prediction.features.question_match import QuestionMatch
from tools.prediction.features.questions_of_priors import QuestionsOfPriors
from tools.prediction.features.string_neighbours import StringNeighbours
from tools.prediction.features.string_spectral import StringSpectral

LIBRARY = pd.Index(SYMBOLS, dtype=object)
QUESTION = Question("cytokine")


@pytest.fixture
def view(tmp_path_factory) -> View:
    return View(shared_world(tmp_path_factory)[0])


@pytest.fixture
def knowledge(view) -> Knowledge:
    return knowledge_of(view)


def test_gene_set_coordinates_keep_the_inner_products_of_the_weighted_membership(view):
    frame = GeneSets(knowledge_of(view)).features(LIBRARY, QUESTION, view)
    members = usable_sets(view.gene_sets())
    table = pd.crosstab(members["gene"], members["gene_set"]).astype(float)
    weighted = table * np.log(len(table) / table.sum())
    unit = weighted.div(np.linalg.norm(weighted, axis=1), axis=0).loc[frame.index]
    left, values, _ = np.linalg.svd(unit.to_numpy(), full_matrices=False)
    kept = (left * values)[:, : frame.shape[1]]
    np.testing.assert_allclose(frame.to_numpy() @ frame.to_numpy().T, kept @ kept.T, atol=1e-6)


def test_sets_that_are_too_small_or_too_large_say_nothing():
    sizes = {"tiny": 2, "right": 3, "large": 500, "huge": 501}
    rows = [("C", name, f"G{i}") for name, size in sizes.items() for i in range(size)]
    kept = usable_sets(pd.DataFrame(rows, columns=["collection", "gene_set", "gene"]))
    assert set(kept["gene_set"]) == {"right", "large"}


def test_the_network_embedding_is_made_of_the_leading_eigenvectors(view):
    frame = StringSpectral().features(LIBRARY, QUESTION, view)
    matrix, names = normalised(view.edges("STRING"))
    values, vectors = np.linalg.eigh(matrix.toarray())
    top = np.argsort(-values)[:10]
    expected = (vectors[:, top] * np.sqrt(values[top])) @ (vectors[:, top] * np.sqrt(values[top])).T
    leading = frame.loc[names].to_numpy()[:, :10]
    np.testing.assert_allclose(leading @ leading.T, expected, atol=1e-3)
    assert string_spectral.DIMENSIONS >= frame.shape[1] >= 10


def test_neighbourhoods_keep_the_cosines_of_who_neighbours_whom(view):
    frame = StringNeighbours().features(LIBRARY, QUESTION, view)
    matrix, names = normalised(view.edges("STRING"))
    rows = matrix.toarray() + string_neighbours.OWN * np.eye(len(names))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    values = np.linalg.svd(rows, compute_uv=False)
    found = frame.loc[names].to_numpy()
    best = np.sqrt((values[frame.shape[1] :] ** 4).sum())
    assert np.linalg.norm(found @ found.T - rows @ rows.T) < 1.1 * best
    assert best < 0.1 * np.linalg.norm(rows @ rows.T)
    assert 10 <= frame.shape[1] <= string_neighbours.DIMENSIONS


def test_folding_loses_nothing_where_all_dimensions_are_kept():
    matrix = csr_array(np.array([[1.0, 0, 2, 0], [0, 3, 0, 0], [1, 3, 2, 0]]))
    rows = folded(matrix, 3)
    # The third row is the sum of the others, so two directions say all; the third would be rounding noise.
    assert rows.shape == (3, 2)
    np.testing.assert_allclose(rows @ rows.T, (matrix @ matrix.T).toarray(), atol=1e-9)
    assert folded(csr_array(np.ones((1, 4))), 3).shape == (1, 0)


def test_rows_get_unit_length_and_empty_ones_stay_empty():
    rows = unit_rows(csr_array(np.array([[3.0, 4.0], [0.0, 0.0]]))).toarray()
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, 0.0]])


def test_essentiality_knows_what_it_does_not_know(view):
    frame = Essentiality().features(LIBRARY, QUESTION, view)
    assert frame["depmap_common_essential"].sum() == len(ESSENTIAL)
    assert len(frame) == 500
    assert frame["depmap_effect"].isna().sum() == 100


def test_annotation_counts_sets_and_neighbours(view):
    frame = Annotation().features(LIBRARY, QUESTION, view)
    edges, gene = view.edges("STRING"), SYMBOLS[145]
    degree = int(((edges["a"] == gene) | (edges["b"] == gene)).sum())
    sets = int((view.gene_sets()["gene"] == gene).sum())
    assert frame.loc[gene, "neighbours"] == pytest.approx(np.log1p(degree))
    assert frame.loc[gene, "sets"] == pytest.approx(np.log1p(sets))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("production of Interleukin-2 (IL-2)", ["IL2"]),
        ("total tau antibody in neurons", ["MAPT"]),
        ("THE CAT sat on a mat", []),
        ("TP53 and tp53 and p53", ["TP53"]),
        ("genes that move AMB", []),
    ],
)
def test_only_names_written_as_genes_are_written_count_as_genes(text, found):
    synonyms = pd.DataFrame(
        [
            ("IL2", "approved", "IL2"), ("MAPT", "approved", "MAPT"), ("tau", "alias", "MAPT"), ("CAT", "alias", "X"),
            ("CAT", "alias", "Y"), ("TP53", "approved", "TP53"), ("p53", "alias", "TP53"), ("AMB", "alias", "A"),
            ("AMB", "previous", "B"),
        ],
        columns=["name", "tier", "symbol"],
    )  # fmt: skip
    assert named_genes(text, synonyms) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("production of IFN-gamma", ["IFNG"]),
        ("production of IFN-γ by T cells", ["IFNG"]),
        ("IFN gamma and IL-2Rα levels", ["IFNG", "IL2RA"]),
        ("IL1β, NF-κB", ["IL1B"]),
        ("Interferon-gamma receptor 1 matters", ["IFNGR1"]),
        ("the interferon gamma of T cells", ["IFNG"]),
        ("IL1B in IL2RA+ cells", ["IL1B"]),
        ("gamma rays and alpha helices of A beta sheet", []),
    ],
)
def test_greek_letters_hyphens_and_full_names_are_read_as_gene_nomenclature_writes_them(text, found):
    words = pd.Series(
        {
            "IFNG": "interferon gamma", "IFNGR1": "interferon gamma receptor 1", "IL1B": "interleukin 1 beta",
            "IL2RA": "interleukin 2 receptor subunit alpha", "X": "X protein",
        }
    )  # fmt: skip
    synonyms = pd.DataFrame({"name": words.index, "tier": "approved", "symbol": words.index})
    assert named_genes(text, synonyms, words) == found


def test_the_question_reaches_the_genes_and_sets_that_its_words_name_and_their_neighbours(view, knowledge):
    question = Question("cytokine", text="identify genes that regulate the cytokin")
    frame = QuestionMatch(knowledge).features(LIBRARY, question, view)["match"]
    assert frame.idxmax() == "GENE0400"
    same = [SYMBOLS[i] for i in np.flatnonzero(MODULE_OF[400] == MODULE_OF) if i != 400]
    assert frame[same].mean() > frame.drop(["GENE0400", *same]).mean()


def test_positive_controls_are_genes_that_the_question_names(view, knowledge):
    question = Question("nothing known", text="", positive_controls=("GENE0410",))
    assert QuestionMatch(knowledge).features(LIBRARY, question, view)["match"].idxmax() == "GENE0410"


def test_a_question_without_a_single_known_word_says_nothing(view, knowledge):
    assert QuestionMatch(knowledge).features(LIBRARY, Question("xyzzy"), view).empty


def test_the_genes_of_a_question_come_with_their_full_names_and_its_positive_controls(view):
    question = Question("x", text="GENE0007 and cytokin", positive_controls=("GENE0410",))
    names = view.genes().set_index("symbol")["name"]
    found = genes_of_question(question, view)
    assert found == {symbol: names[symbol] for symbol in ("GENE0007", "GENE0400", "GENE0410")}


def test_the_match_is_the_logarithm_of_a_random_walk_that_starts_at_what_is_named(view, knowledge):
    question = Question("x", positive_controls=("GENE0410",))
    found = QuestionMatch(knowledge).features(LIBRARY, question, view)["match"]
    start = (knowledge.genes == "GENE0410").astype(float)
    # The control's own words count as the question's, so that its name starts the walk elsewhere too.
    assert found["GENE0410"] == pytest.approx(np.log(1 + 1e-4))
    assert found.between(np.log(1e-4), np.log(1 + 1e-4)).all()
    near = knowledge.genes[(knowledge.network @ start) > 0]
    assert found[near].mean() > found.drop(near).mean()


def test_each_visible_screen_has_a_column_for_what_it_asked(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    number = add_screen(store, "asking", module_effects([4], 9), study="Delta 2024", text="a helicase")
    seen = View(store)
    source = QuestionsOfPriors(knowledge_of(seen))
    frame = source.features(LIBRARY, QUESTION, seen)
    assert str(number) in frame
    asked = Question("cytokine", cell_type="T cells", text="a helicase")
    alone = QuestionMatch(knowledge_of(seen)).features(LIBRARY, asked, seen)
    np.testing.assert_allclose(frame[str(number)], alone["match"])
    assert str(number) not in source.features(LIBRARY, QUESTION, View(store, [number]))
