"""What is kept on disk is found again as long as nothing that it rests on has changed, and is never trusted blindly."""

from __future__ import annotations

import json
import multiprocessing
import pickle
from dataclasses import replace
from importlib import metadata

import grimp
import numpy as np
import pandas as pd
import pytest

from db import disk_cache
from db.records import Question
from db.view import View
from tests.synthetic_store import SYMBOLS, copied_world, workspace_on
from tools import registry
from tools.prediction import feature_frames
from tools.responses import fits

QUESTION = Question("cytokine", text="genes of the receptor and cytokin")
GENES = pd.Index(SYMBOLS, dtype=object)
RELEASES = ("hitscout", "numpy", "scipy", "scikit-learn", "pandas")


class CountedSource:
    """Stands for a feature source, and counts how often it is asked."""

    VERSION = ("counted 1",)
    needs = ("nothing",)
    reads_question = True
    reads_effects = True
    reads_knowledge = False
    asked = 0

    def features(self, genes, question, view):
        type(self).asked += 1
        return pd.DataFrame({"x": np.arange(len(genes), dtype=float)}, index=genes)


def another_release(monkeypatch, distribution):
    real = metadata.version
    monkeypatch.setattr(disk_cache, "version", lambda name: "99" if name == distribution else real(name))


def change_knowledge(store):
    """As if another network had been fetched."""
    with store.write("test") as connection:
        connection.execute("UPDATE ingest SET content_hash = 'other' WHERE kind = 'network'")


@pytest.fixture
def world(tmp_path_factory, tmp_path, monkeypatch):
    """A store that may be changed, a folder for its frames, and a source that counts."""
    store, ids = copied_world(tmp_path_factory, tmp_path)
    monkeypatch.setattr(CountedSource, "asked", 0)
    real = registry.load
    monkeypatch.setattr(
        registry, "load", lambda family, name: CountedSource if name == "counted" else real(family, name)
    )
    return store, ids, tmp_path / "frames"


def asked_for(store, folder, *, question=QUESTION, hidden=()):
    """How often the source has been asked after its frame was asked for once more."""
    found = feature_frames.build(["counted"], GENES, question, View(store, hidden), folder)
    assert len(found.frames["counted"]) == len(GENES)
    return CountedSource.asked


