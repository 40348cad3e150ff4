"""Predictions of measured perturbations by fits that saw nothing of their genes: how far lists can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from db import disk_cache
from db.genes.perturbation_names import are_pairs, genes_among
from tools.expression.expression_responses import ExpressionResponses, Floats
from tools.expression.gene_folds import gene_folds
from tools.expression.unseen.fits import ExpressionFit, predictor_of
from tools.expression.unseen.learning import learnt_responses
from tools.expression.unseen.options import Learning
from tools.responses.kept_files import joint_path
from tools.workspace import Progress, Workspace

VERSION = "held_out 1"
FEW_ROWS, MANY_FOLDS, FOLDS = 200, 20, 5
"""As `benchmark_expression` holds genes out: more folds where there is little to learn from."""


@dataclass(frozen=True)
class HeldOut:
    """Single genes that were measured, and what was predicted of each by a fit without it.

    Attributes:
        rows: Columns perturbation and context, each pair once, n rows.
        measured: Means over replicates, n × readout genes.
        predicted: Likewise.
    """

    rows: pd.DataFrame
    measured: Floats
    predicted: Floats


def held_out(workspace: Workspace, learning: Learning, fit: ExpressionFit) -> HeldOut:
    """Holds every measured gene out once, in folds; kept on disk beside the fit.

    Args:
        workspace: The workspace.
        learning: What the fit was learnt from.
        fit: The fit.
    """
    rows, measured = collapsed(fit.responses)
    path = joint_path(workspace, f"{VERSION.replace(' ', '-')}-{fit.key}.npy")
    kept = disk_cache.kept_array(path)
    if kept is not None and kept.shape == measured.shape and kept.dtype == np.float32:
        return HeldOut(rows, measured, np.asarray(kept))
    predicted = _predicted(workspace, learning, fit, rows, measured.shape[1])
    disk_cache.keep(path, lambda stream: np.save(stream, predicted))
    return HeldOut(rows, measured, predicted)


def collapsed(responses: ExpressionResponses) -> tuple[pd.DataFrame, Floats]:
    """Single perturbed genes in each context, once: rows of perturbation and context, and means over replicates.

    Args:
        responses: What was measured.
    """
    single = np.flatnonzero(~are_pairs(list(responses.rows["perturbation"])))
    keys = pd.MultiIndex.from_frame(responses.rows[["perturbation", "context"]].iloc[single])
    codes, found = pd.factorize(keys, sort=True)
    groups = csr_array(
        (np.ones(len(codes), np.float32), (codes, np.arange(len(codes)))), shape=(len(found), len(codes))
    )
    estimates = responses.estimates[single]
    counts = groups @ np.isfinite(estimates).astype(np.float32)
    with np.errstate(invalid="ignore"):
        means = np.where(counts > 0, (groups @ np.nan_to_num(estimates)) / counts, np.nan)
    rows = pd.DataFrame(list(found), columns=["perturbation", "context"], dtype=object)
    return rows, means.astype(np.float32)


def _predicted(
    workspace: Workspace, learning: Learning, fit: ExpressionFit, rows: pd.DataFrame, width: int
) -> npt.NDArray[np.float32]:
    from threadpoolctl import threadpool_limits

    responses = fit.responses
    if fit.has_cells:
        # Cells are no part of what is kept of a fit.
        responses = learnt_responses(workspace, learning, fit.chosen.names)
    names = rows["perturbation"].to_numpy(object)
    found = np.full((len(rows), width), np.nan, dtype=np.float32)
    rng = np.random.default_rng(learning.seed)
    folds = list(gene_folds(names, MANY_FOLDS if len(rows) <= FEW_ROWS else FOLDS, rng)) if len(rows) else []
    for number, (_, tried) in enumerate(folds):
        workspace.report(Progress("hold measured genes out", number, len(folds), "to see how far lists can be trusted"))
        learnt = responses.without(sorted(genes_among(names[tried])))
        with threadpool_limits(1):
            fitted = predictor_of(fit).fit(learnt, fit.vectors, np.random.default_rng(learning.seed))
        known = set(learnt.rows["context"])
        for context in sorted(set(rows["context"].iloc[tried])):
            own = tried[(rows["context"].iloc[tried] == context).to_numpy()]
            asked = context if context in known else ""
            found[own] = fitted.predict(list(names[own]), asked).mean
    workspace.report(Progress("hold measured genes out", len(folds), len(folds), "done"))
    return found


def within(found: HeldOut, context: str) -> HeldOut:
    """The rows of one context; all of them where none is named.

    Args:
        found: Held-out predictions.
        context: Its name.
    """
    if not context:
        return found
    own = (found.rows["context"] == context).to_numpy()
    return replace(
        found, rows=found.rows[own].reset_index(drop=True), measured=found.measured[own], predicted=found.predicted[own]
    )
