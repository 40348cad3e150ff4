"""Who is asked for one piece of work outside a conversation, and within which bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from agent.judge.reasoner import LanguageModelReasoner
    from agent.judge.summary_writer import LanguageModelWriter
    from tools.grades.judge import JudgeUsage
    from tools.workspace import Workspace


class _Bounds(TypedDict):
    share: str | None
    agree: bool
    max_cost: float | None


@dataclass(frozen=True)
class Terms:
    """Who is asked, and within which bounds.

    Attributes:
        language_model: ``PROVIDER:NAME``.
        share: What of the store may leave this machine; that of the settings where None.
        agree: Whether a person has agreed to what leaves this machine.
        max_cost: Dollars at most; that of the settings where None.
        before: Called with what is about to be spent, before it is; raises where nobody agrees.
    """

    language_model: str
    share: str | None = None
    agree: bool = False
    max_cost: float | None = None
    before: Callable[[JudgeUsage], None] | None = None

    @property
    def _bounds(self) -> _Bounds:
        return {"share": self.share, "agree": self.agree, "max_cost": self.max_cost}

    def reasoner(self, workspace: Workspace) -> LanguageModelReasoner:
        """Who gives verdicts; close it after use.

        Args:
            workspace: As for `agent.judge.opening.open_reasoner`.

        Raises:
            HitscoutError: As there.
        """
        from agent.judge.opening import open_reasoner

        opened = open_reasoner(
            workspace, self.language_model, share=self.share, agree=self.agree, max_cost=self.max_cost
        )
        opened.before = self.before
        return opened

    def writer(self, workspace: Workspace) -> LanguageModelWriter:
        """Who writes texts on genes; close it after use.

        Args:
            workspace: As for `agent.judge.opening.open_writer`.

        Raises:
            HitscoutError: As there.
        """
        from agent.judge.opening import open_writer

        opened = open_writer(workspace, self.language_model, **self._bounds)
        opened.before = self.before
        return opened
