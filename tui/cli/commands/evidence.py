"""``evidence``: opens the ids that reasons cite."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, session_of


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
    from tui.layouts import evidence as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = open_evidence(workspace, evidence_id)
    session.give(found, layout.opened)


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
