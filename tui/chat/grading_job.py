"""Grades of the newest round by the language model in use, as jobs of the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.workspace import Workspace

if TYPE_CHECKING:
    from tools.campaigns.rounds.judged_round import Judged


def judge_newest(
    workspace: Workspace, language_model: str = "", name: str = "", *, only_estimate: bool = False
) -> Judged:
    """Lets a language model grade the candidates of a campaign's round, and proposes the round with its grades.

    Args:
        workspace: Where the campaign is.
        language_model: As ``--model`` takes it; that of the settings where empty.
        name: The campaign; the only open one where empty.
        only_estimate: Whether to say what it would take, and send and write nothing.

    Raises:
        ConsentNeededError: Genes would leave this machine, and nobody agreed to that.
        InvalidValueError: It is the offline assistant, which gives no grades.
    """
    from agent.judge.graded_round import grade_round
    from agent.judge.opening import open_judge

    with open_judge(workspace, language_model) as judge:
        return grade_round(workspace, judge, name, only_estimate=only_estimate)


def offer_of(estimate: Judged) -> list[str]:
    """What grading would take, in sentences.

    Args:
        estimate: As `judge_newest` gives it with ``only_estimate``.
    """
    return [
        f"{estimate.by} would grade {estimate.asked:,} candidates of round {estimate.round} of {estimate.campaign}.",
        f"That takes about {estimate.estimate}.",
        "It does not see how they are ranked. The round is then proposed again with the grades.",
    ]
