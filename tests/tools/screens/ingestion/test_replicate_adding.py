"""One more replicate of a screen in the store: combined as if all files had come together, with its history."""

from __future__ import annotations

import json

import pytest

from db.errors import ConflictError, NotFoundError
from db.provenance import get_ingest, list_ingests
from db.screens.reading import controls_of, effects_of, get_screen, remove_screen
from tools.screens.ingestion.adding import add_screen
from tools.screens.ingestion.replicate_adding import add_replicate

MINE = {
    "phenotype": "x",
    "positive_means": "raises",
    "study": "Mine 2026",
    "modality": "knockout",
    "hit_rule": "top 5%",
}


@pytest.fixture
def first(named_workspace, mageck):
    """A screen of one donor."""
    return add_screen(named_workspace, mageck("d1.gene_summary.txt"), name="one", **MINE)


def test_a_replicate_that_comes_later_gives_what_all_files_at_once_give(named_workspace, first, mageck):
    second, third = mageck("d2.gene_summary.txt", shift=0.3), mageck("d3.gene_summary.txt", shift=-0.2)
    assert add_replicate(named_workspace, second, "one").replicates == ("d1", "d2")
    added = add_replicate(named_workspace, third, "one")
    assert (added.replicates, added.effects, added.screen.id) == (("d1", "d2", "d3"), 50, first.screen.id)
    at_once = add_screen(
        named_workspace, mageck("d1.gene_summary.txt"), name="both", replicate_files=(second, third), **MINE
    )
    store = named_workspace.store
    for single in (False, True):
        later = effects_of(store, added.screen.id, replicates=single)
        together = effects_of(store, at_once.screen.id, replicates=single)
        assert later[["perturbation", "replicate", "guides"]].equals(together[["perturbation", "replicate", "guides"]])
        for column in ("estimate", "standard_error", "p_low", "p_high", "fdr_low", "fdr_high"):
            assert later[column].to_list() == pytest.approx(together[column].to_list(), rel=1e-12, nan_ok=True), column
    assert store.verify() == []


def test_the_former_ingest_is_a_parent_and_removing_the_screen_removes_both(named_workspace, first, mageck):
    before = len(_ingests(named_workspace))
    added = add_replicate(named_workspace, mageck("d2.gene_summary.txt", shift=0.3), "one")
    with named_workspace.store.read() as connection:
        ingest = get_ingest(connection, added.ingest_id)
    assert (ingest.parents, ingest.tool, ingest.source) == ((first.ingest_id,), "add_replicate", "d2.gene_summary.txt")
    assert len(ingest.arguments["source_hashes"]) == 2
    assert added.rows_read == 100
    remove_screen(named_workspace.store, "one")
    assert len(_ingests(named_workspace)) == before - 1
    assert named_workspace.store.verify() == []


def test_the_same_replicate_again_and_the_first_file_again_write_nothing(named_workspace, first, mageck):
    second = mageck("d2.gene_summary.txt", shift=0.3)
    add_replicate(named_workspace, second, "one")
    before = named_workspace.store.manifest_path.read_text()
    for path in (second, mageck("d1.gene_summary.txt")):
        again = add_replicate(named_workspace, path, "one")
        assert (again.already_present, again.replicates) == (True, ("d1", "d2"))
    first_again = add_screen(named_workspace, mageck("d1.gene_summary.txt"), name="one", **MINE)
    assert (first_again.already_present, first_again.screen.name) == (True, "one")
    assert len(effects_of(named_workspace.store, first.screen.id, replicates=True)) == 100
    after = named_workspace.store.manifest_path.read_text()
    assert json.loads(after)["ingests"] == json.loads(before)["ingests"]


def test_a_replicate_in_the_other_sign_is_turned_before_it_is_combined(named_workspace, first, mageck):
    file = mageck("d2.gene_summary.txt", shift=0.1)
    flipped = add_replicate(named_workspace, file, "one", positive_means="lowers")
    # The second file holds the first one's effects and 0.1 more, so that with its sign turned the mean is -0.05.
    means = effects_of(named_workspace.store, flipped.screen.id)["estimate"]
    assert means.tolist() == pytest.approx([-0.05] * 50)


def test_controls_and_names_that_cannot_be_placed_are_told_by_file(named_workspace, mageck, genes):
    rows = {genes[0]: "Non-Targeting\t9\t.5\t.5\t.5\t1\t1\t0.5\t.5\t.5\t.5\t1\t1\t0.5"}
    add_screen(named_workspace, mageck("d1.gene_summary.txt", changes=rows), name="one", **MINE)
    added = add_replicate(named_workspace, mageck("d2.gene_summary.txt", shift=0.3, changes=rows), "one")
    kept = controls_of(named_workspace.store, added.screen.id)
    assert kept["replicate"].tolist() == ["d1", "d2"]
    assert [(one.reason, one.rows) for one in added.kept_aside] == [("control", 2)]
    examples = " ".join(added.kept_aside[0].examples)
    assert "d1.gene_summary.txt: " in examples
    assert "d2.gene_summary.txt: " in examples


