"""``resolve``: what gene names mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.frame import command, listed, session_of
from tui.cli.options import Organism

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.genes.card import NameReport


def resolve(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Gene names; with spaces or commas between.")],
    *,
    organism: Annotated[Organism, typer.Option(help="Whose genes.")] = "human",
) -> None:
    """Says what gene names mean: approved, former or other names, and which are ambiguous, dates or unknown."""
    from tools.genes.card import resolve_genes

    session = session_of(context)
    with session.workspace() as workspace:
        found = resolve_genes(workspace, listed(names), organism)
    session.give(found, render)


def render(found: NameReport) -> Sequence[RenderableType]:
    """What names mean, as tables.

    Args:
        found: The report.
    """
    from tui.layouts.format import Column, fields, heading, table

    parts: list[RenderableType] = [fields(dict(found.counts))]
    if found.genes:
        columns = [Column("name"), Column("means")]
        parts += [heading("Under another name"), table(columns, list(found.genes.items()))]
    if found.unresolved:
        columns = [Column("name"), Column("is"), Column("could be"), Column("why", running=True, keep=4)]
        rows = [(one.name, one.status, (*one.choices, *one.near), one.detail) for one in found.unresolved]
        parts += [heading("No single gene"), table(columns, rows, cut=False)]
    return parts


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = ["hitscout resolve IL2 KIAA0196 TAZ 1-Mar", "hitscout resolve Trp53 --organism mouse --json"]
    command(app, "resolve", resolve, serves=["resolve_genes"], examples=examples)
