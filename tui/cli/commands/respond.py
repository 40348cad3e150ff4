"""``respond``: does a readout gene change when a gene is perturbed, and which way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.frame import command, listed, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.responses.answers import PredictedResponses, ResponseAnswer


def respond(
    context: typer.Context,
    perturbation: Annotated[str, typer.Argument(help="The gene to perturb, or several with commas.")],
    readout_gene: Annotated[
        str,
        typer.Argument(metavar="[READOUT_GENE]", help="The readout gene, or several; all where left out."),
    ] = "",
    *,
    table: Annotated[
        str, typer.Option("--context", metavar="NAME", help="Which table of responses; `hitscout response list`.")
    ] = "",
    across: Annotated[
        bool, typer.Option("--across", help="Learn from other cells' tables too: somewhat better, slower to learn.")
    ] = False,
    neighbours: Annotated[int, typer.Option(min=0, help="Measured responses to name for each answer.")] = 5,
    top: Annotated[int, typer.Option(min=1, help="How many answers to give, the most probable first.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the fit.")] = 0,
) -> None:
    """Predicts whether a readout gene responds to a perturbation, and which way, with the nearest measured ones.

    The first question to a table of responses learns from it, which takes about a minute; later ones take seconds.
    """
    from tools.responses.answers import predict_responses

    session = session_of(context)
    with session.workspace() as workspace:
        found = predict_responses(
            workspace, listed([perturbation]), listed([readout_gene]) if readout_gene else (), context=table,
            across=across, neighbours=neighbours, top=top, seed=seed,
        )  # fmt: skip
    session.give(found, render)


def render(found: PredictedResponses) -> list[RenderableType]:
    """Answers as a table, and for a single one the measured responses nearest to it.

    Args:
        found: The answers.
    """
    from tui.layouts.format import Column, line, share, table

    columns = [
        Column("perturbation"), Column("readout"), Column("responds", right=True), Column("then up", right=True),
        Column("support"), Column("measured", keep=5, running=True), Column("nearest measured", keep=4, running=True),
    ]  # fmt: skip
    rows = [
        (one.perturbation, one.readout, share(one.probability_de), share(one.probability_up), one.support_level,
         _measured(one), ", ".join(near.perturbation for near in one.neighbours[:3]))
        for one in found.answers
    ]  # fmt: skip
    cells = f" ({found.cell_type})" if found.cell_type else ""
    about = f"{found.context}{cells}: learnt from {found.responses:,} responses"
    others = f" and from {', '.join(found.learnt_from[1:])}" if len(found.learnt_from) > 1 else ""
    parts: list[RenderableType] = [line(about + others + ".", "bold")]
    if rows:
        parts.append(table(columns, rows, cut=False))
    if found.asked > len(found.answers):
        parts.append(line(f"{len(found.answers):,} of {found.asked:,} pairs asked about; --top shows more.", "dim"))
    if len(found.answers) == 1:
        parts += _nearest(found.answers[0])
    parts += [line(f"Note: {note}") for note in found.notes]
    if found.missing:
        parts.append(line(f"More annotation would help: hitscout fetch {' '.join(found.missing)}", "dim"))
    return parts


def _measured(one: ResponseAnswer) -> str:
    words = {True: "up", False: "down", None: "responds"}
    return "; ".join(f"{words[each.up] if each.responds else 'no response'} ({each.context})" for each in one.measured)


def _nearest(one: ResponseAnswer) -> Sequence[RenderableType]:
    from tui.layouts.format import Column, heading, share, table

    if not one.neighbours:
        return []
    columns = [
        Column("weight", right=True), Column("perturbation"), Column("readout"), Column("responds"),
        Column("evidence", keep=3),
    ]  # fmt: skip
    rows = [
        (share(near.weight), near.perturbation, near.readout, near.responds, near.evidence) for near in one.neighbours
    ]
    return [heading("Nearest measured responses"), table(columns, rows, cut=False)]


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app, "respond", respond, serves=["predict_responses"],
        examples=[
            "hitscout respond PSMD6 HSPA5 --context perturbqa-k562",
            "hitscout respond PSMD6 --context perturbqa-k562 --top 10",
            "hitscout respond MED12,MED24 CCNA2,MYC --context perturbqa-rpe1 --across --json",
        ],
    )  # fmt: skip
