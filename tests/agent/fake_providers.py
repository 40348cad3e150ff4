"""Providers of language models on 127.0.0.1, written for the tests: three protocols, plain and streaming, and faults.

A `FakeProvider` speaks chat completions, responses and Anthropic messages, by the path that is asked. It plays a
script of `Reply` objects, one for each request, the last one again and again, and keeps what it received. Asked by a
client that uses it as an HTTP proxy, it answers for any host, so that a test can have a provider on "another machine".
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROTOCOLS = {"openai-chat": "/chat/completions", "openai": "/responses", "anthropic": "/v1/messages"}
KEY = "sk-test-0123456789abcdef"
"""The key that tests set, and that must not be found anywhere."""


@dataclass(frozen=True)
class Reply:
    """What the provider says to one request.

    Attributes:
        text: Text of the answer.
        calls: Tool calls: name and arguments (a text is sent as it is, so it may be no JSON).
        fault: empty, or one of: stall, stall-mid, early-end, reset, length, choices-empty, garbage, filter, or an HTTP
            status such as 401, 429, 500, 529.
        retry_after: The header of that name.
        usage: Tokens sent and received.
    """

    text: str = ""
    calls: Sequence[tuple[str, Mapping[str, Any] | str]] = ()
    fault: str = ""
    retry_after: float | None = None
    usage: tuple[int, int] = (11, 7)


@dataclass
class Received:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    raw: str
    at: float = field(default_factory=time.monotonic)

    @property
    def conversation(self) -> str:
        """What the language model is told: messages and instructions, without the schemas of the tools."""
        return json.dumps({k: v for k, v in self.body.items() if k != "tools"}, ensure_ascii=False)


Script = Sequence[Reply] | Callable[[int, Mapping[str, Any]], Reply]


class FakeProvider:
    """A provider that plays a script. Set `script` anew for each test; `received` is emptied with it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received: list[Received] = []
        self.ending = threading.Event()
        self.papers: Sequence[Mapping[str, Any]] = ()
        """What a GET is answered with, as a literature service would."""
        self._script: Script = [Reply("Hello.")]

    @property
    def script(self) -> Script:
        return self._script

    @script.setter
    def script(self, script: Script) -> None:
        self._script, self.received = script, []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reply(self, number: int, body: Mapping[str, Any]) -> Reply:
        script = self._script
        return script(number, body) if callable(script) else script[min(number, len(script) - 1)]


@contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    """Serves until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    provider = FakeProvider(server.server_address[1])
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.ending.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Says nothing."""

    def do_GET(self) -> None:
        papers = list(self.server.provider.papers)  # type: ignore[attr-defined]
        self._head(200, "application/json")
        self.wfile.write(json.dumps({"hitCount": len(papers), "resultList": {"result": papers}}).encode())

    def do_POST(self) -> None:
        provider: FakeProvider = self.server.provider  # type: ignore[attr-defined]
        raw = self.rfile.read(int(self.headers.get("content-length", 0))).decode("utf-8")
        body = json.loads(raw)
        number = len(provider.received)
        provider.received.append(Received(self.path, dict(self.headers), body, raw))
        with suppress(BrokenPipeError, ConnectionResetError):
            self._answer(provider, provider.reply(number, body), body)

    def _answer(self, provider: FakeProvider, reply: Reply, body: Mapping[str, Any]) -> None:
        if reply.fault == "reset":
            self.connection.close()
            return
        if reply.fault == "stall":
            provider.ending.wait(30)
            return
        if reply.fault.isdecimal():
            self._refuse(int(reply.fault), reply)
            return
        if reply.fault == "garbage":
            self._head(200, "application/json" if not body.get("stream") else "text/event-stream")
            self.wfile.write(b"<html>not what you asked for</html>\n\n")
            return
        protocol = next(name for name, path in PROTOCOLS.items() if self.path.split("?")[0].endswith(path))
        if body.get("stream"):
            self._stream(provider, reply, list(_EVENTS[protocol](reply, body)))
        else:
            self._head(200, "application/json")
            self.wfile.write(json.dumps(_PLAIN[protocol](reply, body)).encode())

    def _refuse(self, status: int, reply: Reply) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        if reply.retry_after is not None:
            self.send_header("retry-after", str(reply.retry_after))
        self.end_headers()
        # Some providers say the key again that they refuse.
        key = self.headers.get("authorization", "") or self.headers.get("x-api-key", "")
        error = {"message": f"Refused: {key} ({KEY})", "type": "some_error", "code": str(status)}
        self.wfile.write(json.dumps({"type": "error", "error": error}).encode())

    def _stream(self, provider: FakeProvider, reply: Reply, events: list[str]) -> None:
        self._head(200, "text/event-stream")
        shown = events if reply.fault not in ("early-end", "stall-mid") else events[: max(len(events) // 2, 2)]
        for event in shown:
            self.wfile.write(event.encode())
            self.wfile.flush()
        if reply.fault == "stall-mid":
            provider.ending.wait(30)

    def _head(self, status: int, content: str) -> None:
        self.send_response(status)
        self.send_header("content-type", content)
        self.end_headers()


def _arguments(given: Mapping[str, Any] | str) -> str:
    return given if isinstance(given, str) else json.dumps(dict(given))


_numbers = itertools.count(1)


def _id(prefix: str) -> str:
    return f"{prefix}_{next(_numbers)}"


def _words(text: str) -> list[str]:
    return [word + " " for word in text.split(" ")] if text else []


# Chat completions --------------------------------------------------------------------------------


def _chat_reason(reply: Reply) -> str:
    faults = {"length": "length", "filter": "content_filter"}
    return faults.get(reply.fault) or ("tool_calls" if reply.calls else "stop")


def _chat_calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {"index": i, "id": _id("call"), "type": "function", "function": {"name": n, "arguments": _arguments(a)}}
        for i, (n, a) in enumerate(reply.calls)
    ]


def _chat_plain(reply: Reply, body: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.calls:
        message["tool_calls"] = [{k: v for k, v in call.items() if k != "index"} for call in _chat_calls(reply)]
    choice = {"index": 0, "message": message, "finish_reason": _chat_reason(reply)}
    return {
        "id": _id("chat"), "object": "chat.completion", "created": 1, "model": body["model"],
        "choices": [] if reply.fault == "choices-empty" else [choice], "usage": _chat_usage(reply),
    }  # fmt: skip


def _chat_usage(reply: Reply) -> dict[str, int]:
    sent, received = reply.usage
    return {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received}


def _chat_events(reply: Reply, body: Mapping[str, Any]) -> Iterator[str]:
    head = {"id": _id("chat"), "object": "chat.completion.chunk", "created": 1, "model": body["model"]}

    def chunk(delta: Mapping[str, Any], reason: str | None = None) -> str:
        choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
        return f"data: {json.dumps({**head, 'choices': [] if reply.fault == 'choices-empty' else choices})}\n\n"

    yield chunk({"role": "assistant", "content": ""})
    for word in _words(reply.text):
        yield chunk({"content": word})
    for call in _chat_calls(reply):
        yield chunk({"tool_calls": [call]})
    yield chunk({}, _chat_reason(reply))
    yield f"data: {json.dumps({**head, 'choices': [], 'usage': _chat_usage(reply)})}\n\n"
    yield "data: [DONE]\n\n"


# Responses ---------------------------------------------------------------------------------------


def _response(reply: Reply, body: Mapping[str, Any], output: list[Any], status: str = "completed") -> dict[str, Any]:
    sent, received = reply.usage
    incomplete = {"length": "max_output_tokens", "filter": "content_filter"}.get(reply.fault)
    return {
        "id": _id("resp"), "object": "response", "created_at": 1, "model": body["model"], "output": output,
        "status": "incomplete" if incomplete and status == "completed" else status, "parallel_tool_calls": True,
        "tool_choice": "auto", "tools": [], "error": None, "instructions": None, "metadata": {},
        "incomplete_details": {"reason": incomplete} if incomplete else None,
        "usage": {
            "input_tokens": sent, "output_tokens": received, "total_tokens": sent + received,
            "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0},
        },
    }  # fmt: skip


def _response_items(reply: Reply) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if reply.text:
        content = [{"type": "output_text", "text": reply.text, "annotations": []}]
        message = {"type": "message", "id": _id("msg"), "role": "assistant", "status": "completed"}
        items.append({**message, "content": content})
    for name, arguments in reply.calls:
        call = {"type": "function_call", "id": _id("fc"), "call_id": _id("call"), "status": "completed"}
        items.append({**call, "name": name, "arguments": _arguments(arguments)})
    return items


def _response_plain(reply: Reply, body: Mapping[str, Any]) -> dict[str, Any]:
    return _response(reply, body, [] if reply.fault == "choices-empty" else _response_items(reply))


def _response_events(reply: Reply, body: Mapping[str, Any]) -> Iterator[str]:
    numbers = itertools.count()

    def event(kind: str, **values: Any) -> str:
        content = {"type": kind, "sequence_number": next(numbers), **values}
        return f"event: {kind}\ndata: {json.dumps(content)}\n\n"

    items = [] if reply.fault == "choices-empty" else _response_items(reply)
    yield event("response.created", response=_response(reply, body, [], "in_progress"))
    for place, item in enumerate(items):
        where = {"output_index": place, "item_id": item["id"]}
        if item["type"] == "message":
            empty = {"type": "output_text", "text": "", "annotations": []}
            yield event("response.output_item.added", output_index=place, item={**item, "content": []})
            yield event("response.content_part.added", **where, content_index=0, part=empty)
            for word in _words(reply.text):
                yield event("response.output_text.delta", **where, content_index=0, delta=word, logprobs=[])
            yield event("response.output_text.done", **where, content_index=0, text=reply.text, logprobs=[])
        else:
            yield event("response.output_item.added", output_index=place, item={**item, "arguments": ""})
            yield event("response.function_call_arguments.delta", **where, delta=item["arguments"])
            done = {"arguments": item["arguments"], "name": item["name"]}
            yield event("response.function_call_arguments.done", **where, **done)
        yield event("response.output_item.done", output_index=place, item=item)
    ended = _response(reply, body, items)
    yield event(f"response.{ended['status']}", response=ended)


# Anthropic messages ------------------------------------------------------------------------------


def _anthropic_reason(reply: Reply) -> str:
    faults = {"length": "max_tokens", "filter": "refusal"}
    return faults.get(reply.fault) or ("tool_use" if reply.calls else "end_turn")


def _anthropic_blocks(reply: Reply) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": reply.text}] if reply.text else []
    for name, arguments in reply.calls:
        given = json.loads(_arguments(arguments)) if not isinstance(arguments, str) else {"broken": arguments}
        blocks.append({"type": "tool_use", "id": _id("toolu"), "name": name, "input": given})
    return [] if reply.fault == "choices-empty" else blocks


def _anthropic_message(reply: Reply, body: Mapping[str, Any], content: list[Any], reason: str | None) -> dict[str, Any]:
    sent, received = reply.usage
    return {
        "id": _id("msg"), "type": "message", "role": "assistant", "model": body["model"], "content": content,
        "stop_reason": reason, "stop_sequence": None, "usage": {"input_tokens": sent, "output_tokens": received},
    }  # fmt: skip


def _anthropic_plain(reply: Reply, body: Mapping[str, Any]) -> dict[str, Any]:
    return _anthropic_message(reply, body, _anthropic_blocks(reply), _anthropic_reason(reply))


def _anthropic_events(reply: Reply, body: Mapping[str, Any]) -> Iterator[str]:
    def event(kind: str, **values: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **values})}\n\n"

    yield event("message_start", message=_anthropic_message(reply, body, [], None))
    for place, block in enumerate(_anthropic_blocks(reply)):
        if block["type"] == "text":
            yield event("content_block_start", index=place, content_block={"type": "text", "text": ""})
            for word in _words(reply.text):
                yield event("content_block_delta", index=place, delta={"type": "text_delta", "text": word})
        else:
            yield event("content_block_start", index=place, content_block={**block, "input": {}})
            broken = block["input"].get("broken") if set(block["input"]) == {"broken"} else None
            partial = broken if isinstance(broken, str) else json.dumps(block["input"])
            delta = {"type": "input_json_delta", "partial_json": partial}
            yield event("content_block_delta", index=place, delta=delta)
        yield event("content_block_stop", index=place)
    delta = {"stop_reason": _anthropic_reason(reply), "stop_sequence": None}
    yield event("message_delta", delta=delta, usage={"output_tokens": reply.usage[1]})
    yield event("message_stop")


_PLAIN = {"openai-chat": _chat_plain, "openai": _response_plain, "anthropic": _anthropic_plain}
_EVENTS = {"openai-chat": _chat_events, "openai": _response_events, "anthropic": _anthropic_events}
