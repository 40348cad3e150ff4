"""The network seen from either end."""

from __future__ import annotations

import pandas as pd

from tools.genes.network import both_ways


def test_each_edge_is_seen_from_either_end_and_says_how_the_store_has_it():
    edges = pd.DataFrame({"a": ["A", "B"], "b": ["B", "C"], "weight": [0.5, 0.9]})
    found = both_ways(edges)
    assert found[["a", "b", "weight", "turned"]].to_numpy().tolist() == [
        ["A", "B", 0.5, False],
        ["B", "C", 0.9, False],
        ["B", "A", 0.5, True],
        ["C", "B", 0.9, True],
    ]
    assert found.index.is_unique
