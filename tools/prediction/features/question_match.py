"""Question match: how near a gene lies to the genes and gene sets that the question's own words name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question
from db.view import View
from tools.genes.network import NETWORK, normalised
from tools.genes.sets.members import titles_of, usable_sets
from tools.genes.texts.encoders import Encoder
from tools.genes.texts.texts import ENCODED, texts_of

RESTART = 0.5
STEPS = 12
CLOSEST_SETS = 40
LEAST_SHARED = 0.2
"""Cosine of tf-idf from which on a gene set's name counts as alike to the question."""
LEAST_APART = 2.5
"""The same for an encoder's cosine, in standard deviations above the mean over all names: encoders differ in scale."""
FLOOR = 1e-6
TEXT_WEIGHT = 0.25
"""Weight of the likeness of texts beside that of the walk over the network."""
WORD = r"[a-z0-9][a-z0-9-]+"
_COMMON = (
    "identify gene genes regulate regulates regulation change changes log fold normalized read reads counts"
    " measurement measured decrease increase decreased increased total using compared control controls non-targeting"
    " level levels knocked knockout knockdown perturbation screen cells cell expression production when that upon the"
    " and for with from into are was were has have which their this those these after before between within"
    " crispr crispri crispra interference repression activation genome-wide library guide guides stained staining"
    " sorted sorting counted counts fixed marked dye culture medium blood donor inside high low much"
    " make makes primary human"
)
COMMON = frozenset(_COMMON.split())
"""Words that every screen's description has: they say nothing on which biology is meant."""


GREEK = {
    "alpha": "A", "beta": "B", "gamma": "G", "delta": "D", "epsilon": "E", "zeta": "Z", "eta": "H", "theta": "Q",
    "iota": "I", "kappa": "K", "lambda": "L", "mu": "M", "nu": "N", "xi": "X", "omicron": "O", "pi": "P", "rho": "R",
    "sigma": "S", "tau": "T", "upsilon": "U", "phi": "F", "chi": "C", "psi": "Y", "omega": "W",
}  # fmt: skip
"""Greek letter → the Latin one that stands for it in gene symbols (HGNC guidelines, Bruford et al. 2020)."""
SIGNS = {
    sign: unicodedata.name(sign).rsplit(" ", 1)[1].lower().replace("lamda", "lambda")
    for sign in "αβγδεζηθικλμνξοπρσςτυφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
    if "FINAL" not in unicodedata.name(sign)
}
_IN_WORDS = str.maketrans(SIGNS)


class QuestionMatch:
    """How near a gene lies to what the question names, and how alike its own text is to the question's.

    The first part is a random walk with restart over STRING. Names of genes in the text (symbols, aliases and full
    names, ``IL-2`` as IL2, ``IFN-γ`` as IFNG) start with weight one in all; so do the members of the `CLOSEST_SETS`
    gene sets whose names are most alike to the text with the full names of the genes found in it. Then
    x ← (1 − r)·s + r·A x with the normalised network A and r = `RESTART` (Köhler et al. 2008), of which ln(x + 10⁻⁶)
    counts. The second part is how alike the gene's name and summary are to the question. Both are standardised over
    the genes; the second counts `TEXT_WEIGHT`.

    Texts are compared by the cosine of their sentence vectors where there is an encoder (`tools.genes.texts.vectors`),
    which knows that killing by NK cells is natural killer cell mediated cytotoxicity; elsewhere by that of tf-idf,
    for which words have to be shared. Nothing but ``question.text`` is read (the phenotype where that is empty), and
    the positive controls.

    Args:
        encoder: The one that the store's vectors of gene texts come from; None to compare words.
    """

    needs = ("hgnc", "pathways", "string")
    reads_question = True
    reads_effects = False

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Nearness of each gene in a set or the network; see `tools.prediction.features.base.FeatureSource`."""
        named = genes_of_question(question, view)
        members = usable_sets(view.gene_sets())
        matched = with_declared(matched_sets(question, view, members, self._encoder), question, members)
        joined = members.join(matched.rename("weight"), on=["collection", "gene_set"], how="inner")
        start = _start(named, joined.groupby("gene")["weight"].sum())
        alike = alike_texts(question, view, named, self._encoder)
        if start.empty and alike.empty:
            return pd.DataFrame(dtype=float)
        walked = _walk(start, view.edges(NETWORK)) if len(start) else start
        everyone = pd.Index(sorted({*walked.index, *members["gene"], *alike.index}), dtype=object)
        near = np.log(walked.reindex(everyone).fillna(0.0).to_numpy(float) + FLOOR)
        worded = alike.reindex(everyone).fillna(alike.min() if len(alike) else 0.0).to_numpy(float)
        frame = pd.DataFrame({"match": _standardised(near) + TEXT_WEIGHT * _standardised(worded)}, index=everyone)
        return frame.reindex(genes[genes.isin(everyone)])


def _standardised(values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    deviation = float(values.std())
    return (values - values.mean()) / deviation if deviation > 1e-12 else np.zeros_like(values)


def alike_texts(question: Question, view: View, named: list[str], encoder: Encoder | None = None) -> pd.Series[float]:
    """How alike each gene's name and summary are to the question; empty where nothing can be compared.

    The cosine of the sentence vectors, or else the root of that of tf-idf between the text and the question's words
    with the texts of the genes that it names.

    Args:
        question: What is looked for.
        view: Where names, summaries and their vectors come from.
        named: Genes that the question names: what is written of them belongs to it.
        encoder: The one that the store's vectors come from; None to compare words.
    """
    # The vectors are those of human genes.
    if encoder is not None and question.organism == "human":
        vectors = view.gene_embedding(ENCODED)
        cosines = vectors.to_numpy(float) @ encoder.encode([_asked(question)])[0].astype(float)
        return pd.Series(cosines, index=vectors.index.astype(object))
    texts, _ = texts_of(view, question)
    asked = " ".join([_asked(question), *texts.reindex(named).dropna()])
    shared = _shared_words(asked, texts.str.lower(), min_df=2, max_df=0.1)
    alike = pd.Series(np.sqrt(shared), index=texts.index)
    return alike if alike.max() > 0 else alike[:0]


def _shared_words(query: str, texts: Iterable[str], **limits: float) -> npt.NDArray[np.floating[Any]]:
    """Cosine of tf-idf of each text, in small letters, with the query's words; zeros where no text has a usable one."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = list(texts)
    words = [word for word in re.findall(WORD, query.lower()) if word not in COMMON]
    counter = TfidfVectorizer(sublinear_tf=True, stop_words="english", token_pattern=WORD, **limits)
    try:
        return np.asarray((counter.fit_transform(texts) @ counter.transform([" ".join(words)]).T).toarray().ravel())
    except ValueError:
        # scikit-learn's word for a vocabulary that is empty.
        return np.zeros(len(texts))


