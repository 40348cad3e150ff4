"""Grades of the newest round by the language model in use, as a job of the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.workspace import Workspace

if TYPE_CHECKING:
    from tools.judging import Judged


def judge_newest(workspace: Workspace, language_model: str = "", name: str = "") -> Judged:
    """Lets a language model grade the candidates of a campaign's round, and proposes the round with its grades.

    Args:
        workspace: Where the campaign is.
        language_model: As ``--model`` takes it; that of the settings where empty.
        name: The campaign; the only open one where empty.

    Raises:
        ConsentNeededError: Genes would leave this machine, and nobody agreed to that.
        InvalidValueError: It is the offline assistant, which gives no grades.
    """
    from agent.opening import open_judge
    from tools.judging import judge_round

    with open_judge(workspace, language_model) as judge:
        return judge_round(workspace, judge, name)
