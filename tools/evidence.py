"""Evidence: opens the ids that reasons cite, with where each fact came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
        kind: effect, set, edge, result or text.
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
    """Opens one evidence id.

    Args:
        workspace: The store that the id leads into.
        evidence_id: ``effect:<contrast>:<perturbation>``, ``set:<collection>:<name>``, ``edge:<network>:<a>:<b>``,
            ``result:<round>:<perturbation>`` or ``text:<gene>``.

    Raises:
        InvalidValueError: The id is of no known form.
        NotFoundError: The store has no such fact; near ids are given.
    """
    raise NotImplementedError
