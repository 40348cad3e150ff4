"""How a file is read, said in one object or field by field."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError, fields

import pytest

from db.provenance import content_hash, file_hash, get_ingest
from tools.parameters import described_fields
from tools.screens.ingestion.adding import add_screen
from tools.screens.ingestion.description import ScreenDescription
from tools.screens.tables.reading import Reading


def test_what_was_given_is_kept_as_it_was():
    columns, controls = {"gene": "symbol"}, ["NTC"]
    reading = Reading(columns=columns, controls=controls)
    columns["gene"], controls[0] = "other", "other"
    assert (reading.columns, reading.controls) == ({"gene": "symbol"}, ("NTC",))
    with pytest.raises(FrozenInstanceError):
        reading.suffix = "_d1"


def test_nothing_said_is_nothing_asked():
    assert Reading(columns=None, where=None, controls=None) == Reading()


@pytest.mark.parametrize("kind", [Reading, ScreenDescription])
def test_each_field_is_described(kind):
    assert list(described_fields(kind)) == [field.name for field in fields(kind)]


def test_one_object_and_its_fields_bring_the_same_screen(named_workspace, simple):
    described, how = ScreenDescription("x", modality="knockout"), Reading(positive_means="raises", controls=["NTC"])
    path = simple(extra=["NTC,0,1"])
    assert not add_screen(named_workspace, path, described, how).already_present
    again = add_screen(
        named_workspace, path, phenotype="x", modality="knockout", positive_means="raises", controls=["NTC"]
    )
    assert again.already_present


def test_a_store_of_the_first_release_knows_the_file_again(named_workspace, simple):
    path = simple(extra=["NTC,0,1"])
    added = add_screen(
        named_workspace, path, phenotype="x", positive_means="raises", columns={"gene": "gene"}, controls=["NTC"]
    )
    before = {
        "kind": "screen", "reader": "generic", "columns": {"gene": "gene"}, "where": {}, "suffix": "",
        "replicate_files": 0, "encoding": "", "controls": ["NTC"], "estimate_kind": "lfc",
    }  # fmt: skip
    with named_workspace.store.read() as connection:
        assert get_ingest(connection, added.ingest_id).content_hash == content_hash([file_hash(path)], before)


def test_the_options_of_a_file_can_be_listed_without_loading_what_reads_it():
    code = "import sys, tools.screens.tables.reading, tools.screens.ingestion.description; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "tools.screens.tables.reading" in loaded
    assert not {"pandas", "numpy", "duckdb"} & set(loaded)
