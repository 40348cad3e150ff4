"""``respond``: does a readout gene change when a gene is perturbed, and which way."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypedDict

import typer

from tui.cli import options
from tui.cli.frame import Session, command, listed, session_of


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
    language_model: Annotated[
        str, typer.Option("--model", metavar="PROVIDER:NAME", help="With --why: who reads the texts and rows.")
    ] = "",
    estimate: Annotated[
        bool, typer.Option("--estimate", help="With --model: says what it would take, and sends nothing.")
    ] = False,
    max_cost: options.MaxCost = None,
    share: options.Share = None,
    agree: options.Agree = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the fit and of draws.")] = 0,
) -> None:
    """Predicts whether a readout gene responds to a perturbation, and which way, with the nearest measured ones.

    The first question to a table of responses learns from it, which takes about a minute; later ones take seconds.
    """
    from tools.responses.answers import predict_responses
    from tui.layouts import responses as layout

    session = session_of(context)
    if language_model and not why:
        raise typer.BadParameter("A language model reads rows with --why only.", param_hint="--model")
    if language_model:
        _reasoned(
            session, _Pair(perturbation, readout_gene, table, graph, seed), language_model, max_cost, share,
            estimate=estimate, agree=agree,
        )  # fmt: skip
        return
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


class _Pair(NamedTuple):
    """What is asked about."""

    perturbation: str
    readout: str
    context: str
    graph: bool
    seed: int


class _How(TypedDict):
    """How it is looked at."""

    context: str
    graph: bool
    seed: int


def _reasoned(
    session: Session,
    pair: _Pair,
    language_model: str,
    max_cost: float | None,
    share: str | None,
    *,
    estimate: bool,
    agree: bool,
) -> None:
    from agent.judge.opening import open_reasoner
    from tools.responses.reasoning.explained import asked_about, explained_by
    from tui.layouts import reasoning

    how: _How = {"context": pair.context, "graph": pair.graph, "seed": pair.seed}
    with (
        session.workspace() as workspace,
        open_reasoner(workspace, language_model, share=share, agree=agree, max_cost=max_cost) as reasoner,
    ):
        if estimate:
            *_, asked = asked_about(workspace, pair.perturbation, pair.readout, **how)
            session.give(reasoner.estimate(asked), reasoning.estimated)
            return
        explained = explained_by(workspace, reasoner, pair.perturbation, pair.readout, **how)
    session.give(explained, reasoning.explained)


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
            "hitscout respond PSMD6 HSPA5 --context perturbqa-k562 --why --model openai-chat:NAME --estimate",
            "hitscout respond PSMD6 --context perturbqa-k562 --top 10",
            "hitscout respond MED12,MED24 CCNA2,MYC --context perturbqa-rpe1 --across --json",
        ],
    )  # fmt: skip
