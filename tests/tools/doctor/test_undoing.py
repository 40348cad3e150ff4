"""The last write taken back: the store holds, row by row, what it held before."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from db.errors import ConflictError
from db.manifest import INGESTED_TABLES, STATE_TABLES
from db.screens.reading import list_screens
from db.undo import last_act, pass_over
from tests.campaign_world import TRUTH, add_measured, confirmed, new_workspace, started, write_results
from tests.synthetic_store import SYMBOLS
from tools.campaigns.listing import campaign_close
from tools.campaigns.results.recording import campaign_record
from tools.campaigns.rounds.grade import campaign_grade
from tools.campaigns.rounds.proposal import campaign_confirm, campaign_propose
from tools.campaigns.start.exclusions import campaign_exclude
from tools.campaigns.start.question import campaign_question
from tools.campaigns.start.start import campaign_start
from tools.campaigns.start.start_and_propose import shortlist
from tools.doctor.undoing import undo
from tools.screens.ingestion.adding import add_screen
from tools.screens.listing import screen_remove
from tools.screens.merging.merging import screen_merge

FAST = "mean_baseline"


def content(workspace) -> dict[str, list]:
    """Every row of the store; perturbations only ever come to it, as names of what was once measured."""
    tables = sorted({*STATE_TABLES, *INGESTED_TABLES} - {"perturbation"})
    with workspace.store.read() as connection:
        return {one: sorted(map(repr, connection.execute(f"SELECT * FROM {one}").fetchall())) for one in tables}


def write(folder, name="own.csv", seed=3):
    rng = np.random.default_rng(seed)
    rows = [f"{gene},{rng.normal():.5f}" for gene in SYMBOLS[:200]] + [f"NTC_{n},{rng.normal():.5f}" for n in range(30)]
    path = folder / name
    path.write_text("\n".join(["gene,lfc", *rows]) + "\n")
    return path


def proposed(workspace, *_):
    started(workspace)
    campaign_propose(workspace, "pilot", predictor=FAST)


def measured(workspace, folder):
    started(workspace)
    names = confirmed(workspace)
    campaign_record(workspace, write_results(folder / "r1.csv", names), "pilot", positive_means="raises")


def corrected(workspace, folder):
    names = [one.split(",")[0] for one in (folder / "r1.csv").read_text().splitlines()[1:13]]
    changed = write_results(folder / "r2.csv", names[:8], changes={names[0]: 9.0})
    campaign_record(workspace, changed, "pilot", positive_means="raises")


def donors(workspace, *_):
    for number in (1, 2):
        noise = np.random.default_rng(number).normal(size=600)
        add_measured(workspace.store, f"donor {number}", TRUTH + noise, study="Ours", phenotype="CD69 level")


def added(workspace, folder):
    add_screen(workspace, write(folder), phenotype="CD69 level", positive_means="raises", study="A study of its own")


ACTS = {
    "screen added": (lambda w, f: None, added, "screen own was added from own.csv"),
    "screen removed": (added, lambda w, f: screen_remove(w, "own"), "screen own was removed"),
    "screens merged": (donors, lambda w, f: screen_merge(w, ["donor 1", "donor 2"], "both"), "screen both was merged"),
    "campaign started": (lambda w, f: None, lambda w, f: started(w), "campaign pilot was started"),
    "campaign started on a file": (
        lambda w, f: None,
        lambda w, f: campaign_start(w, "own", "x", measured=str(write(f)), size=9, positive_means="raises"),
        "campaign own was started",
    ),
    "shortlist": (lambda w, f: None, lambda w, f: shortlist(w, "x", size=9, predictor=FAST), "campaign x was started"),
    "question": (
        lambda w, f: started(w),
        lambda w, f: campaign_question(w, "pilot", changes={"cell_type": "B cells"}),
        "the question of campaign pilot was edited",
    ),
    "excluded": (
        lambda w, f: started(w),
        lambda w, f: campaign_exclude(w, ["GENE0100", "GENE0101"], "toxic", "pilot"),
        "2 were excluded from campaign pilot",
    ),
    "proposed": (lambda w, f: started(w), lambda w, f: campaign_propose(w, "pilot", predictor=FAST), "round 1 of"),
    "proposed again": (proposed, lambda w, f: campaign_propose(w, "pilot", predictor=FAST, seed=4, size=5), "round 1"),
    "graded": (
        proposed,
        lambda w, f: campaign_grade(w, "GENE0300", 3, "because", "pilot"),
        "GENE0300 was graded in round 1 of campaign pilot",
    ),
    "confirmed": (proposed, lambda w, f: campaign_confirm(w, "pilot"), "round 1 of campaign pilot was confirmed"),
    "recorded": (
        lambda w, f: (started(w), confirmed(w)),
        lambda w, f: campaign_record(
            w, write_results(f / "r.csv", SYMBOLS), "pilot", positive_means="raises", allow_others=True
        ),
        "results of round 1 of campaign pilot were recorded from r.csv",
    ),
    "recorded, corrected": (measured, corrected, "results of round 1 of campaign pilot were recorded from r2.csv"),
    "closed": (proposed, lambda w, f: campaign_close(w, "pilot"), "campaign pilot was closed"),
}


@pytest.mark.parametrize(("before", "act", "title"), ACTS.values(), ids=ACTS)
def test_after_undo_every_row_is_as_before_the_act_and_the_store_is_in_order(tmp_path, before, act, title):
    workspace = new_workspace(tmp_path, bare=True)
    before(workspace, tmp_path)
    rows = content(workspace)
    act(workspace, tmp_path)
    assert content(workspace) != rows
    looked = undo(workspace, look=True)
    assert looked.only_looked
    assert title in looked.act
    done = undo(workspace)
    assert done.act == looked.act
    assert done.rows_gone + done.rows_back > 0
    assert content(workspace) == rows
    assert workspace.store.verify() == []
    with pytest.raises(ConflictError, match=r"the last one \(undo\) cannot be"):
        undo(workspace)


def test_what_was_taken_back_can_be_done_again(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    measured(workspace, tmp_path)
    after = {name: rows for name, rows in content(workspace).items() if name == "nomination"}
    undo(workspace)
    campaign_record(workspace, tmp_path / "r1.csv", "pilot", positive_means="raises")
    assert {name: rows for name, rows in content(workspace).items() if name == "nomination"} == after
    added(workspace, tmp_path)
    undo(workspace)
    added(workspace, tmp_path)
    assert "own" in {one.name for one in list_screens(workspace.store)}


def test_a_write_that_came_later_forbids_it_and_is_named(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    added(workspace, tmp_path)
    with workspace.store.write("encode") as connection:
        connection.execute("DELETE FROM transcript")
    rows = content(workspace)
    with pytest.raises(ConflictError, match=r"the last one \(encode\) cannot be"):
        undo(workspace)
    assert content(workspace) == rows


def test_a_write_that_only_notes_who_did_it_does_not_forbid_it(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    rows = content(workspace)
    added(workspace, tmp_path)
    with workspace.store.write("transcript index") as connection:
        pass_over(connection)
    undo(workspace)
    assert content(workspace) == rows


def test_a_refused_act_leaves_the_one_before_to_be_taken_back(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    added(workspace, tmp_path)
    with pytest.raises(ConflictError):
        add_screen(workspace, tmp_path / "own.csv", phenotype="another", positive_means="raises")
    with pytest.raises(ConflictError):
        add_screen(workspace, write(tmp_path, "b.csv", 9), phenotype="x", name="own", positive_means="raises")
    assert last_act(workspace.store).title == "screen own was added from own.csv"
    undo(workspace)
    assert "own" not in {one.name for one in list_screens(workspace.store)}


def test_nothing_is_kept_longer_than_until_the_next_act(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    added(workspace, tmp_path)
    screen_remove(workspace, "own")
    with workspace.store.read() as connection:
        kept = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'undo' AND table_name <> 'act'"
        assert connection.execute(kept).fetchall()[0][0] > 0
    started(workspace)
    with workspace.store.read() as connection:
        assert connection.execute(kept).fetchall()[0][0] == 0


def test_a_store_of_before_gets_the_table_and_can_take_back_from_then_on(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    with duckdb.connect(str(workspace.store.path)) as connection:
        connection.execute("DROP SCHEMA undo CASCADE")
        for table in ("cell_set_cell", "cell_set_column", "cell_set_gene", "cell_set"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DROP SEQUENCE cell_set_id")
        connection.execute("UPDATE meta SET value = '4' WHERE key = 'schema'")
    workspace.store._current = False
    rows = content(workspace)
    added(workspace, tmp_path)
    undo(workspace)
    assert content(workspace) == rows
