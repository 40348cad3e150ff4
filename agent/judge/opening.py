"""Opens a language model for one piece of work outside a conversation, with limits, sharing and consent settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, TypeVar, Unpack, cast

from agent.judge.asking import Asker
from agent.judge.cluster_reader import LanguageModelClusterReader
from agent.judge.gene_set_namer import LanguageModelNamer
from agent.judge.judge import LanguageModelJudge
from agent.judge.neighbour_editor import LanguageModelEditor
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


_Asker = TypeVar("_Asker", bound=Asker)


class Bounds(TypedDict, total=False):
    """Within which bounds a language model is asked.

    Attributes:
        share: What of the store may leave this machine; that of the settings where None.
        agree: Whether a person has agreed to what leaves this machine.
        max_cost: Dollars at most; that of the settings where None.
    """

    share: str | None
    agree: bool
    max_cost: float | None


def open_reasoner(workspace: Workspace, name: str, **bounds: Unpack[Bounds]) -> LanguageModelReasoner:
    """Who gives verdicts on responses from summaries and rows, and keeps them in the cache; close it after use.

    Args:
        workspace: Whose settings, consent, cache and progress.
        name: ``PROVIDER:NAME``.
        bounds: See `Bounds`; what is shared is ``summaries`` at least.

    Raises:
        ConsentNeededError: Something would leave this machine that nobody agreed to.
        InvalidValueError: It is the offline assistant, or it cannot be used, or may not see what the work sends.
    """
    return _opened(
        LanguageModelReasoner, "verdicts", workspace, name, "Explaining a response",
        ("gives no verdicts", "votes of the rows need none"), **bounds,
    )  # fmt: skip


def open_cluster_reader(workspace: Workspace, name: str, **bounds: Unpack[Bounds]) -> LanguageModelClusterReader:
    """Who names clusters of cells from their genes, and keeps its replies in the cache; close it after use.

    Args:
        workspace: As for `open_reasoner`.
        name: As there.
        bounds: As there.

    Raises:
        HitscoutError: As there.
    """
    return _opened(
        LanguageModelClusterReader, "cluster-labels", workspace, name, "Naming clusters of cells",
        ("names no clusters", "gene sets and texts need none"), **bounds,
    )  # fmt: skip


def open_writer(workspace: Workspace, name: str, **bounds: Unpack[Bounds]) -> LanguageModelWriter:
    """Who writes texts on genes from facts of the store, and keeps its replies in the cache; close it after use.

    Args:
        workspace: As for `open_reasoner`.
        name: As there.
        bounds: As there.

    Raises:
        HitscoutError: As there.
    """
    return _opened(
        LanguageModelWriter, "summaries", workspace, name, "Writing on genes",
        ("writes no texts on genes", "texts by template need none"), **bounds,
    )  # fmt: skip


def open_editor(workspace: Workspace, name: str, **bounds: Unpack[Bounds]) -> LanguageModelEditor:
    """Who edits the closest perturbations before they vote, and keeps its replies in the cache; close it after use.

    Args:
        workspace: As for `open_reasoner`.
        name: As there.
        bounds: As there.

    Raises:
        HitscoutError: As there.
    """
    return _opened(
        LanguageModelEditor, "neighbours", workspace, name, "Editing neighbours",
        ("edits no neighbours", "votes of the closest rows need none"), **bounds,
    )  # fmt: skip


def open_namer(workspace: Workspace, name: str, **bounds: Unpack[Bounds]) -> LanguageModelNamer:
    """Who names clusters of genes, and keeps its replies in the cache; close it after use.

    Args:
        workspace: As for `open_reasoner`.
        name: As there.
        bounds: As there.

    Raises:
        HitscoutError: As there.
    """
    return _opened(
        LanguageModelNamer, "gene-set-names", workspace, name, "Naming clusters of genes",
        ("names no clusters", "enriched sets need none"), **bounds,
    )  # fmt: skip


def _opened(
    kind: type[_Asker], folder: str, workspace: Workspace, name: str, purpose: str, offline: tuple[str, str],
    **bounds: Unpack[Bounds],
) -> _Asker:  # fmt: skip
    """Somebody who reads summaries; `offline`: what the offline assistant does not do, and what needs nobody."""
    language_model, called, budget = open_language_model(workspace, name, purpose=purpose, **bounds)
    if language_model is None:
        lacks, instead = offline
        raise InvalidValueError(f"The offline assistant {lacks}.", f"Leave {option('language_model')} out: {instead}.")
    require_share(language_model, "summaries", purpose)
    return kind(language_model, workspace.paths.cache / folder, name=called, budget=budget, report=workspace.report)
