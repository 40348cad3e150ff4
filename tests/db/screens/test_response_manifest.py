"""Responses are summed by their numbers: a change behind the store's back is found, and older manifests are kept."""

from __future__ import annotations

import json

import duckdb
import pandas as pd
import pytest

from db.provenance import content_hash, record_ingest
from db.screens.response_context import NewContext
from db.screens.responses import write_responses


@pytest.fixture
def filled(store):
    rows = pd.DataFrame({
        "perturbation": ["A", "A", "B"], "readout": ["X", "Y", "X"], "de": [True, False, None],
        "up": [True, None, None], "estimate": [1.5, 0.25, None], "fdr": [1e-9, 0.5, None],
    })  # fmt: skip
    with store.write("test") as connection:
        ingest = record_ingest(
            connection, content=content_hash(["x"], {}), kind="responses", name="mine", source="x", source_hash="x",
            tool="test", arguments={},
        )  # fmt: skip
        write_responses(connection, ingest, NewContext("mine"), rows, perturbations={}, readouts={})
    return store


def entry(store):
    manifest = json.loads(store.manifest_path.read_text())
    return manifest, next(one["response"] for one in manifest["ingests"].values() if "response" in one)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE response SET estimate = estimate + 0.00001 WHERE estimate = 1.5",
        "UPDATE response SET estimate = 1.75 - estimate WHERE perturbation = 1",
        "UPDATE response SET de = NOT de WHERE estimate = 0.25",
        "UPDATE response SET fdr = 2e-9 WHERE fdr = 1e-9",
        "UPDATE response SET readout = 3 - readout WHERE perturbation = 1",
        "DELETE FROM response WHERE estimate IS NULL",
    ],
)
def test_a_response_that_changed_behind_the_stores_back_is_found(filled, change):
    assert filled.verify() == []
    with duckdb.connect(str(filled.path)) as connection:
        connection.execute(change)
    assert any("table response holds" in problem.message for problem in filled.verify())


def test_a_manifest_of_an_earlier_version_agrees_by_its_rows_and_is_summed_anew_by_the_next_write(filled):
    manifest, own = entry(filled)
    new = own["hash"]
    own["hash"] = "1234567"
    filled.manifest_path.write_text(json.dumps(manifest))
    assert filled.verify() == []
    with filled.write("test"):
        pass
    assert entry(filled)[1]["hash"] == new
