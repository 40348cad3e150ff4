"""Screens in the store: what is written is what is read, and nothing is left of what is removed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import ConflictError, NotFoundError, StoreError
from db.records import Study
from db.screens import reading as screens
from db.screens import writing


def tables_with_rows(store) -> dict[str, int]:
    """Row counts of the tables that a screen fills."""
    names = (
        "screen",
        "contrast",
        "effect",
        "control_effect",
        "replicate",
        "source_name",
        "ingest",
        "ingest_note",
        "hit_list",
        "study",
    )
    with store.read() as connection:
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in names}


def test_effects_are_read_sorted_with_unknown_numbers_as_nan(store, screen_id):
    effects = screens.effects_of(store, screen_id)
    assert effects["perturbation"].tolist() == ["A", "B", "C+D"]
    assert effects["estimate"].tolist() == [-1, 0.5, 2]
    assert effects["p_low"].tolist()[:2] == [1e-300, 0]
    assert np.isnan(effects["p_low"].tolist()[2])
    assert effects["replicate"].tolist() == ["", "", ""]
    assert screens.effects_of(store, screen_id, replicates=True).empty


def test_a_contrast_can_be_picked(store, screen_id):
    contrast = screens.contrasts_of(store, screen_id)[0]
    assert len(screens.effects_of(store, screen_id, contrasts=[contrast.id])) == 3
    assert screens.effects_of(store, screen_id, contrasts=[contrast.id + 1]).empty
    assert (contrast.positive_means, contrast.sign_evidence) == ("raises", "declared")


def test_controls_source_names_and_library_are_read(store, screen_id):
    assert screens.controls_of(store, screen_id)["name"].tolist() == ["NTC"]
    assert screens.source_names(store, screen_id).to_dict() == {"A": "a-old", "B": "b"}
    assert screens.library_of(store, screen_id) == ["A", "B", "C+D"]


def test_a_screen_is_found_in_any_case_and_an_unknown_one_gives_near_names(store, screen_id):
    assert screens.get_screen(store, "ONE").id == screen_id
    with pytest.raises(NotFoundError, match="Did you mean one"):
        screens.get_screen(store, "onne")


def test_screens_are_listed_by_name_and_campaigns_only_when_asked_for(store, screen_id, write_one):
    write_one(store, "a", "c2", campaign_id=7)
    write_one(store, "b", "c3")
    assert [screen.name for screen in screens.list_screens(store)] == ["b", "one"]
    assert [screen.name for screen in screens.list_screens(store, campaigns=True)] == ["a", "b", "one"]


def test_perturbations_are_written_once_and_keep_their_ids(store, screen_id, write_one):
    write_one(store, "two", "c2")
    with store.write("test") as connection:
        frame = pd.DataFrame({"name": ["A", "Z", "A"], "gene_id": [1, 9, 1], "second_gene_id": [None] * 3})
        ids = writing.ensure_perturbations(connection, "human", frame)
        other = writing.ensure_perturbations(connection, "mouse", frame)
        count = connection.execute("SELECT count(*), count(DISTINCT id) FROM perturbation").fetchall()
        pair = connection.execute("SELECT gene_id, second_gene_id FROM perturbation WHERE name = 'C+D'").fetchall()
    assert count == [(6, 6)]
    assert sorted(ids.index) == ["A", "Z"]
    assert set(ids).isdisjoint(set(other))
    assert pair == [(3, 4)]


def test_two_effects_of_one_perturbation_are_refused_and_rolled_back(store, screen_id):
    contrast = screens.contrasts_of(store, screen_id)[0]
    before = store.manifest_path.read_bytes()
    frame = pd.DataFrame({"perturbation_id": [1], "estimate": [3.0]})
    with pytest.raises(ConflictError, match="A has 2 effects"), store.write("test") as connection:
        writing.insert_effects(connection, contrast.id, 1, frame)
    assert len(screens.effects_of(store, screen_id)) == 3
    assert store.manifest_path.read_bytes() == before


@pytest.mark.parametrize(
    ("column", "value"), [("estimate", np.inf), ("p_low", 1.5), ("fdr_high", -0.1), ("standard_error", -1)]
)
def test_impossible_numbers_are_refused_by_the_store_itself(store, screen_id, column, value):
    contrast = screens.contrasts_of(store, screen_id)[0]
    frame = pd.DataFrame({"perturbation_id": [99], "estimate": [1.0], column: [value]})
    with pytest.raises(StoreError), store.write("test") as connection:
        writing.insert_effects(connection, contrast.id, 1, frame)
    assert len(screens.effects_of(store, screen_id)) == 3


def test_replicates_are_read_apart_from_combined_rows(store, screen_id):
    contrast = screens.contrasts_of(store, screen_id)[0]
    with store.write("test") as connection:
        ids = writing.insert_replicates(connection, contrast.id, ["d1", "d2"])
        frame = pd.DataFrame(
            {"perturbation_id": [1, 1], "estimate": [1.0, 2.0], "replicate_id": [ids["d2"], ids["d1"]]}
        )
        writing.insert_effects(connection, contrast.id, 1, frame)
    singles = screens.effects_of(store, screen_id, replicates=True)
    assert singles[["replicate", "estimate"]].to_numpy().tolist() == [["d1", 2.0], ["d2", 1.0]]
    assert len(screens.effects_of(store, screen_id)) == 3


def test_a_list_of_hits_is_known_by_its_members_whatever_their_order(store, screen_id):
    with store.write("test") as connection:
        ids = pd.Series({"B": 2, "A": 1})
        first = writing.insert_hit_list(connection, 1, ids)
        assert first == writing.insert_hit_list(connection, 1, ids[::-1]) == writing.hit_list_hash(["A", "B"])
    assert screens.hit_list(store, first) == {"A", "B"}
    with pytest.raises(NotFoundError, match="list:00"):
        screens.hit_list(store, "00")


def test_a_study_is_one_in_any_case_and_gains_what_it_lacked(store):
    with store.write("test") as connection:
        first = writing.add_study(connection, Study("Mine 2026", licence="MIT"))
        assert writing.add_study(connection, Study("mine 2026", "Me 2026, Journal", "other")) == first
        row = connection.execute("SELECT citation, licence FROM study").fetchall()
    assert row == [("Me 2026, Journal", "MIT")]


def test_removing_a_screen_leaves_nothing_of_it_and_others_whole(store, write_one):
    write_one(store, "first", "c1")
    before = tables_with_rows(store)
    write_one(store, "second", "c2")
    assert screens.remove_screen(store, "second").name == "second"
    assert tables_with_rows(store) == before
    assert store.verify() == []
    screens.remove_screen(store, "first")
    assert set(tables_with_rows(store).values()) == {0}


def test_a_removed_screen_can_be_added_again_under_a_new_id(store, screen_id, write_one):
    screens.remove_screen(store, "one")
    assert write_one(store) > screen_id


@pytest.mark.parametrize("column", ["measured_screen_id", "campaign"])
def test_a_screen_that_a_campaign_uses_stays(store, write_one, column):
    screen_id = write_one(store, campaign_id=5 if column == "campaign" else None)
    with store.write("test") as connection:
        measured = None if column == "campaign" else screen_id
        connection.execute("INSERT INTO campaign VALUES (5, 'tau', '{}', '{}', ?, now(), NULL)", [measured])
    before = store.manifest_path.read_bytes()
    with pytest.raises(ConflictError, match="campaign tau"):
        screens.remove_screen(store, "one")
    assert store.manifest_path.read_bytes() == before


def test_new_perturbations_are_numbered_by_name_whatever_the_row_order(store, screen_id):
    with store.read() as connection:
        rows = connection.execute("SELECT name, id FROM perturbation ORDER BY id").fetchall()
    assert rows == [("A", 1), ("B", 2), ("C+D", 3)]
