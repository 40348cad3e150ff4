"""``benchmark perturbqa``: what a perturbation does, by predictors, by votes, or by a language model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tui.cli import options
from tui.cli import replay_options as shared
from tui.cli.frame import Session, listed, session_of
from tui.cli.spending import asks_first

if TYPE_CHECKING:
    from agent.judge.terms import Terms


def perturbqa(
    context: typer.Context,
    *,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of X-de.csv and X-dir.csv; else the fetched packs.")
    ] = None,
    lines: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Which lines X; all of the folder if not given. Repeat it, or use commas."),
    ] = None,
    setting: Annotated[
        Literal["within", "across", "both"],
        typer.Option(help="Learn from one line, or from other lines' train rows too; both compares them in pairs."),
    ] = "within",
    task: Annotated[
        Literal["responses", "gse"],
        typer.Option(help="Responses of readout genes, or names for clusters of genes (gene-set questions)."),
    ] = "responses",
    reasoning: Annotated[
        Literal["none", "votes", "combined"],
        typer.Option(
            help="Let the closest measured responses vote, without a language model; combined sets the predictor beside"
            " them and adds the two."
        ),
    ] = "none",
    language_model: Annotated[
        str,
        typer.Option(
            "--model",
            metavar="PROVIDER:NAME",
            help="Ask a language model, which reads texts and rows; replies are kept, so an interrupted run goes on"
            " where it stopped.",
        ),
    ] = "",
    limit: Annotated[
        int, typer.Option(min=2, help="With --model: rows of each task, or clusters of each list, at most.")
    ] = 100,
    estimate: options.Estimate = False,
    max_cost: options.MaxCost = None,
    share: options.Share = None,
    agree: options.Agree = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds, draws, shuffles and bootstrap.")] = 0,
    no_controls: shared.NoControls = False,
    controls: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A,B",
            help="With --model: these controls alone, of no_retrieval, no_summaries and shuffled_genes; each takes as"
            " many calls as the answers. Repeat it, or use commas.",
        ),
    ] = None,
    shuffles: Annotated[int, typer.Option(min=1, help="How often the control with shuffled genes is played.")] = 5,
    workers: options.Workers = None,
) -> None:
    """Predicts which readout genes respond to a perturbation, and which way, in PerturbQA (arXiv 2502.21290).

    The headline is the AUROC within each readout, meaned over readouts; K562 and K562-set never train each other.
    """
    from agent.judge.opening import open_editor, open_reasoner
    from agent.judge.terms import Terms
    from tools.benchmarks.cluster_names import benchmark_gene_sets
    from tools.benchmarks.perturbqa import benchmark_perturbqa
    from tools.benchmarks.reasoning.perturbqa_asked import CONTROLS, Asking, benchmark_asked, estimate_asked
    from tools.benchmarks.reasoning.perturbqa_votes import benchmark_reasoning
    from tui.layouts import cluster_names
    from tui.layouts import perturbqa as layout
    from tui.layouts import reasoning as explained_layout

    session = session_of(context)
    if language_model:
        if reasoning != "none":
            raise typer.BadParameter("It answers without --reasoning.", param_hint="--model")
        terms = Terms(language_model, share, agree, max_cost, asks_first(agree=agree))
        if task == "gse":
            _named(session, terms, data, listed(lines) if lines else None, limit, seed, estimate=estimate)
            return
        if no_controls and controls:
            raise typer.BadParameter("It names controls, and --no-controls wants none.", param_hint="--controls")
        chosen = () if no_controls else listed(controls) if controls else CONTROLS
        asking = Asking(data, listed(lines) if lines else None, limit, seed, chosen)
        with (
            session.workspace() as workspace,
            terms.opened(open_reasoner, workspace) as reasoner,
            terms.opened(open_editor, workspace) as editor,
        ):
            if estimate:
                session.give(estimate_asked(workspace, reasoner, asking, editor), explained_layout.estimated)
            else:
                session.give(benchmark_asked(workspace, reasoner, asking, editor), layout.asked)
        return
    if controls:
        raise typer.BadParameter("It goes with --model; --no-controls stands alone.", param_hint="--controls")
    if estimate:
        raise typer.BadParameter("Name the language model that is meant.", param_hint="--model")
    if task == "gse":
        with session.workspace() as workspace:
            named_clusters = benchmark_gene_sets(workspace, data, listed(lines) if lines else None)
        session.give(named_clusters, cluster_names.figures)
        return
    if reasoning != "none":
        with session.workspace() as workspace:
            reasoned = benchmark_reasoning(
                workspace, data, listed(lines) if lines else None, reasoning=reasoning, seed=seed,
                controls=not no_controls,
            )  # fmt: skip
        session.give(reasoned, layout.reasoned)
        return
    with session.workspace() as workspace:
        report = benchmark_perturbqa(
            workspace, data, listed(lines) if lines else None, setting=setting, seed=seed, controls=not no_controls,
            shuffles=shuffles, workers=workers,
        )  # fmt: skip
    session.give(report, layout.figures)


def _named(
    session: Session, terms: Terms, data: Path | None, lines: list[str] | None, limit: int, seed: int, *, estimate: bool
) -> None:
    """Clusters of genes named by a language model, beside their enriched sets."""
    from agent.judge.opening import open_namer
    from tools.benchmarks.reasoning.gene_sets_asked import asked_gene_sets, benchmark_gene_sets_asked
    from tui.layouts import cluster_names
    from tui.layouts import reasoning as explained_layout

    with session.workspace() as workspace, terms.opened(open_namer, workspace) as namer:
        if estimate:
            asked = asked_gene_sets(workspace, data, lines, limit, seed)
            session.give(namer.estimate(asked), explained_layout.estimated)
        else:
            session.give(benchmark_gene_sets_asked(workspace, namer, data, lines, limit, seed), cluster_names.figures)
