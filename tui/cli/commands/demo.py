"""``demo``: the main job, whole, on public data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.demo import Demo
    from tools.replays.replay import ScreenReport

CONTROLS = {
    "random": ("r", "random"),
    "essential_only": ("e", "essential genes only"),
    "recurrence": ("o", "recurrence in other studies"),
    "prior_only": ("p", "prior only, no feedback"),
}
"""Those that the plot shows: mark and label."""


def demo(
    context: typer.Context,
    *,
    mirror: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with the packs' files and a manifest.tsv; else $HITSCOUT_MIRROR."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of the replay.")] = 2,
    workers: options.Workers = None,
) -> None:
    """Does the main job on public data: fetches, replays a finished screen, proposes the next 128 genes, writes them.

    It needs no key, uses a store of its own, and writes hitscout-demo-shortlist.csv into the working folder.
    """
    from tools.demo import demo as run_demo

    session = session_of(context)
    if session.store:
        session.say("The demo uses a store of its own; --store is not looked at.")
    session.say("Fetching public screens, then five rounds of 128 on a finished screen whose results are hidden.")
    with session.workspace() as workspace:
        done = run_demo(workspace, mirror=mirror, seeds=seeds, workers=workers)
    session.give(done, render)


def render(done: Demo) -> Sequence[RenderableType]:
    """The demo's figures, its plot, and the next round.

    Args:
        done: What the demo did.
    """
    from tui.cli.commands.replay import controls
    from tui.cli.commands.shortlist import ORDER, nominations
    from tui.layouts.format import fields, heading, line

    screen, made = done.report.screens[0], done.shortlist
    expected = made.expected_hits
    found = screen.by_round[-1]
    setting = done.report.setting
    promise = (
        f"Expected hits: {expected.mean:.1f} ({expected.level:.0%} interval {expected.low:g} to {expected.high:g})."
    )
    about = {
        "screen": f"{screen.name} ({screen.study}): {screen.library_size:,} perturbations, {screen.hits:,} hits",
        "replay": f"{setting['rounds']} rounds of {screen.round_size}, {setting['seeds']} seeds; the screen and its"
        " copies are hidden",
        "essential genes": f"left out ({done.essentials}): what kills a cell changes every readout",
        "learnt from": [prior.screen for prior in screen.priors],
        "found": f"{found.hits:.0f} hits among {found.tested:.0f} tested; at random {_chance(screen):.0f}",
    }
    return [
        heading("A finished screen, replayed"), fields(about), line(""), _plot(screen), line(""), controls(screen),
        line(""), *(line(f"Note: {remark}") for remark in done.remarks),
        heading(f"The next {made.size}, after these {setting['rounds']} rounds"),
        line(promise), line(ORDER, "dim"),
        nominations(made.nominations), line(""),
        line(f"Written to {done.path}", "bold"),
        line(f"Look further: hitscout campaign show {made.campaign} --store {done.store}"),
        line(f"{done.seconds:.0f} s in all", "dim"),
    ]  # fmt: skip


def _chance(screen: ScreenReport) -> float:
    return screen.by_round[-1].tested / screen.library_size * screen.hits


def _plot(screen: ScreenReport) -> RenderableType:
    """Hits by round, beside each control's."""
    import plotext
    from rich.text import Text

    from tui.layouts.format import width

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(min(width(), 90) - 1, 18)
    plotext.title("Hits found by round, and by the controls")
    lines = {"hitscout": ("braille", [one.hits for one in screen.by_round])}
    for name, (mark, label) in CONTROLS.items():
        pair = screen.controls.get(name)
        if pair is not None:
            lines[label] = (mark, list(pair.by_round))
    for label, (mark, hits) in lines.items():
        plotext.plot(range(len(hits) + 1), [0.0, *hits], marker=mark, label=label)
    plotext.xticks(range(len(screen.by_round) + 1))
    highest = max(max(hits) for _, hits in lines.values())
    plotext.yticks(range(0, int(highest) + 1, max(int(highest) // 6, 1)))
    plotext.xlabel("round")
    return Text(plotext.uncolorize(plotext.build()))


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(app, "demo", demo, serves=["demo"], examples=["hitscout demo", "hitscout demo --seeds 3 --json"])
