"""A response explained: summaries, the measured rows that are close, their votes, and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from db.evidence_ids import response_id
from db.screens.responses import ResponseContext
from tools.responses.answers import PredictedResponses, ResponseAnswer, predicted_by
from tools.responses.fits import ResponseFit, fit_of
from tools.responses.label_table import Context, ask
from tools.responses.reasoning.asked_pair import facts_on_pair, the_pair
from tools.responses.reasoning.neighbours import Edit, NeighbourEditor, edits_by, listed_in, retrieve_edited
from tools.responses.reasoning.retrieval import Retrieval, Task, rows_of
from tools.responses.reasoning.summaries import GeneSummary
from tools.responses.reasoning.votes import votes
from tools.responses.reasoning.written import Summaries, told
from tools.workspace import Progress, Workspace

YES, NO, UNKNOWN = "yes", "no", "not enough evidence"
CLEAR = 0.1
"""How far from one half a share must be to be called yes or no."""
QUESTIONS: dict[Task, str] = {
    "de": "Does the level of {readout} change when {perturbation} is perturbed in {cells}?",
    "dir": "If the level of {readout} changes when {perturbation} is perturbed in {cells}, does it go up?",
}


@dataclass(frozen=True)
class RetrievedRow:
    """A measured response that speaks to the question.

    Attributes:
        evidence: Evidence id.
        perturbation: What was perturbed.
        readout: What was read out.
        positive: Whether it responds; asked about direction, whether it goes up.
        weight: How close it is; it has no unit.
    """

    evidence: str
    perturbation: str
    readout: str
    positive: bool
    weight: float


@dataclass(frozen=True)
class Draw:
    """One draw of rows and what it says.

    Attributes:
        rows: The rows, the closest first.
        vote: Their vote, from 0 to 1; None where there are none.
        verdict: ``yes``, ``no`` or ``not enough evidence``.
        reason: Why, in a sentence or two.
        cited: Ids of the rows that it rests on; all of them are among `rows`.
        invented: Ids that were cited and are not among the rows: then the verdict is not to be trusted.
    """

    rows: tuple[RetrievedRow, ...]
    vote: float | None
    verdict: str
    reason: str
    cited: tuple[str, ...]
    invented: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The answer to one question.

    Attributes:
        task: ``de`` or ``dir``.
        question: The question in words.
        verdict: ``yes``, ``no`` or ``not enough evidence``.
        share: Mean of the valid draws, from 0 (no) to 1 (yes); None where all abstain.
        draws: The draws.
        by: Who gave the verdicts: ``votes``, or the name of a language model.
    """

    task: str
    question: str
    verdict: str
    share: float | None
    draws: tuple[Draw, ...]
    by: str


@dataclass(frozen=True)
class ExplainedResponse:
    """What is said of one perturbation and one readout, and why.

    Attributes:
        context: Name of the context.
        cell_type: Its cells.
        predicted: What the response predictor says; nothing of it is among what the verdicts rest on.
        summaries: Two texts on each gene of the question.
        verdicts: Whether it responds, and whether it then goes up.
        notes: What should be known of the answer.
        neighbours: What a language model made of the closest perturbations before they voted; None where nobody edited.
    """

    context: str
    cell_type: str
    predicted: ResponseAnswer
    summaries: tuple[GeneSummary, ...]
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...]
    neighbours: Edit | None = None


@dataclass(frozen=True)
class Asked:
    """One question with its material, for whoever gives a verdict.

    Attributes:
        task: ``de`` or ``dir``.
        question: The question in words.
        summaries: Two texts on each gene.
        draws: The rows of each draw, with what they vote for.
        without_rows: Whether it is asked though there are no rows, as a control; else such a draw abstains.
        edit: What became of the closest perturbations before rows were looked for; None where nobody edited.
    """

    task: Task
    question: str
    summaries: tuple[GeneSummary, ...]
    draws: tuple[Draw, ...]
    without_rows: bool = False
    edit: Edit | None = None


