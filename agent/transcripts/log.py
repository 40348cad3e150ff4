"""A conversation as lines of a transcript, and back: what was said outlives a crash and can be carried on."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.events import Failed, Notice, ToolFinished, Used
from agent.privacy.keys import redact
from agent.settings import LanguageModelSettings
from db.errors import HitscoutError
from db.provenance import versions
from db.transcripts import TranscriptFile, lines_of, store_revision
from tools.workspace import Workspace

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage

_TEXT_PAUSE = 0.5
"""Seconds of streamed text that a crash may cost."""
_CHANGING = frozenset(
    {
        "seconds",
        "created_at",
        "confirmed_at",
        "measured_at",
        "path",
        "transcript",
        "transcripts",
        "asked_at",
        "from_cache",
    }
)


def content_of(value: Any) -> str:  # noqa: ANN401 – any JSON value
    """A hash of a tool's result, without times: equal for equal results.

    Args:
        value: The result as JSON values.
    """
    text = json.dumps(_steady(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _steady(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return {key: _steady(one) for key, one in value.items() if key not in _CHANGING}
    return [_steady(one) for one in value] if isinstance(value, list) else value


class TranscriptLog:
    """Writes a conversation to its transcript as it happens.

    Args:
        file: The transcript.
    """

    def __init__(self, file: TranscriptFile) -> None:
        self.file = file
        self._text = ""
        self._written_at = 0.0
        self._messages = 0

    @property
    def id(self) -> str:
        """Id of the transcript."""
        return self.file.id

    def write(self, kind: str, **values: Any) -> None:  # noqa: ANN401 – JSON values
        """Writes one line, keys masked.

        Args:
            kind: What the line is.
            **values: Its values.
        """
        self.file.append(kind, _masked(values))

    def begin(
        self,
        workspace: Workspace,
        language_model: str,
        settings: LanguageModelSettings,
        campaign: str,
        *,
        again: bool,
        seed: int = 0,
    ) -> None:
        """Writes what the conversation rests on.

        Args:
            workspace: Whose store is talked about.
            language_model: Name of the language model.
            settings: Its limits, and what is shared.
            campaign: The campaign that it is about; may be empty.
            again: Whether the transcript is carried on.
            seed: Seed of the tools' random numbers.
        """
        try:
            revision = store_revision(workspace.store)
        except HitscoutError:
            # A store that cannot be read is told of by the tools that need it.
            revision = None
        store = {"name": workspace.store.path.name, "revision": revision}
        self.write(
            "resumed" if again else "start",
            language_model=language_model,
            campaign=campaign,
            seed=seed,
            store=store,
            versions=versions_now(),
            settings=asdict(settings),
        )

    def asked(self, text: str) -> None:
        """Writes a person's question.

        Args:
            text: The question.
        """
        self._text = ""
        self.write("asked", text=text)

    def text(self, delta: str) -> None:
        """Takes streamed text, and writes what has come together from time to time.

        Args:
            delta: More text.
        """
        self._text += delta
        if time.monotonic() - self._written_at >= _TEXT_PAUSE:
            self._flush_text()

    def _flush_text(self) -> None:
        if self._text:
            self.write("text", text=self._text)
            self._text, self._written_at = "", time.monotonic()

    def continue_after(self, messages: Sequence[ModelMessage]) -> None:
        """Notes which messages the transcript holds already.

        Args:
            messages: The conversation so far.
        """
        self._messages = len(messages)

    def messages(self, messages: Sequence[ModelMessage]) -> None:
        """Writes the messages that are new and whole.

        Args:
            messages: The whole conversation.
        """
        from pydantic_ai.messages import ModelMessagesTypeAdapter

        for message in messages[self._messages :]:
            values = ModelMessagesTypeAdapter.dump_python([message], mode="json")[0]
            # The same long text each time; a resumed conversation gets today's.
            values.pop("instructions", None)
            self.write("message", message=values)
            # It holds all the text that was streamed for it.
            self._text = ""
        self._messages = max(self._messages, len(messages))

    def tool(self, event: ToolFinished, arguments: Mapping[str, Any], text: str, value: Any) -> None:  # noqa: ANN401
        """Writes what became of a call.

        Args:
            event: The call's end.
            arguments: What it was given.
            text: What the language model gets to read.
            value: The result as JSON values.
        """
        self.write(
            "tool",
            call_id=event.call_id,
            tool=event.tool,
            arguments=dict(arguments),
            outcome=event.outcome,
            seconds=round(event.seconds, 3),
            summary=event.summary,
            ids=list(event.ids),
            result=text,
            content=content_of(value) if event.outcome == "done" else None,
        )

    def end(self, event: Failed | Notice | Used | str) -> None:
        """Writes how a run ended, or what it used.

        Args:
            event: The end, a notice, the usage, or the answer.
        """
        self._flush_text()
        if isinstance(event, str):
            self.write("answer", text=event)
        elif isinstance(event, Used):
            self.write("usage", **event.to_json())
        elif isinstance(event, Notice):
            self.write("notice", text=event.text)
        else:
            self.write("failed", why=event.kind, message=event.message, suggestion=event.suggestion)


def history_of(path: Path) -> list[ModelMessage]:
    """The conversation that a transcript holds, also one that a crash cut short.

    Args:
        path: The transcript's file.
    """
    from pydantic import ValidationError
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    messages: list[Any] = []
    tail: list[dict[str, Any]] = []
    for line in lines_of(path):
        if line["kind"] == "message":
            # One that cannot be read is passed over; what was said after it still counts.
            with suppress(ValidationError):
                messages += ModelMessagesTypeAdapter.validate_python([line.get("message")])
                tail = []
        elif line["kind"] in ("asked", "text", "tool"):
            tail.append(line)
    return [*messages, *_unfinished(messages, tail)]


def _unfinished(messages: Sequence[Any], tail: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Messages of what was said after the last whole message."""
    from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolReturnPart, UserPromptPart

    made: list[Any] = []
    pending = {part.tool_call_id for part in messages[-1].parts if part.part_kind == "tool-call"} if messages else set()
    returns = [
        ToolReturnPart(str(line.get("tool")), str(line.get("result")), tool_call_id=str(line["call_id"]))
        for line in tail
        if line["kind"] == "tool" and str(line.get("call_id")) in pending
    ]
    if returns:
        made.append(ModelRequest(parts=returns))
    for line in tail:
        if line["kind"] == "asked":
            made.append(ModelRequest(parts=[UserPromptPart(str(line.get("text", "")))]))
    text = "".join(str(line.get("text", "")) for line in tail if line["kind"] == "text")
    if text:
        made.append(ModelResponse(parts=[TextPart(text)], state="interrupted"))
    return made


def _masked(value: Any) -> Any:  # noqa: ANN401 – any JSON value
    if isinstance(value, Mapping):
        return {str(key): _masked(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(one) for one in value]
    return redact(value) if isinstance(value, str) else value


def versions_now() -> dict[str, str]:
    """Versions of what has a hand in a conversation."""
    return versions() | {name: _version(name) for name in ("pydantic-ai-slim", "openai", "anthropic")}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
