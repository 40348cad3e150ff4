"""Progress: hits of a campaign's rounds against what was expected, and against chance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from db.acts import act
from db.errors import ConflictError
from tools.campaigns.results.ledger import RoundTally, Tally, doubt_of_round, promises_of, tally_of
from tools.campaigns.state import CampaignState, state_of
from tools.drawing.names import Numbers, short
from tools.drawing.style import COLOURS, picture_place
from tools.pictures.base import DrawnPicture, Picture, bare, headed, write_picture
from tools.prediction.expected_hits import expected_of
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOUND, PROMISED, CHANCE = COLOURS[0], "#000000", COLOURS[1]
HITS, EXPECTED, RANDOM = "hits", "expected, 80 % interval", "as many at random"


def plot_progress(workspace: Workspace, out: Path, *, campaign: str = "", overwrite: bool = False) -> DrawnPicture:
    """Draws the hits of each round beside those expected, with their 80 % interval, and those of a random list.

    Args:
        workspace: Where the campaign is.
        out: The picture, .png or .svg.
        campaign: Name of the campaign; the only open one where empty.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: There is no such campaign.
        ConflictError: It has no round yet.
        InvalidValueError: The ending is another one.
        RefusedFileError: The file cannot be written.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    state = state_of(workspace.store, campaign)
    picture = progress(state, tally_of(workspace, state))
    return write_picture(workspace, picture, target, out, overwrite=overwrite)


def progress(state: CampaignState, tally: Tally) -> Picture:
    """The picture of `plot_progress`.

    Args:
        state: The campaign.
        tally: Its tally.

    Raises:
        ConflictError: It has no round yet.
    """
    if not tally.rounds:
        raise ConflictError(
            f"{tally.campaign} has no round yet.", f"{act('campaign_propose', tally.campaign)} makes its first."
        )
    measured = [one for one in tally.rounds if one.hits is not None]
    hits = sum(one.hits or 0 for one in measured)
    tested = sum(one.measured for one in measured)
    found = f"{hits:,} hits of {tested:,} measured" if measured else "no round is measured yet"
    title = f"{tally.campaign}: {short(state.campaign.question.phenotype, 60)}; {found}"
    sums = _sums(state, measured)

    def draw(figure: Figure) -> Sequence[str]:
        left = bare(figure.add_subplot(1, 2 if len(measured) > 1 else 1, 1))
        _rounds(left, tally.rounds)
        if len(measured) > 1:
            _total(bare(figure.add_subplot(1, 2, 2)), measured, sums)
        figure.suptitle(headed(title), fontsize="medium")
        labels = [label for label in (HITS, EXPECTED, RANDOM) if label in left.get_legend_handles_labels()[1]]
        of = dict(zip(*reversed(left.get_legend_handles_labels()), strict=True))
        handles = [of[label] for label in labels]
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        return ()

    told = f"Hits by round of campaign {tally.campaign}: " + "; ".join(map(_told, tally.rounds)) + "."
    notes = ("Lines hold the number of hits at 80 % if the probabilities are right.",)
    return Picture("progress", title, len(tally.rounds), told, draw, (), notes)


def _told(one: RoundTally) -> str:
    expected = f"{one.expected.mean:.1f} expected ({one.expected.low:.0f} to {one.expected.high:.0f})"
    chance = "" if one.random is None else f", {one.random:.1f} at random"
    found = f"{one.hits} hits of {one.measured}" if one.hits is not None else f"{one.nominated} {one.state}"
    return f"round {one.round}: {found}, {expected}{chance}"


def _rounds(plot: Axes, rounds: Sequence[RoundTally]) -> None:
    """A bar of hits for each round, and what was expected of it."""
    x = np.arange(len(rounds))
    found = [one.hits or 0 for one in rounds]
    plot.bar(x, found, 0.62, color=FOUND, label=HITS, zorder=1)
    mean = np.array([one.expected.mean for one in rounds])
    low, high = ([getattr(one.expected, end) for one in rounds] for end in ("low", "high"))
    plot.errorbar(
        x, mean, yerr=_reach(mean, low, high), fmt="D", color=PROMISED, markerfacecolor="white", markersize=8,
        capsize=6, linewidth=1.8, label=EXPECTED, zorder=3,
    )  # fmt: skip
    drawn = [(place, one.random) for place, one in enumerate(rounds) if one.random is not None]
    if drawn:
        at, chance = zip(*drawn, strict=True)
        plot.hlines(chance, np.array(at) - 0.38, np.array(at) + 0.38, color=CHANCE, linewidth=4, zorder=2,
                    label=RANDOM)  # fmt: skip
    plot.set_xticks(x, [f"{one.round}" if one.hits is not None else f"{one.round}\n{one.state}" for one in rounds])
    plot.set(xlabel="round", ylabel=HITS, xlim=(-0.7, len(rounds) - 0.3), ylim=(0, None))


def _sums(state: CampaignState, measured: Sequence[RoundTally]) -> list[tuple[float, float, float]]:
    """Hits expected of the first rounds together, for each number of rounds: mean, low, high."""
    by_number = {one.number: one for one in state.rounds}
    promised: list[float] = []
    doubts, sums = [], []
    for one in measured:
        promised += promises_of(by_number[one.round]).values()
        doubts.append(doubt_of_round(by_number[one.round]))
        expected = expected_of(promised, doubt=max(doubts))
        sums.append((expected.mean, expected.low, expected.high))
    return sums


def _total(plot: Axes, measured: Sequence[RoundTally], sums: Sequence[tuple[float, float, float]]) -> None:
    """Hits so far against perturbations measured so far."""
    tested = np.cumsum([0, *(one.measured for one in measured)])
    hits = np.cumsum([0, *(one.hits or 0 for one in measured)])
    mean, low, high = np.array([(0.0, 0.0, 0.0), *sums]).T
    plot.fill_between(tested, low, high, color="#BBBBBB", alpha=0.5, linewidth=0, zorder=0)
    plot.plot(tested, mean, color=PROMISED, marker="D", markerfacecolor="white", markersize=7, zorder=2)
    plot.plot(tested, hits, color=FOUND, marker="o", markersize=8, linewidth=3, zorder=3)
    if all(one.random is not None for one in measured):
        chance = np.cumsum([0.0, *(one.random or 0.0 for one in measured)])
        plot.plot(tested, chance, color=CHANCE, linewidth=3, linestyle="--", zorder=1)
    plot.set(xlabel="perturbations measured", ylabel="hits so far", ylim=(0, None), xlim=(0, None))


def _reach(mean: Numbers, low: Sequence[float], high: Sequence[float]) -> list[list[float]]:
    return [
        [max(m - end, 0.0) for m, end in zip(mean, low, strict=True)],
        [max(end - m, 0.0) for m, end in zip(mean, high, strict=True)],
    ]
