"""``respond``: does a readout gene change when a gene is perturbed, and which way."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, listed, session_of


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
    why: Annotated[
        bool,
        typer.Option("--why", help="One pair: what is known of both genes, the closest measured rows, their votes."),
    ] = False,
    graph: Annotated[
        bool, typer.Option("--graph", help="With --why: what is close in the network, in place of the kernels.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the fit and of draws.")] = 0,
) -> None:
    """Predicts whether a readout gene responds to a perturbation, and which way, with the nearest measured ones.

    The first question to a table of responses learns from it, which takes about a minute; later ones take seconds.
    """
    from tools.responses.answers import predict_responses
    from tui.layouts import responses as layout

    session = session_of(context)
    if why:
        from tools.responses.reasoning.explained import explain_response
        from tui.layouts import reasoning

        with session.workspace() as workspace:
            explained = explain_response(workspace, perturbation, readout_gene, context=table, graph=graph, seed=seed)
        session.give(explained, reasoning.explained)
        return
    with session.workspace() as workspace:
        found = predict_responses(
            workspace, listed([perturbation]), listed([readout_gene]) if readout_gene else (), context=table,
            across=across, neighbours=neighbours, top=top, seed=seed,
        )  # fmt: skip
    session.give(found, layout.predicted)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app, "respond", respond, serves=["predict_responses", "explain_response"],
        examples=[
            "hitscout respond PSMD6 HSPA5 --context perturbqa-k562",
            "hitscout respond PSMD6 HSPA5 --context perturbqa-k562 --why",
            "hitscout respond PSMD6 --context perturbqa-k562 --top 10",
            "hitscout respond MED12,MED24 CCNA2,MYC --context perturbqa-rpe1 --across --json",
        ],
    )  # fmt: skip
