"""Replicates against each other: two screens or donors, or the replicates of one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from db.acts import NAME, PATH, act
from db.errors import InvalidValueError
from db.screens.reading import effects_of
from tools.drawing.names import short, write_names
from tools.drawing.style import COLOURS, REST, SLIDE_LETTERS, picture_place
from tools.pictures.base import DrawnPicture, Picture, bare, headed, write_picture
from tools.pictures.points import dots, key
from tools.pictures.screen_effects import CALLED, ScreenEffects, screen_effects
from tools.screens.comparison import FEWEST
from tools.screens.strength import quantile_ranks
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BOTH, FIRST, SECOND = COLOURS[5], COLOURS[0], COLOURS[2]
NAMED = 12


@dataclass(frozen=True)
class _Pair:
    """Two rows of numbers of the same perturbations: columns first, second and colour, and what the axes are."""

    frame: pd.DataFrame
    axes: tuple[str, str]
    kinds: tuple[tuple[str, str], ...]
    title: str
    notes: tuple[str, ...]
    middle: float = 0.0


def plot_replicates(
    workspace: Workspace, first: str, second: str = "", *, out: Path, overwrite: bool = False
) -> DrawnPicture:
    """Draws two screens against each other, such as two donors; or the first two replicates of one screen.

    Effects of different kinds are drawn as ranks, because only these can be compared.

    Args:
        workspace: The store.
        first: Name of a screen.
        second: Name of another one; where empty, the first screen's own replicates are drawn.
        out: The picture, .png or .svg.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        InvalidValueError: They share too few perturbations, the screen has no replicates, or the ending is another one.
        RefusedFileError: The file cannot be written.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    return write_picture(workspace, replicates(workspace, first, second), target, out, overwrite=overwrite)


def replicates(workspace: Workspace, first: str, second: str = "") -> Picture:
    """The picture of `plot_replicates`.

    Args:
        workspace: As there.
        first: As there.
        second: As there.
    """
    pair = _of_two(workspace, first, second) if second else _of_one(workspace, first)
    frame = pair.frame
    ranked = frame[["first", "second"]].rank()
    rho, pearson = float(ranked["first"].corr(ranked["second"])), float(frame["first"].corr(frame["second"]))
    agreed = f"{len(frame):,} shared; Spearman {rho:.2f}, Pearson {pearson:.2f}"
    size = (frame["first"] - frame["first"].mean()).abs() + (frame["second"] - frame["second"].mean()).abs()
    marked = frame[frame["colour"] == BOTH].assign(size=size).sort_values("size", ascending=False)
    names = tuple(marked.index.astype(str)[:NAMED])

    def draw(figure: Figure) -> Sequence[str]:
        plot = bare(figure.add_subplot())
        x, y = frame["first"].to_numpy(float), frame["second"].to_numpy(float)
        dots(plot, x, y, frame["colour"].to_numpy(str))
        plot.axhline(pair.middle, color="#999999", linewidth=0.8, zorder=0)
        plot.axvline(pair.middle, color="#999999", linewidth=0.8, zorder=0)
        plot.margins(0.08)
        plot.set(xlabel=pair.axes[0], ylabel=pair.axes[1], title=headed(f"{pair.title}; {agreed}"))
        key(figure, [(colour, f"{text} ({int((frame['colour'] == colour).sum()):,})") for colour, text in pair.kinds])
        at = frame.index.get_indexer(pd.Index(names, dtype=object))
        return write_names(plot, names, x[at], y[at], (x, y), SLIDE_LETTERS)

    title = f"{pair.title}; {agreed}"
    return Picture("replicates", title, len(frame), f"{title}.", draw, names, pair.notes)


def _of_two(workspace: Workspace, first: str, second: str) -> _Pair:
    a, b = screen_effects(workspace.store, first), screen_effects(workspace.store, second)
    if a.screen.id == b.screen.id:
        raise InvalidValueError(
            f"{a.screen.name} was named twice.",
            f"Name one for its replicates: {act('plot_replicates', first, out=PATH)}.",
        )
    left, right = (one.frame.drop_duplicates("perturbation").set_index("perturbation") for one in (a, b))
    shared = left.index.intersection(right.index).sort_values()
    _refuse_few(len(shared), f"{a.screen.name} and {b.screen.name}")
    ranked = a.contrast.estimate_kind != b.contrast.estimate_kind
    values = [one.loc[shared, "estimate"] for one in (left, right)]
    if ranked:
        values = [100 * quantile_ranks(one) for one in values]
    hit = left.loc[shared, "hit"].to_numpy(bool), right.loc[shared, "hit"].to_numpy(bool)
    colour = np.select([hit[0] & hit[1], hit[0], hit[1]], [BOTH, FIRST, SECOND], REST)
    frame = pd.DataFrame({"first": values[0], "second": values[1], "colour": colour}, index=shared)
    kinds = ((BOTH, "hit of both"), (FIRST, "of the first alone"), (SECOND, "of the second alone"), (REST, "of none"))
    note = ("Their effects are of different kinds, so ranks are drawn: 0 is the lowest effect, 100 the highest.",)
    notes = (*a.notes, *b.notes, *(note if ranked else ()))
    axes = (_axis(a, ranked=ranked), _axis(b, ranked=ranked))
    return _Pair(frame, axes, kinds, f"{a.screen.name} and {b.screen.name}", notes, 50.0 if ranked else 0.0)


def _axis(one: ScreenEffects, *, ranked: bool) -> str:
    kind = "rank of the effect, %" if ranked else CALLED[one.contrast.estimate_kind]
    return f"{short(one.screen.name, 30)} ({kind})"


def _of_one(workspace: Workspace, name: str) -> _Pair:
    effects = screen_effects(workspace.store, name)
    singles = effects_of(workspace.store, effects.screen.id, replicates=True, contrasts=[effects.contrast.id])
    wide = singles.pivot_table(index="perturbation", columns="replicate", values="estimate", observed=True)
    named = sorted(wide.columns.astype(str))
    if len(named) < 2:
        raise InvalidValueError(
            f"{effects.screen.name} has no replicates of its own in the store.",
            f"Name a second screen beside it, such as another donor: {act('plot_replicates', name, NAME, out=PATH)}.",
        )
    both = wide[named[:2]].dropna().sort_index()
    _refuse_few(len(both), f"Replicates {named[0]} and {named[1]}")
    hit = effects.frame.groupby("perturbation")["hit"].any().reindex(both.index, fill_value=False)
    colour = np.where(hit.to_numpy(bool), BOTH, REST)
    frame = pd.DataFrame({"first": both[named[0]], "second": both[named[1]], "colour": colour})
    notes = [f"Drawn are the first two of {len(named)} replicates: {', '.join(named)}."] if len(named) > 2 else []
    kind = CALLED[effects.contrast.estimate_kind]
    axes = (f"replicate {short(named[0], 30)} ({kind})", f"replicate {short(named[1], 30)} ({kind})")
    return _Pair(frame, axes, ((BOTH, "hit of the screen"), (REST, "no hit")), effects.screen.name,
                 (*effects.notes, *notes))  # fmt: skip


def _refuse_few(shared: int, what: str) -> None:
    if shared < FEWEST:
        raise InvalidValueError(
            f"{what} share {shared} perturbations, too few to draw.", f"At least {FEWEST} have to be measured in both."
        )
