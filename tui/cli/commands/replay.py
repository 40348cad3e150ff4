"""``replay``: campaigns over finished screens whose results are hidden until their round."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli import options
from tui.cli import replay_options as shared
from tui.cli.frame import command, session_of


def replay(
    context: typer.Context,
    screens: Annotated[list[str], typer.Argument(help="Screens of the store; `hitscout screen list` shows them.")],
    *,
    rounds: shared.Rounds = 5,
    size: shared.RoundSize = None,
    seeds: shared.Seeds = 3,
    pool: shared.Pool = "specific",
    reveal_hits: shared.RevealHits = False,
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
    """Plays campaigns over finished screens, as if their results were not known, and counts the hits by round.

    The headline is of specific hits: those that are no fitness genes, which are no candidates unless --pool says so.
    """
    from tools.replays.replay import replay as play
    from tui.layouts import replay as layout

    session = session_of(context)
    with (
        session.workspace() as workspace,
        shared.judge_for(workspace, language_model, max_cost=max_cost, share=share, agree=agree) as judge,
    ):
        report = play(
            workspace, screens, rounds, size, seeds, pool, siblings, text, judge, reveal_hits=reveal_hits,
            controls=not no_controls, workers=workers, trained_until=trained_until,
            **shared.named(predictor, acquisition),
        )  # fmt: skip
    session.give(report, layout.replayed)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = [
        "hitscout replay schmidt-ifng --text described",
        "hitscout replay schmidt-ifng --pool all --reveal-hits",
        "hitscout replay schmidt-ifng sanchez-tau --rounds 5 --size 128 --seeds 3 --json",
        "hitscout replay schmidt-ifng --seeds 1 --model anthropic:claude-sonnet-5-5 --max-cost 5",
    ]
    command(app, "replay", replay, serves=["replay"], examples=examples)
