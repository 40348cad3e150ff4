"""Responses of one context as a matrix, for whatever learns from them or compares them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.screens.response_arrays import response_arrays
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


def response_matrix(workspace: Workspace, context: str) -> ResponseMatrix:
    """The responses of one context as a matrix.

    Args:
        workspace: The workspace.
        context: Name of the context; `response_list` names them.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    found = response_arrays(workspace.store, context)
    return ResponseMatrix(
        context=context, perturbations=found.perturbations, names=found.names, targets=found.targets,
        readouts=found.readouts, readout_ids=found.readout_ids, estimate=found.estimate,
        standard_error=found.standard_error, fdr=found.fdr,
    )  # fmt: skip