def _asked(question: Question) -> str:
    """The question's text as one line, or its phenotype where it has none."""
    return (question.text or question.phenotype).replace("\n", ". ")


def genes_of_question(question: Question, view: View) -> list[str]:
    """Symbols of the genes that the question names, its positive controls among them, sorted.

    Args:
        question: What is looked for.
        view: Where the names of genes come from.
    """
    words = view.genes(question.organism).set_index("symbol")["name"]
    found = named_genes(question.text or question.phenotype, view.synonyms(question.organism), words)
    return sorted({*found, *question.positive_controls})


def named_genes(text: str, synonyms: pd.DataFrame, words: pd.Series[str] | None = None) -> list[str]:
    """Symbols of the genes that a text names, sorted.

    A gene is named by a symbol or alias, by one in the spelling of `spellings` (``IL-2``, ``IFN-γ``, ``IFN gamma``), or
    by its full name in words (``interferon gamma``); of full names that overlap the longest counts.

    Args:
        text: Plain words.
        synonyms: Columns name, tier and symbol.
        words: Full name by symbol; full names are not looked for where None.
    """
    unique = synonyms[synonyms["name"].str.len() >= 3].drop_duplicates(["name", "symbol"])
    approved = set(unique.loc[unique["tier"] == "approved", "name"])
    counted = unique[unique["tier"] != "approved"].groupby("name")["symbol"].agg(["first", "size"])
    others: pd.Series[str] = counted.loc[counted["size"] == 1, "first"]
    found = set() if words is None else _by_full_name(text, words)
    for form in spellings(text):
        # A word in ordinary case is a gene only where an alias is written just so, as "tau" is.
        if form in approved and form.upper() == form:
            found.add(form)
        elif form in others.index and form not in COMMON:
            found.add(str(others[form]))
    return sorted(found)


def spellings(text: str) -> set[str]:
    """The words of a text, with the spellings that gene nomenclature would give them.

    Hyphens are dropped (``IL-2`` is IL2), and a Greek letter, as a sign or in words, that follows capital letters or
    figures becomes the Latin one that HGNC writes for it (``IFN-γ`` and ``IFN-gamma`` are IFNG, ``IL-2Rα`` is IL2RA).

    Args:
        text: Plain words.
    """
    # What a plus follows marks a kind of cell ("CD4+ T cells"), and is not what the question is about.
    text = re.sub(r"\b[A-Za-z0-9-]+\+", " ", text)
    # A Greek letter that stands apart belongs to the name before it: "IFN gamma".
    joined = re.sub(rf"\b([A-Z][A-Z0-9]+) ({'|'.join(GREEK)})\b", r"\1-\2", greek_in_words(text))
    forms = set()
    for token in re.findall(r"[A-Za-z0-9-]+", joined):
        latin = re.sub(rf"(?<=[A-Z0-9])-?({'|'.join(GREEK)})(?![a-z])", lambda sign: GREEK[sign[1]], token)
        forms |= {token, token.replace("-", ""), latin.replace("-", "")}
    return forms


