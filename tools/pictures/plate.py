"""A plate map: what lies in which well."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from db.acts import option
from db.errors import NotFoundError, RefusedFileError, did_you_mean
from db.files.plain_table import read_plain_table
from tools.drawing.names import short
from tools.drawing.style import COLOURS, REST, picture_place
from tools.pictures.base import DrawnPicture, Picture, headed, write_picture
from tools.pictures.points import key
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = ("plate", "well", "perturbation", "kind")
SIZES = ((2, 3), (4, 6), (6, 8), (8, 12), (16, 24), (32, 48))
"""Rows and columns of the plates that there are: 6, 24, 48, 96, 384 and 1,536 wells."""
MOST_PLATES = 12
WITH_NAMES = 96
"""Wells up to which each has its name in it."""
MOST_BYTES = 20_000_000
_WELL = re.compile(r"\s*([A-Za-z]{1,2})\s*0*([1-9]\d?)\s*")
LIGHT = (COLOURS[4], COLOURS[1], COLOURS[3], COLOURS[6], COLOURS[2], REST)
"""Colours on which black letters are read."""


@dataclass(frozen=True)
class Plates:
    """Plates of a file.

    Attributes:
        frame: Columns plate, row and column (from 0), perturbation and kind.
        size: Rows and columns of the smallest plate that holds all wells.
        kinds: Kind → colour, the most frequent first.
    """

    frame: pd.DataFrame
    size: tuple[int, int]
    kinds: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        """The plates, in the file's order."""
        return list(dict.fromkeys(self.frame["plate"]))


def plot_plate(
    workspace: Workspace, path: Path, out: Path, *, plate: str = "", overwrite: bool = False
) -> DrawnPicture:
    """Draws plates: a well for each row of a file, coloured by its kind; with names where there is room.

    Args:
        workspace: Where files may be written.
        path: A csv with the columns plate, well (A1 to AF48), perturbation and kind.
        out: The picture, .png or .svg.
        plate: The plate to draw; all of the file where empty.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        RefusedFileError: It is no file of plates, or the picture cannot be written.
        NotFoundError: There is no such file, or it has no such plate.
        InvalidValueError: The ending is another one.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    return write_picture(workspace, plate_map(path, plate), target, out, overwrite=overwrite)


def plate_map(path: Path, plate: str = "") -> Picture:
    """The picture of `plot_plate`.

    Args:
        path: As there.
        plate: As there.
    """
    plates = read_plates(path)
    names = plates.names
    if plate and plate not in names:
        there = did_you_mean(plate, names) or f"It has {', '.join(names[:MOST_PLATES])}."
        raise NotFoundError(f"{path.name} has no plate {plate!r}.", there)
    chosen = [plate] if plate else names
    if len(chosen) > MOST_PLATES:
        raise RefusedFileError(
            f"{path.name} has {len(chosen)} plates; a picture takes {MOST_PLATES}.",
            f"Name one: {option(plate=chosen[0])}.",
        )
    frame = plates.frame[plates.frame["plate"].isin(chosen)]
    counts = frame["kind"].value_counts()
    wells = math.prod(plates.size)
    what = f"plate {short(chosen[0])}" if len(chosen) == 1 else f"{len(chosen)} plates"
    title = f"{short(path.name)}: {what} of {wells:,} wells, {len(frame):,} in use"
    told = f"{title}: " + ", ".join(f"{counts[kind]:,} {kind}" for kind in plates.kinds if kind in counts) + "."
    size = (10.0, 5.6) if len(chosen) <= 6 else (10.0, 7.5)
    return Picture("plate", title, len(frame), told, lambda figure: _draw(figure, plates, chosen, title), size=size)


def read_plates(path: Path) -> Plates:
    """Reads a file of plates.

    Args:
        path: A csv with the columns `COLUMNS`, in any order; others are passed over.

    Raises:
        NotFoundError: There is no such file.
        RefusedFileError: It is no such file.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.", "Give the plate file's path as it is on disk.")
    if path.stat().st_size > MOST_BYTES:
        raise RefusedFileError(f"{path.name} is too large for a file of plates.", _shape())
    table = read_plain_table(path, ",")
    table.columns = pd.Index([str(name).strip().casefold() for name in table.columns])
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise RefusedFileError(f"{path.name} has no column {' or '.join(missing)}.", _shape())
    if table.empty:
        raise RefusedFileError(f"{path.name} holds no well.", _shape())
    table = table[list(COLUMNS)].fillna("").astype(str)
    places = [_place(path, line, well) for line, well in enumerate(table["well"], 2)]
    frame = table.assign(row=[row for row, _ in places], column=[column for _, column in places])
    if twice := frame[frame.duplicated(["plate", "row", "column"])]["well"].tolist():
        raise RefusedFileError(f"{path.name} has well {twice[0]} of a plate twice.", "A well holds one perturbation.")
    most = int(frame["row"].max()), int(frame["column"].max())
    size = next((one for one in SIZES if most[0] < one[0] and most[1] < one[1]), SIZES[-1])
    kinds = frame["kind"].value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    return Plates(frame, size, {str(kind): LIGHT[min(at, len(LIGHT) - 1)] for at, kind in enumerate(kinds)})


