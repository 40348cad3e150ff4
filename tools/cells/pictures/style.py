"""How pictures look: colours that colour-blind people tell apart, shapes beyond eight kinds, legends outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.output_files import path_of_form, write_whole
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
"""Okabe and Ito's, the strongest first."""
SHAPES = ("o", "^", "s", "D", "v", "P", "X", "*")
REST = "#BBBBBB"
"""Cells of which nothing is said."""
MOST_KINDS = len(COLOURS) * len(SHAPES)
ENDINGS = (".png", ".svg")
SIZE, DPI, LETTERS = (8.0, 6.0), 160, 12
"""Inches, dots an inch, and points of the letters: legible on a slide."""


def look(number: int) -> dict[str, Any]:
    """Colour and shape of a kind.

    Args:
        number: Of the kind, the most frequent first.
    """
    return {"color": COLOURS[number % len(COLOURS)], "marker": SHAPES[number // len(COLOURS) % len(SHAPES)]}


def picture_place(workspace: Workspace, out: Path, *, overwrite: bool) -> Path:
    """Where a picture is written, before anything is read.

    Args:
        workspace: Where files may be written.
        out: As it was named.
        overwrite: Whether a file that is there is replaced.

    Raises:
        InvalidValueError: Its ending is none of `ENDINGS`.
        RefusedFileError: It may not be written there.
    """
    return path_of_form(workspace, out, ENDINGS, overwrite=overwrite)


def drawn(target: Path, draw: Callable[[Figure], None], size: tuple[float, float] = SIZE, *, overwrite: bool) -> None:
    """Draws and writes a picture; the same content gives the same bytes.

    Args:
        target: As `picture_place` gave it.
        draw: Draws on an empty figure.
        size: Width and height, inches.
        overwrite: Whether a file that is there is replaced.
    """
    import matplotlib
    from matplotlib.figure import Figure

    ending = target.suffix.casefold()[1:]
    with matplotlib.rc_context({"font.size": LETTERS, "svg.hashsalt": "hitscout", "svg.fonttype": "none"}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        metadata = {"Date": None} if ending == "svg" else {"Software": None}
        write_whole(
            target,
            lambda path: figure.savefig(path, format=ending, dpi=DPI, metadata=metadata),
            overwrite=overwrite,
        )
