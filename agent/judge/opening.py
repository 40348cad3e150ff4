"""Opens a language model for one piece of work outside a conversation, with limits, sharing and consent settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from agent.judge.judge import LanguageModelJudge
from agent.judge.reasoner import LanguageModelReasoner
from agent.judge.summary_writer import LanguageModelWriter
from agent.privacy.consent import give_consent, require_consent
from agent.privacy.sharing import require_share
from agent.providers.language_models import is_offline, resolve
from agent.providers.prices import require_price
from agent.settings import OFFLINE, Share, load_settings
from db.acts import ANY, Word, act, option
from db.errors import InvalidValueError
from tools.workspace import Workspace

if TYPE_CHECKING:
    from pydantic_ai.models import Model


def open_language_model(
    workspace: Workspace,
    name: str = "",
    *,
    purpose: str,
    share: str | None = None,
    agree: bool = False,
    max_cost: float | None = None,
) -> tuple[Model | None, str, float | None]:
    """The language model of a name or of the settings; none where that is the offline assistant.

    Args:
        workspace: Whose settings and consent.
        name: ``PROVIDER:NAME``; that of the settings where empty.
        purpose: The work, as the subject of a sentence, for refusals.
        share: What of the store may leave this machine; that of the settings where None.
        agree: Whether a person has agreed to what leaves this machine.
        max_cost: Dollars at most; that of the settings where None.

    Returns:
        The language model or None, its name, and the most that it may cost.

    Raises:
        ConsentNeededError: Something would leave this machine that nobody agreed to.
        InvalidValueError: The language model cannot be used, or may not see what the work sends.
    """
    given = cast("Share | None", share)
    settings = load_settings(workspace.paths, name=name, share=given, max_cost=max_cost)
    if settings.name == OFFLINE:
        return None, OFFLINE, None
    language_model = resolve(settings=settings)
    if is_offline(language_model):
        return None, OFFLINE, None
    if settings.max_cost is not None:
        require_price(language_model)
    require_share(language_model, "names", purpose)
    if agree:
        give_consent(language_model, workspace.paths)
    require_consent(language_model, workspace.paths)
    return language_model, settings.name, settings.max_cost


def open_judge(
    workspace: Workspace,
    name: str = "",
    *,
    share: str | None = None,
    agree: bool = False,
    max_cost: float | None = None,
) -> LanguageModelJudge:
    """A blind judge that keeps its replies in the workspace's cache and reports there; close it after use.

    Args:
        workspace: Whose settings, consent, cache and progress.
        name: ``PROVIDER:NAME``; that of the settings where empty.
        share: What of the store may leave this machine.
        agree: Whether a person has agreed to what leaves this machine.
        max_cost: Dollars at most.

    Raises:
        ConsentNeededError: Something would leave this machine that nobody agreed to.
        InvalidValueError: It is the offline assistant, which gives no grades, or it cannot be used.
    """
    language_model, called, budget = open_language_model(
        workspace, name, purpose="Grading genes", share=share, agree=agree, max_cost=max_cost
    )
    if language_model is None:
        raise InvalidValueError(
            "The offline assistant gives no grades.",
            f"Name a language model: {option(language_model='anthropic:NAME')}, openai:NAME or openai-chat:NAME; or"
            f" grade yourself: {act('campaign_grade', gene=Word('G'), grade=4, reason=ANY)}.",
        )
    return LanguageModelJudge(
        language_model, workspace.paths.cache / "grades", name=called, budget=budget, report=workspace.report
    )


def open_reasoner(
    workspace: Workspace,
    name: str,
    *,
    share: str | None = None,
    agree: bool = False,
    max_cost: float | None = None,
) -> LanguageModelReasoner:
    """Who gives verdicts on responses from summaries and rows, and keeps them in the cache; close it after use.

    Args:
        workspace: Whose settings, consent, cache and progress.
        name: ``PROVIDER:NAME``.
        share: What of the store may leave this machine; ``summaries`` at least.
        agree: Whether a person has agreed to what leaves this machine.
        max_cost: Dollars at most.

    Raises:
        ConsentNeededError: Something would leave this machine that nobody agreed to.
        InvalidValueError: It is the offline assistant, or it cannot be used, or may not see what the work sends.
    """
    purpose = "Explaining a response"
    language_model, called, budget = open_language_model(
        workspace, name, purpose=purpose, share=share, agree=agree, max_cost=max_cost
    )
    if language_model is None:
        raise InvalidValueError(
            "The offline assistant gives no verdicts.",
            f"Leave {option('language_model')} out: votes of the rows need none.",
        )
    require_share(language_model, "summaries", purpose)
    return LanguageModelReasoner(
        language_model, workspace.paths.cache / "verdicts", name=called, budget=budget, report=workspace.report
    )


def open_writer(
    workspace: Workspace,
    name: str,
    *,
    share: str | None = None,
    agree: bool = False,
    max_cost: float | None = None,
) -> LanguageModelWriter:
    """Who writes texts on genes from facts of the store, and keeps its replies in the cache; close it after use.

    Args:
        workspace: Whose settings, consent, cache and progress.
        name: ``PROVIDER:NAME``.
        share: What of the store may leave this machine; ``summaries`` at least.
        agree: Whether a person has agreed to what leaves this machine.
        max_cost: Dollars at most.

    Raises:
        ConsentNeededError: Something would leave this machine that nobody agreed to.
        InvalidValueError: It is the offline assistant, or it cannot be used, or may not see what the work sends.
    """
    purpose = "Writing on genes"
    language_model, called, budget = open_language_model(
        workspace, name, purpose=purpose, share=share, agree=agree, max_cost=max_cost
    )
    if language_model is None:
        raise InvalidValueError(
            "The offline assistant writes no texts on genes.",
            f"Leave {option('language_model')} out: texts by template need none.",
        )
    require_share(language_model, "summaries", purpose)
    return LanguageModelWriter(
        language_model, workspace.paths.cache / "summaries", name=called, budget=budget, report=workspace.report
    )
