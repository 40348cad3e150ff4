"""What the store knows of a gene, fact by fact: who it is, what its perturbation did, and what changed its level."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from db.disk_cache import asked_key
from db.evidence_ids import edge_id, response_id, set_id, text_id
from db.screens.responses import ResponseContext, responses_of
from db.view import View
from tools.genes.network import NETWORK, both_ways
from tools.genes.network import VERSION as NETWORK_VERSION
from tools.workspace import Workspace

VERSION = ("facts 2", *NETWORK_VERSION)
SENTENCE, SETS, LARGEST_SET, NEIGHBOURS, NAMED = 300, 4, 300, 5, 4
"""Characters of a source's text, gene sets, genes of such a set, neighbours, and responses named of one context."""


@dataclass(frozen=True)
class Fact:
    """A sentence from the store.

    Attributes:
        text: It.
        evidence: Ids that it rests on.
    """

    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class GeneFacts:
    """What is known of a gene.

    Attributes:
        gene: Approved symbol.
        about: Who it is: name, RefSeq, gene sets, neighbours.
        downstream: What its perturbation did.
        upstream: What changed its level.
    """

    gene: str
    about: tuple[Fact, ...]
    downstream: tuple[Fact, ...]
    upstream: tuple[Fact, ...]

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of all facts, each once."""
        every = (*self.about, *self.downstream, *self.upstream)
        return tuple(dict.fromkeys(one for fact in every for one in fact.evidence))

    @property
    def key(self) -> str:
        """Names the very facts: 32 hexadecimal digits that change when any of them does."""
        return asked_key(*VERSION, json.dumps(asdict(self), sort_keys=True))


def facts_of(
    workspace: Workspace, genes: Sequence[str], contexts: Sequence[ResponseContext] = ()
) -> dict[str, GeneFacts]:
    """What the store knows of some genes; rows that a table keeps for testing are never read.

    Args:
        workspace: Its store.
        genes: Approved symbols of human genes.
        contexts: Tables of responses that may be told of.
    """
    names = sorted(set(genes))
    view, wanted = View(workspace.store), set(names)
    full = view.genes(symbols=names).set_index("symbol")["name"].fillna("")
    texts = view.gene_texts("refseq")
    sets, edges = _sets(view.memberships(), wanted), _neighbours(view.edges(NETWORK, genes=names), wanted)
    told = [(one, _told(responses_of(workspace.store, one.name, genes=names), wanted)) for one in contexts]
    found = {}
    for name in names:
        about = _about(name, str(full.get(name, "")), str(texts.get(name, "")), sets.get(name, ()))
        near = edges.get(name, ())
        if near:
            ids = tuple(edge_id(NETWORK, name, other) for other in near)
            about.append(Fact(f"It is closest in {NETWORK} to {_listed(near)}.", ids))
        down = [_responses(perturbed.get(name), one, "perturbed") for one, (perturbed, _) in told]
        up = [_responses(read.get(name), one, "readout") for one, (_, read) in told]
        found[name] = GeneFacts(name, tuple(about), *(tuple(f for f in side if f is not None) for side in (down, up)))
    return found


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _about(name: str, full: str, text: str, sets: Sequence[tuple[str, str]]) -> list[Fact]:
    """Who the gene is: its full name, what RefSeq writes, and its smallest gene sets."""
    plain = " ".join(text.split())
    known = (text_id(name),) if full or plain else ()
    facts = [Fact(f"{name} is {full}." if full else f"{name}.", known)]
    if plain:
        cut = plain if len(plain) <= SENTENCE else plain[:SENTENCE].rpartition(" ")[0] + " …"
        facts.append(Fact(cut, known))
    if sets:
        named = _listed([one.replace("_", " ").lower() for _, one in sets])
        facts.append(Fact(f"It belongs to {named}.", tuple(set_id(*one) for one in sets)))
    return facts


def _sets(members: pd.DataFrame, wanted: set[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """The smallest gene sets of each gene, as collection and name."""
    if members.empty:
        return {}
    size = members.groupby(["collection", "gene_set"], observed=True)["gene"].transform("size")
    rows = members.assign(size=size)[members["gene"].isin(wanted) & size.between(2, LARGEST_SET)].astype(
        {"collection": str, "gene_set": str, "gene": str}
    )
    rows = rows.sort_values(["size", "collection", "gene_set"], kind="stable").groupby("gene", sort=False).head(SETS)
    found: dict[str, list[tuple[str, str]]] = {}
    for gene, collection, name in zip(rows["gene"], rows["collection"], rows["gene_set"], strict=True):
        found.setdefault(str(gene), []).append((str(collection), str(name)))
    return {gene: tuple(names) for gene, names in found.items()}


def _neighbours(edges: pd.DataFrame, wanted: set[str]) -> dict[str, tuple[str, ...]]:
    """The heaviest neighbours of each gene."""
    both = both_ways(edges)
    rows = both[both["a"].isin(wanted)].sort_values(["weight", "b"], ascending=[False, True], kind="stable")
    return {str(a): tuple(map(str, part["b"].head(NEIGHBOURS))) for a, part in rows.groupby("a", sort=False)}


_Rows = Mapping[str, pd.DataFrame]


def _told(rows: pd.DataFrame, wanted: set[str]) -> tuple[_Rows, _Rows]:
    """The labelled rows of a context that are not kept for testing, by perturbation and by readout."""
    kept = rows[rows["de"].notna() & (rows["split"].fillna("") != "test")]
    parts = []
    for side in ("perturbation", "readout"):
        part = kept[kept[side].isin(wanted)]
        parts.append({str(name): group for name, group in part.groupby(side)})
    return parts[0], parts[1]


def _responses(rows: pd.DataFrame | None, context: ResponseContext, side: str) -> Fact | None:
    """What one context shows of a gene as perturbation or as readout; it rests on the rows that are named.

    Where nothing moved there is no row to name, and the first of those that stayed stand for them.
    """
    if rows is None or rows.empty:
        return None
    other = "readout" if side == "perturbed" else "perturbation"
    rows = rows.sort_values(other)
    moved = rows[rows["de"].astype(bool)]
    rises = moved["up"].astype("Float64")
    up, down = (moved[rises.eq(way).fillna(value=False)].head(NAMED) for way in (1.0, 0.0))
    counts = {"up": int(rises.eq(1.0).sum()), "down": int(rises.eq(0.0).sum())}
    shown = [(f"{counts[way]} {way} ({_listed(list(part[other]))})", part)
             for way, part in (("up", up), ("down", down)) if len(part)]  # fmt: skip
    resting = [part for _, part in shown] or [(moved if len(moved) else rows).head(NAMED)]
    ids = tuple(
        response_id(context.name, str(p), str(r))
        for part in resting
        for p, r in zip(part["perturbation"], part["readout"], strict=True)
    )
    cells = context.cell_type or context.name
    if side == "perturbed":
        start = f"In {cells}, perturbing it changed {len(moved)} of {len(rows)} readout genes"
    else:
        start = f"In {cells}, {len(moved)} of {len(rows)} perturbations changed its level"
    return Fact(start + (": " + "; ".join(words for words, _ in shown) if shown else "") + ".", ids)
