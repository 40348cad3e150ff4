"""``respond``: does a readout gene change when a gene is perturbed, and which way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tui.cli import options
from tui.cli.frame import Session, command, listed, session_of
from tui.cli.spending import asks_first

if TYPE_CHECKING:
    from agent.judge.terms import Terms
    from tools.responses.reasoning.explained import Explaining
    from tools.responses.reasoning.written import Summaries


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
    summaries: Annotated[
        Literal["written", "template", "none"] | None,
        typer.Option(
            help="With --why: texts on both genes written by the language model, by template, or none; if not given,"
            " those that one wrote before, else by template."
        ),
    ] = None,
    edit_neighbours: Annotated[
        bool,
        typer.Option(
            "--edit-neighbours",
            help="With --why: the language model says which close perturbations are alike, and their rows vote.",
        ),
    ] = False,
    estimate: options.Estimate = False,
    max_cost: options.MaxCost = None,
    share: options.Share = None,
    agree: options.Agree = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the fit and of draws.")] = 0,
) -> None:
    """Predicts whether a readout gene responds to a perturbation, and which way, with the nearest measured ones.

    The first question to a table of responses learns from it, which takes about a minute; later ones take seconds.
    """
    from agent.judge.terms import Terms
    from tools.responses.answers import predict_responses
    from tools.responses.reasoning.explained import Explaining
    from tui.layouts import responses as layout

    session = session_of(context)
    if not why:
        _refuse_without_why(language_model, summaries, estimate=estimate, edit_neighbours=edit_neighbours)
        with session.workspace() as workspace:
            found = predict_responses(
                workspace, listed([perturbation]), listed([readout_gene]) if readout_gene else (), context=table,
                across=across, neighbours=neighbours, top=top, seed=seed,
            )  # fmt: skip
        session.give(found, layout.predicted)
        return
    if not language_model and (estimate or edit_neighbours or summaries == "written"):
        raise typer.BadParameter("Name the language model that is meant.", param_hint="--model")
    if edit_neighbours and graph:
        raise typer.BadParameter("The kernels count over edited neighbours: leave --graph out.", param_hint="--graph")
    terms = Terms(language_model, share, agree, max_cost, asks_first(agree=agree))
    told: Summaries = "kept" if summaries is None or summaries == "written" else summaries
    how = Explaining(table, graph, told, seed)
    _explained(
        session, (perturbation, readout_gene), how, terms, writes=summaries == "written", edits=edit_neighbours,
        estimate=estimate,
    )  # fmt: skip


def _refuse_without_why(language_model: str, summaries: str | None, *, estimate: bool, edit_neighbours: bool) -> None:
    given = {
        "--model": bool(language_model), "--summaries": summaries is not None, "--estimate": estimate,
        "--edit-neighbours": edit_neighbours,
    }  # fmt: skip
    for name, is_given in given.items():
        if is_given:
            raise typer.BadParameter("It goes with --why, which explains one pair.", param_hint=name)


def _explained(
    session: Session, pair: tuple[str, str], how: Explaining, terms: Terms, *, writes: bool, edits: bool,
    estimate: bool,
) -> None:  # fmt: skip
    from tools.responses.reasoning.explained import explained_by
    from tui.layouts import reasoning

    with session.workspace() as workspace:
        if estimate:
            from agent.judge.explaining import estimate_of

            session.give(estimate_of(workspace, terms, *pair, how, writes=writes, edits=edits), reasoning.estimated)
            return
        if terms.language_model:
            from agent.judge.explaining import explained_with

            found = explained_with(workspace, terms, *pair, how, writes=writes, edits=edits)
        else:
            found = explained_by(workspace, None, *pair, how)
    session.give(found, reasoning.explained)


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
            "hitscout respond PSMD6 HSPA5 --why --model openai-chat:NAME --summaries written --max-cost 0.10",
            "hitscout respond PSMD6 HSPA5 --why --model openai-chat:NAME --edit-neighbours --max-cost 0.10",
            "hitscout respond PSMD6 --context perturbqa-k562 --top 10",
            "hitscout respond MED12,MED24 CCNA2,MYC --context perturbqa-rpe1 --across --json",
        ],
    )  # fmt: skip
