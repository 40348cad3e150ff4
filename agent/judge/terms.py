"""Who is asked for one piece of work outside a conversation, and within which bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from agent.judge.asking import Asker
    from tools.grades.judge import JudgeUsage
    from tools.workspace import Workspace

Asked = TypeVar("Asked", bound="Asker")


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

    def opened(self, how: Callable[..., Asked], workspace: Workspace) -> Asked:
        """Who does one kind of work; close it after use.

        Args:
            how: Opens it: `open_reasoner`, `open_writer` or another one of `agent.judge.opening`.
            workspace: Whose settings, consent, cache and progress.

        Raises:
            HitscoutError: It cannot be asked, or may not see what the work sends.
        """
        opened = how(workspace, self.language_model, share=self.share, agree=self.agree, max_cost=self.max_cost)
        opened.before = self.before
        return opened
