"""Names, keys and settings of language models: from the flag, the environment or the user's file, in this order."""

from __future__ import annotations

import pytest

from agent.privacy import keys
from agent.privacy.keys import MASK, key_for, redact, variable_of
from agent.providers.language_models import is_offline, resolve
from agent.settings import LanguageModelSettings, load_settings, settings_file
from db.errors import InvalidValueError
from tests.agent.fake_providers import KEY
from tools.workspace import Paths


def write_settings(text: str) -> None:
    path = settings_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_without_anything_set_the_offline_assistant_answers():
    assert is_offline(resolve())
    assert load_settings() == LanguageModelSettings()


def test_the_flag_outranks_the_environment_and_that_the_file(monkeypatch):
    write_settings('[language_model]\nname = "openai-chat:of-file"\nshare = "names"\nmax_requests = 7\n')
    assert resolve().model_name == "of-file"
    assert load_settings().share == "names"
    assert load_settings().max_requests == 7
    monkeypatch.setenv("HITSCOUT_MODEL", "openai-chat:of-environment")
    monkeypatch.setenv("HITSCOUT_SHARE", "rows")
    assert resolve().model_name == "of-environment"
    assert load_settings().share == "rows"
    assert resolve("anthropic:of-flag").model_name == "of-flag"
    assert load_settings(share="nothing", max_requests=3).share == "nothing"
    assert load_settings(max_requests=3).max_requests == 3


@pytest.mark.parametrize(
    ("name", "system"),
    [("openai:gpt-5", "openai"), ("openai-chat:any", "openai"), ("anthropic:claude-x", "anthropic")],
)
def test_each_protocol_is_had_by_its_prefix_and_asks_at_its_base_url(name, system):
    found = resolve(name)
    assert found.system == system
    assert found.base_url.startswith("http://127.0.0.1:9")


@pytest.mark.parametrize("name", ["gpt-5", "nonsense:x", "openia:gpt-5", ":", "openai-chat"])
def test_an_unknown_name_is_refused_with_how_names_are_written(name):
    with pytest.raises(InvalidValueError, match="There is no language model") as refusal:
        resolve(name)
    assert "provider:name" in refusal.value.suggestion
    assert "`language_model='offline'`" in refusal.value.suggestion


def test_a_missing_key_is_named_with_how_to_set_it(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    with pytest.raises(InvalidValueError, match="no key for anthropic was found") as refusal:
        resolve("anthropic:claude-x")
    assert "ANTHROPIC_API_KEY" in refusal.value.suggestion
    assert "keyring set hitscout ANTHROPIC_API_KEY" in refusal.value.suggestion


def test_a_server_on_this_machine_needs_no_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    assert resolve("openai-chat:tiny").model_name == "tiny"


def test_a_provider_whose_package_is_missing_says_so():
    with pytest.raises(InvalidValueError, match="needs a package that is not installed") as refusal:
        resolve("groq:x")
    assert "groq" in refusal.value.suggestion


def test_a_key_is_read_from_the_keyring_where_the_environment_has_none(monkeypatch):
    keyring = pytest.importorskip("keyring")
    backend = pytest.importorskip("keyring.backend")

    class Drawer(backend.KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return KEY if (service, username) == ("hitscout", "ANTHROPIC_API_KEY") else None

        def set_password(self, service, username, password):
            raise NotImplementedError

        def delete_password(self, service, username):
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(Drawer())
    monkeypatch.setattr(keys, "_read", set())
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.delenv("OPENAI_API_KEY")
    try:
        assert resolve("anthropic:claude-x").client.api_key == KEY
        assert key_for("openai") is None
        assert redact(f"of the drawer: {KEY[3:]} and {KEY}") == f"of the drawer: {KEY[3:]} and {MASK}"
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[language_model]\nnaem = 'x'\n", "naem"),
        ("[language_model]\nname = 3\n", "no text"),
        ("[language_model]\nmax_cost = -1\n", "max_cost"),
        ("[language_model]\nshare = 'all'\n", "all"),
        ("[language_model]\nread_timeout = 'long'\n", "read_timeout"),
        ("[language_model\n", "settings.toml"),
        ("language_model = 3\n", "no table"),
    ],
)
def test_a_settings_file_that_cannot_be_used_is_refused_with_what_is_wrong(text, word):
    write_settings(text)
    with pytest.raises(InvalidValueError, match=word) as refusal:
        load_settings()
    assert refusal.value.suggestion


def test_a_key_in_the_settings_file_is_refused_and_not_repeated():
    write_settings(f'[language_model]\napi_key = "{KEY}"\n')
    with pytest.raises(InvalidValueError, match="holds a key") as refusal:
        load_settings()
    assert KEY not in str(refusal.value)


def test_the_settings_file_lies_in_the_users_own_folder(tmp_path):
    paths = Paths(tmp_path / "data", tmp_path / "cache", tmp_path / "config")
    assert settings_file(paths) == tmp_path / "config" / "settings.toml"
    assert settings_file().parent == Paths.of_user().config


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Incorrect API key provided: {KEY}.", "Incorrect API key provided"),
        ("Bearer abcdef123456", "Bearer"),
        ('{"x-api-key": "abcdefghijk"}', "x-api-key"),
        ("Authorization: Basic-abc123456", "Authorization"),
        ("key sk-ant-api03-AbCd_1234 is wrong", "is wrong"),
        ("sk-proj-****************wxyz", ""),
        ("AIzaSyA1234567890abcdefg", ""),
    ],
)
def test_keys_are_masked_in_every_shape(text, left):
    shown = redact(text)
    assert left in shown
    assert MASK in shown
    for secret in (KEY, "abcdef", "AbCd_1234", "wxyz", "SyA123"):
        assert secret not in shown


@pytest.mark.parametrize(
    "text", ["set:reactome:SIGNALING_BY_TCR", "effect:3:VAV1", "task-force and risk-taking", "sk- and key", "token: 3"]
)
def test_ordinary_words_are_left_alone(text):
    assert redact(text) == text


def test_the_variable_of_a_provider_is_named_after_it():
    assert [variable_of(name) for name in ("openai-chat", "openai-responses", "anthropic", "x-y")] == [
        "OPENAI_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "X_Y_API_KEY",
    ]  # fmt: skip
