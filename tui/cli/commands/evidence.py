"""``evidence``: opens the ids that reasons cite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.frame import command, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.evidence import Evidence


def evidence(
    context: typer.Context,
    evidence_id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="effect:CONTRAST:PERTURBATION, set:COLLECTION:NAME, edge:NETWORK:GENE:GENE, result:ROUND:PERTURBATION,"
            " text:GENE, response:CONTEXT:PERTURBATION:READOUT or cite:SOURCE:ID.",
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
    from tui.layouts.format import fields, heading, line

    # Values with names of their own, such as those of replicates, get a line each.
    plain = {name: value for name, value in found.facts.items() if not isinstance(value, Mapping)}
    parts: list[RenderableType] = [line(found.summary, "bold"), fields({"id": found.id, **plain})]
    for name, values in found.facts.items():
        if isinstance(values, Mapping) and values:
            parts += [heading(name.capitalize()), fields(values)]
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