class Reasoner(Protocol):
    """Gives verdicts from summaries and rows."""

    name: str
    """Who it is."""

    def judge(self, asked: Sequence[Asked]) -> list[tuple[Draw, ...]]:
        """The draws of each question with this reasoner's verdicts in place of those of the votes.

        Args:
            asked: The questions.
        """
        ...


@dataclass(frozen=True)
class Explaining:
    """How a response is explained.

    Attributes:
        context: Name of the table of responses; may be empty where the store has one only.
        graph: Whether closeness is that of the network, in place of the predictor's own.
        summaries: What is told of both genes: texts that a language model wrote of the very facts where there are any,
            else those by template (``kept``); those by template; or none.
        seed: Seed of draws and fit.
        editor: Who edits the closest perturbations before rows are looked for and vote; nobody where None.
    """

    context: str = ""
    graph: bool = False
    summaries: Summaries = "kept"
    seed: int = 0
    editor: NeighbourEditor | None = None


def explain_response(
    workspace: Workspace,
    perturbation: str,
    readout: str,
    *,
    context: str = "",
    graph: bool = False,
    summaries: Summaries = "kept",
    seed: int = 0,
) -> ExplainedResponse:
    """Explains a predicted response: what is known of both genes, the closest measured rows, and what they vote for.

    Rows come from the table that is asked about, never from those that it keeps for testing, and never from the very
    perturbation. No language model is asked.

    Args:
        workspace: Its store holds responses and annotation of genes.
        perturbation: The gene to perturb, by any name.
        readout: The readout gene, by any name.
        context: Name of the table of responses; may be empty where the store has one only.
        graph: Whether closeness is that of the network, in place of the predictor's own.
        summaries: What is told of both genes: texts that a language model wrote of the very facts where there are any,
            else those by template (``kept``); those by template; or none.
        seed: Seed of draws and fit.

    Raises:
        NotFoundError: There is no such context, or a name is no gene; near names are given.
        NeedsChoiceError: The store has several contexts, or a name means several genes.
        InvalidValueError: There is too little to learn from, or the readout is the perturbation's own target.
    """
    return explained_by(workspace, None, perturbation, readout, Explaining(context, graph, summaries, seed))


def explained_by(
    workspace: Workspace, reasoner: Reasoner | None, perturbation: str, readout: str, how: Explaining
) -> ExplainedResponse:
    """As `explain_response`, with the verdicts of a reasoner where there is one.

    Args:
        workspace: As there.
        reasoner: Who reads summaries and rows; None for the votes of the rows alone.
        perturbation: As there.
        readout: As there.
        how: As there.

    Raises:
        HitscoutError: As `explain_response`, or the reasoner cannot be asked.
    """
    by = "" if reasoner is None else reasoner.name
    predicted, asked = asked_about(workspace, perturbation, readout, how, by)
    given = [one.draws for one in asked] if reasoner is None else reasoner.judge(asked)
    counted = "votes" if how.editor is None else f"votes, neighbours edited by {how.editor.name}"
    return ExplainedResponse(
        context=predicted.context,
        cell_type=predicted.cell_type,
        predicted=predicted.answers[0],
        summaries=asked[0].summaries,
        verdicts=tuple(verdict_of(one, draws, by or counted) for one, draws in zip(asked, given, strict=True)),
        notes=predicted.notes,
        neighbours=asked[0].edit,
    )


