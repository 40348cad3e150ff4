"""``evidence``: opens the ids that reasons cite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.frame import command, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.evidence import Evidence


def evidence(
    context: typer.Context,
    evidence_id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="effect:CONTRAST:PERTURBATION, set:COLLECTION:NAME, edge:NETWORK:GENE:GENE, result:ROUND:PERTURBATION"
            " or text:GENE.",
        ),
    ],
) -> None:
    """Opens one evidence id: the fact that it names, and the file that the fact came from."""
    from tools.evidence import open_evidence

    session = session_of(context)
    with session.workspace() as workspace:
        found = open_evidence(workspace, evidence_id)
    session.give(found, render)


def render(found: Evidence) -> Sequence[RenderableType]:
    """A fact with its sources.

    Args:
        found: The fact.
    """
    from tui.format import fields, heading, line

    parts: list[RenderableType] = [line(found.summary, "bold"), fields({"id": found.id, **found.facts})]
    for source in found.sources:
        about = {
            "file": source.source,
            "SHA-256": source.source_hash,
            "read by": source.tool,
            "added": source.created_at,
            "ingest": source.ingest,
        }
        parts += [heading(f"Source: {source.name}"), fields(about)]
    return parts


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app,
        "evidence",
        evidence,
        serves=["open_evidence"],
        examples=["hitscout evidence effect:1:IL2", "hitscout evidence edge:string:IL2:IL2RA --json"],
    )
