"""Merged screens: what they hold, where they came from, and that no replay of a part can see the whole."""

from __future__ import annotations

import numpy as np
import pytest

from db.errors import ConflictError, InvalidValueError
from db.provenance import get_ingest, notes_of
from db.records import Question
from db.screens.reading import effects_of, get_screen, list_screens
from db.view import View
from tests.campaign_world import add_measured, new_workspace
from tests.synthetic_store import SYMBOLS, module_effects
from tools.prediction.priors import choose_priors
from tools.replays.target import target_of_screen
from tools.screens.chosen_screen import hidden_with
from tools.screens.ingestion.adding import add_screen
from tools.screens.listing import screen_remove, screen_show
from tools.screens.merging.merging import screen_merge

RNG = np.random.default_rng(11)
TRUE = module_effects([4, 7], 3)
DONORS = {name: TRUE + RNG.normal(size=600) for name in ("donor 1", "donor 2", "donor 3")}


def make_world(folder, study="Ours"):
    workspace = new_workspace(folder, bare=True)
    for name, effects in DONORS.items():
        library = effects[:-20] if name == "donor 1" else effects
        add_measured(workspace.store, name, library, study=study, phenotype="CD69 level")
    return workspace


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    workspace = make_world(tmp_path_factory.mktemp("merged"))
    return workspace, screen_merge(workspace, ["donor 1", "donor 2"], "both")


def test_a_merged_screen_holds_the_combined_effects_and_its_parts_as_replicates(merged):
    workspace, done = merged
    assert done.perturbations == 580
    assert done.kept_aside == 20
    frame = effects_of(workspace.store, done.screen.id).set_index("perturbation")
    singles = effects_of(workspace.store, done.screen.id, replicates=True)
    wide = singles.pivot(index="perturbation", columns="replicate", values="estimate")
    both = wide.dropna()
    assert frame.loc[both.index, "estimate"].to_numpy() == pytest.approx(both.sum(axis=1).to_numpy() / np.sqrt(2))
    assert list(wide.columns) == ["donor 1", "donor 2"]
    assert done.agreement[0].pearson == pytest.approx(float(both.corr().iloc[0, 1]))


def test_two_noisy_donors_together_are_nearer_to_the_truth_than_each(merged):
    workspace, done = merged
    frame = effects_of(workspace.store, done.screen.id).set_index("perturbation")["estimate"]
    truth = TRUE.loc[frame.index]
    each = [np.corrcoef(DONORS[name].loc[frame.index], truth)[0, 1] for name in ("donor 1", "donor 2")]
    assert np.corrcoef(frame, truth)[0, 1] > max(each)


def test_provenance_leads_to_the_parts_and_what_one_alone_measured_is_noted(merged):
    workspace, done = merged
    with workspace.store.read() as connection:
        ingest = get_ingest(connection, done.screen.ingest_id)
        notes = notes_of(connection, ingest.id)
    parents = {one.ingest_id for one in list_screens(workspace.store) if one.name in ("donor 1", "donor 2")}
    assert set(ingest.parents) == parents
    assert ingest.arguments["method"] == done.method
    assert {note.name for note in notes} == set(SYMBOLS[-20:])
    assert screen_show(workspace, "both").source == "merged from donor 1, donor 2"


def test_merging_again_is_recognised_and_another_name_is_refused(merged):
    workspace, _ = merged
    assert screen_merge(workspace, ["donor 2", "donor 1"], "both").already_present
    with pytest.raises(ConflictError, match="merged already, as 'both'"):
        screen_merge(workspace, ["donor 1", "donor 2"], "again")


@pytest.mark.parametrize("study", ["Ours", ""], ids=["declared", "undeclared"])
@pytest.mark.parametrize(("target", "unseen"), [("donor 1", "both"), ("both", "donor 1"), ("both", "donor 2")])
def test_a_replay_never_sees_what_shares_a_measurement_with_its_target(tmp_path, study, target, unseen):
    workspace = make_world(tmp_path, study)
    screen_merge(workspace, ["donor 1", "donor 2"], "both")
    played = target_of_screen(workspace, target, "described")
    names = {one.id: one.name for one in list_screens(workspace.store)}
    assert unseen in {names[number] for number in played.hidden}
    choice = choose_priors(View(workspace.store, played.hidden), played.question, siblings=True, replay=True)
    assert not {"both", "donor 1", "donor 2", "donor 3"} & {one.screen for one in choice.used}
    assert {one.screen for one in choice.used} == {"alpha", "beta"}
    seen = choice.view.effects()["screen_id"].map(names)
    assert set(seen) == {"alpha", "beta"}


