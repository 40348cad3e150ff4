"""Responses of one context as a matrix, for whatever learns from them or compares them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from db import disk_cache
from db.errors import NotFoundError, did_you_mean
from db.screens.response_arrays import QUANTITIES, response_arrays, response_sides
from db.screens.responses import content_of
from tools.screens.response_files.kept import kept_path
from tools.workspace import Workspace


@dataclass(frozen=True, eq=False)
class ResponseMatrix:
    """The responses of one context: perturbations in rows, readout genes in columns.

    Replicates of a perturbation, such as alleles of a knocked-out gene, are rows of their own: they share their
    `perturbations` and `targets`, and differ in `names`.

    Attributes:
        context: Name of the context.
        perturbations: For each row the approved name, such as ``A`` or ``A+B``, or the file's own where it is no gene.
        names: For each row the file's own name, which no two rows share.
        targets: For each row the ids of the perturbed genes; empty where the name is no known gene.
        readouts: For each column the symbol of its gene, or the file's own name where it is none.
        readout_ids: For each column the id of its gene, or -1 where it is none; shape (readouts,).
        estimate: Effects, mostly log2 fold changes, NaN where missing; shape (perturbations, readouts).
        standard_error: Likewise; None where the context has none.
        fdr: Likewise, from 0 to 1; None where the context has none.
    """

    context: str
    perturbations: tuple[str, ...]
    names: tuple[str, ...]
    targets: tuple[tuple[int, ...], ...]
    readouts: tuple[str, ...]
    readout_ids: NDArray[np.int64]
    estimate: NDArray[np.float32]
    standard_error: NDArray[np.float32] | None = None
    fdr: NDArray[np.float32] | None = None

    def of_readout(self, readout: str) -> NDArray[np.float32]:
        """What every perturbation does to one readout gene; shape (perturbations,).

        Args:
            readout: Its name in `readouts`.

        Raises:
            NotFoundError: There is none of this name; near ones are given.
        """
        if readout not in self._columns:
            raise NotFoundError(f"{self.context} has no readout {readout!r}.", did_you_mean(readout, self.readouts))
        return np.array(self.estimate[:, self._columns[readout]])

    def of_perturbation(self, perturbation: str) -> NDArray[np.float32]:
        """What one perturbation, or one replicate of it, does to every readout gene; shape (readouts,).

        Args:
            perturbation: Its name in `names`, or in `perturbations`, whose first row then counts.

        Raises:
            NotFoundError: There is none of this name; near ones are given.
        """
        if perturbation not in self._rows:
            raise NotFoundError(
                f"{self.context} has no perturbation {perturbation!r}.", did_you_mean(perturbation, self._rows)
            )
        return np.array(self.estimate[self._rows[perturbation]])

    @cached_property
    def _columns(self) -> dict[str, int]:
        return _places(self.readouts)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return _places(self.perturbations) | _places(self.names)


def _places(names: tuple[str, ...]) -> dict[str, int]:
    """The first place of each name."""
    return {name: place for place, name in reversed(list(enumerate(names)))}


VERSION = ("response_matrix 1",)
"""Changes where numbers of the same responses would."""
KEPT_FROM = 1_000_000
"""Pairs from which a matrix is kept on disk: smaller ones are read from the store as fast."""


def response_matrix(workspace: Workspace, context: str) -> ResponseMatrix:
    """The responses of one context as a matrix.

    A large one is kept beside the store, named after the content that it was read from, and mapped from there: a
    column of it is then read without all the others.

    Args:
        workspace: The workspace.
        context: Name of the context; `response_list` names them.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    # One connection for all that is read.
    with workspace.store.read():
        sides = response_sides(workspace.store, context)
        shape = (len(sides.names), len(sides.readouts))
        arrays = _arrays(workspace, context, shape)
    estimate = arrays["estimate"] if "estimate" in arrays else np.full(shape, np.nan, dtype=np.float32)
    return ResponseMatrix(
        context, sides.perturbations, sides.names, sides.targets, sides.readouts, sides.readout_ids, estimate,
        arrays.get("standard_error"), arrays.get("fdr"),
    )  # fmt: skip


def _arrays(workspace: Workspace, context: str, shape: tuple[int, int]) -> dict[str, NDArray[np.float32]]:
    if shape[0] * shape[1] < KEPT_FROM:
        return response_arrays(workspace.store, context, shape)
    key = disk_cache.computed_key(
        store=content_of(workspace.store, [context]), versions=VERSION, arguments={"context": context}
    )
    paths = {quantity: kept_path(workspace, context, f"{quantity}-{key}.npy") for quantity in QUANTITIES}
    held = {quantity: disk_cache.kept_array(path) for quantity, path in paths.items()}
    if all(one is not None and one.shape in (shape, (0, 0)) and one.dtype == np.float32 for one in held.values()):
        return {quantity: one for quantity, one in held.items() if one is not None and one.size}
    found = response_arrays(workspace.store, context, shape)
    for quantity, path in paths.items():
        # What no pair has is kept as nothing, so that it is not looked for again.
        values = found.get(quantity, np.empty((0, 0), dtype=np.float32))
        disk_cache.keep(path, lambda stream, values=values: np.save(stream, values))  # type: ignore[misc]
    return found
