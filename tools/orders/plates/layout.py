"""Where each well lies: nominations at random, controls spread over plates, quadrants, columns and rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tools.orders.chosen_guides import NOMINATION
from tools.orders.options import SHAPES, Plating
from tools.orders.plates.contents import counts_of
from tools.orders.plates.room import controls_on, plates_needed, share_of

Place = tuple[int, int]
"""Row and column, from 0."""
ORDER = ("plate", "replicate", "well", "row", "column", "kind", "perturbation", "gene", "guide", "sequence")


def laid_out(contents: pd.DataFrame, plating: Plating, seed: int) -> pd.DataFrame:
    """One row for each filled well, by plate, row and column; the same seed gives the same plates.

    Nominations are dealt to plates at random, as many to each, and lie there at random. Controls of each kind are
    dealt likewise, at least one to a plate; on a plate they go to the four quadrants in turn, there to the column that
    has the fewest so far, and of its wells to the row that has the fewest. A replicate is on plates of its own.

    Args:
        contents: As `tools.orders.plates.contents.contents_of` gives it.
        plating: The plates.
        seed: Of all that is random.

    Returns:
        The columns of `contents`, and plate (``P1``; ``R2-P1`` of a second replicate), replicate, well (``B02``), row
        and column (from 1).

    Raises:
        InvalidValueError: The plates are too small.
    """
    nominated, controls = counts_of(contents)
    plates = plates_needed(nominated, controls, plating)
    dealt = _dealt(contents, plates, np.random.default_rng([seed, 0]))
    parts = []
    for replicate in range(1, plating.replicates + 1):
        of = replicate if plating.positions == "different" else 1
        for number, rows in enumerate(dealt):
            places = _places(
                contents["kind"].iloc[rows].tolist(), plating, np.random.default_rng([seed, of, number + 1])
            )
            name = f"R{replicate}-P{number + 1}" if plating.replicates > 1 else f"P{number + 1}"
            parts.append(_plate(contents.iloc[rows], places, name, replicate))
    frame = pd.concat(parts, ignore_index=True)
    frame["at"] = frame.groupby("replicate")["plate"].transform(lambda names: pd.factorize(names)[0])
    ordered = frame.sort_values(["replicate", "at", "row", "column"], kind="stable").drop(columns="at")
    return ordered[[*ORDER, *(name for name in ordered.columns if name not in ORDER)]].reset_index(drop=True)


def _dealt(contents: pd.DataFrame, plates: int, rng: np.random.Generator) -> list[list[int]]:
    """Rows of the contents for each plate; controls are used again where there are fewer than plates."""
    dealt: list[list[int]] = [[] for _ in range(plates)]
    kinds = contents["kind"].to_numpy()
    for kind in sorted(set(kinds), key=lambda one: (one == NOMINATION, one)):
        rows = rng.permutation(np.flatnonzero(kinds == kind)).tolist()
        at = 0
        for number, plate in enumerate(dealt):
            share = share_of(len(rows), plates, number)
            count = share if kind == NOMINATION else controls_on(len(rows), plates, number)
            plate += [rows[(at + step) % len(rows)] for step in range(count)]
            at += count
    return dealt


def _places(kinds: Sequence[str], plating: Plating, rng: np.random.Generator) -> list[Place]:
    """A place for each thing of a plate, whose controls come first."""
    free = _usable(plating)
    controls = sum(kind != NOMINATION for kind in kinds)
    taken = _spread(controls, free, SHAPES[plating.plate], rng)
    gone = set(taken)
    left = [place for place in free if place not in gone]
    order = rng.permutation(len(left))[: len(kinds) - controls]
    return [*taken, *(left[at] for at in order)]


def _usable(plating: Plating) -> list[Place]:
    rows, columns = SHAPES[plating.plate]
    off = int(plating.edges == "free")
    return [(row, column) for row in range(off, rows - off) for column in range(off, columns - off)]


def _spread(count: int, free: Sequence[Place], shape: Place, rng: np.random.Generator) -> list[Place]:
    """Places of controls: quadrant by quadrant, in the column and then the row with the fewest so far."""
    quadrants: list[list[Place]] = [[] for _ in range(4)]
    for at in rng.permutation(len(free)):
        row, column = free[at]
        quadrants[2 * (row >= shape[0] // 2) + (column >= shape[1] // 2)].append((row, column))
    turns = rng.permutation(4)
    in_column: Counter[int] = Counter()
    in_row: Counter[int] = Counter()
    chosen: list[Place] = []
    turn = 0
    while len(chosen) < count:
        quadrant = quadrants[turns[turn % 4]]
        turn += 1
        if not quadrant:
            continue
        place = min(quadrant, key=lambda one: (in_column[one[1]], in_row[one[0]]))
        quadrant.remove(place)
        in_column[place[1]] += 1
        in_row[place[0]] += 1
        chosen.append(place)
    return chosen


def _plate(contents: pd.DataFrame, places: Sequence[Place], name: str, replicate: int) -> pd.DataFrame:
    rows, columns = ([place[axis] + 1 for place in places] for axis in (0, 1))
    wells = [f"{chr(ord('A') + row - 1)}{column:02d}" for row, column in zip(rows, columns, strict=True)]
    return contents.assign(plate=name, replicate=replicate, well=wells, row=rows, column=columns)
