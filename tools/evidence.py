"""Evidence: opens the ids that reasons cite, with where each fact came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db import evidence as rows
from db.acts import ANY, act
from db.errors import InvalidValueError, NotFoundError
from db.evidence_ids import FORMS, kind_of, parts_of
from db.records import ONE_SIDED, UNSIGNED
from db.store import Store
from tools.genes.texts.literature import ADDRESS, kept_publication
from tools.workspace import Workspace


@dataclass(frozen=True)
class Source:
    """Where a fact came from: one ingest's file, hash, tool and time."""

    ingest: int
    name: str
    source: str
    source_hash: str
    tool: str
    created_at: str


@dataclass(frozen=True)
class Evidence:
    """One fact of the store.

    Attributes:
        id: The evidence id.
        kind: effect, set, edge, result, text, response or cite.
        summary: The fact in a sentence.
        facts: Its values by name, as plain values.
        sources: Where it came from; several where a fact joins several ingests.
    """

    id: str
    kind: str
    summary: str
    facts: Mapping[str, Any]
    sources: tuple[Source, ...]


def open_evidence(workspace: Workspace, evidence_id: str) -> Evidence:
    """Opens one evidence id: the fact that it names, and where that fact came from.

    Args:
        workspace: The store that the id leads into.
        evidence_id: ``effect:<contrast>:<perturbation>``, ``set:<collection>:<name>``, ``edge:<network>:<a>:<b>``,
            ``result:<round>:<perturbation>``, ``text:<gene>``, ``response:<context>:<perturbation>:<readout>``, or
            ``cite:<source>:<id>`` of a literature search.

    Raises:
        InvalidValueError: The id is of no known form.
        NotFoundError: The store has no such fact; near ids are given.
    """
    kind, parts = kind_of(evidence_id), parts_of(evidence_id)
    if not parts:
        written = (
            f"Such ids are written {FORMS[kind]}" if kind in FORMS else f"They are written {', '.join(FORMS.values())}"
        )
        raise InvalidValueError(f"{evidence_id!r} is no evidence id.", f"{written}.")
    if kind == "cite":
        return _citation(workspace, evidence_id.strip())
    summary, facts, near = _OPENERS[kind](workspace.store, *parts)
    if facts is None:
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Such ids are written {FORMS[kind]}."
        raise NotFoundError(f"The store has nothing under {evidence_id!r}.", hint)
    ingest = facts.pop("ingest")
    sources = rows.ingests(workspace.store, [] if ingest is None else [ingest])
    return Evidence(
        id=evidence_id.strip(),
        kind=kind,
        summary=summary,
        facts=facts,
        sources=tuple(
            Source(
                one.id, one.name, one.source, one.source_hash, one.tool, one.created_at.isoformat(timespec="seconds")
            )
            for one in sources
        ),
    )


def _citation(workspace: Workspace, evidence_id: str) -> Evidence:
    """A publication as an earlier search found it; nothing is asked of the network."""
    found = kept_publication(workspace, evidence_id)
    if found is None:
        raise NotFoundError(
            f"No literature search has found {evidence_id!r}.", f"Ask first: {act('literature_search', ANY)}."
        )
    facts = {key: value for key, value in found.items() if key not in ("evidence", "asked_at")}
    text = f"{found['authors'].split(',')[0]} and others ({found['year']}), {found['journal']}: {found['title']}"
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    source = Source(0, "Europe PMC", ADDRESS, digest, "literature_search", str(found["asked_at"]))
    return Evidence(evidence_id, "cite", text, facts, (source,))


_Opened = tuple[str, dict[str, Any] | None, Sequence[str]]


def _effect(store: Store, contrast: str, name: str) -> _Opened:
    facts = rows.effect_facts(store, int(contrast), name)
    if facts is None:
        return "", None, rows.near_effects(store, int(contrast), name)
    where = f" in {facts['cell_type']}" if facts["cell_type"] else ""
    if facts["positive_means"] == UNSIGNED:
        return _strength(name, where, facts), facts, ()
    if facts["estimate_kind"] in ONE_SIDED and (facts["estimate"] > 0) == (facts["positive_means"] == "lowers"):
        return _no_effect(name, where, facts), facts, ()
    side = "low" if facts["rank_from_low"] <= facts["rank_from_high"] else "high"
    fdr = facts[f"fdr_{side}"]
    text = (
        f"{name} has {facts['estimate_kind']} {facts['estimate']:+.3g} on {facts['phenotype']}{where} in the screen"
        f" {facts['screen']}: number {facts[f'rank_from_{side}']} of {facts['measured']} from the {side} end"
    )
    return text + (f", FDR {fdr:.2g}." if fdr is not None else "."), facts, ()