def test_other_kinds_of_effects_and_unknown_screens_are_refused(named_workspace, first, simple, mageck):
    before = named_workspace.store.manifest_path.read_bytes()
    table = simple().read_text().replace("lfc", "zscore")
    path = simple()
    path.write_text(table)
    with pytest.raises(ConflictError, match="are z, those of 'one' lfc"):
        add_replicate(named_workspace, path, "one")
    with pytest.raises(NotFoundError, match="Did you mean one"):
        add_replicate(named_workspace, path, "onee")
    assert named_workspace.store.manifest_path.read_bytes() == before


def test_effects_that_the_screen_has_are_refused_however_they_were_read(named_workspace, shared_data):
    file = shared_data / "screens" / "tcell" / "Arce2025_Screen.csv"
    about = {"phenotype": "IL2RA level", "modality": "knockout", "positive_means": "lowers", "most_unresolved": 1.0}
    add_screen(named_workspace, file, name="a", suffix=".Resting_Teff", **about)
    before = named_workspace.store.manifest_path.read_bytes()
    for sign in ("lowers", "raises"):
        with pytest.raises(ConflictError, match="are in 'a' already, as its replicate 'Arce2025_Screen'") as caught:
            add_replicate(named_workspace, file, "a", suffix="Resting_Teff", positive_means=sign, most_unresolved=1.0)
        assert "`suffix=`" in caught.value.suggestion
    assert named_workspace.store.manifest_path.read_bytes() == before
    other = add_replicate(named_workspace, file, "a", suffix="Resting_Treg", most_unresolved=1.0)
    assert other.replicates == ("Arce2025_Screen", "Arce2025_Screen #2")
    with pytest.raises(ConflictError, match="as its replicate 'Arce2025_Screen #2'"):
        add_replicate(named_workspace, file, "a", suffix=".Resting_Treg", most_unresolved=1.0)


def test_a_replicate_of_other_cells_is_taken_with_a_warning(named_workspace, mageck):
    add_screen(named_workspace, mageck("d1.gene_summary.txt"), name="one", cell_type="Jurkat", **MINE)
    second, third = mageck("d2.gene_summary.txt", shift=0.3), mageck("d3.gene_summary.txt", shift=0.4)
    taken = add_replicate(named_workspace, second, "one", cell_type="jurkat").warnings
    assert not [one for one in taken if "Jurkat" in one]
    warned = add_replicate(named_workspace, third, "one", cell_type="K562").warnings
    assert [one.split(": ")[0] for one in warned if "Jurkat" in one] == [
        "d3.gene_summary.txt is of K562 and the screen of Jurkat"
    ]


def test_a_screen_that_a_campaign_uses_takes_no_replicate(named_workspace, first, mageck):
    with named_workspace.store.write("test") as connection:
        connection.execute("INSERT INTO campaign VALUES (5, 'tau', '{}', '{}', ?, now(), NULL)", [first.screen.id])
    with pytest.raises(ConflictError, match="campaign tau"):
        add_replicate(named_workspace, mageck("d2.gene_summary.txt", shift=0.3), "one")


def test_columns_and_rows_of_real_files_are_chosen_and_made_replicates(named_workspace, shared_data):
    folder = shared_data / "screens" / "tcell"
    about = {
        "phenotype": "IL2RA level",
        "modality": "knockout",
        "readout_gene": "IL2RA",
        "positive_means": "lowers",
        "most_unresolved": 1.0,
    }
    added = add_screen(named_workspace, folder / "Arce2025_Screen.csv", name="a", suffix="Resting_Teff", **about)
    assert added.sign_evidence.endswith("as knockout of the readout gene should")
    both = add_replicate(
        named_workspace, folder / "Freimer2022_Screen.csv", "a", where={"screen": "IL2RA"}, most_unresolved=1.0
    )
    effects = effects_of(named_workspace.store, get_screen(named_workspace.store, "a").id).set_index("perturbation")
    assert effects.loc["IL2RA", "estimate"] == pytest.approx(-(3.1775 + 2.6818) / 2)
    assert both.replicates == ("Arce2025_Screen", "Freimer2022_Screen")


def _ingests(workspace):
    with workspace.store.read() as connection:
        return list_ingests(connection)
