"""Which perturbations push the cells toward a state: predicted scores on a signature, measured ones beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError
from db.genes.nomenclature import symbols_of
from db.records import PROTEIN_LOCUS
from tools.expression.expression_responses import Floats
from tools.expression.signatures import Signature, signature_of
from tools.expression.unseen.cell_groups import signature_of_cells
from tools.expression.unseen.fits import ExpressionFit, expression_fit
from tools.expression.unseen.held_out import UNKNOWN, held_out
from tools.expression.unseen.held_out import within as rows_within
from tools.expression.unseen.options import Learning
from tools.expression.unseen.signature_scores import Scale, by_perturbation, scale_of
from tools.genes.name_lists import read_list, resolve_list
from tools.parameters import takes_fields
from tools.workspace import Progress, Workspace

TOP = 25
BLOCK = 4_000
"""Perturbations that are predicted at once: more of them fill the memory."""
FEWEST = 10
"""Measured genes below which nothing says how far scores can be trusted."""


@dataclass(frozen=True)
class ScoredPerturbation:
    """One perturbation's place.

    Attributes:
        rank: Its place from the top, the strongest push toward the state first.
        perturbation: Its name.
        side: ``toward`` or ``away``, beyond the average perturbation.
        score: What is predicted by a fit that saw nothing of the gene, in standard deviations of measured scores; 0 is
            the average perturbation.
        sd: How far a new measurement may lie from it.
        measured: The score of what was measured of it, on the same scale; None where nothing was.
        told: Whether anything that is known tells it from the average perturbation.
    """

    rank: int
    perturbation: str
    side: Literal["toward", "away"]
    score: float
    sd: float
    measured: float | None
    told: bool


@dataclass(frozen=True)
class PredictedSignature:
    """A list of perturbations by their predicted score on a signature.

    Attributes:
        signature: Its name.
        genes: How many genes it has.
        used: How many of them are readout genes whose changes vary.
        within: The context that is answered for; empty for the mean over all that were learnt from.
        predictor: Who predicts.
        learnt_from: Names of the tables or files that were learnt from.
        candidates: How many perturbations were scored.
        untold: How many of them nothing is known of that tells them from the average.
        measured: How many single genes were measured.
        spearman: Rank correlation of predicted and measured scores over the measured genes, each predicted by a fit
            that saw nothing of it; None where that cannot be told.
        average: Raw score of the average measured perturbation against controls, on the same scale.
        perturbations: Those that push most toward the state, and those that push most away, in the order of the list.
        missing: Packs that would bring more knowledge of genes.
        notes: What should be known of the list, a sentence each.
    """

    signature: str
    genes: int
    used: int
    within: str
    predictor: str
    learnt_from: tuple[str, ...]
    candidates: int
    untold: int
    measured: int
    spearman: float | None
    average: float
    perturbations: tuple[ScoredPerturbation, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


@takes_fields
def predict_signature(
    workspace: Workspace,
    signature: str,
    learning: Learning,
    *,
    cells: str = "",
    toward: str = "",
    away: str = "",
    within: str = "",
    genes: Sequence[str] = (),
    library: Path | None = None,
    top: int = TOP,
) -> PredictedSignature:
    """Says which genes, measured or not, push the cells toward a state when they are perturbed, and which away from it.

    A state is a signature: genes that are high in it, and genes that are low. Every gene is predicted by a fit that saw
    nothing of it, so that what was measured stands beside as a check. The first question to the same tables learns, and
    holds every measured gene out once, which takes a minute or two; later ones take seconds.

    Args:
        workspace: Its store holds responses and knowledge of genes.
        signature: A gene set of the store, by name or as ``collection:name``; or a file of genes with signs. Empty
            where two groups of cells are compared.
        learning: What is learnt from.
        cells: A table of the store that keeps cells, or a file of cells, two groups of which make the signature.
        toward: ``COLUMN=VALUE`` of the cells that are in the state; of a table of the store the column is
            ``perturbation``, and controls are ``control``.
        away: ``COLUMN=VALUE`` of the cells that the state is set against.
        within: The context that is answered for, one of those that were learnt from; the mean over all where empty.
        genes: The genes that are ranked; all protein-coding ones where neither these nor a library is given.
        library: A file of the genes that are ranked.
        top: How many are listed from either end.

    Raises:
        NotFoundError: There is no such signature, table, predictor or gene.
        RefusedFileError: A file cannot be read, or too few genes of the signature are readout genes.
        InvalidValueError: Too few genes were measured, or a value cannot be used.
    """
    if top < 1:
        raise InvalidValueError(f"{top} perturbations cannot be listed.", f"Give {option(top=1)} or more.")
    told = told_signature(workspace, signature, cells, toward, away)
    made = scored(workspace, told, learning, within=within, candidates=candidates_of(workspace, genes, library))
    return made.ends(top)


def told_signature(workspace: Workspace, signature: str, cells: str, toward: str, away: str) -> Signature:
    """The signature that is named, or that two groups of cells make.

    Args:
        workspace: The workspace.
        signature: See `predict_signature`; likewise the others.
        cells: Whose cells.
        toward: Those in the state.
        away: Those that it is set against.

    Raises:
        InvalidValueError: Neither is named, or both are.
        NotFoundError: There is no such signature, file or table.
        RefusedFileError: A file cannot be read.
    """
    if bool(signature.strip()) == bool(cells):
        raise InvalidValueError(
            "A signature is named, or two groups of cells are; one of both.",
            f"Name a gene set or a file, or give {option('cells')} with {option('toward')} and {option('away')}.",
        )
    if (toward or away) and not cells:
        raise InvalidValueError("Groups of cells are named, but no cells.", f"Say whose: {option('cells')}.")
    return signature_of_cells(workspace, cells, toward, away) if cells else signature_of(workspace, signature, "human")


def candidates_of(workspace: Workspace, genes: Sequence[str], library: Path | None) -> list[str]:
    """The perturbations that are ranked, under approved names, in alphabetical order.

    Args:
        workspace: Its store has the gene names.
        genes: Names that were given.
        library: A file of names.

    Raises:
        InvalidValueError: None of the names is a gene.
        RefusedFileError: The file is no list.
    """
    names = [*genes, *(one.name for one in (read_list(library, "library") if library else ()))]
    if not names:
        return symbols_of(workspace.store, "human", PROTEIN_LOCUS)
    found = sorted(set(resolve_list(workspace.store, "human", names, "library").perturbations["name"]))
    if not found:
        raise InvalidValueError(f"None of {len(names):,} names is one human gene, such as {names[0]!r}.")
    return [str(name) for name in found]


@dataclass(frozen=True)
class ScoredList:
    """All perturbations with their scores, and what they rest on.

    Attributes:
        signature: The signature.
        fit: What was learnt.
        scale: What scores are measured by.
        within: The context that is answered for.
        measured: Measured score of each measured gene.
        spearman: See `PredictedSignature`.
        ranked: Every candidate, the strongest push toward the state first.
    """

    signature: Signature
    fit: ExpressionFit
    scale: Scale
    within: str
    measured: pd.Series[float]
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
        if self.spearman is not None and self.spearman < 0.1:
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
