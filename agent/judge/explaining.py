"""A response explained with a language model: texts on both genes first where they are wished for, then verdicts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tools.responses.reasoning.asked_pair import facts_on_pair, the_pair
from tools.responses.reasoning.explained import ExplainedResponse, Explaining, asked_about, explained_by
from tools.responses.reasoning.written import lacking, written
from tools.workspace import Workspace

if TYPE_CHECKING:
    from agent.judge.terms import Terms
    from tools.grades.judge import JudgeUsage


def explained_with(
    workspace: Workspace, terms: Terms, perturbation: str, readout: str, how: Explaining, *, writes: bool = False
) -> ExplainedResponse:
    """As `tools.responses.reasoning.explained.explain_response`, with a language model's verdicts.

    Args:
        workspace: As there.
        terms: Who is asked, and within which bounds.
        perturbation: As there.
        readout: As there.
        how: As there.
        writes: Whether it writes texts on both genes first, where it has not.

    Raises:
        HitscoutError: As there, or the language model cannot be asked.
    """
    if writes:
        context, pair = the_pair(workspace, perturbation, readout, how.context)
        with terms.writer(workspace) as writer:
            written(workspace, writer, facts_on_pair(workspace, context, pair))
            spent = writer.spent
        how = replace(how, summaries="kept")
    with terms.reasoner(workspace) as reasoner:
        if writes:
            reasoner.spent = reasoner.spent.plus(spent)
        return explained_by(workspace, reasoner, perturbation, readout, how)


def estimate_of(
    workspace: Workspace, terms: Terms, perturbation: str, readout: str, how: Explaining, *, writes: bool = False
) -> JudgeUsage:
    """What `explained_with` would take; nothing is sent. Texts that are still to be written count as the template's.

    Args:
        workspace: As there.
        terms: As there.
        perturbation: As there.
        readout: As there.
        how: As there.
        writes: As there.

    Raises:
        HitscoutError: As there.
    """
    how = replace(how, summaries="kept") if writes else how
    with terms.reasoner(workspace) as reasoner:
        _, asked = asked_about(workspace, perturbation, readout, how, reasoner.name)
        usage = reasoner.estimate(asked)
    if not writes:
        return usage
    context, pair = the_pair(workspace, perturbation, readout, how.context)
    with terms.writer(workspace) as writer:
        return usage.plus(writer.estimate(lacking(workspace, facts_on_pair(workspace, context, pair), writer.name)))
