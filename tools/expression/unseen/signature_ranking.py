"""All candidates scored on a signature: predicted by fits that saw nothing of them, measured ones beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.errors import InvalidValueError
from tools.expression.expression_responses import Floats
from tools.expression.signatures import Signature
from tools.expression.unseen.fits import ExpressionFit, expression_fit
from tools.expression.unseen.held_out import UNKNOWN, held_out
from tools.expression.unseen.held_out import within as rows_within
from tools.expression.unseen.options import Learning
from tools.expression.unseen.signature_results import TELLING, PredictedSignature, ScoredPerturbation
from tools.expression.unseen.signature_scores import Scale, by_perturbation, scale_of
from tools.workspace import Progress, Workspace

BLOCK = 4_000
"""Perturbations that are predicted at once: more of them fill the memory."""
FEWEST = 10
"""Measured genes below which nothing says how far scores can be trusted."""


@dataclass(frozen=True)
class ScoredList:
    """All perturbations with their scores, and what they rest on.

    Attributes:
        signature: The signature.
        fit: What was learnt.
        scale: What scores are measured by.
        within: The context that is answered for.
        measured: Measured score of each measured gene.
        blind: Score of each measured gene as predicted by fits that saw nothing of it.
        spearman: See `PredictedSignature`.
        ranked: Every candidate, the strongest push toward the state first.
    """

    signature: Signature
    fit: ExpressionFit
    scale: Scale
    within: str
    measured: pd.Series[float]
    blind: pd.Series[float]
    spearman: float | None
    ranked: tuple[ScoredPerturbation, ...]

    def ends(self, top: int) -> PredictedSignature:
        """The report, with both ends of the list.

        Args:
            top: How many are listed from either end.
        """
        count = len(self.ranked)
        places = sorted({*range(min(top, count)), *range(max(count - top, 0), count)})
        shown = [self.ranked[place] for place in places]
        untold = sum(not one.told for one in self.ranked)
        return PredictedSignature(
            self.signature.name, len(self.signature.signs), self.scale.used, self.within, self.fit.predictor,
            self.fit.learnt_from, len(self.ranked), untold, len(self.measured), self.spearman,
            self.scale.centre / self.scale.spread, tuple(shown), tuple(self.fit.vectors.missing), self._notes(untold),
        )  # fmt: skip

    def _notes(self, untold: int) -> tuple[str, ...]:
        said = []
        if self.spearman is not None and self.spearman < TELLING:
            said.append(
                "Over measured genes that were held out, predicted scores hardly follow measured ones: take the list as"
                " no more than a guess."
            )
        if untold:
            said.append(f"{untold:,} perturbations are like none that was measured, so they stand at the average.")
        if self.fit.chosen.left_out:
            said.append(f"Not learnt from: {', '.join(self.fit.chosen.left_out[:5])}.")
        return tuple(said)


def scored(
    workspace: Workspace, signature: Signature, learning: Learning, *, within: str, candidates: Sequence[str]
) -> ScoredList:
    """Scores every candidate on a signature.

    Args:
        workspace: The workspace.
        signature: Genes with signs.
        learning: What is learnt from.
        within: The context that is answered for; the mean over all where empty.
        candidates: Approved names.

    Raises:
        RefusedFileError: Too few genes of the signature are readout genes.
        InvalidValueError: Too few genes were measured.
    """
    fit = expression_fit(workspace, learning)
    # A context that is none is refused here, before genes are held out for minutes.
    base = fit.fitted.predict([UNKNOWN], within).mean
    out = rows_within(held_out(workspace, learning, fit), within)
    names = list(out.rows["perturbation"])
    if len(set(names)) < FEWEST:
        raise InvalidValueError(
            f"{', '.join(fit.learnt_from)}: {len(set(names))} single genes were measured, too few to score by.",
            f"Learn from tables of {FEWEST} genes at least.",
        )
    scale = scale_of(signature, fit.fitted.readouts, list(out.rows["context"]), names, out.measured)
    measured = by_perturbation(names, scale.scores(names, out.measured))
    blind = by_perturbation(names, scale.scores(names, out.predicted))
    error = float(np.sqrt(np.nanmean((blind - measured) ** 2)))
    frame = _scores(workspace, fit, scale, within, candidates, base[0])
    frame["score"] = blind.reindex(frame.index).fillna(frame["score"])
    frame["measured"] = measured.reindex(frame.index)
    return ScoredList(
        signature,
        fit,
        scale,
        within,
        measured,
        blind,
        spearman_of(blind, measured),
        _ranked(frame.dropna(subset="score"), error),
    )


def spearman_of(first: pd.Series[float], second: pd.Series[float]) -> float | None:
    """Rank correlation of two scores of the same perturbations; None where one of them does not vary.

    Args:
        first: Scores by perturbation.
        second: Likewise.
    """
    both = pd.concat([first, second], axis=1).dropna().rank()
    if len(both) < FEWEST or both.nunique().min() < 2:
        return None
    return float(np.corrcoef(both.to_numpy(), rowvar=False)[0, 1])


def _scores(
    workspace: Workspace, fit: ExpressionFit, scale: Scale, within: str, candidates: Sequence[str], base: Floats
) -> pd.DataFrame:
    """Predicted score of each candidate, and whether anything is known of it: columns score and told."""
    parts = []
    used = np.flatnonzero(scale.weights)
    for first in range(0, len(candidates), BLOCK):
        workspace.report(Progress("predict expression", first, len(candidates), "of every candidate"))
        names = list(candidates[first : first + BLOCK])
        means = fit.fitted.predict(names, within).mean
        told = (np.abs(means[:, used] - base[used]) > 1e-6).any(axis=1)
        parts.append(pd.DataFrame({"score": scale.scores(names, means), "told": told}, index=names))
    workspace.report(Progress("predict expression", len(candidates), len(candidates), "done"))
    return pd.concat(parts)


def _ranked(frame: pd.DataFrame, error: float) -> tuple[ScoredPerturbation, ...]:
    ordered = frame.assign(score=frame["score"].round(9), name=frame.index).sort_values(
        ["score", "name"], ascending=[False, True]
    )
    return tuple(
        ScoredPerturbation(
            rank, str(name), "toward" if score >= 0 else "away", float(score), error,
            None if np.isnan(measured) else float(measured), bool(told),
        )
        for rank, (name, score, measured, told) in enumerate(
            zip(ordered.index, ordered["score"], ordered["measured"], ordered["told"], strict=True), 1
        )
    )  # fmt: skip
