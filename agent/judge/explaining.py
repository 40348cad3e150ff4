"""A response explained with a language model: texts on both genes first where they are wished for, then verdicts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.judge.neighbour_editor import LanguageModelEditor
from agent.judge.opening import open_editor, open_reasoner, open_writer
from tools.responses.fits import fit_of
from tools.responses.reasoning.asked_pair import facts_on_pair, the_pair
from tools.responses.reasoning.explained import ExplainedResponse, Explaining, asked_about, explained_by
from tools.responses.reasoning.neighbours import listed_in
from tools.responses.reasoning.written import lacking, written
from tools.workspace import Workspace

if TYPE_CHECKING:
    from agent.judge.terms import Terms
    from tools.grades.judge import JudgeUsage


def explained_with(
    workspace: Workspace, terms: Terms, perturbation: str, readout: str, how: Explaining, *, writes: bool = False,
    edits: bool = False,
) -> ExplainedResponse:  # fmt: skip
    """As `tools.responses.reasoning.explained.explain_response`, with a language model's verdicts or its neighbours.

    Args:
        workspace: As there.
        terms: Who is asked, and within which bounds.
        perturbation: As there.
        readout: As there.
        how: As there.
        writes: Whether it writes texts on both genes first, where it has not.
        edits: Whether it edits the closest perturbations, whose rows then vote, in place of giving verdicts.

    Raises:
        HitscoutError: As there, or the language model cannot be asked.
    """
    if writes:
        context, pair = the_pair(workspace, perturbation, readout, how.context)
        with terms.opened(open_writer, workspace) as writer:
            written(workspace, writer, facts_on_pair(workspace, context, pair))
            spent = writer.spent
        how = replace(how, summaries="kept")
    with terms.opened(open_editor, workspace) if edits else terms.opened(open_reasoner, workspace) as asker:
        if writes:
            asker.spent = asker.spent.plus(spent)
        if isinstance(asker, LanguageModelEditor):
            return explained_by(workspace, None, perturbation, readout, replace(how, editor=asker))
        return explained_by(workspace, asker, perturbation, readout, how)


def estimate_of(
    workspace: Workspace, terms: Terms, perturbation: str, readout: str, how: Explaining, *, writes: bool = False,
    edits: bool = False,
) -> JudgeUsage:  # fmt: skip
    """What `explained_with` would take; nothing is sent. Texts that are still to be written count as the template's.

    Args:
        workspace: As there.
        terms: As there.
        perturbation: As there.
        readout: As there.
        how: As there.
        writes: As there.
        edits: As there.

    Raises:
        HitscoutError: As there.
    """
    how = replace(how, summaries="kept") if writes else how
    context, pair = the_pair(workspace, perturbation, readout, how.context)
    if edits:
        with terms.opened(open_editor, workspace) as editor:
            fit = fit_of(workspace, context, seed=how.seed)
            usage = editor.estimate(listed_in(workspace, fit, context, pair, how.seed))
    else:
        with terms.opened(open_reasoner, workspace) as reasoner:
            _, asked = asked_about(workspace, perturbation, readout, how, reasoner.name)
            usage = reasoner.estimate(asked)
    if not writes:
        return usage
    with terms.opened(open_writer, workspace) as writer:
        return usage.plus(writer.estimate(lacking(workspace, facts_on_pair(workspace, context, pair), writer.name)))
