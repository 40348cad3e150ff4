"""What a perturbation would do to the expression of every readout gene, what speaks for it, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError
from db.evidence_ids import response_id
from db.genes.perturbation_names import genes_in
from tools.expression.expression_responses import Floats
from tools.expression.predictors.base import Neighbour
from tools.expression.unseen.asked_names import asked_perturbation
from tools.expression.unseen.fits import ExpressionFit, expression_fit
from tools.expression.unseen.measured import (
    MeasuredChange,
    MeasuredProfile,
    average_change,
    beside,
    measured_changes,
    paired,
    profiles,
)
from tools.expression.unseen.options import Learning
from tools.parameters import takes_fields
from tools.workspace import Workspace

TOP, NEIGHBOURS = 50, 10
MOST_POINTS, PLOTTED = 2_000, 600


@dataclass(frozen=True)
class ReadoutChange:
    """What is predicted of one readout gene.

    Attributes:
        readout: Its symbol.
        mean: Predicted change, in the units of what was learnt from (mostly log fold changes).
        sd: How far a new measurement may lie from it.
        average: What perturbations do to it on average.
        perturbed: Whether it is itself perturbed: then the figure tells nothing of it.
        measured: What was measured of this very pair, each with its evidence.
    """

    readout: str
    mean: float
    sd: float
    average: float
    perturbed: bool
    measured: tuple[MeasuredChange, ...]


@dataclass(frozen=True)
class SpeakingNeighbour:
    """A measured perturbation that the answer rests on.

    Attributes:
        perturbation: Its name.
        weight: How much it counts; all weights sum to one.
        evidence: Evidence id of what it does to the first of the listed readout genes that it was measured with; empty
            where the measurement is not in the store.
    """

    perturbation: str
    weight: float
    evidence: str


@dataclass(frozen=True)
class PredictedExpression:
    """What is predicted of one perturbation.

    Attributes:
        perturbation: Its approved name, ``A`` or ``A+B``.
        within: The context that is answered for; empty for the mean over all that were learnt from.
        predictor: Who predicts.
        learnt_from: Names of the tables or files that were learnt from.
        perturbations: How many perturbations were learnt from.
        readouts: How many readout genes are predicted.
        seen: Whether this very perturbation was learnt from.
        changes: The surest changes, by |mean| / sd.
        neighbours: The measured perturbations that speak for it, most first.
        profiles: How far each measured profile of it agrees with the predicted one.
        points: Predicted and measured changes for a plot, where they were asked for; of the first of `profiles`.
        missing: Packs that would bring more knowledge of genes.
        notes: What should be known of the answer, a sentence each.
    """

    perturbation: str
    within: str
    predictor: str
    learnt_from: tuple[str, ...]
    perturbations: int
    readouts: int
    seen: bool
    changes: tuple[ReadoutChange, ...]
    neighbours: tuple[SpeakingNeighbour, ...]
    profiles: tuple[MeasuredProfile, ...]
    points: tuple[tuple[float, float], ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


@takes_fields
def predict_expression(
    workspace: Workspace,
    perturbation: str,
    learning: Learning,
    *,
    within: str = "",
    blind: bool = False,
    top: int = TOP,
    neighbours: int = NEIGHBOURS,
    points: int = 0,
) -> PredictedExpression:
    """Predicts what a perturbation that nobody made does to the expression of every readout gene.

    It learns from tables of responses, and from what is known of genes: alike genes do alike things. What was measured
    of the same perturbation stands beside the prediction. The first question to the same tables learns, which takes up
    to a minute; later ones take a second.

    Args:
        workspace: Its store holds responses and knowledge of genes.
        perturbation: A gene by any name, or a pair ``A+B``.
        learning: What is learnt from.
        within: The context that is answered for, one of those that were learnt from; the mean over all where empty.
        blind: Whether nothing that was measured of these genes is learnt from, so that the prediction can be held
            against it; learns anew for each perturbation.
        top: How many readout genes are listed, the surest changes first.
        neighbours: How many measured perturbations that speak for it are named.
        points: Points of the predicted and the measured profile that are given for a plot.

    Raises:
        NotFoundError: There is no such table, predictor or gene; near names are given.
        RefusedFileError: A file cannot be read.
        InvalidValueError: There is too little to learn from, or a value cannot be used.
    """
    if top < 1 or neighbours < 0 or not 0 <= points <= MOST_POINTS:
        raise InvalidValueError(
            "These numbers cannot be used.",
            f"Give {option(top=1)} or more, {option(neighbours=0)} or more, and {MOST_POINTS:,} points at most.",
        )
    fit, name = fit_for(workspace, perturbation, learning, blind=blind)
    return predicted_by(workspace, fit, name, within=within, top=top, neighbours=neighbours, points=points)


def predicted_by(
    workspace: Workspace,
    fit: ExpressionFit,
    name: str,
    *,
    within: str = "",
    top: int = TOP,
    neighbours: int = NEIGHBOURS,
    points: int = 0,
) -> PredictedExpression:
    """What a fit says of a perturbation, with what was measured of it.

    Args:
        workspace: The workspace.
        fit: What was learnt.
        name: Approved name, ``A`` or ``A+B``.
        within: As for `predict_expression`.
        top: As there.
        neighbours: As there.
        points: As there.

    Raises:
        InvalidValueError: There is no such context.
    """
    posterior = fit.fitted.predict([name], within)
    mean, sd = posterior.mean[0], posterior.sd[0]
    average = average_change(fit, within)
    with workspace.store.read():
        # One connection for all that is read.
        measured = measured_changes(workspace, fit, name)
    order = _surest(fit.fitted.readouts, mean, sd)[:top]
    near = fit.fitted.neighbours(name, neighbours)
    told = profiles(fit, name, mean, average, measured)
    return PredictedExpression(
        perturbation=name,
        within=within,
        predictor=fit.predictor,
        learnt_from=fit.learnt_from,
        perturbations=fit.responses.without(fit.hidden).rows["perturbation"].nunique(),
        readouts=len(mean),
        seen=fit.saw(name),
        changes=_changes(fit, name, order, (mean, sd, average), measured),
        neighbours=_speaking(fit, near, order),
        profiles=told,
        points=paired(fit, name, mean, measured, told[0].table, points) if told and points else (),
        missing=tuple(fit.vectors.missing),
        notes=_notes(fit, name, within, near),
    )


def fit_for(workspace: Workspace, perturbation: str, learning: Learning, *, blind: bool) -> tuple[ExpressionFit, str]:
    """The fit that answers for a perturbation, and the perturbation's approved name.

    Args:
        workspace: The workspace.
        perturbation: A gene by any name, or a pair.
        learning: What is learnt from.
        blind: Whether nothing of these genes is learnt from.

    Raises:
        NotFoundError: A name is no gene.
    """
    # Names first: a wrong one should not cost a minute of learning.
    name = asked_perturbation(workspace, perturbation)
    fit = expression_fit(workspace, learning)
    hidden = sorted(set(genes_in(name)) & set(fit.responses.genes)) if blind else []
    return (expression_fit(workspace, learning, hidden) if hidden else fit), name


def _surest(readouts: pd.Index[str], mean: Floats, sd: Floats) -> Sequence[int]:
    """Places of readout genes by |mean| / sd, ties by their names."""
    sure = np.round(np.abs(mean) / np.maximum(sd, 1e-9), 9)
    return [int(place) for place in np.lexsort((readouts.to_numpy(str), -sure))]


def _changes(
    fit: ExpressionFit, name: str, order: Sequence[int], figures: tuple[Floats, Floats, Floats], measured: pd.DataFrame
) -> tuple[ReadoutChange, ...]:
    own = set(genes_in(name))
    named = [str(fit.fitted.readouts[place]) for place in order]
    found = beside(measured, named)
    mean, sd, average = figures
    return tuple(
        ReadoutChange(
            readout, float(mean[place]), float(sd[place]), float(average[place]), readout in own, found.get(readout, ())
        )
        for readout, place in zip(named, order, strict=True)
    )


def _speaking(fit: ExpressionFit, near: Sequence[Neighbour], order: Sequence[int]) -> tuple[SpeakingNeighbour, ...]:
    return tuple(
        SpeakingNeighbour(one.perturbation, one.weight, _evidence(fit, one.perturbation, order)) for one in near
    )


def _evidence(fit: ExpressionFit, perturbation: str, order: Sequence[int]) -> str:
    """The first listed readout gene with a row of the store: of a ranked list, what is not on it counts as 0."""
    rows = np.flatnonzero((fit.responses.rows["perturbation"] == perturbation).to_numpy())
    if not fit.chosen.names or not len(rows):
        return ""
    own = fit.responses.estimates[rows][:, np.asarray(order)]
    there = np.argwhere((own != 0) & np.isfinite(own))
    if not len(there):
        return ""
    row, place = there[np.argmin(there[:, 1])]
    table = str(fit.responses.rows["context"].iloc[rows[row]])
    return response_id(table, perturbation, str(fit.fitted.readouts[order[place]]))


def _notes(fit: ExpressionFit, name: str, within: str, near: Sequence[Neighbour]) -> tuple[str, ...]:
    said = []
    if fit.saw(name):
        said.append(
            f"{name} was perturbed in what was learnt from, so this is no blind prediction:"
            f" {option(blind=True)} hides all that was measured of it."
        )
    if not near:
        said.append(
            f"The figures are those of the average perturbation: {fit.predictor} knows nothing that makes {name} like"
            " one that was measured."
        )
    if set(genes_in(name)) & set(fit.fitted.readouts):
        said.append(
            "The expression of a perturbed gene itself is how the perturbation works, and is not predicted: its row"
            " tells what alike perturbations do to it."
        )
    if not within and len(set(fit.responses.rows["context"])) > 1:
        said.append(f"The figures are means over {fit.responses.rows['context'].nunique()} contexts.")
    if fit.chosen.left_out:
        left = ", ".join(fit.chosen.left_out[:5]) + (" …" if len(fit.chosen.left_out) > 5 else "")
        said.append(f"Not learnt from, as they measure other readout genes or ranks: {left}.")
    return tuple(said)
