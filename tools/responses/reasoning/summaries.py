"""Two short texts on a gene: what its perturbation does downstream, and what changes its level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from db import disk_cache
from db.genes.nomenclature import find_gene
from db.screens.responses import ResponseContext, content_of
from db.screens.responses import contexts as contexts_of
from db.view import View
from tools.responses.asked_names import chosen_context
from tools.responses.reasoning.facts import VERSION as FACTS
from tools.responses.reasoning.facts import Fact, GeneFacts, facts_of
from tools.workspace import Workspace

VERSION = ("summaries 2", *FACTS)
TEMPLATE = "template"


@dataclass(frozen=True)
class Statement:
    """A sentence that a language model wrote.

    Attributes:
        about: ``downstream`` or ``upstream``.
        text: It.
        evidence: Ids of given facts that it rests on.
        invented: Ids that it cites and that were not given. One that has any, or that rests on no fact, is marked here
            and is no part of the texts.
    """

    about: str
    text: str
    evidence: tuple[str, ...]
    invented: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether it rests on facts that were given, and on nothing else."""
        return bool(self.evidence) and not self.invented


@dataclass(frozen=True)
class GeneSummary:
    """What is written of one gene, from facts of the store alone.

    Attributes:
        gene: Approved symbol.
        downstream: What its perturbation does; empty where nothing that was written rests on facts.
        upstream: What changes its level; likewise.
        evidence: Ids of the facts that both rest on.
        by: Who wrote them: ``template``, or the name of a language model.
        written_at: When a language model wrote them; empty for the template.
        facts: Names the very facts; it changes when any of them does.
        statements: What a language model wrote, sentence by sentence, refused ones among them.
    """

    gene: str
    downstream: str
    upstream: str
    evidence: tuple[str, ...]
    by: str = TEMPLATE
    written_at: str = ""
    facts: str = ""
    statements: tuple[Statement, ...] = ()


def gene_summary(workspace: Workspace, gene: str, *, context: str = "") -> GeneSummary:
    """Writes two short texts on a gene: what its perturbation does downstream, and what changes its level.

    They are made by template from names, RefSeq text, gene sets, network and the responses of the store, each with its
    evidence id, and written anew when any of these changes.

    Args:
        workspace: The workspace.
        gene: A human gene, by any name.
        context: Table of responses whose cells are not told of, as for a question on it; all are told of where empty.

    Raises:
        NotFoundError: No human gene carries the name, or there is no such table; near names are given.
        NeedsChoiceError: More than one gene carries it.
    """
    return by_template(facts_on(workspace, gene, context))


def facts_on(workspace: Workspace, gene: str, context: str = "") -> GeneFacts:
    """What the store knows of one gene.

    Args:
        workspace: As for `gene_summary`.
        gene: As there.
        context: As there.

    Raises:
        NotFoundError: As there.
        NeedsChoiceError: As there.
    """
    symbol = find_gene(workspace.store, gene, "human").symbol
    known = contexts_of(workspace.store)
    own = chosen_context(known, context) if context else None
    return known_facts(workspace, [symbol], told_of(known, own))[symbol]


def told_of(known: Sequence[ResponseContext], asked: ResponseContext | None = None) -> list[ResponseContext]:
    """The tables that summaries may tell of: of other cells than those that are asked about.

    Args:
        known: All tables.
        asked: The table that is asked about: its cells' rows are retrieved, or are what is asked about.
    """
    cells = asked.cell_type.strip().casefold() if asked else ""
    return [
        one
        for one in known
        if (one.readout_kind, one.organism) == ("gene", "human")
        and (asked is None or (one.name != asked.name and one.cell_type.strip().casefold() != cells))
    ]


def known_facts(
    workspace: Workspace, genes: Sequence[str], contexts: Sequence[ResponseContext] = ()
) -> dict[str, GeneFacts]:
    """What the store knows of some genes; read from the cache where the same was asked of the same store before.

    Args:
        workspace: Its store and cache.
        genes: Approved symbols of human genes.
        contexts: Tables of responses that may be told of.
    """
    names, told = sorted(set(genes)), [one.name for one in contexts]
    key = disk_cache.computed_key(
        store=[View(workspace.store).fingerprint(effects=False), *content_of(workspace.store, told)],
        versions=VERSION,
        arguments={"genes": names, "contexts": told},
    )
    path = folder_of(workspace) / f"facts-{key}.json"
    held = disk_cache.kept(path, _read_facts)
    if held is None:
        held = facts_of(workspace, names, contexts)
        disk_cache.keep_json(path, {name: asdict(one) for name, one in held.items()}, private=True)
    return held


def by_template(facts: GeneFacts) -> GeneSummary:
    """The facts of a gene one after the other.

    Args:
        facts: They.
    """
    down, up = (
        " ".join(one.text for one in (*facts.about, *side) if one.text) for side in (facts.downstream, facts.upstream)
    )
    return GeneSummary(facts.gene, down, up, facts.evidence, facts=facts.key)


def folder_of(workspace: Workspace) -> Path:
    """Where facts, and texts that were written of them, are kept.

    Args:
        workspace: Its cache.
    """
    return workspace.paths.cache / "reasoning"


def _read_facts(stream: Any) -> dict[str, GeneFacts]:  # noqa: ANN401 – a file
    import json

    def facts(rows: Any) -> tuple[Fact, ...]:  # noqa: ANN401
        return tuple(Fact(one["text"], tuple(one["evidence"])) for one in rows)

    return {
        name: GeneFacts(one["gene"], facts(one["about"]), facts(one["downstream"]), facts(one["upstream"]))
        for name, one in json.load(stream).items()
    }
