"""The assistant for scripts and front ends: opens or resumes a conversation, asks, and gives the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from agent.conversation import Approve, Conversation, approve_all, approve_none
from agent.dry_run import DryRun, dry_run
from agent.events import Event, Failed, Finished, Used
from agent.privacy.consent import give_consent, missing_consent, require_consent
from agent.providers.language_models import resolve
from agent.providers.prices import require_price
from agent.settings import LanguageModelSettings, Share, load_settings
from agent.transcripts.log import TranscriptLog, history_of
from db.errors import HitscoutError
from db.transcripts import SUFFIX, Transcript, TranscriptFile, find_transcript, folder_of, new_id
from tools.campaigns.chosen_campaign import pick_campaign
from tools.workspace import Workspace

if TYPE_CHECKING:
    from pydantic_ai.models import Model

Approval = Literal["all", "none"]
Result = TypeVar("Result")


class RunFailedError(HitscoutError):
    """A run that ended without a whole answer; its transcript is kept."""

    def __init__(self, message: str, suggestion: str = "", kind: str = "error", transcript: str = "") -> None:
        super().__init__(message, suggestion)
        self.kind = kind
        self.transcript = transcript


@dataclass(frozen=True)
class Answer:
    """What an assistant answered.

    Attributes:
        answer: The text, in Markdown.
        shortlist: The newest shortlist that was made for it, with the keys of ``propose --json``, or None.
        transcript: Id of the transcript; `Assistant` resumes it.
        usage: Requests, tool calls, tokens and dollars.
        marks: What should be known of the answer before it is believed, a sentence each: that no tool was called for
            it, or that it cites evidence which does not exist.
    """

    answer: str
    shortlist: Mapping[str, Any] | None
    transcript: str
    usage: Used
    marks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The keys of ``ask --json``."""
        return {
            "answer": self.answer,
            "shortlist": None if self.shortlist is None else dict(self.shortlist),
            "transcript": self.transcript,
            "usage": self.usage.to_json(),
            "marks": list(self.marks),
        }


def open_conversation(
    workspace: Workspace,
    *,
    language_model: Model | None = None,
    settings: LanguageModelSettings | None = None,
    campaign: str = "",
    approve: Approve = approve_none,
    resume: str = "",
    agree: bool = False,
    seed: int = 0,
) -> Conversation:
    """A conversation with its transcript, new or carried on.

    Args:
        workspace: What is talked about; its store need not exist.
        language_model: Who answers; of the settings where None.
        settings: Which language model, its limits and what is shared; of environment and settings file where None.
        campaign: The campaign in use; that of the resumed conversation, or the only open one, where empty.
        approve: Asked before each writing tool.
        resume: Id of a transcript to carry on, its beginning, or ``last``; empty for a new one.
        agree: Whether a person has agreed to what leaves this machine.
        seed: Seed of the tools' random numbers.

    Raises:
        ConsentNeededError: Something would leave this machine that nobody agreed to.
        InvalidValueError: The language model cannot be used.
        NotFoundError: There is no such campaign or transcript.
    """
    chosen = settings or load_settings(workspace.paths)
    answering = language_model or resolve(settings=chosen)
    if chosen.max_cost is not None:
        require_price(answering)
    if agree:
        give_consent(answering, workspace.paths)
    require_consent(answering, workspace.paths)
    earlier = find_transcript(workspace.store, resume) if resume else None
    named = campaign or (earlier.campaign if earlier else "")
    if named:
        named = pick_campaign(workspace.store, named).name
    log = _log(workspace, earlier)
    log.begin(workspace, answering.model_name, chosen, named, again=earlier is not None, seed=seed)
    history = history_of(earlier.path) if earlier else []
    return Conversation(workspace, answering, chosen, log, approve=approve, campaign=named, history=history, seed=seed)


def _log(workspace: Workspace, earlier: Transcript | None) -> TranscriptLog:
    path = earlier.path if earlier else folder_of(workspace.store) / f"{new_id()}{SUFFIX}"
    return TranscriptLog(TranscriptFile(path))


