"""``benchmark``: published protocols, to the letter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tui.cli import options
from tui.cli import replay_options as shared
from tui.cli.commands import screen_validate
from tui.cli.commands.benchmark_perturbqa import perturbqa
from tui.cli.frame import command, group, listed, session_of


def biodiscovery(
    context: typer.Context,
    *,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of ground_truth_X.csv and topmovers_X.npy; else the fetched pack."),
    ] = None,
    screens: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Which screens X; all of the folder if not given. Repeat it, or use commas."),
    ] = None,
    rounds: shared.Rounds = 5,
    size: shared.RoundSize = None,
    seeds: shared.Seeds = 10,
    pool: shared.Pool = "specific",
    siblings: shared.Siblings = False,
    text: shared.Words = "json",
    predictor: shared.Predictor = "",
    acquisition: shared.Acquisition = "",
    no_controls: shared.NoControls = False,
    workers: options.Workers = None,
    language_model: shared.Judge = "",
    trained_until: shared.TrainedUntil = "",
    max_cost: options.MaxCost = None,
    share: options.Share = None,
    agree: options.Agree = False,
) -> None:
    """Plays the screens of BioDiscoveryAgent (arXiv 2405.17631) by its protocol, with every control.

    The headline is of specific hits, in the library without fitness genes. What others published is the hit ratio
    without essential genes (CEGv2), which still cost their places: --pool all.
    """
    from tools.benchmarks.biodiscovery import benchmark_biodiscovery
    from tui.layouts import replay as layout

    session = session_of(context)
    with (
        session.workspace() as workspace,
        shared.judge_for(workspace, language_model, max_cost=max_cost, share=share, agree=agree) as judge,
    ):
        report = benchmark_biodiscovery(
            workspace, data, listed(screens) if screens else None, rounds=rounds, size=size, seeds=seeds, pool=pool,
            siblings=siblings, text=text, judge=judge, controls=not no_controls, workers=workers,
            trained_until=trained_until, **shared.named(predictor, acquisition),
        )  # fmt: skip
    session.give(report, layout.replayed)


def suite(
    context: typer.Context,
    *,
    predictors: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A,B", help="Predictors; the first is compared with all others. Repeat it, or use commas."
        ),
    ] = None,
    screens: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Play this screen of the suite alone. Repeat it for more."),
    ] = None,
    rounds: shared.Rounds = 5,
    seeds: shared.Seeds = 3,
    pool: shared.Pool = "specific",
    reveal_hits: shared.RevealHits = True,
    siblings: shared.Siblings = False,
    text: shared.Words = "json",
    acquisition: shared.Acquisition = "",
    workers: options.Workers = None,
) -> None:
    """Compares predictors in pairs over the development suite, by which methods are chosen.

    A gain counts when its lower bound over studies is above zero and no screen loses by more than a standard error.
    """
    from tools.benchmarks.suite import benchmark_suite
    from tools.prediction.computed_list import DEFAULT_ACQUISITION
    from tui.layouts import suite as layout

    session = session_of(context)
    with session.workspace() as workspace:
        report = benchmark_suite(
            workspace, listed(predictors) if predictors else ("blend",), screens=screens or None, rounds=rounds,
            seeds=seeds, pool=pool, siblings=siblings, text=text, reveal_hits=reveal_hits, workers=workers,
            acquisition=acquisition or DEFAULT_ACQUISITION,
        )  # fmt: skip
    session.give(report, layout.figures)


def questions(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="Table with tabs: phenotype, cell_type, regulators; else the shipped one."
        ),
    ] = None,
    *,
    pool: shared.Pool = "specific",
    size: Annotated[int, typer.Option(min=1, help="Genes of each list.")] = 128,
    seed: options.Seed = 0,
) -> None:
    """Asks fresh questions, and counts the genes that a textbook names in the first list of each.

    Nothing is hidden, and every screen of the store is learnt from. Genes that the pool leaves out are not counted.
    """
    from tools.benchmarks.questions import benchmark_questions
    from tui.layouts import questions as layout

    session = session_of(context)
    with session.workspace() as workspace:
        report = benchmark_questions(workspace, file, pool=pool, size=size, seed=seed)
    session.give(report, layout.figures)


def expression(
    context: typer.Context,
    *,
    data: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="File of perturbed cells (.h5ad, .loom …) or of responses (.npz, ranked lists of R). Repeat it for"
            " more.",
        ),
    ] = None,
    contexts: Annotated[
        list[str] | None,
        typer.Option("--context", metavar="NAME", help="Responses of the store; all of them if nothing is given."),
    ] = None,
    sources: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="What genes are known by, such as string or text; else all."),
    ] = None,
    vectors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Vectors of genes instead: .pkl (GenePT), .npz, .parquet or .csv."),
    ] = None,
    within: Annotated[
        str, typer.Option(metavar="CONTEXT", help="Judges what was measured in this context only; learns from all.")
    ] = "",
    strongest: Annotated[
        int, typer.Option(min=0, help="Judges only so many genes of each set, those with the largest responses.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds, halves, controls and bootstrap.")] = 0,
) -> None:
    """Predicts expression after perturbations of genes that were held out, with every control, in pairs.

    Each metric stands beside b, the training mean's, and r, a second measurement's: the score is (u - b) / (r - b).
    """
    from tools.benchmarks.expression.benchmark import benchmark_expression
    from tui.layouts import expression as layout

    session = session_of(context)
    with session.workspace() as workspace:
        report = benchmark_expression(
            workspace,
            data,
            contexts=contexts or (),
            sources=sources or (),
            vectors=vectors,
            within=within,
            strongest=strongest,
            seed=seed,
        )
    session.give(report, layout.figures)


def signatures(
    context: typer.Context,
    *,
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="File of perturbed cells or of responses. Repeat it for more."),
    ] = None,
    contexts: Annotated[
        list[str] | None,
        typer.Option("--context", metavar="NAME", help="Responses of the store; all of them if nothing is given."),
    ] = None,
    collection: Annotated[
        str, typer.Option(metavar="NAME", help="Whose gene sets are the signatures; `hitscout gene-set list`.")
    ] = "hallmarks",
    sources: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="What genes are known by, such as string or text; else all."),
    ] = None,
    vectors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Vectors of genes instead: .pkl (GenePT), .npz, .parquet or .csv."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds, controls and bootstrap.")] = 0,
) -> None:
    """Says how far predicted scores on signatures rank genes that were held out as measured scores do.

    The figure is Spearman's correlation over genes, within a context, as a mean over gene sets; 0 is chance.
    """
    from tools.benchmarks.signatures import benchmark_signatures
    from tui.layouts import signatures_report as layout

    session = session_of(context)
    with session.workspace() as workspace:
        report = benchmark_signatures(
            workspace, data, contexts=contexts or (), collection=collection, sources=sources or (), vectors=vectors,
            seed=seed,
        )  # fmt: skip
    session.give(report, layout.figures)


def cells(
    context: typer.Context,
    *,
    data: Annotated[
        Path,
        typer.Option(
            metavar="FILE|NAME", help="Cells with labels (.h5ad, 10x .h5, .loom, matrix.mtx), or cells of the store."
        ),
    ],
    label: Annotated[
        str,
        typer.Option(metavar="COLUMN", help="The column of labels, in both files; cells of the store know theirs."),
    ] = "",
    across: Annotated[
        Path | None,
        typer.Option(metavar="FILE|NAME", help="A second one, of the same species or another: each names the other."),
    ] = None,
    donor: Annotated[str, typer.Option(metavar="COLUMN", help="The column of donors; else by its name.")] = "",
    gene_vectors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Vectors of genes instead: .pkl (GenePT), .npz, .parquet or .csv."),
    ] = None,
    stages: Annotated[
        list[str] | None, typer.Option(metavar="A,B", help="All labels in their order, if they are stages.")
    ] = None,
    cells_per_label: Annotated[
        str, typer.Option(metavar="N,M", help="Cells of each label in small references.")
    ] = "5,20",
    seeds: Annotated[int, typer.Option(min=1, help="How often each small reference is drawn.")] = 3,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Also: calibration, and what is flagged while each label is left out.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds, draws, controls and bootstrap.")] = 0,
) -> None:  # fmt: skip
    """Names cells that were held out, by donor or across two files, by every vector and head, beside controls.

    No label of the cells that are named is used. Random vectors of genes stand beside those of texts.
    """
    from tools.benchmarks.cells.benchmark import benchmark_cells
    from tui.layouts import cells as layout

    session = session_of(context)
    with session.workspace() as workspace:
        report = benchmark_cells(
            workspace, data, label, across=across, donor=donor, gene_vectors=gene_vectors,
            stages=listed(stages) if stages else (), cells_per_label=_counts(cells_per_label), seeds=seeds,
            leave_out=leave_out, seed=seed,
        )  # fmt: skip
    session.give(report, layout.figures)


def _counts(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise typer.BadParameter(f"{text!r} is no list of whole numbers, such as 5,20.", param_hint="--cells-per-label")
    return [int(part) for part in parts]


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "benchmark")
    examples = [
        "hitscout benchmark biodiscovery --screens IFNG,IL2 --pool all --seeds 10",
        "hitscout benchmark biodiscovery --data my-screens --pool nonessential --json",
    ]
    command(verbs, "biodiscovery", biodiscovery, serves=["benchmark_biodiscovery"], examples=examples)
    command(
        verbs, "perturbqa", perturbqa, serves=["benchmark_perturbqa", "benchmark_reasoning", "benchmark_gene_sets"],
        examples=[
            "hitscout benchmark perturbqa --lines k562,rpe1",
            "hitscout benchmark perturbqa --lines k562,rpe1 --setting both --json",
            "hitscout benchmark perturbqa --lines k562 --reasoning votes",
            "hitscout benchmark perturbqa --lines k562 --model openai-chat:NAME --limit 100 --estimate",
            "hitscout benchmark perturbqa --lines k562 --model openai-chat:NAME --limit 100 --max-cost 5 --json",
            "hitscout benchmark perturbqa --lines k562 --model openai-chat:NAME --controls no_retrieval --max-cost 2",
            "hitscout benchmark perturbqa --task gse",
        ],
    )  # fmt: skip
    comparing = [
        "hitscout benchmark suite --seeds 3",
        "hitscout benchmark suite --hide-hits",
        "hitscout benchmark suite --predictors blend,prior --json",
    ]
    command(verbs, "suite", suite, serves=["benchmark_suite"], examples=comparing)
    fresh = ["hitscout benchmark questions", "hitscout benchmark questions mine.tsv --pool all --size 64 --json"]
    unseen = [
        "hitscout benchmark expression --data cells.h5ad",
        "hitscout benchmark expression --data lfc.npz --data cells.h5ad --vectors GenePT.pickle --json",
    ]
    command(verbs, "expression", expression, serves=["benchmark_expression"], examples=unseen)
    states = [
        "hitscout benchmark signatures --context replogle-k562-ranks",
        "hitscout benchmark signatures --data lfc.npz --collection pathways --json",
    ]
    command(verbs, "signatures", signatures, serves=["benchmark_signatures"], examples=states)
    labelled = [
        "hitscout benchmark cells --data cells.h5ad --label cell_type",
        "hitscout benchmark cells --data human.h5ad --across mouse.h5ad --label cell_type --json",
    ]
    command(verbs, "cells", cells, serves=["benchmark_cells"], examples=labelled)
    repeats = [
        "hitscout benchmark validation --screens schmidt-ifng,schmidt-il2",
        "hitscout benchmark validation --json",
    ]
    command(verbs, "validation", screen_validate.benchmark, serves=["benchmark_validation"], examples=repeats)
    command(verbs, "questions", questions, serves=["benchmark_questions"], examples=fresh)
