"""Two short texts on a gene: what its perturbation does downstream, and what changes its level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from db import disk_cache
from db.evidence_ids import edge_id, response_id, set_id, text_id
from db.genes.nomenclature import find_gene
from db.screens.responses import ResponseContext, content_of, responses_of
from db.screens.responses import contexts as contexts_of
from db.view import View
from tools.workspace import Workspace

VERSION = ("summaries 1",)
SENTENCE, SETS, LARGEST_SET, NEIGHBOURS, NAMED = 300, 4, 300, 5, 4
"""Characters of a source's text, gene sets, genes of such a set, neighbours, and responses named of one context."""
NETWORK = "string"


@dataclass(frozen=True)
class GeneSummary:
    """What is written of one gene, by template, from facts of the store alone.

    Attributes:
        gene: Approved symbol.
        downstream: What its perturbation does.
        upstream: What changes its level.
        evidence: Ids of the facts that both rest on.
    """

    gene: str
    downstream: str
    upstream: str
    evidence: tuple[str, ...]


def summaries_of(
    workspace: Workspace, genes: Sequence[str], contexts: Sequence[ResponseContext] = ()
) -> dict[str, GeneSummary]:
    """Two texts on each gene; read from the cache where the same facts were written up before.

    They are named after the gene knowledge of the store and the content of the contexts, so they are written anew when
    either changes. Rows that a table keeps for testing are never read.

    Args:
        workspace: Its store and cache.
        genes: Approved symbols of human genes.
        contexts: Tables of responses that may be told of.
    """
    names = sorted(set(genes))
    told = [one.name for one in contexts]
    key = disk_cache.computed_key(
        store=[View(workspace.store).fingerprint(effects=False), *content_of(workspace.store, told)],
        versions=VERSION,
        arguments={"genes": names, "contexts": told},
    )
    path = workspace.paths.cache / "reasoning" / f"summaries-{key}.json"
    held = disk_cache.kept(path, _read)
    if held is None:
        held = _written(workspace, names, contexts)
        disk_cache.keep_json(path, {name: asdict(one) for name, one in held.items()}, private=True)
    return held


def gene_summary(workspace: Workspace, gene: str) -> GeneSummary:
    """Writes two short texts on a gene: what its perturbation does downstream, and what changes its level.

    They are made by template from names, RefSeq text, gene sets, network and the responses of the store, each with its
    evidence id, and written anew when any of these changes.

    Args:
        workspace: The workspace.
        gene: A human gene, by any name.

    Raises:
        NotFoundError: No human gene carries the name; near names are given.
        NeedsChoiceError: More than one gene carries it.
    """
    symbol = find_gene(workspace.store, gene, "human").symbol
    told = [one for one in contexts_of(workspace.store) if one.readout_kind == "gene" and one.organism == "human"]
    return summaries_of(workspace, [symbol], told)[symbol]


def _read(stream: Any) -> dict[str, GeneSummary]:  # noqa: ANN401 – a file
    import json

    return {
        name: GeneSummary(one["gene"], one["downstream"], one["upstream"], tuple(one["evidence"]))
        for name, one in json.load(stream).items()
    }


def _written(workspace: Workspace, names: Sequence[str], contexts: Sequence[ResponseContext]) -> dict[str, GeneSummary]:
    view, wanted = View(workspace.store), set(names)
    full = view.genes().set_index("symbol")["name"].fillna("")
    texts = view.gene_texts("refseq")
    sets, edges = _sets(view.gene_sets(), wanted), _neighbours(view.edges(NETWORK), wanted)
    told = [(one, _told(responses_of(workspace.store, one.name), wanted)) for one in contexts]
    found = {}
    for name in names:
        about, evidence = _about(name, str(full.get(name, "")), str(texts.get(name, "")), sets.get(name, ()))
        near = edges.get(name, ())
        joined = f" It is closest in {NETWORK} to {_listed(near)}." if near else ""
        evidence += [edge_id(NETWORK, name, other) for other in near]
        down, up = [about + joined], [about + joined]
        for context, (as_perturbed, as_readout) in told:
            for texts_of, rows, side in ((down, as_perturbed, "perturbed"), (up, as_readout, "readout")):
                said, ids = _responses(rows.get(name), context, side)
                texts_of.append(said)
                evidence += ids
        found[name] = GeneSummary(name, _joined(down), _joined(up), tuple(dict.fromkeys(evidence)))
    return found


def _joined(parts: Sequence[str]) -> str:
    return " ".join(part for part in parts if part)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _about(name: str, full: str, text: str, sets: Sequence[tuple[str, str]]) -> tuple[str, list[str]]:
    """Who the gene is: its full name, what RefSeq writes, and its smallest gene sets; with their ids."""
    said = [f"{name} is {full}." if full else f"{name}."]
    plain = " ".join(text.split())
    if plain:
        said.append(plain if len(plain) <= SENTENCE else plain[:SENTENCE].rpartition(" ")[0] + " …")
    if sets:
        said.append(f"It belongs to {_listed([one.replace('_', ' ').lower() for _, one in sets])}.")
    known = [text_id(name)] if full or plain else []
    return " ".join(said), [*known, *(set_id(*one) for one in sets)]


def _sets(members: pd.DataFrame, wanted: set[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """The smallest gene sets of each gene, as collection and name."""
    if members.empty:
        return {}
    size = members.groupby(["collection", "gene_set"])["gene"].transform("size")
    rows = members.assign(size=size)[members["gene"].isin(wanted) & size.between(2, LARGEST_SET)]
    rows = rows.sort_values(["size", "collection", "gene_set"], kind="stable").groupby("gene", sort=False).head(SETS)
    found: dict[str, list[tuple[str, str]]] = {}
    for gene, collection, name in zip(rows["gene"], rows["collection"], rows["gene_set"], strict=True):
        found.setdefault(str(gene), []).append((str(collection), str(name)))
    return {gene: tuple(names) for gene, names in found.items()}


def _neighbours(edges: pd.DataFrame, wanted: set[str]) -> dict[str, tuple[str, ...]]:
    """The heaviest neighbours of each gene."""
    if edges.empty:
        return {}
    turned = edges.rename(columns={"a": "b", "b": "a"})
    both = pd.concat([edges, turned], ignore_index=True)[["a", "b", "weight"]]
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


def _responses(rows: pd.DataFrame | None, context: ResponseContext, side: str) -> tuple[str, list[str]]:
    """What one context shows of a gene as perturbation or as readout, and the ids of the rows that are named."""
    if rows is None or rows.empty:
        return "", []
    other = "readout" if side == "perturbed" else "perturbation"
    moved = rows[rows["de"].astype(bool)].sort_values(other)
    rises = moved["up"].astype("Float64")
    up, down = (moved[rises.eq(way).fillna(value=False)] for way in (1.0, 0.0))
    cells = context.cell_type or context.name
    if side == "perturbed":
        start = f"In {cells}, perturbing it changed {len(moved)} of {len(rows)} readout genes"
    else:
        start = f"In {cells}, {len(moved)} of {len(rows)} perturbations changed its level"
    shown = [(f"{len(part)} {way} ({_listed(list(part[other].head(NAMED)))})", part.head(NAMED))
             for way, part in (("up", up), ("down", down)) if len(part)]  # fmt: skip
    ids = [
        response_id(context.name, str(p), str(r))
        for _, part in shown
        for p, r in zip(part["perturbation"], part["readout"], strict=True)
    ]
    said = start + (": " + "; ".join(words for words, _ in shown) if shown else "") + "."
    return said, ids
