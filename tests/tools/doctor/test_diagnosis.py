"""The doctor finds what is wrong, says how to mend it, and mends what can be mended."""

from __future__ import annotations

import importlib.metadata
import json
import shutil

import pytest

from db.errors import StoreError
from db.store import Store
from tools.doctor import diagnose, mend
from tools.doctor.machine import pip_findings


def states(found, about):
    return [finding.state for finding in found.findings if finding.about == about]


def messages(found, about):
    return " ".join(finding.message for finding in found.findings if finding.about == about)


def test_a_sound_store_with_gene_names_needs_no_mending(named_workspace):
    found = diagnose(named_workspace)
    assert states(found, "store") == ["ok"]
    assert str(named_workspace.store.path) in messages(found, "store")


def test_no_store_yet_is_a_note_and_the_gene_names_are_missing(workspace, tmp_path):
    from dataclasses import replace

    bare = replace(workspace, store=Store(tmp_path / "none.duckdb"))
    found = diagnose(bare)
    assert states(found, "store") == ["note"]
    assert any(f.remedy == "hitscout fetch hgnc" and f.state == "mend" for f in found.findings)
    assert not found.healthy
    assert not bare.store.exists(), "looking makes no store"


def test_a_damaged_manifest_is_found_and_mended(named_workspace):
    path = named_workspace.store.manifest_path
    manifest = json.loads(path.read_text())
    manifest["tables"]["gene_name"]["hash"] = "0"
    path.write_text(json.dumps(manifest))
    found = diagnose(named_workspace)
    assert "mend" in states(found, "store")
    assert "gene_name" in messages(found, "store")
    assert states(mend(named_workspace), "store") == ["ok"]
    assert states(diagnose(named_workspace), "store") == ["ok"]


def test_a_file_that_is_no_store_is_named(workspace, tmp_path):
    from dataclasses import replace

    (tmp_path / "bad.duckdb").write_text("not a store " * 500)
    found = diagnose(replace(workspace, store=Store(tmp_path / "bad.duckdb", patience=0.1)))
    assert states(found, "store") == ["mend"]


def test_mending_where_there_is_no_store_is_refused_and_makes_none(workspace, tmp_path):
    from dataclasses import replace

    bare = replace(workspace, store=Store(tmp_path / "none.duckdb"))
    with pytest.raises(StoreError):
        mend(bare)
    assert not bare.store.exists()


@pytest.mark.parametrize(("version", "state"), [("24.3.1", "mend"), ("25.0", "mend"), ("25.1", "ok"), ("26.0b1", "ok")])
def test_a_pip_that_cannot_fetch_packs_is_told(workspace, monkeypatch, version, state):
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version if name == "pip" else real(name))
    (finding,) = pip_findings()
    assert finding.state == state
    assert version in finding.message
    assert ("pip install --upgrade pip" in finding.remedy) == (state == "mend")


def test_no_pip_at_all_is_told(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert [finding.state for finding in pip_findings()] == ["mend"]


def test_a_full_disk_is_a_note(workspace, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert set(states(diagnose(workspace), "disk")) == {"note"}


def test_a_mirror_that_is_no_folder_is_told(workspace, monkeypatch, tmp_path):
    monkeypatch.setenv("HITSCOUT_MIRROR", str(tmp_path / "nowhere"))
    assert "mend" in states(diagnose(workspace), "environment")
