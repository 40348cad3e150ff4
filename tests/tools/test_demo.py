"""The demo's own steps, on a small world: replay, propose from the measured rounds, write beside what is there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import HitscoutError
from db.genes.values import write_gene_values
from db.provenance import content_hash, record_ingest
from db.store import Store
from tests.synthetic_store import ESSENTIAL, SYMBOLS, add_knowledge, add_screen, copied_world, module_effects
from tools import demo
from tools.workspace import Paths, Workspace


@pytest.fixture
def world(tmp_path_factory, tmp_path) -> Workspace:
    store, _ = copied_world(tmp_path_factory, tmp_path)
    return Workspace(store, np.random.default_rng(0), paths=Paths.of_user())


def play(world, folder):
    folder.mkdir(exist_ok=True)
    return demo.play(world, "target", folder, rounds=2, size=12, seeds=1, workers=1)


def test_the_next_round_goes_on_from_the_replayed_ones_and_is_written(world, tmp_path):
    done = play(world, tmp_path / "work")
    measured = {name for chosen in done.report.screens[0].picks[0] for name in chosen}
    proposed = [one.perturbation for one in done.shortlist.nominations]
    assert len(measured) == 24
    assert len(set(proposed)) == 12
    assert measured.isdisjoint(proposed)
    assert set(proposed) <= set(SYMBOLS)
    assert done.path == tmp_path / "work" / demo.FILE_NAME
    assert list(pd.read_csv(done.path)["perturbation"]) == [*proposed, "non-targeting"]
    assert {"random", "recurrence", "prior_only"} <= set(done.report.screens[0].controls)
    assert done.essentials == "CEGv2"
    assert not set(proposed) & set(ESSENTIAL)
    assert not measured & set(ESSENTIAL), "essential genes are no candidates"
    assert any("`demo(mirror=DIR)`" in remark for remark in done.remarks), f"what would help is named: {done.remarks}"
    assert any("not the published benchmark" in remark for remark in done.remarks)
    assert done.to_json()["shortlist"]["size"] == 12


def test_a_second_run_takes_the_campaign_up_again_and_gives_the_same(world, tmp_path):
    first = play(world, tmp_path / "work")
    again = play(world, tmp_path / "work")
    assert again.shortlist.campaign == first.shortlist.campaign
    assert again.shortlist.to_json() == first.shortlist.to_json()
    assert again.path == first.path
    assert again.report.to_json()["mean"] == first.report.to_json()["mean"]


def test_a_different_file_of_that_name_is_left_alone(world, tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / demo.FILE_NAME).write_text("somebody else's")
    done = play(world, folder)
    assert (folder / demo.FILE_NAME).read_text() == "somebody else's"
    assert done.path.name == "hitscout-demo-shortlist-2.csv"
    # The same list again finds its own file.
    assert demo.write_beside(folder / demo.FILE_NAME, world, done.shortlist.campaign) == done.path


def test_a_folder_of_that_name_is_stepped_over(world, tmp_path):
    folder = tmp_path / "work"
    (folder / demo.FILE_NAME).mkdir(parents=True)
    assert play(world, folder).path.name == "hitscout-demo-shortlist-2.csv"


def test_without_the_essentials_list_the_depmap_label_stands_in_and_is_named(tmp_path):
    store = Store(tmp_path / "bare.duckdb").create()
    add_knowledge(store, essentials=False)
    add_screen(store, "target", module_effects([4, 7], 1), study="Target 2020")
    bare = Workspace(store, np.random.default_rng(0), paths=Paths.of_user())
    assert demo._target(bare, "target")[1] == demo.NO_LIST
    with store.write("test") as connection:
        ingest = record_ingest(
            connection, content=content_hash(["depmap"], {}), kind="gene_values", name=demo.DEPMAP, source="t",
            source_hash="0", tool="test", arguments={},
        )  # fmt: skip
        ids = connection.execute("SELECT id FROM gene WHERE symbol IN (SELECT unnest(?))", [ESSENTIAL]).df()["id"]
        write_gene_values(connection, ingest, demo.DEPMAP, pd.DataFrame({"gene_id": ids, "value": 1.0}))
    target, name = demo._target(bare, "target")
    assert name == "DepMap common essential"
    assert set(target.table.index[target.table["essential"]]) == set(ESSENTIAL)
    assert "not CEGv2" in demo.NOT_CEGV2


def test_no_free_name_at_all_is_a_refusal(world, tmp_path, monkeypatch):
    done = play(world, tmp_path / "work")
    done.path.write_text("changed")
    monkeypatch.setattr(demo, "_names", lambda wanted: iter([wanted]))
    with pytest.raises(HitscoutError, match="free name"):
        demo.write_beside(done.path, world, done.shortlist.campaign)
