"""What the store knows of genes, as feature rows of unit length: one matrix for each source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from db.acts import act
from db.errors import NotFoundError
from db.genes.names import GeneNames, has_genes
from db.genes.perturbation_names import genes_in
from db.records import Question
from db.view import View
from tools.genes.matrices import VERSION as MATRICES
from tools.genes.matrices import Matrix, unit_rows
from tools.genes.network import NETWORK, normalised
from tools.prediction import feature_frames
from tools.prediction.features.string_spectral import StringSpectral
from tools.workspace import Workspace

VERSION = ("annotation 1", *MATRICES, *feature_frames.VERSION, *StringSpectral.VERSION)
PACKS = {
    "go": "gobp", "reactome": "pathways", "coessentiality": "coessentiality", "string": "string",
    "spectral": "string", "text": "gene-summaries",
}  # fmt: skip
"""Source → the pack that brings it."""
GENOME = 18_000
"""Genes that a set could have held, for the weight of a set."""
SMALLEST, LARGEST = 2, 500
"""Sets of other sizes say too little of a gene."""


@dataclass(frozen=True)
class Annotation:
    """Feature rows of genes.

    Attributes:
        symbols: Name as in a file → approved symbol, or the name itself where it is no known gene.
        genes: The symbols, sorted: the rows of every matrix.
        sources: Source → matrix (genes × d, sparse or dense, rows of length one, or zero for a gene it lacks).
        link: Weight of the direct STRING edge, genes × genes, sparse; zero where there is none.
        missing: Pack that is not in the store → the sources that it would bring.
    """

    symbols: Mapping[str, str]
    genes: pd.Index[str]
    sources: Mapping[str, Matrix]
    link: Matrix
    missing: Mapping[str, tuple[str, ...]]

    def membership(self, names: Sequence[str], members: Mapping[str, Sequence[str]]) -> Matrix:
        """Names × genes, sparse: 1/m for each of the m known genes of a gene, a pair ``A+B`` or a set.

        Args:
            names: Names as in the file.
            members: Set → names of its genes.
        """
        from scipy.sparse import csr_array

        targets = [members.get(name, genes_in(name)) for name in names]
        rows = np.repeat(np.arange(len(names)), [len(one) for one in targets])
        symbols = [self.symbols.get(one, one) for genes in targets for one in genes]
        columns = self.genes.get_indexer(pd.Index(symbols, dtype=object))
        rows, columns = rows[columns >= 0], columns[columns >= 0]
        counts = np.maximum(np.bincount(rows, minlength=len(names)), 1)
        shape = (len(names), len(self.genes))
        return csr_array(((1 / counts[rows]).astype(np.float32), (rows, columns)), shape=shape)

    def rows(self, membership: Matrix) -> dict[str, Matrix]:
        """Source → feature rows (names × d) of unit length; a set gets the direction of its members' mean.

        Args:
            membership: Names × genes, as `membership` gives it.
        """
        return {source: unit_rows(membership @ matrix).astype(np.float32) for source, matrix in self.sources.items()}

    def shuffled(self, rng: np.random.Generator, among: Iterable[str] | None = None) -> Annotation:
        """Every gene with the annotation of another, the same other in all sources: the control.

        Args:
            rng: Where the order comes from.
            among: Names of the genes that change places, so that the order does not depend on what else was read;
                all where None.
        """
        order = np.arange(len(self.genes))
        asked = self.genes if among is None else pd.Index([self.symbols.get(name, name) for name in set(among)])
        places = np.flatnonzero(self.genes.isin(asked))
        order[places] = rng.permutation(places)
        sources = {source: matrix[order] for source, matrix in self.sources.items()}
        return replace(self, sources=sources, link=self.link[order][:, order])


def read_annotation(workspace: Workspace, names: Iterable[str]) -> Annotation:
    """What the store knows of these genes.

    Args:
        workspace: Its store holds the packs of `PACKS`, or some of them.
        names: Names of genes as in the files.

    Raises:
        NotFoundError: None of the packs is there.
    """
    view = View(workspace.store)
    symbols = _symbols(workspace, sorted(set(names)))
    genes: pd.Index[str] = pd.Index(sorted(set(symbols.values())), dtype=object)
    edges = view.edges(NETWORK)
    sets = view.gene_sets(["gobp", "pathways"])
    reactome = sets["gene_set"].str.startswith("REACTOME_")
    found = {
        "go": set_matrix(sets[sets["collection"] == "gobp"], genes),
        "reactome": set_matrix(sets[(sets["collection"] == "pathways") & reactome], genes),
        "coessentiality": _placed(view.gene_embedding("coessentiality"), genes),
        "string": two_steps(edges, genes),
        "spectral": _spectral(workspace, view, genes) if len(edges) else None,
        "text": text_matrix(view, genes),
    }
    sources = {source: unit_rows(matrix).astype(np.float32) for source, matrix in found.items() if matrix is not None}
    missing: dict[str, tuple[str, ...]] = {}
    for source in (source for source in PACKS if source not in sources):
        missing[PACKS[source]] = (*missing.get(PACKS[source], ()), source)
    if not sources:
        raise NotFoundError(
            "The store knows nothing of these genes, so no response can be predicted.",
            f"{act('fetch', ['hgnc', *sorted(missing)])} gets what is needed.",
        )
    return Annotation(symbols, genes, sources, _links(edges, genes), missing)


def _symbols(workspace: Workspace, names: list[str]) -> dict[str, str]:
    with workspace.store.read() as connection:
        named = has_genes(connection, "human")
    if not named:
        return dict(zip(names, names, strict=True))
    found = GeneNames.load(workspace.store, "human").resolve(names)
    return {one.name: one.gene.symbol if one.gene else one.name for one in found}


def set_matrix(sets: pd.DataFrame, genes: pd.Index[str]) -> Matrix | None:
    """Genes × gene sets, sparse: ln(18,000 / genes of the set) for a member; None where there are no sets.

    Args:
        sets: Columns gene_set and gene; sets of 2 to 500 genes are taken.
        genes: The rows.
    """
    from scipy.sparse import csr_array

    sizes = sets.groupby("gene_set")["gene"].transform("size") if len(sets) else pd.Series(dtype=float)
    sets = sets[sizes.between(SMALLEST, LARGEST)] if len(sets) else sets
    if not sets["gene"].isin(genes).any():
        return None
    # The columns are of all sets, whichever genes are asked for.
    columns, names = pd.factorize(sets["gene_set"], sort=True)
    places = genes.get_indexer(pd.Index(sets["gene"], dtype=object))
    weights = np.log(GENOME / sizes.loc[sets.index].to_numpy(float)).astype(np.float32)
    kept = places >= 0
    return csr_array((weights[kept], (places[kept], columns[kept])), shape=(len(genes), len(names)))


def _placed(frame: pd.DataFrame, genes: pd.Index[str]) -> Matrix | None:
    if frame.empty or not frame.index.isin(genes).any():
        return None
    return frame.reindex(genes).fillna(0.0).to_numpy(np.float32)


def _selection(genes: pd.Index[str], names: pd.Index[str]) -> Matrix:
    from scipy.sparse import csr_array

    places = names.get_indexer(genes)
    rows = np.flatnonzero(places >= 0)
    return csr_array((np.ones(len(rows)), (rows, places[rows])), shape=(len(genes), len(names)))


def two_steps(edges: pd.DataFrame, genes: pd.Index[str]) -> Matrix | None:
    """Genes × genes of the network: rows of (I/2 + S/2)², S = D^-1/2 A D^-1/2; None where there is no network.

    Args:
        edges: Columns a, b and weight.
        genes: The rows.
    """
    from scipy.sparse import csr_array, eye_array

    network, names = normalised(edges)
    if names.empty:
        return None
    step = csr_array(0.5 * eye_array(len(names)) + 0.5 * network)
    found = csr_array(_selection(genes, names.astype(object)) @ step @ step)
    return found if found.nnz else None


def _links(edges: pd.DataFrame, genes: pd.Index[str]) -> Matrix:
    from scipy.sparse import csr_array

    a, b = (genes.get_indexer(pd.Index(edges[end], dtype=object)) for end in ("a", "b"))
    known = (a >= 0) & (b >= 0) & (a != b)
    a, b, weights = a[known], b[known], edges["weight"].to_numpy(np.float32)[known]
    shape = (len(genes), len(genes))
    return csr_array((np.r_[weights, weights], (np.r_[a, b], np.r_[b, a])), shape=shape)


def _spectral(workspace: Workspace, view: View, genes: pd.Index[str]) -> Matrix | None:
    question = Question(phenotype="response")
    built = feature_frames.build(
        ("string_spectral",), genes, question, view, workspace.paths.features, workspace.report
    )
    return _placed(built.frames.get("string_spectral", pd.DataFrame()), genes)


def text_matrix(view: View, genes: pd.Index[str]) -> Matrix | None:
    """Genes × words and pairs of words of "name. summary", tf-idf with 1 + ln(tf); None where there are no summaries.

    What a word weighs is counted over every gene of the store that has a summary, whichever genes are asked for.

    Args:
        view: The door to the store.
        genes: The rows.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    summaries = view.gene_texts("refseq").str.replace(r"\[.*?\]", "", regex=True)
    if not summaries.index.isin(genes).any():
        return None
    names = view.genes().set_index("symbol")["name"]
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=3, max_df=0.1, ngram_range=(1, 2), stop_words="english")
    try:
        vectorizer.fit(_texts(names, summaries, summaries.index))
    except ValueError:
        # Few genes share no word that is neither rare nor common: then texts say nothing of likeness.
        return None
    return vectorizer.transform(_texts(names, summaries, genes)).astype(np.float32)


def _texts(names: pd.Series[str], summaries: pd.Series[str], genes: pd.Index[str]) -> pd.Series[str]:
    return names.reindex(genes).fillna("") + ". " + summaries.reindex(genes).fillna("")
