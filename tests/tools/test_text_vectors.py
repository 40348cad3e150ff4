"""Gene texts become vectors once, by whatever encoder, and nothing that was encoded is lost."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pandas as pd
import pytest

from db.errors import DownloadError, InvalidValueError, NotFoundError
from db.records import Question
from db.view import View
from tests.synthetic_store import add_knowledge
from tools import text_vectors
from tools.encoders import Endpoint, MiniLM, encoder_of
from tools.features.text_embedding import TextEmbedding
from tools.text_vectors import encode_gene_texts


def vector_of(text: str) -> list[float]:
    """A vector that depends on the text alone."""
    return np.random.default_rng(sum(text.encode())).normal(size=6).tolist()


@pytest.fixture
def service():
    """An embedding service on this machine; it notes what it was asked, and can be told to fail."""
    asked, state = [], {"fail_after": 10**9}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, body["model"], body["input"], self.headers.get("Authorization")))
            if len(asked) > state["fail_after"]:
                self.send_error(500)
                return
            rows = [{"index": i, "embedding": vector_of(text)} for i, text in enumerate(body["input"])]
            answer = json.dumps({"data": rows[::-1]}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

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
    assert (made.genes, made.encoded, made.dimensions, made.already) == (600, 600, 6, False)
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
    assert made.encoded == 600 - text_vectors.AT_ONCE
    assert len({text for _, _, texts, _ in asked[2:] for text in texts}) == made.encoded


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
    assert "fetch minilm" in caught.value.suggestion
    with pytest.raises(NotFoundError, match="names no genes"):
        encode_gene_texts(workspace, "minilm")
    with pytest.raises(DownloadError):
        Endpoint("m", "http://127.0.0.1:9/v1").encode(["a"])