def _strength(name: str, where: str, facts: dict[str, Any]) -> str:
    """An effect of which only the strength is known; its rank from the low end would say nothing."""
    del facts["rank_from_low"]
    text = (
        f"{name} has {facts['estimate_kind']} {facts['estimate']:.3g} on {facts['phenotype']}{where} in the screen"
        f" {facts['screen']}, whose effects have strength but no direction: number {facts['rank_from_high']} of"
        f" {facts['measured']}"
    )
    known = [facts[f"fdr_{side}"] for side in ("low", "high") if facts[f"fdr_{side}"] is not None]
    return text + (f", FDR {min(known):.2g}." if known else ".")


def _no_effect(name: str, where: str, facts: dict[str, Any]) -> str:
    """Evidence for one side that is against an effect, which is no evidence for the other side."""
    return (
        f"{name} has {facts['estimate_kind']} {-abs(facts['estimate']):.3g} on {facts['phenotype']}{where} in"
        " the screen"
        f" {facts['screen']}: it speaks against an effect, and for none on the other side."
    )


def _set(store: Store, collection: str, name: str) -> _Opened:
    facts = rows.set_facts(store, collection, name)
    if facts is None:
        return "", None, rows.near_sets(store, collection, name)
    return f"{name} of {collection} has {facts['size']} genes.", facts, ()


def _edge(store: Store, network: str, a: str, b: str) -> _Opened:
    facts = rows.edge_facts(store, network, a, b)
    if facts is None:
        return "", None, rows.near_edges(store, network, a, b)
    return f"{a} and {b} are joined in {network} with weight {facts['weight']:.3g}.", facts, ()


def _result(store: Store, round_id: str, name: str) -> _Opened:
    facts = rows.result_facts(store, int(round_id), name)
    if facts is None:
        return "", None, rows.near_results(store, int(round_id), name)
    placement = facts.pop("placement")
    facts["placement"] = json.loads(placement)["text"] if placement else ""
    where = f"round {facts['round']} of {facts['campaign']}"
    if facts["estimate"] is None:
        return f"{name} was nominated in {where} and has no result ({facts['outcome']}).", facts, ()
    promised = "" if facts["rank"] is None else f"; it was nominated with probability {facts['hit_probability']:.2f}"
    return f"{name} was measured in {where} with effect {facts['estimate']:+.3g}{promised}.", facts, ()


def _text(store: Store, symbol: str) -> _Opened:
    facts = rows.gene_facts(store, symbol)
    if facts is None:
        return "", None, rows.near_genes(store, symbol)
    if texts := rows.gene_summaries(store, symbol):
        facts["summaries"] = texts
    return (
        f"{symbol} is {facts['name'] or 'a gene without a name'} ({facts['organism']}, {facts['accession']}).",
        facts,
        (),
    )


def _response(store: Store, context: str, perturbation: str, readout: str) -> _Opened:
    facts = rows.response_facts(store, context, perturbation, readout)
    if facts is None:
        return "", None, rows.near_responses(store, context, perturbation, readout)
    where = f" in {facts['cell_type']}" if facts["cell_type"] else ""
    done = {True: "responds", False: "does not respond", None: "was measured"}[facts["responds"]]
    way = {True: " and goes up", False: " and goes down", None: ""}[facts["up"]] if facts["responds"] else ""
    number = "" if facts["estimate"] is None else f", estimate {facts['estimate']:+.3g}"
    text = f"{facts['readout']} {done}{way} when {facts['perturbation']} is perturbed{where}{number} ({context})."
    return text, facts, ()


_OPENERS: Mapping[str, Callable[..., _Opened]] = {
    "effect": _effect,
    "set": _set,
    "edge": _edge,
    "result": _result,
    "text": _text,
    "response": _response,
}
