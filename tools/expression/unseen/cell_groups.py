"""A signature from cells: what sets two labelled groups of them apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from db.acts import NAME, VALUE, act, option
from db.cells.reading import list_sets
from db.errors import InvalidValueError, RefusedFileError, did_you_mean
from db.screens.response_cells import response_cells
from db.screens.responses import contexts
from tools.expression.signatures import Signature
from tools.genes.false_discovery import false_discovery_rates
from tools.workspace import Workspace

MOST_A_SIDE, FDR, FEWEST_CELLS, FEWEST_GENES = 100, 0.05, 3, 3
CONTROL = "control"
"""How cells without a perturbation are named in a table of the store."""
_COLUMN = "perturbation"
Numbers = npt.NDArray[np.float64]


def signature_of_cells(workspace: Workspace, cells: str, toward: str, away: str) -> Signature:
    """Genes that two groups of cells differ in: up to `MOST_A_SIDE` a side by Welch's t, with FDR below `FDR`.

    Args:
        workspace: The workspace.
        cells: A file of cells, a set of cells of the store by its name, or a table of the store with a sample of its
            cells, whose column is ``perturbation``.
        toward: ``COLUMN=VALUE`` of the cells in the wanted state.
        away: ``COLUMN=VALUE`` of those that are to be left behind.

    Raises:
        NotFoundError: There is neither a file nor a table of the name.
        RefusedFileError: The file cannot be read, or the groups do not differ.
        InvalidValueError: There is no such column or value, or a group has too few cells.
    """
    wanted = {side: _column_and_value(text, side) for side, text in (("toward", toward), ("away", away))}
    path = Path(cells)
    of_file = (workspace.reads_files and path.exists()) or _is_set(workspace, cells)
    with _file(workspace, path, wanted) if of_file else _table(workspace, cells, wanted) as (symbols, groups, pieces):
        sums, squares, counts = _moments(groups, pieces, len(symbols))
    for side, count in zip(wanted, counts, strict=True):
        if count < FEWEST_CELLS:
            raise InvalidValueError(
                f"{'='.join(wanted[side])} is so of {int(count)} cells.", f"{FEWEST_CELLS} at least are compared."
            )
    return Signature(f"{toward} against {away}", _signs(symbols, sums, squares, counts, cells))


def _column_and_value(text: str, side: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column.strip():
        raise InvalidValueError(
            f"{text!r} does not say which cells.", f"Give a column and its value: {option(**{side: 'COLUMN=VALUE'})}."
        )
    return column.strip(), value.strip()


_Opened = tuple[list[str], npt.NDArray[np.int64], Iterator[tuple[int, csr_matrix]]]


@contextmanager
def _file(workspace: Workspace, path: Path, wanted: dict[str, tuple[str, str]]) -> Iterator[_Opened]:
    from tools.expression.cell_files.layers import chosen_layer, normalised_pieces
    from tools.expression.cell_files.readouts import readouts_of
    from tools.expression.cell_files.source import opened_source

    with opened_source(workspace, path) as file:
        columns = {column: file.column(column) for column, _ in wanted.values()}
        groups = _groups(columns, wanted, path.name)
        chosen = chosen_layer(file, "")
        readouts = readouts_of(workspace, file, chosen.layer, "human")
        yield list(readouts.symbols), groups, normalised_pieces(file, chosen, readouts.columns)


def _is_set(workspace: Workspace, name: str) -> bool:
    return any(one.name.casefold() == name.casefold() for one in list_sets(workspace.store))


@contextmanager
def _table(workspace: Workspace, name: str, wanted: dict[str, tuple[str, str]]) -> Iterator[_Opened]:
    known = [one.name for one in contexts(workspace.store)]
    found = response_cells(workspace.store, name)
    if not len(found.perturbations):
        raise InvalidValueError(
            f"The store keeps no cells of {name}.",
            f"{did_you_mean(name, known)} Tables that {act('add_perturb_seq', NAME)} made of cells have some.".strip(),
        )
    labels = found.perturbations.where(found.perturbations != "", CONTROL)
    groups = _groups({_COLUMN: labels.astype("str")}, wanted, name)
    yield [str(symbol) for symbol in found.genes["symbol"]], groups, iter([(0, found.amounts)])


def _groups(columns: dict[str, pd.Series[str]], wanted: dict[str, tuple[str, str]], what: str) -> npt.NDArray[np.int64]:
    """0 for the wanted state, 1 for the other, -1 for cells of neither."""
    found = np.full(len(next(iter(columns.values()))), -1)
    for number, (column, value) in enumerate(wanted.values()):
        if column not in columns:
            raise InvalidValueError(f"{what} has no column {column!r}.", f"There is: {', '.join(columns)}.")
        own = (columns[column] == value).to_numpy(dtype=bool)
        if not own.any():
            there = sorted(set(columns[column]) - {""})
            raise InvalidValueError(
                f"No cell of {what} has {column} {value!r}.",
                f"{did_you_mean(value, there)} There are: {', '.join(there[:20])}{' …' if len(there) > 20 else ''}",
            )
        if (found[own] >= 0).any():
            raise InvalidValueError("The same cells are in both groups.", f"Give two groups: {option(away=VALUE)}.")
        found[own] = number
    return found


def _moments(
    groups: npt.NDArray[np.int64], pieces: Iterator[tuple[int, csr_matrix]], genes: int
) -> tuple[Numbers, Numbers, Numbers]:
    """Sums and sums of squares of each group, 2 × genes, and their cells."""
    sums, squares = np.zeros((2, 2, genes))
    for first, piece in pieces:
        own = groups[first : first + piece.shape[0]]
        for group in (0, 1):
            rows = piece[np.flatnonzero(own == group)]
            sums[group] += np.asarray(rows.sum(axis=0)).ravel()
            squares[group] += np.asarray(rows.multiply(rows).sum(axis=0)).ravel()
    return sums, squares, np.bincount(groups[groups >= 0], minlength=2).astype(float)


def _signs(symbols: list[str], sums: Numbers, squares: Numbers, counts: Numbers, what: str) -> dict[str, int]:
    from scipy.special import stdtr

    means = sums / counts[:, None]
    parts = (squares - counts[:, None] * means**2) / (counts[:, None] - 1) / counts[:, None]
    parts = np.maximum(parts, 0)
    error = np.sqrt(parts.sum(axis=0))
    t = np.divide(means[0] - means[1], error, out=np.zeros(len(symbols)), where=error > 1e-9)
    freedom = error**4 / np.maximum((parts**2 / (counts[:, None] - 1)).sum(axis=0), 1e-300)
    told = false_discovery_rates(2 * stdtr(np.maximum(freedom, 1), -np.abs(t))) < FDR
    signs: dict[str, int] = {}
    for sign in (1, -1):
        order = np.argsort(-sign * t, kind="stable")
        chosen = [place for place in order if told[place] and sign * t[place] > 0][:MOST_A_SIDE]
        signs |= {symbols[place]: sign for place in chosen}
    if len(signs) < FEWEST_GENES:
        raise RefusedFileError(
            f"The two groups of cells of {what} differ in {len(signs)} genes (FDR < {FDR}); {FEWEST_GENES} are needed.",
            "Give groups of more cells, or that differ more.",
        )
    return signs
