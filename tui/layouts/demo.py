"""How the demo is laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from tui.layouts.acts import typed
from tui.layouts.format import fields, heading, line, notes, width
from tui.layouts.replay import controls
from tui.layouts.shortlist import nominations, order

if TYPE_CHECKING:
    from tools.demo import Demo
    from tools.replays.replay import ScreenReport

CONTROLS = {
    "random": ("r", "random"),
    "essential_only": ("e", "essential genes only"),
    "depmap_order": ("d", "DepMap order"),
    "recurrence": ("o", "recurrence in other studies"),
    "prior_only": ("p", "prior only, no feedback"),
}
"""Those that the plot shows: mark and label."""


def played(done: Demo) -> Sequence[RenderableType]:
    """The demo's figures, its plot, and the next round.

    Args:
        done: What the demo did.
    """
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
        "no candidates": f"{_left_out(done)}: what slows or kills a cell changes every readout",
        "learnt from": [prior.screen for prior in screen.priors],
        "found": f"{found.hits:.0f} hits among {found.tested:.0f} tested; at random {_chance(screen):.0f}",
    }
    return [
        heading("A finished screen, replayed"), fields(about), line(""), _plot(screen), line(""), controls(screen),
        line(""), *notes(done.remarks),
        heading(f"The next {made.size}, after these {setting['rounds']} rounds"),
        line(promise), line(order(made.nominations), "dim"),
        nominations(made.nominations), line(""),
        line(f"Written to {done.path}", "bold"),
        line(f"Look further: {typed('campaign', 'show', made.campaign, '--store', str(done.store))}"),
        line(f"{done.seconds:.0f} s in all", "dim"),
    ]  # fmt: skip


def _left_out(done: Demo) -> str:
    if done.report.setting["pool"] == "specific":
        return f"fitness genes (DepMap, {done.essentials})"
    return f"essential genes ({done.essentials})"


def _chance(screen: ScreenReport) -> float:
    return screen.by_round[-1].tested / screen.library_size * screen.hits


def _plot(screen: ScreenReport) -> RenderableType:
    """Hits by round, beside each control's."""
    import plotext

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
