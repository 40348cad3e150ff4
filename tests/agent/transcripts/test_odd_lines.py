"""Transcripts in which another program wrote, or a line is damaged: what is whole in them still counts."""

from __future__ import annotations

import json

import numpy as np
import pytest

from agent.transcripts.log import history_of
from agent.transcripts.rerun import rerun
from db.store import Store
from db.transcripts import folder_of
from tools.workspace import Workspace

START = {"kind": "start", "at": "2026-01-01T00:00:00", "seed": 3}
CALL = {"kind": "tool", "tool": "screen_list", "arguments": {}, "summary": "", "outcome": "done", "call_id": "1"}


@pytest.fixture
def workspace(tmp_path):
    return Workspace(Store(tmp_path / "store.duckdb").create(), np.random.default_rng(0))


def written(workspace, *lines):
    path = folder_of(workspace.store) / "odd.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("key", ["store", "versions"])
@pytest.mark.parametrize("value", [None, 7, "words", ["a"]])
def test_a_conversation_whose_first_line_is_odd_is_run_again(key, value, workspace):
    written(workspace, START | {key: value}, CALL, {"kind": "tool", "tool": ["x"]})
    assert len(rerun(workspace, "odd").calls) == 1


@pytest.mark.parametrize("call_id", [None, 7, ["a"], {"b": 1}])
def test_a_call_of_an_odd_id_answers_none_of_a_conversation_that_is_carried_on(call_id, workspace):
    path = written(workspace, START, {"kind": "asked", "text": "Which?"}, CALL | {"call_id": call_id, "result": "r"})
    assert [part.content for message in history_of(path) for part in message.parts] == ["Which?"]
