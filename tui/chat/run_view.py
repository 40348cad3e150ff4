"""What happens in a run, put into the log; and what an earlier conversation's transcript puts there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.chat.widgets.log import Answered, Called, Entry, Log, Noted, Said
from tui.chat.widgets.tool_card import Call
from tui.layouts.acts import in_chat, spoken, trouble_in_chat
from tui.layouts.explained_card import verdict_lines
from tui.layouts.format import cell

if TYPE_CHECKING:
    from agent.events import Event

PAUSE = 0.1
"""Seconds between two drawings of a growing answer, and at least three times as long as the last one took."""
NAMED = 8
"""Genes that are named in a line on slots."""


class RunView:
    """Shows one run after the other in a log.

    Args:
        log: The log.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self._answer: Answered | None = None
        self._calls: dict[str, Called] = {}
        self._stale = False
        self._drawn_at = 0.0
        self._drawing = 0.0

    def begin(self) -> None:
        """A new run begins."""
        self._answer, self._calls = None, {}

    def take(self, event: Event) -> None:
        """Shows one event.

        Args:
            event: As `agent.events` has them.
        """
        from agent import events

        if isinstance(event, events.TextDelta):
            self._text(event.text)
        elif isinstance(event, events.ToolStarted):
            self._started(event)
        elif isinstance(event, events.ToolProgress):
            self._step(event)
        elif isinstance(event, events.ToolFinished):
            self._finished(event)
        elif isinstance(event, events.Notice):
            self.log.add(Noted(in_chat(event.text)))
        elif isinstance(event, events.Failed):
            self.flush(force=True)
            self.log.add(Noted(trouble_in_chat(event, "\n"), "trouble"))
        elif isinstance(event, events.Finished):
            self._whole(event.answer)

    def flush(self, *, force: bool = False) -> None:
        """Draws what has come since, unless it was drawn just now.

        Args:
            force: Whether to draw in any case.
        """
        if self._answer is None or not self._stale:
            return
        now = time.monotonic()
        if not force and now - self._drawn_at < max(PAUSE, 3 * self._drawing):
            return
        self.log.redraw(self._answer)
        self._drawn_at = time.monotonic()
        self._drawing = self._drawn_at - now
        self._stale = False

    def _text(self, text: str) -> None:
        if self._answer is None:
            self._answer = Answered()
            self.log.add(self._answer)
        self._answer.text += text
        self._stale = True
        self.flush()

    def _whole(self, answer: str) -> None:
        """The end; what was not streamed is shown now."""
        if answer and (self._answer is None or not self._answer.text.strip()):
            self._text(answer)
        self.flush(force=True)

    def _started(self, event: Any) -> None:  # noqa: ANN401 – ToolStarted
        self.flush(force=True)
        self._answer = None
        entry = self._calls.get(event.call_id)
        if entry is None:
            entry = self._calls[event.call_id] = Called(Call(event.tool, dict(event.arguments)))
            self.log.add(entry)
        else:
            entry.call.arguments = dict(event.arguments)
            self.log.redraw(entry)

    def _step(self, event: Any) -> None:  # noqa: ANN401 – ToolProgress
        entry = self._calls.get(event.call_id)
        if entry is not None and not entry.call.outcome:
            entry.call.step = step_text(event.progress)
            self.log.redraw(entry)

    def _finished(self, event: Any) -> None:  # noqa: ANN401 – ToolFinished
        from agent.serialising import plain

        entry = self._calls.get(event.call_id)
        if entry is None:
            entry = self._calls[event.call_id] = Called(Call(event.tool))
            self.log.add(entry)
        call = entry.call
        call.outcome, call.seconds, call.summary = event.outcome, event.seconds, in_chat(event.summary)
        call.value = spoken(plain(event.result), in_chat) if event.result is not None else None
        call.lines = notable(event.tool, call.arguments, call.value)
        self.log.redraw(entry)


def step_text(progress: Any) -> str:  # noqa: ANN401 – Progress
    """A step of a tool's progress in a few words.

    Args:
        progress: As `tools.workspace.Progress`.
    """
    share = f" {progress.done / progress.total:.0%}" if progress.total else ""
    return f"{progress.task}{share} {progress.message}".strip()


def notable(tool: str, arguments: Mapping[str, Any], value: Any) -> tuple[str, ...]:  # noqa: ANN401
    """What of a result must be seen without opening its card: grades and the places that they fill, and verdicts.

    Args:
        tool: Name of the tool.
        arguments: What it was given.
        value: The result as JSON values.
    """
    if not isinstance(value, Mapping):
        return ()
    if tool == "campaign_grade":
        reason = str(arguments.get("reason", ""))
        return (f"{value.get('perturbation')}: grade {cell(value.get('grade'))} – {reason}", *value.get("notes", ()))
    if tool == "explain_response":
        return verdict_lines(value)
    shortlist = value.get("shortlist") if isinstance(value.get("shortlist"), Mapping) else value
    nominations = shortlist.get("nominations") if isinstance(shortlist, Mapping) else None
    if not isinstance(nominations, list):
        return ()
    graded = [one for one in nominations if isinstance(one, Mapping) and one.get("by") == "grade"]
    if not graded:
        return ()
    named = ", ".join(f"{one['perturbation']} ({cell(one.get('grade'))})" for one in graded[:NAMED])
    more = f" and {len(graded) - NAMED} more" if len(graded) > NAMED else ""
    return (f"{len(graded)} of {len(nominations)} places filled by grades: {named}{more}",)


def entries_of(lines: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """What a transcript says, as entries of the log.

    Args:
        lines: As `agent.transcripts.listing.transcript_show` gives them.
    """
    return [entry for line in lines for entry in _entries(line)]


def _entries(line: Mapping[str, Any]) -> list[Entry]:
    from agent.serialising import unfenced

    kind = line["kind"]
    if kind == "asked":
        return [Said(str(line["text"]))]
    if kind == "answer":
        return [Answered(str(line["text"]))]
    if kind == "notice":
        return [Noted(in_chat(str(line["text"])))]
    if kind == "failed":
        return [Noted(in_chat(f"{line['message']}\n{line.get('suggestion', '')}".strip()), "trouble")]
    if kind == "resumed":
        return [Noted(f"Carried on with {line['language_model']}.")]
    if kind != "tool":
        return []
    value = spoken(unfenced(str(line.get("result", ""))), in_chat) if line["outcome"] == "done" else None
    arguments = line.get("arguments") or {}
    return [
        Called(
            Call(
                str(line["tool"]), arguments, str(line["outcome"]), float(line["seconds"]),
                in_chat(str(line["summary"])), value, lines=notable(str(line["tool"]), arguments, value),
            )
        )
    ]  # fmt: skip
