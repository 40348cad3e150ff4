"""Language models of the tests: providers on this machine, and one that seems to be on another."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.assistant import open_conversation
from agent.providers.language_models import resolve
from agent.settings import load_settings
from tests.agent.fake_providers import KEY, FakeProvider, fake_provider

QUICK = {"read_timeout": 1.2, "request_deadline": 6.0, "deadline": 20.0, "retries": 1}
"""For faults that are waited for."""
PATIENT = {"read_timeout": 60.0, "request_deadline": 120.0, "deadline": 240.0, "retries": 1, "max_requests": 6}
"""For everything else, so that a busy machine spoils no test."""
NAMES = {
    "openai-chat": "openai-chat:tiny-1",
    "openai": "openai:gpt-5",
    "anthropic": "anthropic:claude-sonnet-5-5",
}
DISTANT = "api.example.test"


@pytest.fixture(scope="module")
def _served():
    with fake_provider() as provider:
        yield provider


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    """No test asks a real provider, and none is led there by what the machine has set."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HITSCOUT_MODEL", "HITSCOUT_SHARE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("HITSCOUT_FALLBACK_MODEL", raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


@pytest.fixture
def provider(_served, monkeypatch) -> FakeProvider:
    """A provider on this machine."""
    monkeypatch.setenv("OPENAI_BASE_URL", f"{_served.base_url}/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", _served.base_url)
    return _served


@pytest.fixture
def distant(_served, monkeypatch) -> FakeProvider:
    """A provider that goes by the name of another machine; the requests to it come here by way of a proxy."""
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://{DISTANT}/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://{DISTANT}")
    monkeypatch.setenv("http_proxy", _served.base_url)
    return _served


@pytest.fixture
def converse(workspace):
    """Opens a conversation about the empty store, or another workspace."""
    opened = []

    def begin(language_model: str = NAMES["openai-chat"], *, on=None, approve=None, resume="", **limits):
        options = {"approve": approve} if approve else {}
        place = on or workspace
        agree = limits.pop("agree", False)
        campaign = limits.pop("campaign", "")
        settings = load_settings(place.paths, name=language_model, **{**PATIENT, **limits})
        conversation = open_conversation(
            place, language_model=resolve(settings=settings), settings=settings, resume=resume, agree=agree,
            campaign=campaign, **options,
        )  # fmt: skip
        opened.append(conversation)
        return conversation

    yield begin
    for conversation in opened:
        conversation.log.file.close()


async def events_of(conversation, question: str) -> list:
    """All events of one run."""
    return [event async for event in conversation.run(question)]


def holds_key(folder: Path) -> list[Path]:
    """Files below a folder that hold the key of the tests."""
    return [path for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
