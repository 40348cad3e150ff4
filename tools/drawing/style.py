"""How pictures look: colours that colour-blind people tell apart, shapes beyond eight kinds, legends outside."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
"""Points of which nothing is said."""
LOWERS, RAISES, EMPHASIS = "#0072B2", "#D55E00", "#000000"
"""What lowers a phenotype, what raises it, and what was asked for by name."""
MOST_KINDS = len(COLOURS) * len(SHAPES)
ENDINGS = (".png", ".svg")
SIZE, DPI, LETTERS = (8.0, 6.0), 160, 12
"""Inches, dots an inch, and points of the letters: legible on a slide."""
SLIDE, SLIDE_LETTERS = (10.0, 5.6), 13
"""The same of a picture that fills a slide."""


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


def drawn(
    target: Path,
    draw: Callable[[Figure], None],
    size: tuple[float, float] = SIZE,
    letters: int = LETTERS,
    *,
    overwrite: bool,
) -> None:
    """Draws and writes a picture; the same content gives the same bytes.

    Args:
        target: As `picture_place` gave it.
        draw: Draws on an empty figure.
        size: Width and height, inches.
        letters: Points of the letters.
        overwrite: Whether a file that is there is replaced.
    """
    ending = target.suffix.casefold()[1:]
    with _figure(draw, size, letters) as figure:
        write_whole(target, lambda path: _save(figure, path, ending), overwrite=overwrite)


def png_bytes(draw: Callable[[Figure], None], size: tuple[float, float] = SLIDE, letters: int = SLIDE_LETTERS) -> bytes:
    """A picture in dots, for what holds it within itself.

    Args:
        draw: Draws on an empty figure.
        size: Width and height, inches.
        letters: Points of the letters.
    """
    with _figure(draw, size, letters) as figure:
        written = io.BytesIO()
        _save(figure, written, "png")
        return written.getvalue()


@contextmanager
def _figure(draw: Callable[[Figure], None], size: tuple[float, float], letters: int) -> Iterator[Figure]:
    import matplotlib
    from matplotlib.figure import Figure

    # Names from files are no formulas, whatever dollar signs they hold.
    looks: Any = {"font.size": letters, "axes.titlesize": "medium", "text.parse_math": False}
    with matplotlib.rc_context({**looks, "svg.hashsalt": "hitscout", "svg.fonttype": "none"}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        yield figure


def _save(figure: Figure, where: Path | io.BytesIO, ending: str) -> None:
    metadata = {"Date": None} if ending == "svg" else {"Software": None}
    figure.savefig(where, format=ending, dpi=DPI, metadata=metadata)
