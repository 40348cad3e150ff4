"""Predictions of measured perturbations by fits that saw nothing of their genes: how far lists can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from db import disk_cache
from db.genes.perturbation_names import are_pairs, genes_among
from tools.expression.expression_responses import ExpressionResponses, Floats, group_means
from tools.expression.gene_folds import held_out_folds
from tools.expression.predictors.base import ExpressionPredictor
from tools.expression.unseen.fits import ExpressionFit, predictor_of
from tools.expression.unseen.learning import learnt_responses
from tools.expression.unseen.options import Learning
from tools.responses.annotation import Annotation
from tools.screens.response_files.kept import joint_path
from tools.workspace import Progress, Workspace

VERSION = "held_out 1"
UNKNOWN = "?"
"""No gene: what is predicted of it is what is predicted where nothing is known."""


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
    predicted = _predicted(workspace, learning, fit, rows)
    for context in sorted(set(rows["context"])):
        predicted[(rows["context"] == context).to_numpy()] += fit.fitted.predict([UNKNOWN], context).mean
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
    rows = pd.DataFrame(list(found), columns=["perturbation", "context"], dtype=object)
    return rows, group_means(responses.estimates[single], codes, len(found))


def _predicted(workspace: Workspace, learning: Learning, fit: ExpressionFit, rows: pd.DataFrame) -> Floats:
    responses = fit.responses
    if fit.cell_contexts:
        # Cells are no part of what is kept of a fit.
        responses = learnt_responses(workspace, learning, fit.chosen.names)
    task, why = "hold measured genes out", "to see how far lists can be trusted"
    found = predicted_out_of_fold(
        responses, rows, lambda: predictor_of(fit), fit.vectors, learning.seed,
        lambda done, total: workspace.report(Progress(task, done, total, why)),
    )  # fmt: skip
    workspace.report(Progress(task, 1, 1, "done"))
    return found


def predicted_out_of_fold(
    responses: ExpressionResponses, rows: pd.DataFrame, predictor: Callable[[], ExpressionPredictor],
    vectors: Annotation, seed: int, report: Callable[[int, int], None],
) -> Floats:  # fmt: skip
    """What is predicted of rows, beyond a gene of which nothing is known, by fits that saw nothing of their genes.

    A mean without a gene lies on the other side of it, the further the fewer genes there are: left in, it would rank
    genes the wrong way round. So what such a fit says of no gene at all is taken off.

    Args:
        responses: What was measured.
        rows: Columns perturbation and context, n rows.
        predictor: Makes a predictor that is fitted for each fold.
        vectors: What is known of genes.
        seed: Of folds, and of whatever the predictor draws.
        report: Told how many folds of how many are done.

    Returns:
        n × readout genes.
    """
    from threadpoolctl import threadpool_limits

    names, contexts = (rows[column].to_numpy(object) for column in ("perturbation", "context"))
    found = np.full((len(rows), len(responses.readouts)), np.nan, dtype=np.float32)
    folds = held_out_folds(names, seed) if len(rows) else []
    for number, (_, tried) in enumerate(folds):
        report(number, len(folds))
        learnt = responses.without(sorted(genes_among(names[tried])))
        with threadpool_limits(1):
            fitted = predictor().fit(learnt, vectors, np.random.default_rng(seed))
        known = set(learnt.rows["context"])
        for context in sorted(set(contexts[tried])):
            own = tried[contexts[tried] == context]
            # A context of which nothing is left to learn from is asked about as the mean over all.
            mean = fitted.predict([*names[own], UNKNOWN], context if context in known else "").mean
            found[own] = mean[:-1] - mean[-1]
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
