"""The network of protein associations: its edges from either end, and its adjacency, normalised."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

VERSION = ("network 1",)
NETWORK = "STRING"


def both_ways(edges: pd.DataFrame) -> pd.DataFrame:
    """Each edge seen from either end: columns a, b, weight, and whether it is turned beside how the store has it.

    Args:
        edges: Columns a, b and weight.
    """
    back = edges.rename(columns={"a": "b", "b": "a"})
    return pd.concat([edges.assign(turned=False), back.assign(turned=True)], ignore_index=True)


def normalised(edges: pd.DataFrame) -> tuple[Any, pd.Index]:
    """D^-1/2 A D^-1/2 of a symmetric network, and the genes of its rows, sorted; 0 × 0 where there is no network.

    Args:
        edges: Columns a, b and weight, both ends as text or as categories of one kind; loops, which say nothing of a
            gene's place, are left out.
    """
    from scipy.sparse import coo_array, diags_array

    codes, names = _coded(edges["a"], edges["b"])
    apart = codes[: len(edges)] != codes[len(edges) :]
    edges, codes = edges[apart], codes[np.r_[apart, apart]]
    used, codes = np.unique(codes, return_inverse=True)
    names = names[used]
    a, b = codes[: len(edges)], codes[len(edges) :]
    top = float(edges["weight"].max()) if len(edges) else 1.0
    weights = edges["weight"].to_numpy(float) / (top if top > 0 else 1.0)
    shape = (len(names), len(names))
    adjacency = coo_array((np.r_[weights, weights], (np.r_[a, b], np.r_[b, a])), shape=shape).tocsr()
    degree = np.asarray(adjacency.sum(axis=1)).ravel()
    scale = diags_array(1 / np.sqrt(np.maximum(degree, 1e-12)))
    return (scale @ adjacency @ scale).tocsr(), pd.Index(names)


def _coded(a: pd.Series[str], b: pd.Series[str]) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any]]:
    """Both columns one after the other as numbers of names, and the names, sorted."""
    if not isinstance(a.dtype, pd.CategoricalDtype):
        codes, names = pd.factorize(pd.concat([a, b]), sort=True)
        return codes, np.asarray(names)
    return np.concatenate([a.cat.codes, b.cat.codes]).astype(np.intp), np.asarray(a.cat.categories)
