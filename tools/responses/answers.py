"""Responses predicted: does a readout gene change when a gene is perturbed, which way, and how is that known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError
from db.evidence_ids import response_id
from db.genes.perturbation_names import genes_in
from db.screens.responses import ResponseContext, contexts, measured_responses
from tools.parameters import takes_names
from tools.responses.asked_names import asked_names, human_context, pairs_of
from tools.responses.fits import ResponseFit, fit_of
from tools.responses.predictors.base import Neighbour
from tools.workspace import Workspace

TOP = 20
ON_TARGET = {
    "interference": "Interference lowers its own target's expression; that shows that the knockdown worked.",
    "activation": "Activation raises its own target's expression; that shows that it worked.",
    "knockout": "A knockout breaks its own target's gene; its messenger RNA may fall or stay.",
}
"""Modality → what it does to the gene that it is aimed at."""


@dataclass(frozen=True)
class NeighbourResponse:
    """A measured response near the pair that was asked about, whichever way it points.

    Attributes:
        evidence: Evidence id.
        perturbation: The neighbouring perturbation.
        readout: The same readout or one that answers alike.
        responds: Whether it responds there.
        weight: How much it counts, at most one.
    """

    evidence: str
    perturbation: str
    readout: str
    responds: bool
    weight: float


@dataclass(frozen=True)
class MeasuredResponse:
    """The pair as some context measured it: its evidence id, the context, whether it responds, and whether up."""

    evidence: str
    context: str
    responds: bool | None
    up: bool | None


@dataclass(frozen=True)
class ResponseAnswer:
    """What is predicted for one perturbation and one readout.

    Attributes:
        perturbation: The perturbation.
        readout: The readout gene, or the set of them.
        probability_de: Calibrated probability that the readout is differentially expressed.
        probability_up: Calibrated probability that it goes up, given that it responds.
        support: Log of the weight of alike perturbations with a label for this readout; None where the readout was
            never measured, so that nothing but the overall rate is known, and where no measured perturbation is like
            this one, so that nothing but the readout's own rate is known.
        support_level: ``high``, ``middle`` or ``low`` by thirds of the pairs learnt from, or ``none``.
        neighbours: The nearest measured responses, the weightiest first.
        measured: The very pair, where some context of the store has measured it.
    """

    perturbation: str
    readout: str
    probability_de: float
    probability_up: float
    support: float | None
    support_level: str
    neighbours: tuple[NeighbourResponse, ...]
    measured: tuple[MeasuredResponse, ...]


@dataclass(frozen=True)
class PredictedResponses:
    """Answers in one context.

    Attributes:
        context: Name of the context.
        cell_type: Its cells.
        modality: How genes were perturbed there.
        learnt_from: Contexts whose responses were learnt from, this one first.
        responses: How many responses of this one were learnt from.
        asked: Number of pairs that were asked about.
        answers: The answers, the most probable response first; at most as many as were asked for.
        missing: Packs that would bring more annotation.
        notes: What should be known of the answers, a sentence each.
    """

    context: str
    cell_type: str
    modality: str
    learnt_from: tuple[str, ...]
    responses: int
    asked: int
    answers: tuple[ResponseAnswer, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


@takes_names
def predict_responses(
    workspace: Workspace,
    perturbations: Sequence[str],
    readouts: Sequence[str] = (),
    *,
    context: str = "",
    across: bool = False,
    neighbours: int = 5,
    top: int = TOP,
    seed: int = 0,
) -> PredictedResponses:
    """Predicts whether readout genes respond to perturbations, and whether they go up, with what speaks for it.

    It learns from a table of responses in the store (`response_list` names them) and from what is known of genes, never
    from the test rows of a table that has a split. The first question to a context takes about a minute, later ones
    seconds. A gene read out while it is itself perturbed gets no figure but a note: that is the perturbation's doing.

    Args:
        workspace: Its store holds responses and annotation of genes.
        perturbations: Genes to perturb, by any name.
        readouts: Readout genes by any name, or sets where the context's readouts are sets; every readout of the
            context where empty.
        context: Name of the table of responses; may be empty where the store has one only.
        across: Whether tables of other cells are learnt from too: somewhat better, and slower to learn.
        neighbours: How many measured responses to name for each answer.
        top: How many answers are given, the most probable response first.
        seed: Seed of the fit.

    Raises:
        NotFoundError: There is no such context, or a name is no gene; near names are given.
        NeedsChoiceError: The store has several contexts, or a name means several genes.
        InvalidValueError: There is too little to learn from, or a value cannot be used.
    """
    if top < 1 or neighbours < 0 or not perturbations:
        raise InvalidValueError(
            "Nothing was asked for.", f"Give at least one perturbation, {option(top=1)} and {option(neighbours=0)}."
        )
    known = contexts(workspace.store)
    chosen = human_context(known, context)
    perturbed, read = asked_names(workspace, chosen, perturbations, readouts)
    others = [one for one in known if across and _teaches(one, chosen)]
    fit = fit_of(workspace, chosen, others, seed)
    pairs = pairs_of(perturbed, read or sorted(fit.readouts))
    return predicted_by(workspace, fit, chosen, pairs, others=others, neighbours=neighbours, top=top)


def predicted_by(
    workspace: Workspace,
    fit: ResponseFit,
    chosen: ResponseContext,
    pairs: pd.DataFrame,
    *,
    others: Sequence[ResponseContext] = (),
    neighbours: int = 5,
    top: int = TOP,
) -> PredictedResponses:
    """What a fit says of some pairs.

    Args:
        workspace: The workspace.
        fit: What was learnt.
        chosen: The table that is asked about.
        pairs: Columns perturbation and readout, names as the table has them.
        others: Tables that were learnt from too.
        neighbours: As for `predict_responses`.
        top: As there.
    """
    own = own_targets(pairs, chosen)
    asked = pairs[~own]
    # Naming neighbours is slow for many pairs, and so is asking twice for few.
    few = len(asked) <= top
    answers = fit.fitted.predict(asked, neighbours if few else 0)
    order = answers.assign(perturbation=asked["perturbation"], readout=asked["readout"]).sort_values(
        ["score_de", "perturbation", "readout"], ascending=[False, True, True]
    )
    shown = asked.loc[order.index[:top]]
    spoken = answers.loc[shown.index] if few else fit.fitted.predict(shown, neighbours)
    return PredictedResponses(
        context=chosen.name,
        cell_type=chosen.cell_type,
        modality=chosen.modality,
        learnt_from=(chosen.name, *(one.name for one in others)),
        responses=fit.rows,
        asked=len(asked),
        answers=_answers(workspace, fit, chosen, shown, spoken),
        missing=fit.missing,
        notes=(*target_notes(pairs[own], chosen.modality), *_notes(fit, shown, spoken)),
    )


def _teaches(other: ResponseContext, asked: ResponseContext) -> bool:
    """Whether another context may be learnt from: other cells, named, and the same kind of readout and organism."""
    cells = (other.cell_type.strip().casefold(), asked.cell_type.strip().casefold())
    return (
        all(cells)
        and cells[0] != cells[1]
        and (other.readout_kind, other.organism)
        == (
            asked.readout_kind,
            asked.organism,
        )
    )


def own_targets(pairs: pd.DataFrame, context: ResponseContext) -> pd.Series[bool]:
    """Which pairs read out a gene that is itself perturbed.

    Args:
        pairs: Columns perturbation and readout.
        context: The table that is asked about.
    """
    own = [
        context.readout_kind == "gene" and readout in genes_in(perturbation)
        for perturbation, readout in zip(pairs["perturbation"], pairs["readout"], strict=True)
    ]
    return pd.Series(own, index=pairs.index, dtype=bool)


def _answers(
    workspace: Workspace, fit: ResponseFit, context: ResponseContext, shown: pd.DataFrame, spoken: pd.DataFrame
) -> tuple[ResponseAnswer, ...]:
    measured = {name: measured_responses(workspace.store, name) for name in set(shown["perturbation"])}
    low, high = fit.fitted.support_thirds
    return tuple(
        ResponseAnswer(
            perturbation=str(perturbation),
            readout=str(readout),
            probability_de=float(answer["probability_de"]),
            probability_up=float(answer["probability_up"]),
            support=float(answer["support"]) if math.isfinite(answer["support"]) else None,
            support_level=_level(float(answer["support"]), low, high),
            neighbours=tuple(_neighbour(context.name, one) for one in answer["neighbours"]),
            measured=_measured(measured[perturbation], str(readout)),
        )
        for perturbation, readout, (_, answer) in zip(
            shown["perturbation"], shown["readout"], spoken.iterrows(), strict=True
        )
    )


def _level(support: float, low: float, high: float) -> str:
    if not math.isfinite(support):
        return "none"
    return "high" if support > high else "middle" if support > low else "low"


def _neighbour(context: str, one: Neighbour) -> NeighbourResponse:
    evidence = response_id(context, one.perturbation, one.readout)
    return NeighbourResponse(evidence, one.perturbation, one.readout, one.responds, one.weight)


def _measured(rows: pd.DataFrame, readout: str) -> tuple[MeasuredResponse, ...]:
    return tuple(
        MeasuredResponse(
            response_id(row["context"], row["perturbation"], row["readout_in_file"]),
            str(row["context"]),
            None if pd.isna(row["de"]) else bool(row["de"]),
            None if pd.isna(row["up"]) else bool(row["up"]),
        )
        for _, row in rows[rows["readout"] == readout].iterrows()
    )


def target_notes(own: pd.DataFrame, modality: str) -> tuple[str, ...]:
    """What is said of pairs of a gene with itself in place of a figure.

    Args:
        own: Such pairs.
        modality: How genes are perturbed.
    """
    if own.empty:
        return ()
    named = _first(own["readout"])
    what = ON_TARGET.get(modality, "What happens to the target itself is how the perturbation works.")
    return (f"{named}: perturbed and read out at once, so no figure is given. {what}",)


def _first(names: Iterable[str]) -> str:
    """The first three of some names, and how many more there are."""
    distinct = sorted(set(names))
    return ", ".join(distinct[:3]) + (f" and {len(distinct) - 3:,} more" if len(distinct) > 3 else "")


def _notes(fit: ResponseFit, shown: pd.DataFrame, spoken: pd.DataFrame) -> tuple[str, ...]:
    learnt = sorted(set(shown["perturbation"]) & fit.perturbations)
    notes = []
    if learnt:
        notes.append(
            f"{', '.join(learnt[:3])}: perturbed in the table that was learnt from, so this is no blind answer."
        )
    unseen = sorted(set(shown["readout"]) - fit.readouts)
    if unseen:
        notes.append(f"{', '.join(unseen[:3])}: never read out there, so only the overall rate is known.")
    alone = shown.loc[~np.isfinite(spoken["support"].to_numpy(float)) & shown["readout"].isin(fit.readouts).to_numpy()]
    if len(alone):
        notes.append(
            f"{_first(alone['perturbation'])}: nothing that is known makes it like any perturbation of the table, so a"
            " figure tells how often its readout responds at all, whatever is perturbed."
        )
    return tuple(notes)
