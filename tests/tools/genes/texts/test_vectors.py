"""Gene texts become vectors once, by whatever encoder, and nothing that was encoded is lost."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pandas as pd
import pytest

from db.errors import DownloadError, InvalidValueError, NotFoundError
from db.records import Question
from db.view import View
from tests.synthetic_store import add_knowledge
from tools.genes.texts import vectors as text_vectors
from tools.genes.texts.encoders import Endpoint, MiniLM, encoder_of
from tools.genes.texts.vectors import encode_gene_texts
from tools.prediction.features.text_embedding import TextEmbedding

TEXTS = 600
"""Genes of the synthetic store."""


def vector_of(text: str, size: int = 6) -> list[float]:
    """A vector that depends on the text alone."""
    return np.random.default_rng(sum(text.encode())).normal(size=size).tolist()


@pytest.fixture
def service():
    """An embedding service on this machine; it notes what it was asked, and can be told how to answer.

    ``fail_after``: number of requests after which it fails; ``cap``: texts that it takes at once; ``busy``: Retry-After
    of each of the next refusals; ``size``: numbers of a vector; ``status`` and ``body``: what it answers instead.
    """
    asked = []
    state = {"fail_after": 10**9, "cap": 10**9, "busy": [], "size": 6, "status": 200, "body": None}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts = body["input"]
            asked.append((self.path, body["model"], texts, self.headers.get("Authorization")))
            if len(asked) > state["fail_after"]:
                self.answer(500, "<html><h1>Internal error</h1></html>")
            elif state["busy"]:
                self.answer(429, {"error": {"message": "slow down"}}, state["busy"].pop(0))
            elif len(texts) > state["cap"]:
                self.answer(413, {"detail": f"at most {state['cap']} inputs"})
            elif state["body"] is not None:
                self.answer(state["status"], state["body"])
            else:
                rows = [{"index": i, "embedding": vector_of(text, state["size"])} for i, text in enumerate(texts)]
                self.answer(200, {"data": rows[::-1]})

        def answer(self, status, body, retry_after=None):
            self.send_response(status)
            if retry_after is not None:
                self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"openai:tiny@http://127.0.0.1:{server.server_port}/v1", asked, state
    server.shutdown()
    server.server_close()


def test_a_service_s_vectors_come_into_the_store_and_are_not_asked_for_twice(service, workspace):
    setting, asked, _ = service
    add_knowledge(workspace.store, network=False)
    made = encode_gene_texts(workspace, setting)
    assert (made.genes, made.encoded, made.dimensions, made.already) == (600, TEXTS, 6, False)
    assert asked[0][:2] == ("/v1/embeddings", "tiny")
    assert asked[0][3] is None
    assert any(text.startswith("GENE0007: ") for _, _, texts, _ in asked for text in texts)
    frame = View(workspace.store).gene_embedding("gene_texts")
    text = next(text for _, _, texts, _ in asked for text in texts if text.startswith("GENE0007: "))
    expected = np.array(vector_of(text)) / np.linalg.norm(vector_of(text))
    np.testing.assert_allclose(frame.loc["GENE0007"].to_numpy(float), expected, atol=1e-6)
    before = len(asked)
    again = encode_gene_texts(workspace, setting)
    assert (again.encoded, again.already) == (0, True)
    assert len(asked) == before
    assert workspace.store.verify() == []


def test_a_service_that_fails_half_way_loses_nothing_that_it_gave(service, workspace):
    setting, asked, state = service
    add_knowledge(workspace.store, network=False)
    state["fail_after"] = 1
    with pytest.raises(DownloadError) as caught:
        encode_gene_texts(workspace, setting)
    assert "kept" in caught.value.suggestion
    assert View(workspace.store).gene_embedding("gene_texts").empty
    state["fail_after"] = 10**9
    made = encode_gene_texts(workspace, setting)
    assert made.encoded == TEXTS - text_vectors.AT_ONCE
    assert len({text for _, _, texts, _ in asked[2:] for text in texts}) == made.encoded


def test_a_service_that_changes_its_vectors_half_way_is_refused_and_goes_on_when_repaired(service, workspace):
    setting, asked, state = service
    add_knowledge(workspace.store, network=False)

    def change(step):
        state["size"] = 8 if step.done else 6

    with pytest.raises(DownloadError, match="8 numbers now and of 6 before") as caught:
        encode_gene_texts(replace(workspace, report=change), setting)
    folder = workspace.paths.cache / "text_vectors"
    assert str(folder) in caught.value.suggestion
    assert len(list(folder.glob("*/*.npz"))) == 1
    # As long as the service is another one it is refused, and once it is itself again nothing is asked for twice.
    state["size"] = 8
    with pytest.raises(DownloadError, match="another encoder"):
        encode_gene_texts(workspace, setting)
    state["size"] = 6
    assert encode_gene_texts(workspace, setting).encoded == TEXTS - text_vectors.AT_ONCE
    assert all(len(texts) <= text_vectors.AT_ONCE for _, _, texts, _ in asked)


def test_kept_vectors_of_other_lengths_and_of_zeros_are_encoded_again(service, workspace):
    setting, asked, _ = service
    texts = [f"text {i}" for i in range(9)]
    chosen = encoder_of(setting, workspace.paths.packs)
    folder = workspace.paths.cache / "text_vectors" / text_vectors._hash(chosen.name)[:16]
    good = chosen.encode(texts[:5])
    text_vectors._keep(folder, [text_vectors._hash(text) for text in texts[:5]], good)
    text_vectors._keep(folder, [text_vectors._hash(text) for text in texts[5:7]], np.ones((2, 8), dtype=np.float32))
    text_vectors._keep(folder, [text_vectors._hash(text) for text in texts[7:8]], np.zeros((1, 6), dtype=np.float32))
    text_vectors._keep(folder, ["x"], np.ones(1, dtype=np.float32))
    asked.clear()
    vectors, new = text_vectors.encoded(workspace, chosen, texts)
    assert new == 4
    assert sorted(asked[0][2]) == texts[5:]
    expected = np.array([vector_of(text) for text in texts])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"data": [{"index": 0, "embedding": [0.0, 0.0]}]}, "a vector of zeros"),
        ({"data": [{"index": 0, "embedding": [float("nan"), 1.0]}]}, "finite"),
        ({"data": [{"index": 0, "embedding": [1e300, 1.0]}]}, "finite"),
        ({"data": [{"index": 0, "embedding": [1.0]}]}, "vectors of 1 numbers"),
        ({"data": [{"index": 0, "embedding": "AACAPw=="}]}, "`embedding`"),
        ({"data": [{"embedding": [1.0, 2.0]}]}, "`index`"),
        ({"data": [{"index": 0, "embedding": [1.0, 2.0]}] * 2}, "2 vectors for 1 texts"),
        ({"data": [{"index": 1, "embedding": [1.0, 2.0]}]}, "1 vectors for 1 texts"),
        ({"object": "list"}, "no list `data`."),
        ({"error": "model not found"}, "no list `data`: model not found"),
        ([], "no list `data`"),
        ("<html>", "something else than JSON"),
    ],
)
def test_an_answer_that_is_no_vector_for_each_text_is_refused_with_what_it_was(service, body, said, tmp_path):
    setting, _, state = service
    state["body"] = body
    with pytest.raises(DownloadError) as caught:
        encoder_of(setting, tmp_path).encode(["a"])
    assert said in caught.value.message
    assert "kept" in caught.value.suggestion


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, {"error": {"message": 'model "tiny" not found, try pulling it first'}}, '404: model "tiny" not found'),
        (404, {"error": "no such model"}, "404: no such model"),
        (401, {"message": "bad key secret-7"}, "401: bad key …"),
        (502, "<html><b>Bad</b>\n gateway\x1b[2J</html>", "502: Bad gateway[2J"),
        (500, "", "status 500"),
    ],
)
def test_a_refusal_is_told_in_the_service_s_own_words_without_the_key(
    service, status, body, said, tmp_path, monkeypatch
):
    setting, asked, state = service
    monkeypatch.setenv("HITSCOUT_EMBEDDINGS_KEY", "secret-7")
    state |= {"status": status, "body": body}
    with pytest.raises(DownloadError) as caught:
        encoder_of(setting, tmp_path).encode(["a"])
    assert said in caught.value.message
    assert ("HITSCOUT_EMBEDDINGS_KEY" in caught.value.suggestion) == (status == 401)
    assert len(asked) == 1


def test_a_service_that_takes_few_texts_at_once_is_asked_for_fewer(service, workspace):
    setting, asked, state = service
    add_knowledge(workspace.store, network=False)
    state["cap"] = 100
    assert encode_gene_texts(workspace, setting).encoded == TEXTS
    # 256 and 128 are refused; what was found to work is kept to.
    assert [len(texts) for _, _, texts, _ in asked] == [256, 128, *[64] * 9, TEXTS - 9 * 64]


def test_a_text_that_is_refused_alone_ends_it_with_the_reason(service, workspace):
    setting, asked, state = service
    add_knowledge(workspace.store, network=False)
    state["cap"] = 0
    with pytest.raises(DownloadError, match="refuses 1 text with status 413: at most 0 inputs"):
        encode_gene_texts(workspace, setting)
    assert len(asked) == 9


def test_a_busy_service_is_asked_again_after_as_long_as_it_wants(service, workspace):
    setting, asked, state = service
    add_knowledge(workspace.store, network=False)
    past = format_datetime(datetime(2001, 1, 1, tzinfo=UTC), usegmt=True)
    state["busy"] = ["0", "0.2", past]
    messages = []
    begun = time.monotonic()
    made = encode_gene_texts(replace(workspace, report=lambda step: messages.append(step.message)), setting)
    assert made.encoded == TEXTS
    assert time.monotonic() - begun >= 0.2
    assert len(asked) == 3 + 3
    assert any("busy" in message for message in messages)


def test_waiting_is_bounded_and_can_be_cancelled(service, workspace):
    setting, asked, state = service
    add_knowledge(workspace.store, network=False)
    state["busy"] = ["0"] * 50
    with pytest.raises(DownloadError, match="429: slow down") as caught:
        encode_gene_texts(workspace, setting)
    assert "later" in caught.value.suggestion
    assert len(asked) == text_vectors.ATTEMPTS
    state["busy"] = ["86400"]
    with pytest.raises(DownloadError, match="asks to wait 86,400 seconds"):
        encode_gene_texts(workspace, setting)
    state["busy"] = ["60"]

    def cancel(step):
        if "busy" in step.message:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode_gene_texts(replace(workspace, report=cancel), setting)


def test_another_encoder_s_vectors_take_the_place_of_the_first_ones(service, workspace):
    setting, _, _ = service
    add_knowledge(workspace.store, network=False)
    encode_gene_texts(workspace, setting)
    assert not encode_gene_texts(workspace, setting.replace("tiny", "other")).already
    assert len(View(workspace.store).gene_embedding("gene_texts")) == 600
    assert workspace.store.verify() == []


def test_the_feature_keeps_the_inner_products_of_the_centred_vectors(service, workspace):
    add_knowledge(workspace.store, network=False)
    encode_gene_texts(workspace, service[0])
    view = View(workspace.store)
    held = view.gene_embedding("gene_texts")
    frame = TextEmbedding().features(pd.Index(held.index, dtype=object), Question("x"), view)
    centred = held.to_numpy(float) - held.to_numpy(float).mean(axis=0)
    np.testing.assert_allclose(frame.to_numpy() @ frame.to_numpy().T, centred @ centred.T, atol=1e-5)


def test_the_setting_comes_from_the_environment_and_the_key_is_sent_but_never_shown(service, monkeypatch, tmp_path):
    setting, asked, _ = service
    monkeypatch.setenv("HITSCOUT_EMBEDDINGS", setting)
    monkeypatch.setenv("HITSCOUT_EMBEDDINGS_KEY", "secret-7")
    found = encoder_of("", tmp_path)
    assert isinstance(found, Endpoint)
    assert "secret-7" not in repr(found) + found.name
    found.encode(["a"])
    assert asked[-1][3] == "Bearer secret-7"
    with pytest.raises(InvalidValueError, match="not encrypted"):
        encoder_of("openai:m@http://example.org/v1", tmp_path)


def test_what_is_not_there_is_named_with_what_would_help(workspace, tmp_path):
    with pytest.raises(InvalidValueError, match="word2vec"):
        encoder_of("word2vec", tmp_path)
    with pytest.raises(NotFoundError) as caught:
        MiniLM(tmp_path)
    assert "fetch(['minilm'])" in caught.value.suggestion
    with pytest.raises(NotFoundError, match="names no genes"):
        encode_gene_texts(workspace, "minilm")
    with pytest.raises(DownloadError):
        Endpoint("m", "http://127.0.0.1:9/v1").encode(["a"])