def test_a_frame_is_computed_once_for_the_same_store_releases_version_and_arguments(world):
    store, _, folder = world
    assert [asked_for(store, folder) for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("distribution", RELEASES)
def test_another_release_of_hitscout_or_of_a_library_computes_a_frame_anew(world, monkeypatch, distribution):
    store, _, folder = world
    asked_for(store, folder)
    another_release(monkeypatch, distribution)
    assert asked_for(store, folder) == 2
    assert asked_for(store, folder) == 2


def test_another_version_of_the_source_or_of_the_frames_computes_a_frame_anew(world, monkeypatch):
    store, _, folder = world
    asked_for(store, folder)
    monkeypatch.setattr(CountedSource, "VERSION", ("counted 2",))
    assert asked_for(store, folder) == 2
    monkeypatch.setattr(feature_frames, "VERSION", ("feature_frames next",))
    assert asked_for(store, folder) == 3


def test_other_content_of_the_store_computes_a_frame_anew(world):
    store, ids, folder = world
    asked_for(store, folder)
    assert asked_for(store, folder, hidden=[ids["other-a"]]) == 2
    change_knowledge(store)
    assert asked_for(store, folder) == 3


def test_other_arguments_compute_a_frame_anew(world):
    store, _, folder = world
    asked_for(store, folder)
    assert asked_for(store, folder, question=replace(QUESTION, text="helicase")) == 2
    assert asked_for(store, folder, question=replace(QUESTION, text="helicase")) == 2


def test_a_source_that_reads_neither_question_nor_effects_has_one_frame_for_all(world, monkeypatch):
    store, ids, folder = world
    monkeypatch.setattr(CountedSource, "reads_question", False)
    monkeypatch.setattr(CountedSource, "reads_effects", False)
    asked_for(store, folder)
    assert asked_for(store, folder, question=replace(QUESTION, text="helicase"), hidden=[ids["other-a"]]) == 1


def test_a_fit_is_named_after_its_store_releases_versions_and_arguments(world, tmp_path, monkeypatch):
    store, _, _ = world
    workspace = workspace_on(store, tmp_path)
    context = fits.ResponseContext("mine", "", "human", "", "", "", "gene", 1, 1, 1, 1)
    monkeypatch.setattr(fits, "content_of", lambda _, names: [f"content of {name}" for name in names])
    predictor = registry.load("response_predictors", fits.PREDICTOR)

    def name(seed=0, others=()):
        return fits._path(workspace, context, others, seed).name

    first = name()
    assert name() == first
    changed = {name(seed=1), name(others=[replace(context, name="other")])}
    for distribution in RELEASES:
        with monkeypatch.context() as patch:
            another_release(patch, distribution)
            changed.add(name())
    for target in (predictor, fits):
        with monkeypatch.context() as patch:
            patch.setattr(target, "VERSION", ("another 2",))
            changed.add(name())
    monkeypatch.setattr(fits, "content_of", lambda *_: ["other content"])
    changed.add(name())
    change_knowledge(store)
    changed.add(name())
    assert len(changed - {first}) == 2 + len(RELEASES) + 2 + 1 + 1


PLAIN = {
    "base", "disk_cache", "registry", "workspace", "records",  # say what things are, and compute nothing
    "encoders",  # an encoder's name is one of the arguments
}  # fmt: skip


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("tools", cache_dir=None)


@pytest.mark.parametrize("family", ["features", "response_predictors"])
def test_a_methods_version_names_every_file_of_tools_that_its_numbers_rest_on(family, graph):
    for name in registry.names(family):
        method = registry.load(family, name)
        waiting, seen = [method.__module__], set()
        while waiting:
            module = waiting.pop()
            if module not in seen and module.rpartition(".")[2] not in PLAIN:
                seen.add(module)
                waiting += [m for m in graph.find_modules_directly_imported_by(module) if m.startswith("tools.")]
        said = {part.partition(" ")[0] for part in method.VERSION}
        assert {module.rpartition(".")[2] for module in seen} <= said, f"{family}/{name}"
        assert all(part.partition(" ")[2].isdigit() for part in method.VERSION)


def test_a_missing_a_cut_and_a_foreign_file_are_taken_as_not_there(tmp_path):
    path = tmp_path / "deep" / "x.json"
    assert disk_cache.kept_json(path) is None
    disk_cache.keep_json(path, {"a": "µ"})
    assert disk_cache.kept_json(path) == {"a": "µ"}
    path.write_bytes(path.read_bytes()[:-2])
    assert disk_cache.kept_json(path) is None
    path.write_text("[1, 2]")
    assert disk_cache.kept_json(path) is None
    path.unlink()
    path.mkdir()
    assert disk_cache.kept_json(path) is None


def test_what_runs_code_when_read_is_read_only_where_nobody_else_could_have_written_it(tmp_path):
    path = tmp_path / "x.fit"
    disk_cache.keep(path, lambda stream: pickle.dump([1], stream), private=True)
    assert path.stat().st_mode & 0o077 == 0
    assert disk_cache.kept(path, pickle.load, private=True) == [1]
    path.chmod(0o620)
    assert disk_cache.kept(path, pickle.load, private=True) is None


def test_a_write_that_fails_leaves_what_was_there_and_nothing_half(tmp_path):
    path = tmp_path / "x.json"
    disk_cache.keep_json(path, {"a": 1})

    def half(stream):
        stream.write(b'{"a":')
        raise RuntimeError("no space")

    with pytest.raises(RuntimeError):
        disk_cache.keep(path, half)
    assert disk_cache.kept_json(path) == {"a": 1}
    assert [one.name for one in tmp_path.iterdir()] == ["x.json"]


def write_often(path, who):
    for number in range(60):
        disk_cache.keep_json(path, {"who": [who] * 2000, "number": number})


def test_two_processes_that_write_one_file_never_leave_or_show_a_mixed_one(tmp_path):
    path = tmp_path / "x.json"
    disk_cache.keep_json(path, {"who": ["me"] * 2000, "number": -1})
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_often, args=(path, who)) for who in ("one", "two")]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        held = json.loads(path.read_text())
        assert len(held["who"]) == 2000
        assert len(set(held["who"])) == 1
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert [one.name for one in tmp_path.iterdir()] == ["x.json"]
