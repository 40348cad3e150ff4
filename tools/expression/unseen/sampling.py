"""Cells after a perturbation that nobody made, written as a file that scanpy reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from db.acts import FILE, act, option
from db.errors import InvalidValueError
from db.files.cells.writing import write_h5ad
from tools.expression.unseen.fits import ExpressionFit
from tools.expression.unseen.options import Learning
from tools.expression.unseen.prediction import PredictedExpression, fit_for, predicted_by
from tools.output_files import output_path, write_whole
from tools.parameters import takes_fields
from tools.workspace import Workspace

ENDING, TOP = ".h5ad", 10
MOST_VALUES = 200_000_000
"""Cells × readout genes at most: 800 MB."""


@dataclass(frozen=True)
class SampledExpression:
    """Cells that were drawn and written.

    Attributes:
        path: The file.
        cells: How many cells it holds.
        prediction: What their mean was predicted to be.
    """

    path: Path
    cells: int
    prediction: PredictedExpression


@takes_fields
def sample_expression(
    workspace: Workspace,
    perturbation: str,
    out: Path,
    learning: Learning,
    *,
    sample: int = 500,
    within: str = "",
    blind: bool = False,
    overwrite: bool = False,
) -> SampledExpression:
    """Draws cells after a perturbation that nobody made, and writes them as .h5ad.

    They are drawn by the predictor that `predict_expression` asks: log1p CP10k, with the perturbation and the context
    of each. Tables without cells tell mean changes only, so that no cell can be drawn from them.

    Args:
        workspace: Its store holds responses with a sample of their cells, and knowledge of genes.
        perturbation: A gene by any name, or a pair ``A+B``.
        out: The file, which ends in .h5ad.
        learning: What is learnt from.
        sample: How many cells are drawn.
        within: The context whose cells are drawn; all of them where empty.
        blind: Whether nothing that was measured of these genes is learnt from.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: There is no such table, predictor or gene.
        RefusedFileError: The file may not be written, or one cannot be read.
        InvalidValueError: What was learnt from has no cells, or a value cannot be used.
    """
    if out.suffix.casefold() != ENDING:
        raise InvalidValueError(
            f"{out.name} does not end in {ENDING}, which is how cells are written.",
            f"Name it so: {option(out=out.stem + ENDING)}.",
        )
    target = output_path(workspace, out, overwrite=overwrite)
    fit, name = fit_for(workspace, perturbation, learning, blind=blind)
    _refuse(fit, sample, within)
    drawn = fit.fitted.sample(name, sample, np.random.default_rng([learning.seed, 7]), within)
    prediction = predicted_by(workspace, fit, name, within=within, top=TOP)
    obs = pd.DataFrame({"perturbation": name, "context": within or "all", "predictor": fit.predictor},
                       index=[f"predicted-{number}" for number in range(1, sample + 1)])  # fmt: skip
    genes = pd.DataFrame({"symbol": fit.fitted.readouts.astype(str)}, index=fit.fitted.readouts.astype(str))
    write_whole(target, lambda path: write_h5ad(path, csr_matrix(drawn), obs, genes), overwrite=overwrite)
    return SampledExpression(out, sample, prediction)


def _refuse(fit: ExpressionFit, cells: int, within: str) -> None:
    most = MOST_VALUES // max(len(fit.fitted.readouts), 1)
    if not 1 <= cells <= most:
        raise InvalidValueError(
            f"{cells:,} cells of {len(fit.fitted.readouts):,} readout genes cannot be drawn.",
            f"Ask for 1 to {most:,}: {option(sample=min(500, most))}.",
        )
    if not fit.cell_contexts:
        raise InvalidValueError(
            f"{', '.join(fit.learnt_from)}: mean changes only, and no cells that could be drawn from.",
            f"Name a table that was made of cells, which {act('add_perturb_seq', FILE)} adds with a sample of them, or"
            f" a file of cells: {option(data=[FILE])}.",
        )
    if within and within not in fit.cell_contexts:
        raise InvalidValueError(
            f"There are no cells of {within!r} in what was learnt from.",
            f"Cells can be drawn of: {', '.join(fit.cell_contexts)}.",
        )
