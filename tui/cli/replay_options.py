"""What replays and benchmarks take alike: options, the judge and the methods that were named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

import typer

if TYPE_CHECKING:
    from agent.judge.judge import LanguageModelJudge
    from tools.workspace import Workspace

Rounds = Annotated[int, typer.Option(min=1, help="Number of rounds.")]
RoundSize = Annotated[
    int | None, typer.Option(min=1, help="Perturbations of a round; else 128, or 32 in libraries under 2,000.")
]
Seeds = Annotated[int, typer.Option(min=1, help="Number of seeds: each is a random 90 % of the library.")]
Pool = Annotated[
    Literal["specific", "nonessential", "all"],
    typer.Option(
        help="The library without fitness genes, without essential ones (CEGv2), or the whole: different settings."
    ),
]
RevealHits = Annotated[
    bool,
    typer.Option("--reveal-hits/--hide-hits", help="Reveal which chosen genes are hits, or their effects alone."),
]
Siblings = Annotated[
    bool, typer.Option("--siblings", help="Other phenotypes of the same study may be learnt from; copies never.")
]
Words = Annotated[
    Literal["json", "described"], typer.Option(help="The question: the file's own words, or a plain description.")
]
NoControls = Annotated[bool, typer.Option("--no-controls", help="Do not play the controls; quicker.")]
Predictor = Annotated[str, typer.Option(metavar="NAME", help="Who ranks: blend, prior, kernel, mean_baseline.")]
Acquisition = Annotated[str, typer.Option(metavar="NAME", help="Who chooses: greedy, ucb, thompson, random.")]
Judge = Annotated[
    str,
    typer.Option(
        "--model", metavar="NAME",
        help="A language model, PROVIDER:NAME, that grades each round blindly and fills a share of it; replies are"
        " kept, so an interrupted run goes on where it stopped.",
    ),
]  # fmt: skip
TrainedUntil = Annotated[
    str,
    typer.Option(
        metavar="YEAR", help="Year up to which the language model was trained; it cannot remember newer screens."
    ),
]


@contextmanager
def judge_for(
    workspace: Workspace, language_model: str, *, max_cost: float | None, share: str | None, agree: bool
) -> Iterator[LanguageModelJudge | None]:
    """The judge of a replay; nobody where no language model was named, whatever the settings say.

    Args:
        workspace: Whose settings, consent and cache.
        language_model: ``PROVIDER:NAME``, or nothing.
        max_cost: Dollars at most.
        share: What of the store may leave this machine.
        agree: Whether a person has agreed to what leaves this machine.

    Yields:
        The judge, or None.
    """
    if not language_model:
        yield None
        return
    from agent.judge.opening import open_judge

    with open_judge(workspace, language_model, share=share, agree=agree, max_cost=max_cost) as judge:
        yield judge


class Methods(TypedDict, total=False):
    """The methods that were named."""

    predictor: str
    acquisition: str


def named(predictor: str, acquisition: str) -> Methods:
    """The methods that were named, so that a tool's own defaults hold for the others.

    Args:
        predictor: Name of the predictor, or nothing.
        acquisition: Name of the acquisition, or nothing.
    """
    methods = Methods()
    if predictor:
        methods["predictor"] = predictor
    if acquisition:
        methods["acquisition"] = acquisition
    return methods
