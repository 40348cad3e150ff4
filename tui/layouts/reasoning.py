"""How an explained response, and the two texts on a gene, are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, line, notes, share, table

if TYPE_CHECKING:
    from tools.grades.judge import JudgeUsage
    from tools.responses.reasoning.explained import Draw, ExplainedResponse, Verdict
    from tools.responses.reasoning.neighbours import Edit
    from tools.responses.reasoning.summaries import GeneSummary, Statement

NOTHING = "Nothing that was written of this rests on the facts given."


def summarised(summary: GeneSummary) -> Sequence[RenderableType]:
    """The two texts on a gene, and what they rest on.

    Args:
        summary: The texts.
    """
    about = {side: getattr(summary, side) or NOTHING for side in ("downstream", "upstream")}
    parts: list[RenderableType] = [line(summary.gene, "bold"), fields(about)]
    parts.append(line(f"Evidence: {', '.join(summary.evidence)}", "dim"))
    if summary.written_at:
        parts.append(line(f"Written by {summary.by} on {summary.written_at} from facts {summary.facts[:8]}.", "dim"))
    return [*parts, *notes([_refused(one) for one in summary.statements if not one.stands])]


def _refused(one: Statement) -> str:
    if one.invented:
        return f"Left out, as it cites {', '.join(one.invented)}, which was not given: {one.text}"
    return f"Left out, as it rests on no fact: {one.text}"


def explained(found: ExplainedResponse) -> Sequence[RenderableType]:
    """An explained response: verdicts, the predictor's figures, what is known of the genes, and the rows.

    Args:
        found: The explanation.
    """
    one = found.predicted
    cells = f" ({found.cell_type})" if found.cell_type else ""
    parts: list[RenderableType] = [line(f"{one.perturbation} → {one.readout} in {found.context}{cells}", "bold")]
    parts.append(_verdicts(found.verdicts))
    parts.append(
        line(
            f"The predictor, apart from this: responds {share(one.probability_de)}, then up"
            f" {share(one.probability_up)}, support {one.support_level}."
        )
    )
    if found.neighbours is not None:
        parts += _edited(found.neighbours)
    for summary in found.summaries:
        by = f", written by {summary.by} on {summary.written_at}" if summary.written_at else ""
        parts += [heading(f"{summary.gene}{by}"), line(summary.downstream or NOTHING)]
        if summary.upstream != summary.downstream:
            parts.append(line(summary.upstream or NOTHING))
    for verdict in found.verdicts:
        parts += _rows(verdict)
    return [*parts, *notes(found.notes)]


def _edited(edit: Edit) -> list[RenderableType]:
    """What became of the closest perturbations."""
    if edit.failure:
        return [heading("Neighbours"), line(f"None was edited: {edit.failure}.")]
    parts = {"kept": edit.kept, "dropped": edit.dropped, "added": edit.added, "not measured": edit.ignored}
    said = {name: ", ".join(names) for name, names in parts.items() if names}
    return [heading("Neighbours"), fields(said), *([line(edit.reason)] if edit.reason else [])]


def _verdicts(verdicts: Sequence[Verdict]) -> RenderableType:
    columns = [
        Column("question", running=True), Column("verdict"), Column("share", right=True), Column("draws"),
        Column("by", keep=4),
    ]  # fmt: skip
    rows = [
        (one.question, one.verdict, "–" if one.share is None else share(one.share),
         "; ".join(_draw(draw) for draw in one.draws), one.by)
        for one in verdicts
    ]  # fmt: skip
    return table(columns, rows, cut=False)


def _draw(draw: Draw) -> str:
    said = draw.verdict if draw.vote is None else f"{draw.verdict} ({share(draw.vote)})"
    return f"{said}, cites what is not there" if draw.invented else said


def _rows(verdict: Verdict) -> list[RenderableType]:
    """The reasons of all draws, and their rows, each once."""
    parts: list[RenderableType] = [heading("Responds?" if verdict.task == "de" else "Up?")]
    parts += [line(f"Draw {number}: {draw.reason}") for number, draw in enumerate(verdict.draws, 1)]
    seen = {row.evidence: row for draw in verdict.draws for row in draw.rows}
    if not seen:
        return parts
    words = {True: "responds", False: "no response"} if verdict.task == "de" else {True: "up", False: "down"}
    columns = [
        Column("closeness", right=True), Column("perturbation"), Column("readout"), Column("measured"),
        Column("draws", right=True), Column("evidence", keep=3),
    ]  # fmt: skip
    rows = [
        (share(row.weight), row.perturbation, row.readout, words[row.positive],
         str(sum(any(one.evidence == row.evidence for one in draw.rows) for draw in verdict.draws)), row.evidence)
        for row in sorted(seen.values(), key=lambda one: (-one.weight, one.evidence))
    ]  # fmt: skip
    return [*parts, table(columns, rows, cut=False)]


def estimated(usage: JudgeUsage) -> Sequence[RenderableType]:
    """What asking a language model would take.

    Args:
        usage: It.
    """
    return [line(f"It would take {usage}. Nothing was sent.")]
