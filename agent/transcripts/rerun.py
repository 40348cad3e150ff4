"""Reruns: the calls of an old conversation, made again with the present tools, and where the results differ."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from agent.binding import Called, Toolbox, all_tools, bind
from agent.transcripts.log import content_of
from db.store import Store
from db.transcripts import find_transcript, lines_of, store_revision
from tools.workspace import Workspace

Verdict = Literal["same", "differs", "failed", "skipped", "gone"]


@dataclass(frozen=True)
class RerunCall:
    """One call of the old conversation and what came of it now.

    Attributes:
        tool: Name of the tool.
        arguments: What it was given.
        verdict: ``same`` result; it ``differs``; it ``failed`` now; ``skipped`` because it writes, or was not
            done then; ``gone``: there is no such tool any more, or it takes other arguments.
        before: What it gave then, one line.
        now: What it gives now, one line; empty where it was not called.
    """

    tool: str
    arguments: Mapping[str, Any]
    verdict: Verdict
    before: str
    now: str


@dataclass(frozen=True)
class Rerun:
    """What a rerun found.

    Attributes:
        transcript: Id of the conversation.
        calls: Its calls, in order.
        same: How many gave the same.
        differing: How many gave something else, or nothing.
        store_changed: Whether the store was written since the conversation began.
        versions_changed: What runs in another version now: ``name: then → now``.
    """

    transcript: str
    calls: tuple[RerunCall, ...]
    same: int
    differing: int
    store_changed: bool
    versions_changed: tuple[str, ...]


def rerun(workspace: Workspace, name: str, *, with_writes: bool = False) -> Rerun:
    """Makes the recorded calls again with the present tools; the store itself is never changed.

    Args:
        workspace: Whose store the conversation was about.
        name: Id of the transcript, its beginning, or ``last``.
        with_writes: Whether writing tools run too, on a copy of the store that is thrown away.

    Raises:
        NotFoundError: There is no such transcript.
    """
    transcript = find_transcript(workspace.store, name)
    lines = list(lines_of(transcript.path))
    start = lines[0]
    seed = start["seed"] if isinstance(start.get("seed"), int) else 0
    with _place(workspace, copied=with_writes) as place:
        calls = tuple(_again(place, line, seed, with_writes=with_writes) for line in lines if _is_call(line))
    revision = store_revision(workspace.store)
    return Rerun(
        transcript.id,
        calls,
        sum(call.verdict == "same" for call in calls),
        sum(call.verdict in ("differs", "failed", "gone") for call in calls),
        store_changed=_mapping(start.get("store")).get("revision") != revision,
        versions_changed=_versions_changed(_mapping(start.get("versions"))),
    )


def _is_call(line: Mapping[str, Any]) -> bool:
    """Whether a line tells of a call, whole."""
    texts = all(isinstance(line.get(key), str) for key in ("tool", "summary", "outcome"))
    return line["kind"] == "tool" and texts and isinstance(line.get("arguments"), Mapping)


def _mapping(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 – whatever another program wrote
    return value if isinstance(value, Mapping) else {}


@contextmanager
def _place(workspace: Workspace, *, copied: bool) -> Iterator[Workspace]:
    """The workspace itself, or one on a copy of its store."""
    if not copied or not workspace.store.exists():
        yield workspace
        return
    with tempfile.TemporaryDirectory(prefix="hitscout-rerun-") as folder:
        source, target = workspace.store, Store(Path(folder) / workspace.store.path.name)
        with source.read():
            shutil.copyfile(source.path, target.path)
            if source.manifest_path.is_file():
                shutil.copyfile(source.manifest_path, target.manifest_path)
        yield replace(workspace, store=target)


def _again(workspace: Workspace, line: Mapping[str, Any], seed: int, *, with_writes: bool) -> RerunCall:
    name, arguments, before = str(line["tool"]), dict(line["arguments"]), str(line["summary"])
    writing = name in all_tools("writing")
    if line["outcome"] in ("denied", "interrupted") or (writing and not with_writes):
        return RerunCall(name, arguments, "skipped", before, "")
    called = call_again(workspace, name, arguments, seed)
    if called is None:
        return RerunCall(name, arguments, "gone", before, "")
    return RerunCall(name, arguments, _verdict(line, called), before, called.summary)


def _verdict(line: Mapping[str, Any], called: Called) -> Verdict:
    if line["outcome"] == "done":
        if called.outcome != "done":
            return "failed"
        return "same" if content_of(called.value) == line.get("content") else "differs"
    return "same" if called.outcome == line["outcome"] else "differs"


def call_again(workspace: Workspace, name: str, arguments: Mapping[str, Any], seed: int = 0) -> Called | None:
    """Calls a tool with arguments as a language model wrote them; None where it does not take them.

    Args:
        workspace: Its workspace.
        name: Name of the tool.
        arguments: JSON values.
        seed: Seed of its random numbers.
    """
    from pydantic import ValidationError

    tool = all_tools().get(name)
    if tool is None:
        return None
    try:
        typed = bind(tool, writing=False).function_schema.validator.validate_python(dict(arguments))
    except ValidationError:
        return None
    # A rerun writes no file outside the folder of the copy that it works on.
    toolbox = Toolbox(workspace, seed, writes_within=workspace.store.path.parent)
    return toolbox.perform(tool, "", typed)


def _versions_changed(before: Mapping[str, str]) -> tuple[str, ...]:
    from agent.transcripts.log import versions_now

    now = versions_now()
    return tuple(f"{name}: {old} → {now[name]}" for name, old in before.items() if name in now and now[name] != old)