def test_a_campaign_that_measured_one_part_does_not_count_it_again_in_the_merged_screen(merged):
    workspace, done = merged
    part, other = get_screen(workspace.store, "donor 1"), get_screen(workspace.store, "donor 2")
    assert hidden_with(workspace.store, part.id) == {part.id, done.screen.id}
    assert hidden_with(workspace.store, done.screen.id) == {part.id, other.id, done.screen.id}


def test_of_a_merged_screen_and_its_parts_one_speaks_in_a_campaign_though_no_study_is_declared(tmp_path):
    workspace = make_world(tmp_path, study="")
    screen_merge(workspace, ["donor 1", "donor 2"], "both")
    choice = choose_priors(View(workspace.store), Question("CD69 level"))
    assert {one.screen for one in choice.used} == {"alpha", "beta", "both", "donor 3"}
    why = {one.screen: one.why for one in choice.excluded}
    assert why["donor 1"] == "part of both, which was merged from it and is used"


def test_a_part_cannot_be_removed_before_the_whole_and_stays_when_that_goes(tmp_path):
    workspace = make_world(tmp_path)
    screen_merge(workspace, ["donor 1", "donor 2"], "both")
    with pytest.raises(ConflictError, match="part of the merged screen both"):
        screen_remove(workspace, "donor 1")
    screen_remove(workspace, "both")
    assert {one.name for one in list_screens(workspace.store)} == {"alpha", "beta", *DONORS}
    assert len(effects_of(workspace.store, get_screen(workspace.store, "donor 1").id)) == 580
    assert workspace.store.verify() == []
    screen_remove(workspace, "donor 1")


def test_a_parts_file_is_still_known_as_the_parts_own(tmp_path):
    workspace = make_world(tmp_path)
    path = tmp_path / "z.csv"
    path.write_text("gene,lfc\n" + "\n".join(f"{name},{value:.4f}" for name, value in DONORS["donor 3"].items()) + "\n")
    options = {
        "phenotype": "CD69 level",
        "study": "Ours",
        "cell_type": "T cells",
        "modality": "knockout",
        "positive_means": "raises",
    }
    first = add_screen(workspace, path, **options).screen
    screen_merge(workspace, ["donor 1", "z"], "a merged one")
    again = add_screen(workspace, path, **options)
    assert again.already_present
    assert again.screen.id == first.id


def test_screens_that_are_no_measurements_of_the_same_are_refused(tmp_path):
    workspace = make_world(tmp_path)
    with pytest.raises(ConflictError, match="their phenotype is"):
        screen_merge(workspace, ["donor 1", "alpha"], "x")
    with pytest.raises(InvalidValueError, match="donor 1 was named"):
        screen_merge(workspace, ["donor 1"], "x")
    with pytest.raises(ConflictError, match="named 'donor 3' already"):
        screen_merge(workspace, ["donor 1", "donor 2"], "donor 3")
    with workspace.store.write("test") as connection:
        connection.execute(
            "UPDATE contrast SET estimate_kind = 'bayes_factor' FROM screen s"
            " WHERE s.id = screen_id AND s.name = 'donor 2'"
        )
    with pytest.raises(InvalidValueError, match="are bayes_factor"):
        screen_merge(workspace, ["donor 1", "donor 2"], "x")


def test_means_by_inverse_variance_are_taken_where_all_have_standard_errors(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    for number, name in enumerate(("a", "b"), 1):
        rows = [f"{gene},{value:.4f},{0.1 * number}" for gene, value in DONORS[f"donor {number}"].items()]
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(["gene,lfc,se", *rows]) + "\n")
        add_screen(workspace, path, phenotype="CD69 level", positive_means="raises")
    done = screen_merge(workspace, ["a", "b"], "both")
    assert done.method == "inverse-variance"
    frame = effects_of(workspace.store, done.screen.id).set_index("perturbation")
    one, two = (DONORS[f"donor {n}"]["GENE0100"].round(4) for n in (1, 2))
    assert frame.loc["GENE0100", "estimate"] == pytest.approx((one / 0.01 + two / 0.04) / 125)
    assert frame.loc["GENE0100", "standard_error"] == pytest.approx(1 / np.sqrt(125))
