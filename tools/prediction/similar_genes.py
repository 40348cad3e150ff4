"""Genes like a gene: near in the embeddings of pathways, networks, co-essentiality and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.errors import NotFoundError, require
from db.evidence_ids import edge_id, set_id, text_id
from db.genes.nomenclature import find_gene
from db.records import Question
from db.view import View
from tools.genes.card import organism_of
from tools.genes.network import NETWORK, both_ways
from tools.genes.orthologs import HUMAN, Orthologs, required_orthologs
from tools.packs.catalogue import absent_packs, helping_acts, remedies
from tools.prediction.feature_frames import build
from tools.prediction.regression import WEIGHTS
from tools.workspace import Workspace

NEAR = 100
"""Place from which a source no longer counts as saying that two genes are alike."""
FUSION = 60
"""Constant of reciprocal rank fusion: large enough that no single first place decides."""
MOST = 200
SHOWN_SETS = 3


@dataclass(frozen=True)
class Likeness:
    """What one feature source says of a pair of genes.

    Attributes:
        source: Name of the feature source.
        rank: Place of the other gene among all that the source knows, 1 is nearest.
        similarity: Cosine of the two genes' coordinates, −1 to 1.
        evidence: Ids of facts that both genes share: sets, edges, texts; may be empty.
    """

    source: str
    rank: int
    similarity: float
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class SimilarGene:
    """A neighbour: its symbol, its name in words, and the sources that have it among their 100 nearest."""

    symbol: str
    name: str
    sources: tuple[Likeness, ...]


@dataclass(frozen=True)
class SimilarGenes:
    """The neighbours of a gene.

    Attributes:
        symbol: The gene that was asked about.
        organism: Whose gene it is.
        neighbours: Nearest first.
        sources: Feature sources that know the gene.
        silent: Feature sources that do not, and the packs that would bring them (empty where they are here).
        remedies: Commands that would make silent sources speak.
    """

    symbol: str
    organism: str
    neighbours: tuple[SimilarGene, ...]
    sources: tuple[str, ...]
    silent: Mapping[str, tuple[str, ...]]
    remedies: tuple[str, ...] = ()


def similar_genes(workspace: Workspace, symbol: str, size: int = 20, organism: str = "") -> SimilarGenes:
    """Finds the genes that are most like a gene, and says which sources say so and by which facts.

    Each feature source with an embedding (pathways, STRING, co-essentiality, texts) ranks all genes by the cosine of
    their coordinates; the ranks are joined by reciprocal rank fusion, Σ 1 / (60 + rank) over the sources in which the
    gene is among the 100 nearest (Cormack et al. 2009). No effect of any screen is looked at. Genes of another organism
    are looked up by their one-to-one human orthologs.

    Args:
        workspace: The workspace.
        symbol: A symbol, former symbol, alias or identifier.
        size: How many neighbours, 1 to 200.
        organism: ``human`` or ``mouse``; human first where empty.

    Raises:
        NotFoundError: No gene carries the name, no source knows the gene, or the store has no orthologs of its
            organism.
        NeedsChoiceError: More than one gene carries the name.
    """
    require(1 <= size <= MOST, f"{size} neighbours were asked for.", f"Ask for 1 to {MOST}.")
    gene = find_gene(workspace.store, symbol, organism_of(organism) if organism else None)
    view = View(workspace.store)
    orthologs = required_orthologs(workspace.store, gene.organism)
    asked = str(orthologs.into_human([gene.symbol])[0])
    everyone = pd.Index(view.genes(HUMAN)["symbol"], dtype=object)
    built = build(list(WEIGHTS), everyone, Question(""), view, workspace.paths.features, workspace.report)
    paired = {name: _paired(frame, orthologs) for name, frame in built.frames.items()}
    near = {name: _nearest(frame, asked) for name, frame in paired.items() if asked in frame.index}
    silent = {name: absent_packs(workspace, built.missing.get(name, ())) for name in WEIGHTS if name not in near}
    needed = sorted({pack for name in silent for pack in built.missing.get(name, ())})
    if not near:
        acts = " and ".join(helping_acts(workspace, needed))
        advice = f"More sources: {acts}." if acts else "Ask about another gene."
        lacks = "" if orthologs.known([gene.symbol]) else ": it has no one-to-one human ortholog"
        raise NotFoundError(f"No feature source knows {gene.symbol}{lacks}, so nothing is known to be like it.", advice)
    best = _fused(near)[:size]
    names = view.genes(HUMAN).set_index("symbol")["name"]
    facts = _Facts.of(view, asked, best)
    neighbours = tuple(
        SimilarGene(own, str(names.get(other, "")), _likenesses(near, other, facts))
        for own, other in zip(orthologs.into_own(best), best, strict=True)
    )
    return SimilarGenes(gene.symbol, gene.organism, neighbours, tuple(near), silent, remedies(workspace, needed))


def _paired(frame: pd.DataFrame, orthologs: Orthologs) -> pd.DataFrame:
    """The rows of the genes that have an ortholog: only those can be neighbours in another organism."""
    return frame if orthologs.organism == HUMAN else frame[frame.index.isin(orthologs.own.keys())]


def _nearest(frame: pd.DataFrame, symbol: str) -> pd.DataFrame:
    """The nearest genes by cosine: columns rank and similarity, by symbol; ties by name."""
    values = frame.to_numpy(float)
    lengths = np.linalg.norm(values, axis=1)
    own = values[frame.index.get_loc(symbol)]
    cosine = values @ own / np.maximum(lengths * np.linalg.norm(own), 1e-12)
    others = pd.Series(cosine.round(9), index=frame.index).drop(symbol)
    others = others[others > 0].sort_index().sort_values(ascending=False, kind="stable").head(NEAR)
    return pd.DataFrame({"similarity": others, "rank": np.arange(1, len(others) + 1)})


def _fused(near: Mapping[str, pd.DataFrame]) -> list[str]:
    """All near genes, best first."""
    scores: pd.Series[float] = pd.Series(dtype=float)
    for frame in near.values():
        scores = scores.add(1.0 / (FUSION + frame["rank"].astype(float)), fill_value=0.0)
    return [str(name) for name in scores.sort_index().sort_values(ascending=False, kind="stable").index]


def _likenesses(near: Mapping[str, pd.DataFrame], other: str, facts: _Facts) -> tuple[Likeness, ...]:
    found = [
        Likeness(
            source, int(frame["rank"][other]), round(float(frame["similarity"][other]), 4), facts.between(source, other)
        )
        for source, frame in near.items()
        if other in frame.index
    ]
    return tuple(sorted(found, key=lambda one: (one.rank, one.source)))


@dataclass(frozen=True)
class _Facts:
    """Rows of the store that a gene shares with its neighbours: evidence ids by neighbour."""

    sets: Mapping[str, tuple[str, ...]]
    edges: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, view: View, symbol: str, others: Sequence[str]) -> _Facts:
        return cls(_shared_sets(view.gene_sets(), symbol, others), _edges(view, symbol, others))

    def between(self, source: str, other: str) -> tuple[str, ...]:
        if source == "gene_sets":
            return self.sets.get(other, ())
        if source == "string_neighbours":
            return self.edges.get(other, ())
        return (text_id(other),) if "text" in source else ()


def _shared_sets(members: pd.DataFrame, symbol: str, others: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The smallest sets that hold both genes."""
    keys = ["collection", "gene_set"]
    own = members[members["gene"] == symbol][keys].drop_duplicates()
    shared = members.merge(own, on=keys)
    shared = shared.assign(size=shared.groupby(keys)["gene"].transform("size"))
    shared = shared[shared["gene"].isin(others)].sort_values(["size", *keys])
    return {
        str(other): tuple(set_id(str(row.collection), str(row.gene_set)) for row in rows.head(SHOWN_SETS).itertuples())
        for other, rows in shared.groupby("gene")
    }


def _edges(view: View, symbol: str, others: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The edge between both genes, else the two edges to their strongest common neighbour."""
    both = both_ways(view.edges(NETWORK))
    own = both[both["a"] == symbol].set_index("b")["weight"]
    found: dict[str, tuple[str, ...]] = {
        str(other): (edge_id(NETWORK, symbol, other),) for other in others if other in own.index
    }
    rest = both[both["a"].isin(set(others) - set(found)) & both["b"].isin(own.index)]
    weakest = np.minimum(rest["weight"].to_numpy(float), own.reindex(rest["b"]).to_numpy(float))
    best = rest.assign(weakest=weakest).sort_values(["a", "weakest", "b"], ascending=[True, False, True])
    for row in best.drop_duplicates("a").itertuples():
        found[str(row.a)] = (edge_id(NETWORK, symbol, str(row.b)), edge_id(NETWORK, str(row.b), str(row.a)))
    return found
