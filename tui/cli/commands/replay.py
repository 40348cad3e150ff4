"""``replay``: campaigns over finished screens whose results are hidden until their round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

import typer

from tui.cli import options
from tui.cli.frame import command, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from agent.judge.judge import LanguageModelJudge
    from tools.replays.reliability import ReliabilityBin
    from tools.replays.replay import ReplayReport, ScreenReport
    from tools.workspace import Workspace

Rounds = Annotated[int, typer.Option(min=1, help="Number of rounds.")]
RoundSize = Annotated[
    int | None, typer.Option(min=1, help="Perturbations of a round; else 128, or 32 in libraries under 2,000.")
]
Seeds = Annotated[int, typer.Option(min=1, help="Number of seeds: each is a random 90 % of the library.")]
Pool = Annotated[
    Literal["all", "nonessential"],
    typer.Option(help="The whole library, or one without essential genes: two different settings."),
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


def replay(
    context: typer.Context,
    screens: Annotated[list[str], typer.Argument(help="Screens of the store; `hitscout screen list` shows them.")],
    *,
    rounds: Rounds = 5,
    size: RoundSize = None,
    seeds: Seeds = 3,
    pool: Pool = "all",
    siblings: Siblings = False,
    text: Words = "json",
    predictor: Predictor = "",
    acquisition: Acquisition = "",
    no_controls: NoControls = False,
    workers: options.Workers = None,
    language_model: Judge = "",
    trained_until: TrainedUntil = "",
    max_cost: options.MaxCost = None,
    share: options.Share = None,
    agree: options.Agree = False,
) -> None:
    """Plays campaigns over finished screens, as if their results were not known, and counts the hits by round."""
    from tools.replays.replay import replay as play

    session = session_of(context)
    with (
        session.workspace() as workspace,
        judge_for(workspace, language_model, max_cost=max_cost, share=share, agree=agree) as judge,
    ):
        report = play(
            workspace, screens, rounds, size, seeds, pool, siblings, text, judge, controls=not no_controls,
            workers=workers, trained_until=trained_until, **named(predictor, acquisition),
        )  # fmt: skip
    session.give(report, render)


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


MEMORY = {
    "possible": "memory possible: the language model may have read this screen's results",
    "excluded": "memory excluded: the screen is newer than the language model",
}


def render(report: ReplayReport) -> Sequence[RenderableType]:
    """The figures of a replay.

    Args:
        report: The figures.
    """
    from tui.layouts.format import Column, heading, line, share, table

    setting = ", ".join(f"{key} {value}" for key, value in report.setting.items() if value is not None)
    parts: list[RenderableType] = [line(f"Setting: {setting}")]
    if report.usage is not None:
        parts.append(line(f"The language model took {report.usage}."))
    for one in report.screens:
        parts += render_screen(one)
    if len(report.screens) > 1:
        columns = [
            Column("screen"), Column("hit ratio", right=True, keep=5), Column("without essential", right=True),
            Column("80 % interval", keep=6), Column("random", right=True, keep=7), Column("log enrichment", right=True),
        ]  # fmt: skip
        rows = []
        for one in report.screens:
            spread, random = one.hit_ratio_nonessential, one.controls.get("random")
            interval = f"{spread.low:.3f} – {spread.high:.3f}"
            rows.append(
                (one.name, share(one.hit_ratio.mean), share(spread.mean), interval,
                 share(random.hit_ratio_nonessential if random else None), share(one.log_enrichment))
            )  # fmt: skip
        parts += [heading("All screens"), table(columns, rows, cut=False)]
        parts += [line(f"Mean {key.replace('_', ' ')}: {share(value)}") for key, value in report.mean().items()]
        parts += [line(f"Calibration over all screens: {_joined(report.calibration())}")]
        parts += reliability(report.reliability())
    return parts


def render_screen(one: ScreenReport) -> Sequence[RenderableType]:
    """One screen's figures.

    Args:
        one: The figures.
    """
    from tui.layouts.format import Column, fields, heading, line, number, share, table

    columns = [
        Column("round", right=True), Column("tested", right=True), Column("hits", right=True),
        Column("hit ratio", right=True), Column("without essential", right=True),
    ]  # fmt: skip
    rows = [
        (r.round, number(r.tested), f"{r.hits:.1f}", share(r.hit_ratio), share(r.hit_ratio_nonessential))
        for r in one.by_round
    ]
    spread = one.hit_ratio_nonessential
    about = {
        "library": f"{one.library_size:,} perturbations, {one.hits:,} hits ({one.hits_nonessential:,} not essential)",
        "at the end": f"{spread.mean:.3f} without essential (80 % interval {spread.low:.3f} – {spread.high:.3f})",
        "FDR recall": _joined(one.fdr_recall or {}),
        "calibration": _joined(one.calibration),
        "log enrichment": share(one.log_enrichment),
        "learnt from": [f"{p.screen} ({p.relation}, Spearman {number(p.spearman, 2)})" for p in one.priors],
        "not learnt from": [f"{e.screen}: {e.why}" for e in one.excluded],
        "slots": None if one.slots is None else f"{one.slots[0]:.1f} filled by grade, {one.slots[1]:.1f} of them hits",
        "memory": MEMORY.get(one.memory),
        "warnings": one.warnings,
    }
    title = f"{one.name} ({one.study})" if one.study else one.name
    return [
        heading(title), fields(about), table(columns, rows, cut=False), line(""), controls(one),
        *reliability(one.reliability), line(f"{one.seconds:.0f} s of computing", "dim"),
    ]  # fmt: skip


def controls(one: ScreenReport) -> RenderableType:
    """What the controls reach beside the replay itself; a pack that one needs is named.

    Args:
        one: The figures.
    """
    from tui.layouts.format import Column, share, table

    columns = [
        Column("control"), Column("hit ratio", right=True), Column("without essential", right=True),
        Column("needs", running=True, keep=5),
    ]  # fmt: skip
    rows: list[tuple[str, str, str, str]] = [
        ("(this replay)", share(one.hit_ratio.mean), share(one.hit_ratio_nonessential.mean), " ")
    ]
    for name, pair in one.controls.items():
        packs = one.missing.get(name, ())
        # Without a pack to name, the pool itself leaves the control nothing to choose from.
        said = f"hitscout fetch {' '.join(packs)}" if packs else "nothing in this pool"
        missing = said if pair is None else " "
        both = (pair.hit_ratio, pair.hit_ratio_nonessential) if pair else (None, None)
        rows.append((name, share(both[0]), share(both[1]), missing))
    return table(columns, rows, cut=False)


WIDEST, NARROWEST = 40, 20
"""Cells of a reliability plot from 0 to 1; as many as the terminal leaves."""
FEW = 20
"""Bins with fewer nominations say little of a share, and get a hollow bar."""
EIGHTHS = ("", *map(chr, range(0x258F, 0x2587, -1)))
"""Left parts of a cell, from no eighth of it to all eight."""
LEGEND = "observed \u2588, promised | (0–1)"


def reliability(bins: Sequence[ReliabilityBin]) -> Sequence[RenderableType]:
    """How often nominations hit, by the hit probability that they were given.

    The bar is the observed share of hits and ``|`` the promised one, both from 0 to 1 at any screen, so that plots can
    be compared.

    Args:
        bins: The points of the plot.
    """
    from tui.layouts.format import GAP, Column, line, number, share, table, width

    if not bins:
        return []
    figures = [
        (f"{two.low:.0%} – {two.high:.0%}", number(two.nominations), share(two.expected), share(two.observed))
        for two in bins
    ]
    titles = ("hit probability", "nominations", "promised", "observed")
    taken = sum(max(map(len, column)) + GAP for column in zip(titles, *figures, strict=True))
    cells = min(max(width() - taken, NARROWEST), WIDEST)
    columns = [Column(title, right=place > 0) for place, title in enumerate(titles)]
    columns.append(Column(LEGEND, keep=5))
    rows = [(*row, _bar(two, cells)) for row, two in zip(figures, bins, strict=True)]
    few = any(two.nominations < FEW for two in bins)
    hollow = [line(f"\u2591 Fewer than {FEW} nominations: the observed share may be chance.", "dim")] if few else []
    return [table(columns, rows, cut=False), *hollow]


def _bar(two: ReliabilityBin, cells: int) -> str:
    """A bar of at most `cells` cells: full up to the observed share, hollow where few were nominated."""
    eighths = round(8 * cells * two.observed)
    hollow = two.nominations < FEW
    solid = "\u2591" * round(eighths / 8) if hollow else "\u2588" * (eighths // 8) + EIGHTHS[eighths % 8]
    bar = list(solid.ljust(cells))
    bar[min(int(cells * two.expected), cells - 1)] = "|"
    return "".join(bar).rstrip()


def _joined(figures: Mapping[str, float]) -> str:
    from tui.layouts.format import share

    return ", ".join(f"{key.replace('_', ' ')} {share(value)}" for key, value in figures.items())


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = [
        "hitscout replay schmidt-ifng --text described",
        "hitscout replay schmidt-ifng sanchez-tau --rounds 5 --size 128 --seeds 3 --json",
        "hitscout replay schmidt-ifng --seeds 1 --model anthropic:claude-sonnet-5-5 --max-cost 5",
    ]
    command(app, "replay", replay, serves=["replay"], examples=examples)
