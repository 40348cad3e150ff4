"""Feature sources against dense algebra and plain counting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from db.records import Question
from db.view import View
from tests.synthetic_store import ESSENTIAL, MODULE_OF, SYMBOLS, shared_world
from tools.genes.matrices import folded, unit_rows
from tools.genes.named_in_text import named_genes
from tools.genes.network import normalised
from tools.genes.sets.matched import matched_sets
from tools.genes.sets.members import usable_sets
from tools.prediction.features import string_neighbours, string_spectral
from tools.prediction.features.annotation import Annotation
from tools.prediction.features.essentiality import Essentiality
from tools.prediction.features.gene_sets import GeneSets
from tools.prediction.features.other_studies import OtherStudies, recurrence
from tools.prediction.features.question_match import QuestionMatch, alike_texts
from tools.prediction.features.string_neighbours import StringNeighbours
from tools.prediction.features.string_spectral import StringSpectral

LIBRARY = pd.Index(SYMBOLS, dtype=object)
QUESTION = Question("cytokine")


@pytest.fixture
def view(tmp_path_factory) -> View:
    return View(shared_world(tmp_path_factory)[0])


def test_gene_set_coordinates_keep_the_inner_products_of_the_weighted_membership(view):
    frame = GeneSets().features(LIBRARY, QUESTION, view)
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


def test_recurrence_counts_studies_once_and_measured_screens_only():
    ranks = pd.DataFrame({1: [0.99, 0.5, np.nan], 2: [0.98, 0.5, 0.2], 3: [0.1, 0.96, np.nan]}, index=["A", "B", "C"])
    table = recurrence(ranks, {1: "s", 2: "s", 3: "t"}, [1, 2, 3])
    assert table["hits"].to_dict() == {"A": 1.0, "B": 1.0, "C": 0.0}
    assert table["screens"].to_dict() == {"A": 3.0, "B": 3.0, "C": 1.0}
    assert table.loc["A", "max_surprise"] == pytest.approx(2.0)
    assert table.loc["C", "mean_surprise"] == pytest.approx(-np.log10(0.8))
    assert recurrence(ranks, {1: "s", 2: "s", 3: "t"}, []).empty


def test_other_studies_ranks_each_screen_by_its_own_side(view):
    frame = OtherStudies().features(LIBRARY, QUESTION, view)
    active = frame.loc[[SYMBOLS[i] for i in np.flatnonzero(MODULE_OF == 4)], "hits"]
    assert active.mean() > 3 * frame["hits"].mean()


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


def test_the_question_reaches_the_genes_and_sets_that_its_words_name_and_their_neighbours(view):
    question = Question("cytokine", text="identify genes that regulate the cytokin")
    frame = QuestionMatch().features(LIBRARY, question, view)["match"]
    assert frame.idxmax() == "GENE0400"
    same = [SYMBOLS[i] for i in np.flatnonzero(MODULE_OF[400] == MODULE_OF) if i != 400]
    assert frame[same].mean() > frame.drop(["GENE0400", *same]).mean()
    worded = Question("cytokine", text="genes of the helicase")
    assert all("helicase" in name for _, name in matched_sets(worded, view, view.gene_sets()).index)


class OneDirection:
    """An encoder for which texts with the given words mean the same, and all others nothing in common with them."""

    name, local = "one direction", True

    def __init__(self, *words):
        self.words = words

    def encode(self, texts):
        rng = np.random.default_rng(3)
        near = [any(word in text for word in self.words) for text in texts]
        vectors = np.zeros((len(texts), 12), dtype=np.float32)
        vectors[np.arange(len(texts)), np.where(near, 0, 1)] = np.where(near, 1.0, rng.choice([-1.0, 1.0], len(texts)))
        return vectors


def test_an_encoder_finds_gene_sets_that_share_no_word_with_the_question(view):
    question = Question("unwinding", text="unwinding of strands")
    assert matched_sets(question, view, view.gene_sets()).empty
    alike = matched_sets(question, view, view.gene_sets(), OneDirection("unwinding", "module 2 "))
    assert [name for _, name in alike.index] == ["MODULE_2_ligase"]
    frame = QuestionMatch(OneDirection("unwinding", "module 2 ")).features(LIBRARY, question, view)["match"]
    inside = MODULE_OF == 2
    assert frame[np.array(SYMBOLS)[inside]].min() > frame[np.array(SYMBOLS)[~inside]].mean()


def test_an_encoder_s_likeness_of_gene_texts_is_their_cosine_with_the_question(view):
    vectors = view.gene_embedding("gene_texts")

    class Same:
        name, local = "same", True

        def encode(self, texts):
            return np.repeat(vectors.loc[["GENE0007"]].to_numpy(), len(texts), axis=0)

    found = alike_texts(Question("x", text="any words"), view, [], Same())
    np.testing.assert_allclose(found, vectors.to_numpy(float) @ vectors.loc["GENE0007"].to_numpy(float), atol=1e-6)


def test_a_question_on_mouse_genes_is_not_compared_with_the_vectors_of_human_ones(view):
    encoder = OneDirection("words")
    assert len(alike_texts(Question("x", text="any words"), view, [], encoder)) == 590
    assert alike_texts(Question("x", "mouse", text="any words"), view, [], encoder).empty


def test_positive_controls_are_genes_that_the_question_names(view):
    question = Question("nothing known", text="", positive_controls=("GENE0410",))
    assert QuestionMatch().features(LIBRARY, question, view)["match"].idxmax() == "GENE0410"


def test_a_question_without_a_single_known_word_says_nothing(view):
    assert QuestionMatch().features(LIBRARY, Question("xyzzy"), view).empty
