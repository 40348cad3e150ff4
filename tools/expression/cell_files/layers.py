"""Which matrix of a file is read, and what its numbers are: everything becomes log1p CP10k.

CP10k are counts scaled so that each cell has 10,000. What stands in a file is told by its numbers, and a name that
promises something else is not believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from db.acts import option
from db.errors import RefusedFileError
from db.files.cells.base import CellFile
from db.files.cells.scale import Scale, scale_of, scale_of_values
from tools.screens.tables.rows import folded

PER_CELL = 10_000.0
_PROMISES: Mapping[str, Scale] = {
    **dict.fromkeys(("counts", "count", "rawcounts", "umi", "umis", "umicounts"), "counts"),
    **dict.fromkeys(("log1p", "lognorm", "lognormalized", "lognormalised", "logcounts", "log1pnorm", "logcpm"), "log"),
    **dict.fromkeys(("normalized", "normalised", "norm"), "log"),
}
_WHAT = {
    "counts": "counts", "normalised": "normalised counts that are no logarithms", "log": "logarithms of normalised"
    " counts", "scaled": "scaled values, some below zero",
}  # fmt: skip
_DONE = {
    "counts": "each cell is scaled to 10,000, and the logarithm taken (log1p CP10k)",
    "normalised": "each cell is scaled to 10,000, and the logarithm taken (log1p CP10k)",
    "log": "they are used as they are",
}


@dataclass(frozen=True)
class ChosenLayer:
    """The matrix that is read.

    Attributes:
        layer: Its name.
        scale: What its numbers are: ``counts``, ``normalised`` or ``log``.
        said: How it was chosen and what is done with it, a sentence each.
    """

    layer: str
    scale: Scale
    said: tuple[str, ...]


def chosen_layer(cells: CellFile, named: str) -> ChosenLayer:
    """The layer that was named; else the first with counts, else with logarithms, else with normalised counts.

    Args:
        cells: The open file.
        named: What the user names, with or without ``layers/``; empty to go by the rule.

    Raises:
        InvalidValueError: The file has no layer of that name.
        RefusedFileError: Its numbers cannot be used, or are not what its name promises.
    """
    layers = [_full_name(cells, named)] if named else list(cells.layers)
    scales = {layer: scale_of(cells, layer, expression_columns(cells, layer)) for layer in layers}
    broken = {layer: _PROMISES[folded(_last(layer))] for layer in layers if _is_broken(layer, scales[layer])}
    if named and broken:
        raise _promised(cells, layers[0], broken[layers[0]], scales[layers[0]])
    for wanted in ("counts", "log", "normalised"):
        for layer in layers:
            if scales[layer] == wanted and layer not in broken:
                return ChosenLayer(layer, scales[layer], _said(layer, scales, broken))
    raise _useless(cells, scales, broken)


def _full_name(cells: CellFile, named: str) -> str:
    return named if named in cells.layers or f"layers/{named}" not in cells.layers else f"layers/{named}"


def _last(layer: str) -> str:
    return layer.rsplit("/", 1)[-1]


def _is_broken(layer: str, scale: Scale) -> bool:
    promise = _PROMISES.get(folded(_last(layer)))
    return promise is not None and scale != promise and not (promise == "log" and scale == "normalised")


def _promised(cells: CellFile, layer: str, promise: str, scale: Scale) -> RefusedFileError:
    others = [one for one in cells.layers if one != layer]
    return RefusedFileError(
        f"The layer {layer} of {cells.path.name} promises {_WHAT[promise]} by its name, and holds {_WHAT[scale]}.",
        f"Name another layer ({', '.join(others)}): {option(layer=others[0])}." if others else
        "Write the file again with what the name says, or under a name that says what is in it.",
    )  # fmt: skip


def _useless(cells: CellFile, scales: dict[str, Scale], broken: dict[str, Scale]) -> RefusedFileError:
    held = "; ".join(
        f"{layer} holds {_WHAT[scale]}"
        + (f", though its name promises {_WHAT[broken[layer]]}" if layer in broken else "")
        for layer, scale in scales.items()
    )
    return RefusedFileError(
        f"{cells.path.name} has no counts and no logarithms of them: {held}.",
        "Scaled values cannot be turned back: write the counts into the file (adata.layers['counts'] or adata.raw),"
        " or give the file before it was scaled.",
    )


def _said(layer: str, scales: dict[str, Scale], broken: dict[str, Scale]) -> tuple[str, ...]:
    scale = scales[layer]
    others = [f"{one} holds {_WHAT[scales[one]]}" for one in scales if one != layer]
    beside = f" Beside it, {'; '.join(others)}." if others else ""
    said = [f"{layer} is read: it holds {_WHAT[scale]}; {_DONE[scale]}.{beside}"]
    said += [f"{one} is passed over: its name promises {_WHAT[promise]}." for one, promise in broken.items()]
    return tuple(said)


def expression_columns(cells: CellFile, layer: str) -> npt.NDArray[np.int64]:
    """Places of the genes among a layer's features: guides and antibodies are none.

    Args:
        cells: The open file.
        layer: The layer.
    """
    kinds = cells.genes_of(layer)["kind"].astype(str)
    return np.flatnonzero(kinds.isin(("", "Gene Expression")).to_numpy(dtype=bool))


def normalised_pieces(
    cells: CellFile, chosen: ChosenLayer, columns: npt.NDArray[np.int64]
) -> Iterator[tuple[int, csr_matrix]]:
    """The matrix piece by piece as log1p CP10k, without stored zeros.

    Args:
        cells: The open file.
        chosen: The layer and what it holds.
        columns: Places of the genes that are wanted; counts are scaled over the file's genes, wanted or not.

    Yields:
        Number of the first cell, and a piece of cells × wanted genes, float64.

    Raises:
        RefusedFileError: Further on the numbers are of another kind than where the file begins.
    """
    expression = expression_columns(cells, chosen.layer)
    for first, genes in plain_pieces(cells, chosen):
        if chosen.scale != "log":
            genes = _log1p_cp10k(genes)
        # Without those that are not wanted, of which there mostly are none.
        kept = genes if np.array_equal(columns, expression) else genes[:, np.searchsorted(expression, columns)]
        kept.eliminate_zeros()
        yield first, kept


def plain_pieces(cells: CellFile, chosen: ChosenLayer) -> Iterator[tuple[int, csr_matrix]]:
    """The matrix piece by piece as it stands in the file, its genes alone.

    Args:
        cells: The open file.
        chosen: The layer and what it holds.

    Yields:
        Number of the first cell, and a piece of cells × genes, float64.

    Raises:
        RefusedFileError: Further on the numbers are of another kind than where the file begins.
    """
    expression = expression_columns(cells, chosen.layer)
    for first, piece in cells.pieces(chosen.layer):
        genes = csr_matrix(piece[:, expression] if len(expression) < piece.shape[1] else piece, dtype=np.float64)
        _refuse_change(cells, chosen, genes.data, first)
        yield first, genes


def _refuse_change(cells: CellFile, chosen: ChosenLayer, values: npt.NDArray[np.floating], first: int) -> None:
    scale = scale_of_values(values)
    # Whole numbers may be logarithms by chance, such as those of cells that show next to nothing.
    fits = {"counts": ("counts",), "log": ("log", "counts"), "normalised": ("normalised", "log", "counts")}
    if scale not in fits[chosen.scale]:
        raise RefusedFileError(
            f"{chosen.layer} of {cells.path.name} begins with {_WHAT[chosen.scale]} and holds {_WHAT[scale]} from cell"
            f" {first + 1:,} on.",
            "Files that were put together must be of one kind: normalise them alike, and write them again.",
        )


def _log1p_cp10k(counts: csr_matrix) -> csr_matrix:
    totals = np.asarray(counts.sum(axis=1)).ravel()
    scaled = counts.copy()
    scaled.data *= np.repeat(PER_CELL / np.where(totals > 0, totals, 1.0), np.diff(counts.indptr))
    np.log1p(scaled.data, out=scaled.data)
    return scaled