class Assistant:
    """Asks questions of a store, with a language model or without one.

    Each question carries the conversation on; the offline assistant answers the same question of the same store with
    the same seed in the same words::

        from hitscout import Assistant

        print(Assistant(campaign="tcell").ask_sync("Which genes next?").answer)

    Args:
        workspace: What is talked about; the user's own store where None.
        language_model: ``offline`` or ``provider:name``; of environment and settings file where empty.
        campaign: The campaign in use; the only open one where empty.
        approve: Whether writing tools may run: ``none``, ``all``, or a coroutine that is asked each time.
        share: What of the store may leave this machine: ``nothing``, ``names``, ``summaries`` or ``rows``.
        resume: Id of a transcript to carry on.
        agree: Whether a person has agreed to what leaves this machine.
        seed: Seed of the tools' random numbers.
        on_event: Called with each event of each run.
        **limits: Other fields of `agent.settings.LanguageModelSettings`, such as ``max_requests``.
    """

    def __init__(
        self,
        workspace: Workspace | None = None,
        *,
        language_model: str = "",
        campaign: str = "",
        approve: Approval | Approve = "none",
        share: Share | None = None,
        resume: str = "",
        agree: bool = False,
        seed: int = 0,
        on_event: Callable[[Event], None] | None = None,
        **limits: Any,  # noqa: ANN401 – fields' own types
    ) -> None:
        self.workspace = workspace or Workspace.open(seed=seed)
        self.settings = load_settings(self.workspace.paths, name=language_model, share=share, **limits)
        self._campaign = campaign
        self._approve: Approve = (
            {"all": approve_all, "none": approve_none}[approve] if isinstance(approve, str) else approve
        )
        self._resume = resume
        self._agree = agree
        self._seed = seed
        self._on_event = on_event or (lambda event: None)  # noqa: ARG005 – nobody listens

    async def ask(self, question: str) -> Answer:
        """Asks one question.

        Args:
            question: The question, or what is wished for.

        Raises:
            RunFailedError: The run ended without a whole answer.
            HitscoutError: It could not begin.
        """
        conversation = open_conversation(
            self.workspace,
            settings=self.settings,
            campaign=self._campaign,
            approve=self._approve,
            resume=self._resume,
            agree=self._agree,
            seed=self._seed,
        )
        self._resume = conversation.transcript
        try:
            return await self._answer(conversation, question)
        finally:
            conversation.log.file.close()

    async def _answer(self, conversation: Conversation, question: str) -> Answer:
        async for event in conversation.run(question):
            self._on_event(event)
            if isinstance(event, Failed):
                raise RunFailedError(event.message, event.suggestion, event.kind, conversation.transcript)
            if isinstance(event, Finished):
                return Answer(event.answer, event.shortlist, event.transcript, event.usage, event.marks)
        raise RunFailedError("The run ended without an answer.", transcript=conversation.transcript)

    def unagreed(self) -> tuple[str, ...]:
        """What would leave this machine and nobody agreed to yet, a sentence each."""
        return tuple(one.text for one in missing_consent(resolve(settings=self.settings), self.workspace.paths))

    def agree(self) -> None:
        """A person agrees to what leaves this machine, for this and later questions."""
        self._agree = True

    def dry_run(self, question: str) -> DryRun:
        """What the first request of a question would send; nothing is sent.

        Args:
            question: The question.
        """
        earlier = find_transcript(self.workspace.store, self._resume) if self._resume else None
        return _run(
            lambda: dry_run(
                self.workspace,
                resolve(settings=self.settings),
                question,
                campaign=self._campaign or (earlier.campaign if earlier else ""),
                history=history_of(earlier.path) if earlier else (),
            )
        )

    def ask_sync(self, question: str) -> Answer:
        """Asks one question and waits for the answer; works inside a notebook, too.

        Args:
            question: The question, or what is wished for.

        Raises:
            RunFailedError: The run ended without a whole answer.
            HitscoutError: It could not begin.
        """
        return _run(lambda: self.ask(question))


def _run(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Runs a coroutine to its end, also where an event loop runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()