def _place(path: Path, line: int, well: str) -> tuple[int, int]:
    """Row and column of a well, from 0."""
    found = _WELL.fullmatch(well)
    row = 0
    for letter in found[1].upper() if found else "":
        row = 26 * row + ord(letter) - ord("A") + 1
    if found is None or row > SIZES[-1][0] or int(found[2]) > SIZES[-1][1]:
        raise RefusedFileError(f"Line {line} of {path.name}: {short(well)!r} is no well.", "Wells are A1 to AF48.")
    return row - 1, int(found[2]) - 1


def _shape() -> str:
    return f"Give a csv with the columns {', '.join(COLUMNS)}, such as `P1,A1,LCK,nomination`."


def _draw(figure: Figure, plates: Plates, chosen: Sequence[str], title: str) -> Sequence[str]:
    across = math.ceil(math.sqrt(len(chosen)))
    panels = figure.subplots(math.ceil(len(chosen) / across), across, squeeze=False).flat
    for panel, name in zip(panels, [*chosen, *[""] * (len(panels) - len(chosen))], strict=True):
        if name:
            _plate(panel, plates, name, alone=len(chosen) == 1)
            panel.set_title("" if len(chosen) == 1 else short(name))
        else:
            panel.axis("off")
    figure.suptitle(headed(title), fontsize="medium")
    key(figure, [(colour, short(kind) or "not said") for kind, colour in plates.kinds.items()], marker="s",
        markersize=12)  # fmt: skip
    return ()


def _plate(plot: Axes, plates: Plates, name: str, *, alone: bool) -> None:
    from matplotlib.patches import Rectangle

    rows, columns = plates.size
    frame = plates.frame[plates.frame["plate"] == name]
    wells = zip(
        frame["row"].astype(int), frame["column"].astype(int), frame["perturbation"], frame["kind"], strict=True
    )
    for row, column, perturbation, kind in wells:
        plot.add_patch(Rectangle((column - 0.47, row - 0.47), 0.94, 0.94, color=plates.kinds[kind], lw=0))
        if alone and rows * columns <= WITH_NAMES:
            shown = short(perturbation or kind, 10)
            letters = min(13.0, 70.0 / max(len(shown), 1)) * min(12 / columns, 1.0)
            plot.text(column, row, shown, ha="center", va="center", fontsize=letters)
    step = max(1, columns // (12 if alone else 4))
    plot.set_xticks(range(0, columns, step), [str(column + 1) for column in range(0, columns, step)])
    down = 1 if alone and rows <= 16 else max(1, rows // 4)
    plot.set_yticks(range(0, rows, down), [_letters(row) for row in range(0, rows, down)])
    plot.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6), aspect="auto" if alone else "equal")
    plot.tick_params(length=0, top=alone, labeltop=alone, bottom=False, labelbottom=not alone)


def _letters(row: int) -> str:
    """The letters of a row: A to Z, then AA."""
    return chr(ord("A") + row) if row < 26 else "A" + chr(ord("A") + row - 26)
