"""A picture before it is a file: what it shows, in words too, and how it is drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tools.drawing.names import short
from tools.drawing.style import SLIDE, SLIDE_LETTERS, drawn, png_bytes
from tools.workspace import Progress, Workspace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE_LETTERS = 84
"""Letters of a title's line on a slide."""


@dataclass(frozen=True)
class Picture:
    """A picture that can be drawn.

    Attributes:
        kind: What is drawn, such as ``volcano``.
        title: What it says at its head.
        shown: How many things are drawn: perturbations, rounds, screens, wells.
        told: What it shows, in a sentence, for those who do not see it.
        draw: Draws it on an empty figure; gives the names that found no place.
        names: Names that are to stand in it, the most important first.
        notes: What should be known of it, in sentences.
        size: Width and height, inches.
    """

    kind: str
    title: str
    shown: int
    told: str
    draw: Callable[[Figure], Sequence[str]]
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    size: tuple[float, float] = SLIDE


@dataclass(frozen=True)
class DrawnPicture:
    """A picture that was written.

    Attributes:
        kind: What is drawn, such as ``volcano``.
        title: What it says at its head.
        shown: How many things are drawn: perturbations, rounds, screens, wells.
        told: What it shows, in a sentence.
        named: Names that stand in it.
        unnamed: Names that were to stand in it and found no free place.
        out: The picture.
        notes: What should be known of it, in sentences.
    """

    kind: str
    title: str
    shown: int
    told: str
    named: tuple[str, ...]
    unnamed: tuple[str, ...]
    out: Path
    notes: tuple[str, ...] = field(default=())


def write_picture(workspace: Workspace, picture: Picture, target: Path, out: Path, *, overwrite: bool) -> DrawnPicture:
    """Draws a picture into a file.

    Args:
        workspace: Whom progress is told.
        picture: The picture.
        target: As `tools.drawing.style.picture_place` gave it.
        out: As it was named.
        overwrite: Whether a file that is there is replaced.
    """
    workspace.report(Progress(f"draw {picture.kind}", 0, 1))
    left_out: list[str] = []
    drawn(
        target, lambda figure: left_out.extend(picture.draw(figure)), picture.size, SLIDE_LETTERS, overwrite=overwrite
    )
    workspace.report(Progress(f"draw {picture.kind}", 1, 1, "done"))
    named = tuple(name for name in picture.names if name not in set(left_out))
    return DrawnPicture(
        picture.kind, picture.title, picture.shown, picture.told, named, tuple(left_out), out, picture.notes
    )


def in_dots(picture: Picture) -> bytes:
    """A picture as the bytes of a PNG.

    Args:
        picture: The picture.
    """

    def draw(figure: Figure) -> None:
        picture.draw(figure)

    return png_bytes(draw, picture.size)


def headed(text: str) -> str:
    """A title in lines that a slide has room for; where there are two, the second begins after a semicolon.

    Args:
        text: What it says; it may hold names from files.
    """
    shown = short(text, 2 * LINE_LETTERS)
    if len(shown) <= LINE_LETTERS:
        return shown
    parts = shown.rsplit("; ", 1)
    return "\n".join(line for part in parts for line in textwrap.wrap(part, LINE_LETTERS)[:2])


def bare(plot: Axes) -> Axes:
    """Takes the upper and the right edge of a plot away.

    Args:
        plot: The plot.
    """
    plot.spines[["top", "right"]].set_visible(False)
    return plot