def asked_about(
    workspace: Workspace, perturbation: str, readout: str, how: Explaining, by: str = ""
) -> tuple[PredictedResponses, list[Asked]]:
    """What the predictor says of a pair, and both questions on it with their material.

    Args:
        workspace: As for `explain_response`.
        perturbation: As there.
        readout: As there.
        how: As there.
        by: Name of the language model whose texts are looked for; any where empty.

    Raises:
        HitscoutError: As there.
    """
    # Several looks over one connection: opening a store costs more than most of them.
    with workspace.store.read():
        chosen, pair = the_pair(workspace, perturbation, readout, how.context)
        facts = facts_on_pair(workspace, chosen, pair)
    fit = fit_of(workspace, chosen, seed=how.seed)
    predicted = predicted_by(workspace, fit, chosen, pair)
    edit = None
    if how.editor is not None:
        listed = listed_in(workspace, fit, chosen, pair, how.seed)
        edit = edits_by(how.editor, listed, fit.fitted.context, fit.fitted.annotation)[listed[0].perturbation]
    workspace.report(Progress(f"rows of {chosen.name}", 0, 1, "looking for close rows"))
    asked = _questions(fit, chosen, pair, tuple(told(workspace, facts, how.summaries, by)), how, edit)
    workspace.report(Progress(f"rows of {chosen.name}", 1, 1, "done"))
    return predicted, asked


def _questions(
    fit: ResponseFit,
    context: ResponseContext,
    pair: pd.DataFrame,
    summaries: tuple[GeneSummary, ...],
    how: Explaining,
    edit: Edit | None = None,
) -> list[Asked]:
    """Both questions on a pair, with summaries and rows; rows are looked for where the predictor looked."""
    table, annotation = fit.fitted.context, fit.fitted.annotation
    pairs, perturbation, readout = ask(pair, annotation), *map(str, pair.iloc[0])
    looked = Retrieval(closeness="graph" if how.graph else "kernel")
    asked = []
    for task, words in QUESTIONS.items():
        found = retrieve_edited(table, pairs, annotation, task, looked, {} if edit is None else {perturbation: edit},
                                how.seed)  # fmt: skip
        said = votes(found).draws[0]
        rows = [_rows(table, context, rows_of(found, 0, draw)) for draw in range(looked.draws)]
        draws = tuple(_voted(task, some, float(vote)) for some, vote in zip(rows, said, strict=True))
        question = words.format(readout=readout, perturbation=perturbation, cells=context.cell_type or context.name)
        asked.append(Asked(task, question, summaries, draws, edit=edit))
    return asked


def _rows(
    table: Context, context: ResponseContext, rows: Sequence[tuple[int, int, bool, float]]
) -> tuple[RetrievedRow, ...]:
    named = [(str(table.perturbations[p]), str(table.readouts[r]), positive, w) for p, r, positive, w in rows]
    return tuple(RetrievedRow(response_id(context.name, p, r), p, r, positive, w) for p, r, positive, w in named)


def _voted(task: Task, rows: tuple[RetrievedRow, ...], vote: float) -> Draw:
    """The template answer of one draw."""
    if not rows or not np.isfinite(vote):
        return Draw(rows, None, UNKNOWN, "No measured perturbation is close enough to say.", ())
    verdict = verdict_from(vote)
    does, does_not = ("respond", "do not respond") if task == "de" else ("go up", "go down")
    cited = [one for one in rows if one.positive == (vote > 0.5)][:3]
    named = ", ".join(f"{one.readout} under {one.perturbation}" for one in cited)
    compared = "closer than" if verdict == YES else "farther than" if verdict == NO else "about as close as"
    reason = f"Rows that {does} are {compared} those that {does_not}; the closest {'of them ' if cited else ''}{named}."
    return Draw(rows, vote, verdict, reason, tuple(one.evidence for one in cited))


def verdict_from(share: float | None) -> str:
    """Yes, no, or not enough evidence.

    Args:
        share: From 0 (no) to 1 (yes); None where nothing was said.
    """
    if share is None or not np.isfinite(share) or abs(share - 0.5) < CLEAR:
        return UNKNOWN
    return YES if share > 0.5 else NO


def verdict_of(asked: Asked, draws: Sequence[Draw], by: str) -> Verdict:
    """The mean of the valid draws; one that cites rows that do not exist is not valid.

    Args:
        asked: The question.
        draws: The draws.
        by: Who gave them.
    """
    valid = [one.vote for one in draws if one.vote is not None and not one.invented]
    share = float(np.mean(valid)) if valid else None
    return Verdict(asked.task, asked.question, verdict_from(share), share, tuple(draws), by)
