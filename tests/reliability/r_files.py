"""Small R data of cells in R's own text form: a matrix with names, dense and sparse, and the lists of sceptre."""

from __future__ import annotations

import bz2
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csc_matrix

_PAIR, _END = ("1026", "1"), "254"


def _text(value: str) -> list[str]:
    return ["262153", str(len(value)), value]


def _texts(values: Sequence[str], flags: str = "16") -> list[str]:
    return [flags, str(len(values)), *[line for value in values for line in _text(value)]]


def _whole(values: Sequence[int]) -> list[str]:
    return ["13", str(len(values)), *map(str, values)]


def _named(name: str, value: list[str]) -> list[str]:
    return [*_PAIR, *_text(name), *value]


def _numbers(values: np.ndarray, flags: str = "14") -> list[str]:
    return [flags, str(values.size), *[repr(float(value)) for value in values.ravel()]]


def _dimnames(genes: Sequence[str], cells: Sequence[str] | None) -> list[str]:
    return ["19", "2", *_texts(genes), *(_texts(cells) if cells is not None else ["254"])]


def dense(values: np.ndarray, genes: Sequence[str], cells: Sequence[str]) -> list[str]:
    """A matrix of genes × cells.

    Args:
        values: Genes × cells.
        genes: Names of its rows.
        cells: Names of its columns.
    """
    body = _numbers(values.T, "526")
    return [*body, *_named("dim", _whole(values.shape)), *_named("dimnames", _dimnames(genes, cells)), _END]


def sparse(values: np.ndarray, genes: Sequence[str], cells: Sequence[str] | None) -> list[str]:
    """The same as a ``dgCMatrix``.

    Args:
        values: Genes × cells.
        genes: Names of its rows.
        cells: Names of its columns, where they have any.
    """
    made = csc_matrix(values)
    slots = {
        "i": _whole(made.indices), "p": _whole(made.indptr), "Dim": _whole(values.shape),
        "Dimnames": _dimnames(genes, cells), "x": _numbers(made.data), "factors": ["19", "0"],
        "class": [*_texts(["dgCMatrix"], "528"), *_named("package", _texts(["Matrix"])), _END],
    }  # fmt: skip
    return ["66329", *[line for name, value in slots.items() for line in _named(name, value)], _END]


def listed(parts: dict[str, list[str]]) -> list[str]:
    """A list with names.

    Args:
        parts: Name → object.
    """
    inside = [line for part in parts.values() for line in part]
    return ["531", str(len(parts)), *inside, *_named("names", _texts(list(parts))), _END]


def saved(found: list[str]) -> bytes:
    """What ``save(found)`` writes, packed.

    Args:
        found: The object.
    """
    lines = ["RDA2", "A", "2", "262144", "131840", *_named("found", found), _END, ""]
    return bz2.compress("\n".join(lines).encode())
