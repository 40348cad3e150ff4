"""Lists of the readout genes that a perturbation moves most, strongest first: ranks without sizes of effects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from db.screens.response_plan import RowSource
from tools.screens.response_files.table import ResponseTable

Ranks = Mapping[str, Mapping[str, list[str]]]
"""Perturbation → ``up`` or ``down`` → readout genes, strongest first."""


def ranks_in(held: Any) -> Ranks | None:  # noqa: ANN401 - whatever a file held
    """The ranks in a named list: one list of genes a perturbation, or several of which the longest of a side counts.

    Args:
        held: What a file holds.

    Returns:
        None where it is no such list.
    """
    if not isinstance(held, Mapping) or not held:
        return None
    found: dict[str, dict[str, list[str]]] = {}
    for name, value in held.items():
        sides = value if isinstance(value, Mapping) else {"up": value}
        own: dict[str, list[str]] = {}
        for side, genes in sides.items():
            if np.ndim(genes) != 1 or np.asarray(genes).dtype.kind not in "US":
                return None
            key = "down" if str(side).casefold().startswith(("down", "dn")) else "up"
            own[key] = max(own.get(key, []), [str(gene) for gene in genes], key=len)
        found[str(name)] = own
    return found


def of_ranks(path: Path, ranks: Ranks) -> ResponseTable:
    """One row for each listed pair.

    The estimate is 1 for the first of a list and falls evenly towards 0 for its last, negative on the down side; it
    orders readouts and says nothing of sizes. Pairs that are not listed have no row.

    Args:
        path: The file, for messages.
        ranks: As `ranks_in` gives them.
    """
    rows = [
        (perturbation, gene, (1 - place / len(genes)) * (1 if side == "up" else -1), 1, int(side == "up"))
        for perturbation, sides in ranks.items()
        for side, genes in sides.items()
        for place, gene in enumerate(genes)
    ]
    frame = pd.DataFrame(rows, columns=["perturbation", "readout", "estimate", "de", "up"])
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return ResponseTable(RowSource(path, frame=frame))
