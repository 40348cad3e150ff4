"""``response``: tables of what perturbations do to readout genes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli import options
from tui.cli.commands.screen import noted
from tui.cli.frame import command, listed, pairs, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from db.screens.responses import ResponseContext
    from tools.responses.tables import AddedResponses


def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A table with a row for each perturbation and readout gene.")],
    *,
    name: Annotated[str, typer.Option(metavar="TEXT", help="Name of the context; else the file's name.")] = "",
    study: Annotated[str, typer.Option(metavar="TEXT", help="Publication or project.")] = "",
    organism: Annotated[options.Organism, typer.Option(help="Whose genes.")] = "human",
    cell_type: options.CellType = "",
    condition: Annotated[str, typer.Option(metavar="TEXT", help="What else the cells were given.")] = "",
    modality: options.HowPerturbed = None,
    responds: Annotated[
        str,
        typer.Option(metavar="RULE", help="When a readout responds: 'fdr<0.05 & |lfc|>0.5'; else by its label."),
    ] = "",
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="FIELD=COLUMN",
            help="Which column holds perturbation, readout, estimate, standard_error, p, fdr, de or up; repeat it.",
        ),
    ] = None,
    where: options.Where = None,
    controls: options.Controls = None,
    encoding: options.Encoding = "",
    citation: Annotated[str, typer.Option(metavar="TEXT", help="Citation of the study.")] = "",
    licence: Annotated[str, typer.Option(metavar="TEXT", help="Licence of the data.")] = "",
) -> None:  # fmt: skip
    """Adds a table of responses from a file: what perturbations did to readout genes, in one context.

    Give the readouts that did not respond too: without them nothing can be learnt.
    """
    from tools.responses.tables import add_responses

    session = session_of(context)
    with session.workspace() as workspace:
        added = add_responses(
            workspace, file, name=name, study=study, organism=organism, cell_type=cell_type, condition=condition,
            modality=modality or "", responds=responds, columns=pairs(columns or (), "--map"),
            where=pairs(where or (), "--where"), controls=listed(controls or ()), encoding=encoding, citation=citation,
            licence=licence,
        )  # fmt: skip
    session.give(added, render_added)


def render_added(added: AddedResponses) -> Sequence[RenderableType]:
    """What became of a file of responses.

    Args:
        added: The report.
    """
    from tui.layouts.format import fields, line

    context = added.context
    state = "was in the store already; nothing was written" if added.already_present else "added"
    about = {
        "cell type": context.cell_type,
        "perturbations": context.perturbations,
        "readouts": context.readouts,
        "responses": context.rows,
        "respond": f"{added.responding:,}, {added.raised:,} of them up, by {added.rule}",
    }
    parts: list[RenderableType] = [line(f"{context.name}: {state}", "bold"), fields(about)]
    return parts + noted("Kept aside", added.kept_aside) + noted("Used with a flag", added.flags)


def list_(context: typer.Context) -> None:
    """Lists the tables of responses in the store: their cells, perturbations and readouts."""
    from tools.responses.tables import response_list

    session = session_of(context)
    with session.workspace() as workspace:
        found = response_list(workspace)
    session.give(found, render_list)


def render_list(found: Sequence[ResponseContext]) -> Sequence[RenderableType]:
    """The contexts as a table.

    Args:
        found: One for each line.
    """
    from tui.layouts.format import Column, line, table

    if not found:
        return [line("The store has no responses. `hitscout fetch perturbqa-k562` or `hitscout response add FILE`.")]
    columns = [
        Column("context"), Column("cell type"), Column("study", keep=6), Column("modality", keep=4),
        Column("perturbations", right=True), Column("readouts", right=True), Column("responses", right=True),
    ]  # fmt: skip
    rows = [
        (one.name, one.cell_type, one.study, one.modality, one.perturbations, one.readouts, one.rows) for one in found
    ]
    return [table(columns, rows)]


def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the context; `hitscout response list` shows them.")],
) -> None:
    """Removes a table of responses, so that a corrected one can be added; screens and campaigns stay as they are."""
    from tools.responses.tables import response_remove

    session = session_of(context)
    with session.workspace() as workspace:
        removed = response_remove(workspace, name)
    session.give(removed, render_removed)


def render_removed(removed: ResponseContext) -> Sequence[RenderableType]:
    """Which table is gone.

    Args:
        removed: The context as it was.
    """
    from tui.layouts.format import line

    return [line(f"{removed.name} ({removed.rows:,} responses) was removed.")]


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    command(
        group, "add", add, serves=["add_responses"],
        examples=[
            "hitscout response add perturbseq.csv --cell-type K562 --modality interference",
            "hitscout response add de.tsv --map perturbation=guide --map readout=symbol --responds 'fdr<0.01'",
        ],
    )  # fmt: skip
    command(
        group, "list", list_, serves=["response_list"],
        examples=["hitscout response list", "hitscout response list --json"],
    )  # fmt: skip
    command(group, "remove", remove, serves=["response_remove"], examples=["hitscout response remove mine"])
    app.add_typer(
        group, name="response", help="Adds, lists and removes tables of what perturbations do to readout genes."
    )
