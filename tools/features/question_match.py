"""Question match: how near a gene lies to the genes and gene sets that the question's own words name."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from db.records import Question
from db.view import View
from tools.features.gene_sets import usable_sets
from tools.features.string_spectral import NETWORK, normalised

RESTART = 0.5
STEPS = 12
CLOSEST_SETS = 20
LEAST_SIMILAR = 0.2
FLOOR = 1e-6
WORD = r"[a-z0-9][a-z0-9-]+"
_COMMON = (
    "identify gene genes regulate regulates regulation change changes log fold normalized read reads counts"
    " measurement measured decrease increase decreased increased total using compared control controls non-targeting"
    " level levels knocked knockout knockdown perturbation screen cells cell expression production when that upon the"
    " and for with from into are was were has have which their this those these after before between within"
)
COMMON = frozenset(_COMMON.split())
"""Words that every screen's description has: they say nothing on which biology is meant."""


class QuestionMatch:
    """Random walk with restart over STRING from the genes and gene sets that the question's text names.

    Names of genes in the text (symbols and aliases, ``IL-2`` as ``IL2``) start with weight one in all; so do the
    members of the `CLOSEST_SETS` gene sets whose names are most alike to the text (cosine of tf-idf; the full names of
    the genes found are added to the text). Then x ← (1 − r)·s + r·A x with the normalised network A and r = `RESTART`
    (Köhler et al. 2008). The feature is ln(x + 10⁻⁶). Nothing but ``question.text`` is read (the phenotype where
    that is empty), and the positive controls.
    """

    needs = ("hgnc", "pathways", "string")
    reads_question = True
    reads_effects = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Nearness of each gene in a set or the network; see `tools.features.base.FeatureSource`."""
        named = genes_of_question(question, view)
        members = usable_sets(view.gene_sets())
        matched = matched_sets(question, view, members).rename("weight")
        joined = members.join(matched, on=["collection", "gene_set"], how="inner")
        start = _start(named, joined.groupby("gene")["weight"].sum())
        if start.empty:
            return pd.DataFrame(dtype=float)
        walked = _walk(start, view.edges(NETWORK))
        everyone = pd.Index(sorted(set(walked.index) | set(members["gene"])), dtype=object)
        near = np.log(walked.reindex(everyone).fillna(0.0).to_numpy(float) + FLOOR)
        frame = pd.DataFrame({"match": near}, index=everyone)
        return frame.reindex(genes[genes.isin(everyone)])


def genes_of_question(question: Question, view: View) -> list[str]:
    """Symbols of the genes that the question names, its positive controls among them, sorted.

    Args:
        question: What is looked for.
        view: Where the names of genes come from.
    """
    found = named_genes(question.text or question.phenotype, view.synonyms(question.organism))
    return sorted({*found, *question.positive_controls})


def named_genes(text: str, synonyms: pd.DataFrame) -> list[str]:
    """Symbols of the genes that a text names, sorted.

    Args:
        text: Plain words.
        synonyms: Columns name, tier and symbol.
    """
    unique = synonyms[synonyms["name"].str.len() >= 3].drop_duplicates(["name", "symbol"])
    approved = set(unique.loc[unique["tier"] == "approved", "name"])
    counted = unique[unique["tier"] != "approved"].groupby("name")["symbol"].agg(["first", "size"])
    others: pd.Series[str] = counted.loc[counted["size"] == 1, "first"]
    found = set()
    for token in re.findall(r"[A-Za-z0-9-]+", text):
        for form in {token, token.replace("-", "")}:
            # A word in ordinary case is a gene only where an alias is written just so, as "tau" is.
            if form in approved and form.upper() == form:
                found.add(form)
            elif form in others.index and form not in COMMON:
                found.add(str(others[form]))
    return sorted(found)


def matched_sets(question: Question, view: View, members: pd.DataFrame) -> pd.Series[float]:
    """Gene sets whose names are most alike to the question's words.

    Args:
        question: What is looked for.
        view: Where the names of genes come from.
        members: Columns collection, gene_set and gene.

    Returns:
        Weight (cosine · ln(genes / size)) by collection and gene set, at most `CLOSEST_SETS`, heaviest first.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    text = question.text or question.phenotype
    words = view.genes(question.organism).set_index("symbol")["name"]
    named = genes_of_question(question, view)
    query = " ".join([text, *(str(words.get(gene, "")) for gene in named)]).lower()
    tokens = [word for word in re.findall(WORD, query) if word not in COMMON]
    sizes = usable_sets(members).groupby(["collection", "gene_set"]).size()
    if not tokens or sizes.empty:
        return pd.Series(dtype=float, index=sizes.index[:0])
    titles = sizes.index.get_level_values(1).str.replace("_", " ").str.lower()
    counter = TfidfVectorizer(sublinear_tf=True, stop_words="english", token_pattern=WORD)
    try:
        alike = (counter.fit_transform(titles) @ counter.transform([" ".join(tokens)]).T).toarray().ravel()
    except ValueError:
        # No set's name holds a usable word: nothing can be alike.
        return pd.Series(dtype=float, index=sizes.index[:0])
    best = np.argsort(-alike, kind="stable")[:CLOSEST_SETS]
    best = best[alike[best] > LEAST_SIMILAR]
    rarity = np.log(max(members["gene"].nunique(), 2) / sizes.to_numpy())
    weights = pd.Series((alike * rarity)[best], index=sizes.index[best], dtype=float)
    return weights.sort_values(ascending=False, kind="stable")


def _start(named: list[str], weights: pd.Series[float]) -> pd.Series[float]:
    """Where the walk starts: half on the named genes, half on the sets' members."""
    genes = pd.Series(1.0 / max(len(named), 1), index=pd.Index(named, dtype=object), dtype=float)
    members = weights / weights.sum() if len(weights) else weights
    total = genes.add(members, fill_value=0.0)
    return total / total.sum() if len(total) else total


def _walk(start: pd.Series[float], edges: pd.DataFrame) -> pd.Series[float]:
    """Random walk with restart; without edges it stays where it started."""
    edges = edges[edges["a"] != edges["b"]]
    if edges.empty:
        return start
    network, names = normalised(edges)
    inside = start.reindex(names).fillna(0.0).to_numpy(float)
    here = inside.copy()
    for _ in range(STEPS):
        here = (1 - RESTART) * inside + RESTART * (network @ here)
    walked = pd.Series(here, index=names)
    outside = start[~start.index.isin(names)] * (1 - RESTART)
    return pd.concat([walked, outside])


METHOD = QuestionMatch
