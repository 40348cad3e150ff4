"""A second measurement of each row: another replicate, or the other half of its cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tools.expression.expression_responses import CONTROL, Cells, ExpressionResponses, Floats

FEWEST_CELLS = 20
"""Cells of a perturbation in a context below which a half of them says nothing of a distribution."""
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Halves:
    """Two measurements of each judged row that share neither cells nor samples.

    Attributes:
        first: What predictions are held against, n × m: the row itself, or what half of its cells say.
        second: Likewise; NaN in rows that were measured once.
        cells: For each row half of its cells, none where it has few; empty where the data have no cells.
        others: For each row as many of its other cells.
    """

    first: Floats
    second: Floats
    cells: tuple[Floats, ...] = ()
    others: tuple[Floats, ...] = ()

    @classmethod
    def of(cls, responses: ExpressionResponses, judged: Places, rng: np.random.Generator) -> Halves:
        """Halves of the cells, or a row beside another of the same perturbation and context, of another release first.

        Args:
            responses: What was measured.
            judged: The rows that are judged, n.
            rng: What chance comes from.
        """
        if responses.cells is None:
            return cls(responses.estimates[judged], _other_rows(responses, judged))
        return _of_cells(responses, responses.cells, judged, rng)


def _other_rows(responses: ExpressionResponses, judged: Places) -> Floats:
    rows = responses.rows.reset_index(drop=True)
    found = np.full((len(judged), len(responses.readouts)), np.nan, dtype=np.float32)
    same = rows.groupby(["perturbation", "context"]).indices
    releases = [str(one).split(" ")[0] for one in rows["replicate"]]
    for place, row in enumerate(judged):
        own = rows.loc[row]
        others = [one for one in same[own["perturbation"], own["context"]] if one != row]
        # Alleles of one release were grown and sequenced together; another release is the harder test.
        apart = [one for one in others if releases[one] != releases[row]]
        if others:
            found[place] = responses.estimates[(apart or others)[0]]
    return found


def _of_cells(responses: ExpressionResponses, cells: Cells, judged: Places, rng: np.random.Generator) -> Halves:
    rows = responses.rows.iloc[judged]
    found: list[tuple[Floats, Floats]] = []
    estimates = np.full((2, len(rows), len(responses.readouts)), np.nan, dtype=np.float32)
    controls = {one: _halved(cells, CONTROL, one, rng) for one in sorted(set(rows["context"]))}
    for place, (name, context) in enumerate(zip(rows["perturbation"], rows["context"], strict=True)):
        found.append(_halved(cells, name, context, rng))
        if len(found[-1][0]):
            for half in (0, 1):
                estimates[half, place] = found[-1][half].mean(axis=0) - controls[context][half].mean(axis=0)
    return Halves(estimates[0], estimates[1], tuple(one[0] for one in found), tuple(one[1] for one in found))


def _halved(cells: Cells, name: str, context: str, rng: np.random.Generator) -> tuple[Floats, Floats]:
    own = rng.permutation(np.flatnonzero((cells.perturbations == name) & (cells.contexts == context)))
    half = len(own) // 2 if len(own) >= FEWEST_CELLS else 0
    return cells.expression[own[:half]], cells.expression[own[half : 2 * half]]