def greek_in_words(text: str) -> str:
    """Greek signs as words in small letters: γ and Γ as gamma, for the letters that HGNC has a Latin one for.

    Args:
        text: Plain words.
    """
    return unicodedata.normalize("NFKC", text).translate(_IN_WORDS)


def _by_full_name(text: str, words: pd.Series[str]) -> set[str]:
    """Genes whose full name, of two words or more, stands in the text and in no longer full name that does."""
    said = _phrase(text)
    held = {symbol: phrase for symbol, name in words.items() if (phrase := _phrase(str(name))).count(" ") > 2}
    there = {str(symbol): phrase for symbol, phrase in held.items() if phrase in said}
    return {
        symbol
        for symbol, phrase in there.items()
        if not any(phrase != other and phrase in other for other in there.values())
    }


def _phrase(text: str) -> str:
    """Words in small letters between single blanks, with a blank at both ends."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', greek_in_words(text).lower()))} "


def matched_sets(
    question: Question, view: View, members: pd.DataFrame, encoder: Encoder | None = None
) -> pd.Series[float]:
    """Gene sets whose names are most alike to the question's words.

    Args:
        question: What is looked for.
        view: Where the names of genes come from.
        members: Columns collection, gene_set and gene.
        encoder: What compares texts by their sense; None to compare words.

    Returns:
        Weight (likeness · ln(genes / size)) by collection and gene set, at most `CLOSEST_SETS`, heaviest first.
    """
    words = view.genes(question.organism).set_index("symbol")["name"]
    named = genes_of_question(question, view)
    query = " ".join([_asked(question), *(str(words.get(gene, "")) for gene in named)])
    sizes = usable_sets(members).groupby(["collection", "gene_set"]).size()
    if sizes.empty:
        return pd.Series(dtype=float, index=sizes.index)
    titles = titles_of(sizes.index.get_level_values(1))
    alike = _sharing(query, titles) if encoder is None else _standing_out(query, titles, encoder)
    best = np.argsort(-alike, kind="stable")[:CLOSEST_SETS]
    best = best[alike[best] > 0]
    rarity = np.log(max(members["gene"].nunique(), 2) / sizes.to_numpy())
    weights = pd.Series((alike * rarity)[best], index=sizes.index[best], dtype=float)
    return weights.sort_values(ascending=False, kind="stable")


def _sharing(query: str, titles: list[str]) -> npt.NDArray[np.floating[Any]]:
    """Cosine of tf-idf of each title with the query, 0 up to `LEAST_SHARED`."""
    cosines = _shared_words(query, titles)
    return np.where(cosines > LEAST_SHARED, cosines, 0.0)


def _standing_out(query: str, titles: list[str], encoder: Encoder) -> npt.NDArray[np.floating[Any]]:
    """Cosine of each title's sentence vector with the query's, standardised over the titles; 0 up to `LEAST_APART`."""
    vectors = encoder.encode([query, *titles]).astype(float)
    apart = _standardised(vectors[1:] @ vectors[0])
    return np.where(apart > LEAST_APART, apart, 0.0)


def with_declared(weights: pd.Series[float], question: Question, members: pd.DataFrame) -> pd.Series[float]:
    """Weights of gene sets with those that the question declares, which count as if their names were its own words.

    Args:
        weights: Weight by collection and gene set, as `matched_sets` gives them.
        question: What is looked for; its ``gene_sets`` are written ``collection:name``.
        members: Columns collection, gene_set and gene.
    """
    named = [tuple(one.split(":", 1)) for one in question.gene_sets if ":" in one]
    if not named:
        return weights
    sizes = usable_sets(members).groupby(["collection", "gene_set"]).size()
    declared = sizes[sizes.index.isin(named)]
    total = max(members["gene"].nunique(), 2)
    rarity = declared.map(lambda size: float(np.log(total / size))).astype(float)
    others = weights[~weights.index.isin(declared.index)]
    joined: pd.Series[float] = pd.concat([others, rarity])
    return joined.sort_values(ascending=False, kind="stable")


def _start(named: list[str], weights: pd.Series[float]) -> pd.Series[float]:
    """Where the walk starts: half on the named genes, half on the sets' members."""
    genes = pd.Series(1.0 / max(len(named), 1), index=pd.Index(named, dtype=object), dtype=float)
    members = weights / weights.sum() if len(weights) else weights
    total = genes.add(members, fill_value=0.0)
    return total / total.sum() if len(total) else total


def _walk(start: pd.Series[float], edges: pd.DataFrame) -> pd.Series[float]:
    """Random walk with restart; without edges it stays where it started."""
    network, names = normalised(edges)
    if names.empty:
        return start
    inside = start.reindex(names).fillna(0.0).to_numpy(float)
    here = inside.copy()
    for _ in range(STEPS):
        here = (1 - RESTART) * inside + RESTART * (network @ here)
    walked = pd.Series(here, index=names)
    outside = start[~start.index.isin(names)] * (1 - RESTART)
    return pd.concat([walked, outside])


METHOD = QuestionMatch
