"""Pictures of a file of cells, and of what its cells were called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError, NotFoundError, check_word, did_you_mean
from tools.cells.annotation.annotating import BY_DEFAULT, annotate_cells
from tools.cells.annotation.options import Naming
from tools.cells.pictures.naming import draw_confusion, draw_flow
from tools.cells.pictures.scatter import by_amount, by_kind, kinds_of
from tools.cells.plane import laid_out
from tools.cells.reading import LabelledCells, Texts, read_column
from tools.cells.scaling import Floats
from tools.cells.space import DEFAULT, space_of
from tools.drawing.style import drawn, picture_place
from tools.expression.cell_files.source import label_of
from tools.parameters import takes_fields
from tools.workspace import Progress, Workspace

Method = Literal["pca", "tsne"]
Kind = Literal["confusion", "flow"]
GENE = "gene:"
FEWEST_NUMBERS = 12
"""Distinct numbers from which a column is drawn by amount, and not by kind."""


@dataclass(frozen=True)
class PlottedCells:
    """What was drawn.

    Attributes:
        file: Name of the file of cells.
        cells: Their number.
        vectors: The vectors that lie under the picture.
        method: How they were laid into a plane.
        by: What colours them; empty for nothing.
        kinds: Kind → cells, most first; empty where amounts colour them.
        out: The picture.
        notes: How the file was read, in sentences.
    """

    file: str
    cells: int
    vectors: str
    method: str
    by: str
    kinds: Mapping[str, int]
    out: Path
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PlottedNames:
    """What was drawn of labels.

    Attributes:
        file: Name of the file of cells.
        reference: Name of the reference that named them.
        cells: Their number.
        accuracy: Share of cells with a label of the reference that were given it.
        macro_f1: Mean F1 over those labels.
        kind: ``confusion`` or ``flow``.
        out: The picture.
        notes: How the files were read, in sentences.
    """

    file: str
    reference: str
    cells: int
    accuracy: float | None
    macro_f1: float | None
    kind: str
    out: Path
    notes: tuple[str, ...]


def plot_cells(
    workspace: Workspace,
    path: Path,
    out: Path,
    *,
    by: str = "",
    method: Method = "pca",
    vectors: str = DEFAULT,
    label: str = "",
    seed: int = 0,
    overwrite: bool = False,
) -> PlottedCells:
    """Draws the cells of a file in a plane, coloured by a column or by a gene.

    Args:
        workspace: Its store has gene names, and texts where the vectors rest on them.
        path: The cells: an .h5ad, a 10x .h5, a .loom, an .rda, or a folder with matrix.mtx.
        out: The picture, .png or .svg.
        by: A column, such as that of labels, perturbations or a score, or ``gene:SYMBOL``; no colours where empty.
        method: ``pca``, the first two principal components of the vectors; ``tsne``, which keeps near cells near.
        vectors: The vectors, as `benchmark_cells` names them.
        label: The column of labels that the vectors are fitted to, where they need one.
        seed: Of t-SNE.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        RefusedFileError: A file cannot be used or written.
        InvalidValueError: There is no such column or method, these vectors need labels, or the ending is another one.
        NotFoundError: There is no such gene or way to make vectors, or the store lacks names or texts.
    """
    check_word("method", method, ("pca", "tsne"))
    target = picture_place(workspace, out, overwrite=overwrite)
    by = label_of(workspace, path, by)
    described = np.zeros(0, dtype=object) if not by or by.startswith(GENE) else read_column(workspace, path, by)
    space = space_of(workspace, path, vectors=vectors, label=label)
    amounts = _amounts(space.cells, described, by)
    workspace.report(Progress("draw cells", 0, 1, f"{len(space.vectors):,} cells by {method}"))
    points, axes = laid_out(space.vectors, method, seed)
    title = f"{space.cells.name}: {len(points):,} cells"
    if amounts is not None:
        called = by if not by.startswith(GENE) else f"{by.removeprefix(GENE)}, log1p CP10k"
        drawn(target, lambda figure: by_amount(figure, points, amounts, axes, title, called), overwrite=overwrite)
    else:
        kinds = described if by else np.full(len(points), "", dtype=object)
        drawn(target, lambda figure: by_kind(figure, points, kinds, axes, title, by), overwrite=overwrite)
    workspace.report(Progress("draw cells", 1, 1, "done"))
    drawn_kinds = kinds_of(described) if by and amounts is None else []
    counts = {one: int((described == one).sum()) for one in drawn_kinds}
    return PlottedCells(space.cells.name, len(points), vectors, method, by, counts, out, space.cells.said)


def _amounts(cells: LabelledCells, described: Texts, by: str) -> Floats | None:
    """What colours cells by amount: a gene, or a column of many numbers; None for kinds."""
    if by.startswith(GENE):
        return _of_gene(cells, by.removeprefix(GENE))
    numbers = pd.to_numeric(pd.Series(described, dtype=object).replace("", np.nan), errors="coerce")
    stated = int((described != "").sum())
    if not by or numbers.notna().sum() < stated or numbers.nunique() < FEWEST_NUMBERS:
        return None
    return numbers.fillna(numbers.min()).to_numpy(dtype=np.float32)


def _of_gene(cells: LabelledCells, symbol: str) -> Floats:
    spelt = {one.casefold(): one for one in cells.symbols}
    if symbol.casefold() not in spelt:
        raise NotFoundError(
            f"{cells.name} has no gene {symbol!r}.",
            did_you_mean(symbol, cells.symbols) or f"Name one that it measures: {option(by=f'{GENE}SYMBOL')}.",
        )
    return np.asarray(cells.of_genes([spelt[symbol.casefold()]]).todense(), dtype=np.float32)[:, 0]


@takes_fields
def plot_named_cells(
    workspace: Workspace,
    path: Path,
    reference: Path,
    label: str,
    out: Path,
    naming: Naming = BY_DEFAULT,
    *,
    kind: Kind = "confusion",
    overwrite: bool = False,
) -> PlottedNames:
    """Names the cells of a file as `annotate_cells` does, and draws what the file's own labels became.

    Args:
        workspace: Its store has gene names, and orthologs where two species are compared.
        path: The cells to name, with labels of their own.
        reference: Cells with labels.
        label: The reference's column of labels; where empty, the one that cells of the store were added with.
        out: The picture, .png or .svg.
        naming: How they are named.
        kind: ``confusion``, a table of shares; ``flow``, bands from the file's labels to those that were given.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        RefusedFileError: A file cannot be used or written.
        InvalidValueError: The file has no labels of its own, or something else that `annotate_cells` refuses.
        NotFoundError: As there.
    """
    check_word("kind of picture", kind, ("confusion", "flow"))
    target = picture_place(workspace, out, overwrite=overwrite)
    named = annotate_cells(workspace, path, reference, label, naming)
    if not named.confusion:
        raise InvalidValueError(
            f"{named.file} has no labels of its own that could be compared.",
            f"Name its column of labels: {option(own_label='COLUMN')}.",
        )
    draw = draw_confusion if kind == "confusion" else draw_flow
    title = f"{named.file} named by {named.reference}"
    size = (10.0, max(5.0, 1.5 + 0.45 * len(named.confusion)))
    drawn(target, lambda figure: draw(figure, named.confusion, title), size, overwrite=overwrite)
    return PlottedNames(
        named.file, named.reference, named.cells, named.accuracy, named.macro_f1, kind, out, named.notes
    )
