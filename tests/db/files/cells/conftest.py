"""Small files of cells of every form, written by the tests themselves."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from scipy.sparse import csc_matrix, csr_matrix, random

CELLS, GENES = 50, 12
TEXT = h5py.string_dtype()


@pytest.fixture
def counts() -> np.ndarray:
    """Counts of cells × genes, a third of them not zero; no two rows are alike."""
    found = random(CELLS, GENES, 0.35, random_state=np.random.default_rng(3)).toarray()
    return np.ceil(found * 9).astype(np.float32)


@pytest.fixture
def names() -> list[str]:
    """Names of the genes, one of them twice."""
    return ["TP53", "TP53", *(f"G{number}" for number in range(2, GENES))]


@pytest.fixture
def write_text():
    """Writes lines, packed by gzip where the name says so."""

    def write(path: Path, lines: list[str]) -> Path:
        content = "".join(f"{line}\n" for line in lines).encode()
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return path

    return write


def put_frame(file: h5py.Group, place: str, index: list[str], columns: Mapping[str, Any]) -> h5py.Group:
    """A table of an .h5ad: lists are texts, arrays numbers, a tuple is codes and labels."""
    group = file.create_group(place)
    group.attrs["_index"] = "index"
    group.create_dataset("index", data=index, dtype=TEXT)
    for name, values in columns.items():
        if isinstance(values, tuple):
            inner = group.create_group(name)
            inner.attrs["encoding-type"] = "categorical"
            inner.create_dataset("codes", data=np.array(values[0], dtype=np.int8))
            inner.create_dataset("categories", data=values[1], dtype=TEXT)
        elif isinstance(values, list):
            group.create_dataset(name, data=values, dtype=TEXT)
        else:
            group.create_dataset(name, data=values)
    return group


def put_matrix(file: h5py.Group, place: str, values: np.ndarray, form: str, **options: Any) -> None:
    """A matrix of an .h5ad: dense, csr or csc."""
    if form == "dense":
        file.create_dataset(place, data=values, **options)
        return
    made = csr_matrix(values) if form == "csr" else csc_matrix(values)
    group = file.create_group(place)
    group.attrs["encoding-type"], group.attrs["shape"] = f"{form}_matrix", np.array(values.shape)
    for name in ("data", "indices", "indptr"):
        group.create_dataset(name, data=getattr(made, name), **options)


@pytest.fixture
def h5ad(tmp_path, counts, names):
    """Writes an .h5ad, which a function may change before it is closed."""

    def write(change=lambda file: None, form: str = "csr", values: np.ndarray | None = None, **genes: Any) -> Path:
        path = tmp_path / "cells.h5ad"
        with h5py.File(path, "w") as file:
            file.attrs["encoding-type"] = "anndata"
            put_matrix(file, "X", counts if values is None else values, form)
            put_frame(file, "obs", [f"c{n}" for n in range(CELLS)], {})
            put_frame(file, "var", names, genes)
            change(file)
        return path

    return write


def whole(file: Any, layer: str = "", **how: int) -> np.ndarray:
    """All pieces of a layer, one below the other."""
    return np.vstack([piece.toarray() for _, piece in file.pieces(layer, **how)])
