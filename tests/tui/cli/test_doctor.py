"""``doctor`` on the command line: exit code 1 when something needs mending."""

from __future__ import annotations

import json

from db.store import Store
from tests.agent.fake_providers import Reply, fake_provider


def test_doctor_exits_with_1_and_names_the_command_that_mends(cli):
    manifest = Store(cli.store).manifest_path
    manifest.write_text("{")
    broken = cli("doctor", "--json")
    assert broken.returncode == 1
    found = json.loads(broken.stdout)["findings"]
    assert any(one["state"] == "mend" and "--mend" in one["remedy"] for one in found)
    mended = cli("doctor", "--mend", "--json")
    assert not any(one["about"] == "store" and one["state"] == "mend" for one in json.loads(mended.stdout)["findings"])
    again = cli("doctor")
    assert "opens and agrees" in " ".join(again.stdout.split())


def test_a_language_model_is_asked_what_it_can_do_and_the_finding_is_in_words_and_json(cli, monkeypatch):
    with fake_provider() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{provider.base_url}/v1")
        provider.script = [Reply("No."), Reply(json.dumps({"gene": "TP53", "hit": True}))]
        said = cli("doctor", "--model", "openai-chat:small")
        assert "openai-chat:small does not call tools, answers to a JSON schema" in " ".join(said.stdout.split())
        provider.script = [Reply(calls=[("look_up", {"gene": "TP53"})]), Reply("No.")]
        found = json.loads(cli("doctor", "--model", "openai-chat:small", "--json").stdout)
    assert found["language_model"] == "openai-chat:small"
    assert found["abilities"] == {"tools": True, "json_schema": False, "context": None}


def test_a_server_that_is_not_there_needs_mending(cli, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    refused = cli("doctor", "--model", "openai-chat:small", "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["findings"][-1]["state"] == "mend"
    assert "Traceback" not in refused.stdout + refused.stderr
