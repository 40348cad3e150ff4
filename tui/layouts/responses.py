"""How tables of responses, and predicted responses, are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, line, notes, share, table
from tui.layouts.screen import noted

if TYPE_CHECKING:
    from db.screens.responses import ResponseContext
    from tools.responses.answers import PredictedResponses, ResponseAnswer
    from tools.responses.tables import AddedResponses


_UNTOLD = "not told: the file has no label and no FDR; a rule on its effects tells, such as --responds '|lfc|>1'"


def added(added: AddedResponses) -> Sequence[RenderableType]:
    """What became of a file of responses.

    Args:
        added: The report.
    """
    context = added.context
    state = "was in the store already; nothing was written" if added.already_present else "added"
    about = {
        "cell type": context.cell_type,
        "perturbations": context.perturbations,
        "readouts": context.readouts,
        "responses": context.rows,
        "respond": f"{added.responding:,}, {added.raised:,} of them up, by {added.rule}" if added.rule else _UNTOLD,
    }
    parts: list[RenderableType] = [line(f"{context.name}: {state}", "bold"), fields(about)]
    return parts + noted("Kept aside", added.kept_aside) + noted("Used with a flag", added.flags)


def listing(found: Sequence[ResponseContext]) -> Sequence[RenderableType]:
    """The contexts as a table.

    Args:
        found: One for each line.
    """
    if not found:
        return [line("The store has no responses. `hitscout fetch perturbqa-k562` or `hitscout response add FILE`.")]
    columns = [
        Column("context"), Column("cell type"), Column("study", keep=6), Column("modality", keep=4),
        Column("perturbations", right=True), Column("readouts", right=True), Column("responses", right=True),
    ]  # fmt: skip
    rows = [
        (one.name, one.cell_type, one.study, one.modality, one.perturbations, one.readouts, one.rows) for one in found
    ]
    return [table(columns, rows)]


def removed(removed: ResponseContext) -> Sequence[RenderableType]:
    """Which table is gone.

    Args:
        removed: The context as it was.
    """
    return [line(f"{removed.name} ({removed.rows:,} responses) was removed.")]


def predicted(found: PredictedResponses) -> list[RenderableType]:
    """Answers as a table, and for a single one the measured responses nearest to it.

    Args:
        found: The answers.
    """
    columns = [
        Column("perturbation"), Column("readout"), Column("responds", right=True), Column("then up", right=True),
        Column("support"), Column("measured", keep=5, running=True), Column("nearest measured", keep=4, running=True),
    ]  # fmt: skip
    rows = [
        (one.perturbation, one.readout, share(one.probability_de), share(one.probability_up), one.support_level,
         _measured(one), ", ".join(near.perturbation for near in one.neighbours[:3]))
        for one in found.answers
    ]  # fmt: skip
    cells = f" ({found.cell_type})" if found.cell_type else ""
    about = f"{found.context}{cells}: learnt from {found.responses:,} responses"
    others = f" and from {', '.join(found.learnt_from[1:])}" if len(found.learnt_from) > 1 else ""
    parts: list[RenderableType] = [line(about + others + ".", "bold")]
    if rows:
        parts.append(table(columns, rows, cut=False))
    if found.asked > len(found.answers):
        parts.append(line(f"{len(found.answers):,} of {found.asked:,} pairs asked about; --top shows more.", "dim"))
    if len(found.answers) == 1:
        parts += _nearest(found.answers[0])
    parts += notes(found.notes)
    if found.missing:
        parts.append(line(f"More annotation would help: hitscout fetch {' '.join(found.missing)}", "dim"))
    return parts


def _measured(one: ResponseAnswer) -> str:
    words = {True: "up", False: "down", None: "responds"}
    return "; ".join(f"{words[each.up] if each.responds else 'no response'} ({each.context})" for each in one.measured)


def _nearest(one: ResponseAnswer) -> Sequence[RenderableType]:
    if not one.neighbours:
        return []
    columns = [
        Column("weight", right=True), Column("perturbation"), Column("readout"), Column("responds"),
        Column("evidence", keep=3),
    ]  # fmt: skip
    rows = [
        (share(near.weight), near.perturbation, near.readout, near.responds, near.evidence) for near in one.neighbours
    ]
    return [heading("Nearest measured responses"), table(columns, rows, cut=False)]
