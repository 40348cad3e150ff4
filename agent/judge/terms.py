"""Who is asked for one piece of work outside a conversation, and within which bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.judge.neighbour_editor import LanguageModelEditor
    from agent.judge.opening import Bounds
    from agent.judge.reasoner import LanguageModelReasoner
    from agent.judge.summary_writer import LanguageModelWriter
    from tools.grades.judge import JudgeUsage
    from tools.workspace import Workspace


@dataclass(frozen=True)
class Terms:
    """Who is asked, and within which bounds.

    Attributes:
        language_model: ``PROVIDER:NAME``.
        share: What of the store may leave this machine; that of the settings where None.
        agree: Whether a person has agreed to what leaves this machine.
        max_cost: Dollars at most; that of the settings where None.
        before: Called with what is about to be spent where no bound was set; raises where nobody agrees.
    """

    language_model: str
    share: str | None = None
    agree: bool = False
    max_cost: float | None = None
    before: Callable[[JudgeUsage], None] | None = None

    @property
    def _bounds(self) -> Bounds:
        return {"share": self.share, "agree": self.agree, "max_cost": self.max_cost}

    def reasoner(self, workspace: Workspace) -> LanguageModelReasoner:
        """Who gives verdicts; close it after use.

        Args:
            workspace: As for `agent.judge.opening.open_reasoner`.

        Raises:
            HitscoutError: As there.
        """
        from agent.judge.opening import open_reasoner

        opened = open_reasoner(workspace, self.language_model, **self._bounds)
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

    def editor(self, workspace: Workspace) -> LanguageModelEditor:
        """Who edits the closest perturbations before they vote; close it after use.

        Args:
            workspace: As for `agent.judge.opening.open_editor`.

        Raises:
            HitscoutError: As there.
        """
        from agent.judge.opening import open_editor

        opened = open_editor(workspace, self.language_model, **self._bounds)
        opened.before = self.before
        return opened
