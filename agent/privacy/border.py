"""The border around a language model: what goes out is what may be shared, and what comes back is whole.

A border also repeats requests that were refused for load, within limits, and counts an answer that was cut short as
a failure, because half an answer reads like a whole one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelRateLimitError,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
    UnexpectedModelBehavior,
)
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings, merge_model_settings

from agent.notices import on_notice
from agent.privacy.consent import require_consent
from agent.privacy.messages import SEEN, shared_messages
from agent.privacy.sharing import stays_here
from agent.settings import LanguageModelSettings, Share

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model, StreamedResponse

LONGEST_ANSWER = 400_000
"""Characters of one answer, its calls and its thinking included, after which it is stopped: none is that long."""
_WORTH_REPEATING = (ModelRateLimitError, ModelUnavailableError, ModelServerError, ModelConnectionError)


class AnswerCutShort(ModelAPIError):  # noqa: N818 – named as it is told
    """An answer that ended before it was finished."""


class Border(WrapperModel):
    """A language model behind its border.

    Args:
        wrapped: The language model itself.
        settings: Limits of its requests, and what may be shared with it.
        ask_consent: Whether a person must have agreed before something leaves this machine.
    """

    def __init__(self, wrapped: Model, settings: LanguageModelSettings, *, ask_consent: bool = True) -> None:
        super().__init__(wrapped)
        self.ask_consent = ask_consent
        self.limits = settings
        self.share: Share = "rows" if stays_here(wrapped) else settings.share
        # Set on the language model itself, because a fallback asks it without looking at its border's settings.
        itself = _innermost(wrapped)
        itself._settings = _limited(itself, settings)

    async def request(self, messages: list[ModelMessage], *rest: Any, **named: Any) -> ModelResponse:  # noqa: ANN401
        """One request, repeated where that may help; its answer is whole.

        Args:
            messages: The conversation.
            *rest: Settings of this request, tools and the shape of the answer, as the framework gives them.
            **named: The same by name.

        Raises:
            ConsentNeededError: Nobody agreed that something may leave this machine.
            ModelAPIError: The provider failed, or its answer was cut short.
        """
        sent = self._outgoing(messages)
        attempt = 0
        while True:
            try:
                response = await self.wrapped.request(sent, *rest, **named)
            except _WORTH_REPEATING as error:
                attempt += 1
                await self._wait(error, attempt)
            except (IndexError, KeyError, TypeError, AttributeError) as error:
                raise _nonsense(self.model_name, error) from error
            else:
                self._require_whole(response)
                return self._marked(response)

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        *rest: Any,  # noqa: ANN401
        **named: Any,  # noqa: ANN401
    ) -> AsyncGenerator[StreamedResponse]:
        """One streamed request; it is repeated only while nothing has come back.

        Args:
            messages: The conversation.
            *rest: Settings of this request, tools, the shape of the answer and the run, as the framework gives them.
            **named: The same by name.

        Yields:
            The answer as it comes.

        Raises:
            ConsentNeededError: Nobody agreed that something may leave this machine.
            ModelAPIError: The provider failed, or its answer was cut short.
        """
        sent = self._outgoing(messages)
        attempt = 0
        async with AsyncExitStack() as stack:
            while True:
                try:
                    stream = await stack.enter_async_context(self.wrapped.request_stream(sent, *rest, **named))
                    break
                except _WORTH_REPEATING as error:
                    attempt += 1
                    await self._wait(error, attempt)
            self._bound(stream)
            try:
                yield stream
            except (IndexError, KeyError, TypeError, AttributeError) as error:
                raise _nonsense(self.model_name, error) from error
            except ModelAPIError as error:
                if "finish_reason" in str(error):
                    raise self._ended_early() from error
                raise
            response = stream.get()
            self._require_whole(response)
            stream.metadata = {**(stream.metadata or {}), SEEN: self.share}

    def _outgoing(self, messages: list[ModelMessage]) -> list[ModelMessage]:
        if self.ask_consent:
            require_consent(self)
        return messages if stays_here(self.wrapped) else shared_messages(messages, self.share)

    def _marked(self, response: ModelResponse) -> ModelResponse:
        response.metadata = {**(response.metadata or {}), SEEN: self.share}
        return response

    def _bound(self, stream: StreamedResponse) -> None:
        """Counts the events of an answer where they come from, because only the framework may begin to read them."""
        source: Any = stream
        events = source._get_event_iterator
        source._get_event_iterator = lambda: self._bounded(events())

    async def _bounded(self, events: AsyncIterator[Any]) -> AsyncGenerator[Any]:
        """The events of an answer until it is longer than any answer is."""
        length = 0
        async for event in events:
            length += _length_of(event)
            if length > LONGEST_ANSWER:
                raise self._too_long()
            yield event

    def _too_long(self) -> AnswerCutShort:
        return AnswerCutShort(
            self.model_name,
            f"The answer of {self.model_name} went on past {LONGEST_ANSWER:,} characters; it was stopped.",
        )

    def _require_whole(self, response: ModelResponse) -> None:
        if sum(len(_content_of(part)) for part in response.parts) > LONGEST_ANSWER:
            raise self._too_long()
        if response.finish_reason == "length":
            raise AnswerCutShort(self.model_name, f"The answer of {self.model_name} was cut off at its token limit.")
        if response.finish_reason is None and response.state != "suspended":
            raise self._ended_early()
        if response.finish_reason == "content_filter":
            raise AnswerCutShort(self.model_name, f"The provider's filter stopped the answer of {self.model_name}.")
        if response.finish_reason == "error":
            raise AnswerCutShort(self.model_name, f"{self.model_name} gave up in the middle of its answer.")

    def _ended_early(self) -> AnswerCutShort:
        return AnswerCutShort(self.model_name, f"The answer of {self.model_name} ended before it was finished.")

    async def _wait(self, error: ModelAPIError, attempt: int) -> None:
        """Waits before a repeat, or raises the error where waiting is too long or has been tried enough."""
        pause = error.retry_after if error.retry_after is not None else 0.5 * 2 ** (attempt - 1)
        timed_out = isinstance(error, ModelTimeoutError)
        if attempt > self.limits.retries or pause > self.limits.longest_wait or timed_out:
            raise error
        if notice := on_notice.get():
            notice(f"{self.model_name} is busy or out of reach; asking again in {pause:.0f} s.")
        await asyncio.sleep(pause)


def _innermost(language_model: Model) -> Model:
    """The language model within what makes up for its abilities."""
    while isinstance(language_model, WrapperModel):
        language_model = language_model.wrapped
    return language_model


def _limited(wrapped: Model, limits: LanguageModelSettings) -> ModelSettings | None:
    """The language model's own settings with our time limits; repeats are ours, so that they are seen and bounded."""
    ours = ModelSettings(timeout=limits.read_timeout, request_timeout=limits.request_deadline, max_retries=0)
    if type(wrapped).__name__ == "AnthropicModel":
        # Instructions and tools are the same in each request of a conversation, and cost a tenth when kept.
        ours["cache"] = True
    if type(wrapped).__name__ == "OpenAIResponsesModel":
        # The responses API keeps what it is sent for a month unless it is told not to.
        ours = cast("ModelSettings", {**ours, "openai_store": False})
    return merge_model_settings(wrapped.settings, ours)


def _length_of(event: Any) -> int:  # noqa: ANN401 – any event of a stream
    """Characters that an event adds to an answer; one at least, so that a stream of nothings ends too."""
    part = getattr(event, "delta", None) if event.event_kind == "part_delta" else getattr(event, "part", None)
    return 1 + (len(_content_of(part)) if event.event_kind in ("part_delta", "part_start") else 0)


def _content_of(part: Any) -> str:  # noqa: ANN401 – a part of an answer, or what is added to one
    named = ("content", "args", "content_delta", "args_delta")
    return "".join(str(getattr(part, name)) for name in named if getattr(part, name, None))


def _nonsense(name: str, error: Exception) -> UnexpectedModelBehavior:
    return UnexpectedModelBehavior(f"{name} sent an answer that cannot be read ({type(error).__name__}).")
