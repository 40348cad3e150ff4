"""What an answer of a language model rests on: marks on one that called no tool or cites what does not exist."""

from __future__ import annotations

import re

from db.errors import HitscoutError
from db.evidence_ids import FORMS
from tools.evidence import open_evidence
from tools.workspace import Workspace

MOST = 40
"""Ids of one answer that are looked up."""
NO_TOOL = "No tool was called for this answer: it rests on nothing that was looked up."
_ID = re.compile(rf"\b(?:{'|'.join(FORMS)}):[^\s`\"'<>()\[\]{{}},;|]+")
_PARTS = {kind: form.count(":") for kind, form in FORMS.items()}


def marks_on(workspace: Workspace, answer: str, tool_calls: int) -> tuple[str, ...]:
    """What should be known of an answer before it is believed, a sentence each; nothing where all is well.

    Args:
        workspace: Its store is looked into.
        answer: The whole answer.
        tool_calls: Tools that gave something for it.
    """
    marks = [] if tool_calls else [NO_TOOL]
    if invented := [one for one in cited_ids(answer)[:MOST] if not _opens(workspace, one)]:
        marks.append(f"It cites evidence that does not exist: {', '.join(invented)}.")
    return tuple(marks)


def cited_ids(answer: str) -> list[str]:
    """The evidence ids that an answer names, each once, in their order.

    Args:
        answer: The answer.
    """
    found = (match.group().rstrip(".:!?*_") for match in _ID.finditer(answer))
    return list(dict.fromkeys(one for one in found if one.count(":") >= _PARTS[one.partition(":")[0]]))


def _opens(workspace: Workspace, evidence_id: str) -> bool:
    try:
        open_evidence(workspace, evidence_id)
    except HitscoutError:
        return False
    return True
