"""``response``: tables of what perturbations do to readout genes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tools.screens.ingestion.description import ScreenDescription
from tools.screens.tables.reading import Reading
from tui.cli import options
from tui.cli.frame import command, group, pairs, session_of
from tui.cli.parameter_objects import Some, takes_options


@takes_options(behind={"cell_type": ("condition",)})
def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A table with a row for each perturbation and readout gene.")],
    *,
    name: Annotated[str, typer.Option(metavar="TEXT", help="Name of the context; else the file's name.")] = "",
    study: Annotated[str, typer.Option(metavar="TEXT", help="Publication or project.")] = "",
    organism: Annotated[options.Organism, typer.Option(help="Whose genes.")] = "human",
    cells: Annotated[Mapping[str, Any], Some(ScreenDescription, "cell_type", "modality", "condition")],
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
    perturbation: Annotated[
        str, typer.Option(help="The perturbed gene, where a file holds one contrast and does not say it.")
    ] = "",
    reading: Annotated[Mapping[str, Any], Some(Reading, "where", "controls", "encoding", "no_header", "sheet")],
    source: Annotated[Mapping[str, Any], Some(ScreenDescription, "citation", "licence")],
) -> None:  # fmt: skip
    """Adds a table of responses from a file: what perturbations did to readout genes, in one context.

    Give the readouts that did not respond too: without them nothing can be learnt.
    """
    from tools.responses.tables import add_responses
    from tui.layouts import responses as layout

    session = session_of(context)
    with session.workspace() as workspace:
        added = add_responses(
            workspace, file, name=name, study=study, organism=organism, responds=responds,
            columns=pairs(columns or (), "--map"), perturbation=perturbation, **cells, **reading, **source,
        )  # fmt: skip
    session.give(added, layout.added)


def list_(context: typer.Context) -> None:
    """Lists the tables of responses in the store: their cells, perturbations and readouts."""
    from tools.responses.tables import response_list
    from tui.layouts import responses as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = response_list(workspace)
    session.give(found, layout.listing)


def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the context; `hitscout response list` shows them.")],
) -> None:
    """Removes a table of responses, so that a corrected one can be added; screens and campaigns stay as they are."""
    from tools.responses.tables import response_remove
    from tui.layouts import responses as layout

    session = session_of(context)
    with session.workspace() as workspace:
        removed = response_remove(workspace, name)
    session.give(removed, layout.removed)


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "response")
    command(
        verbs, "add", add, serves=["add_responses"],
        examples=[
            "hitscout response add perturbseq.csv --cell-type K562 --modality interference",
            "hitscout response add lfc.npz --where context=day_6 --name day-6",
            "hitscout response add deseq2_results/ --cell-type iPSC --modality knockout",
            "hitscout response add de.tsv --map perturbation=guide --map readout=symbol --responds 'fdr<0.01'",
        ],
    )  # fmt: skip
    command(
        verbs, "list", list_, serves=["response_list"],
        examples=["hitscout response list", "hitscout response list --json"],
    )  # fmt: skip
    command(verbs, "remove", remove, serves=["response_remove"], examples=["hitscout response remove mine"])
