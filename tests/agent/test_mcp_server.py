"""The MCP server, asked by a real MCP client over stdio."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tools
from agent.serialising import unfenced
from db.store import Store
from tests.campaign_world import new_workspace, started

pytest.importorskip("mcp")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A store with a campaign, and a home of its own."""
    folder = tmp_path_factory.mktemp("mcp")
    started(new_workspace(folder, bare=True))
    return folder


def command(folder: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HITSCOUT_HOME": str(folder / "home"),
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    return ["-m", "hitscout", "mcp", "--store", str(folder / "world.duckdb"), *arguments], environment


def talk(folder: Path, work, *arguments: str):
    """What `work` makes of a session of a real client with the server as a process."""
    from mcp import Client, StdioServerParameters

    given, environment = command(folder, *arguments)
    server = StdioServerParameters(command=sys.executable, args=given, env=environment, cwd=folder)

    async def run():
        async with Client(server, read_timeout_seconds=60) as client:
            return await work(client)

    return asyncio.run(run())


def text_of(result) -> str:
    return "\n".join(part.text for part in result.content)


def test_reading_tools_are_served_with_their_schemas_and_answer_from_the_store(home):
    async def work(client):
        listed = (await client.list_tools()).tools
        card = await client.call_tool("gene_card", {"symbol": "GENE0100"})
        wrong = await client.call_tool("gene_card", {"symbol": "GENE010"})
        misfit = await client.call_tool("gene_card", {"symbl": "GENE0100"})
        unknown = await client.call_tool("delete_everything", {})
        writing = await client.call_tool("campaign_propose", {})
        after = await client.call_tool("campaign_list", {})
        return listed, card, wrong, misfit, unknown, writing, after

    before = (home / "world.duckdb").read_bytes()
    listed, card, wrong, misfit, unknown, writing, after = talk(home, work)
    names = {tool.name for tool in listed}
    assert names == {tool.__name__ for tool in tools.READING}
    schema = next(tool for tool in listed if tool.name == "gene_card").input_schema
    assert schema["properties"]["symbol"]["description"]
    assert "workspace" not in schema["properties"]
    assert not card.is_error
    assert unfenced(text_of(card))["symbol"] == "GENE0100"
    assert wrong.is_error
    assert "Did you mean" in text_of(wrong)
    assert misfit.is_error
    assert "symbl" in text_of(misfit)
    assert unknown.is_error
    assert "There is no tool" in text_of(unknown)
    assert writing.is_error
    assert "--allow-writes" in text_of(writing)
    assert not after.is_error
    assert "pilot" in text_of(after)
    assert (home / "world.duckdb").read_bytes() == before


def test_writing_tools_are_served_only_where_that_was_allowed(home, tmp_path):
    for name in ("world.duckdb", "world.duckdb.manifest.json"):
        shutil.copy(home / name, tmp_path / name)

    async def work(client):
        listed = (await client.list_tools()).tools
        done = await client.call_tool("campaign_propose", {"predictor": "mean_baseline", "size": 5})
        return listed, done

    listed, done = talk(tmp_path, work, "--allow-writes")
    hints = {tool.name: tool.annotations.read_only_hint for tool in listed}
    assert hints["gene_card"]
    assert not hints["campaign_propose"]
    assert not done.is_error, text_of(done)
    with Store(tmp_path / "world.duckdb").read() as connection:
        assert connection.execute("SELECT count(*) FROM nomination").fetchall() == [(5,)]


def test_what_may_not_be_shared_is_not_served(home):
    async def work(client):
        return await client.call_tool("gene_card", {"symbol": "GENE0100"})

    shown = {share: text_of(talk(home, work, "--share", share)) for share in ("rows", "names")}
    assert unfenced(shown["rows"])["effects"][0]["estimate"]
    assert "estimate" not in shown["names"]


def test_nothing_but_the_protocol_stands_on_stdout(home):
    given, environment = command(home)
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }  # fmt: skip
    lines = [
        hello, {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call",
         "params": {"name": "screen_list", "arguments": {}}},
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, *given], cwd=home, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    for line in lines:
        process.stdin.write(json.dumps(line) + "\n")
    process.stdin.flush()
    answers = [json.loads(process.stdout.readline()) for _ in range(2)]
    rest, said = process.communicate(timeout=30)
    assert [answer["id"] for answer in answers] == [1, 2]
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())
    assert process.returncode == 0
    assert "Traceback" not in said


def test_without_the_extra_a_message_names_it(home, tmp_path):
    (tmp_path / "mcp.py").write_text("raise ImportError('no mcp')")
    given, environment = command(home)
    result = subprocess.run(
        [sys.executable, *given], cwd=home, text=True, capture_output=True, stdin=subprocess.DEVNULL, check=False,
        env=environment | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    assert result.returncode == 1
    assert "pip install 'hitscout[mcp]'" in result.stderr
    assert result.stdout == ""
