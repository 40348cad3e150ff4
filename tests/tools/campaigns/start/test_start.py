"""Starting campaigns: library, what is measured, lists from files; what is refused leaves the store as it was."""

from __future__ import annotations

import pytest

from db.errors import ConflictError, InvalidValueError, NeedsChoiceError, NotFoundError, RefusedFileError
from db.view import View
from tests.campaign_world import add_measured, manifest, new_workspace, started, write_results
from tests.synthetic_store import SYMBOLS, module_effects
from tools.campaigns.listing import campaign_list
from tools.campaigns.rounds.proposal import campaign_propose


@pytest.fixture
def world(tmp_path):
    return new_workspace(tmp_path, bare=True)


def test_protein_coding_is_the_library_where_none_is_named(world):
    made = started(world)
    assert (made.library_size, made.measured, made.candidates) == (600, 0, 600)
    assert made.ignored == ()


def test_a_file_of_names_is_a_library_and_names_that_cannot_be_used_are_reported(world, tmp_path):
    file = tmp_path / "library.csv"
    file.write_text("guide,gene\ng1,GENE0001\ng2,GENE0001\ng3,cytokin\ng4,NOSUCHGENE\ng5,GENE0003+GENE0002\n")
    made = started(world, size=2, library=str(file))
    assert made.library_size == 3
    assert [(one.name, one.source) for one in made.ignored] == [("NOSUCHGENE", "library")]
    assert campaign_propose(world, size=3).ignored == made.ignored
    names = {n.perturbation: n.target_genes for n in campaign_propose(world, size=3).nominations}
    assert names["GENE0002+GENE0003"] == ("GENE0002", "GENE0003")


def test_a_screen_is_a_library(world):
    assert started(world, library="alpha").library_size == 600


def test_genes_of_a_measured_screen_are_no_candidates_and_the_screen_is_hidden(world):
    measured = add_measured(world.store, "mine", module_effects([4], 9).iloc[:100], study="Mine", phenotype="other")
    add_measured(world.store, "mine again", module_effects([4], 9).iloc[:90], study="mine", phenotype="Other")
    made = started(world, measured="mine")
    assert (made.measured, made.candidates) == (100, 500)
    assert made.campaign.measured_screen_id == measured
    assert made.campaign.question.study == "Mine"
    from tools.campaigns.state import load_state

    state = load_state(world.store, made.campaign)
    assert state.hidden == {measured}
    assert set(state.revealed.effects["round"]) == {0}


def test_a_measured_file_becomes_a_screen_and_is_recognised_when_it_comes_again(world, tmp_path):
    file = write_results(tmp_path / "mine.csv", SYMBOLS[:50])
    first = started(world, "one", measured=str(file), positive_means="raises")
    second = started(world, "two", measured=str(file), positive_means="raises")
    assert (first.measured, first.candidates) == (50, 550)
    assert first.campaign.measured_screen_id == second.campaign.measured_screen_id
    assert [screen.name for screen in View(world.store).screens()] == ["alpha", "beta", "one measured"]


def test_a_measured_file_without_a_sign_is_taken_where_no_direction_is_asked_for(world, tmp_path):
    file = tmp_path / "castle.csv"
    file.write_text("gene,score\n" + "".join(f"{symbol},{at}\n" for at, symbol in enumerate(SYMBOLS[:50])))
    options = {"measured": str(file), "columns": {"estimate": "score"}, "positive_means": "unsigned"}
    with pytest.raises(InvalidValueError, match="lie on no side"):
        started(world, "one", direction="raises", **options)
    assert started(world, "one", **options).measured == 50


def test_a_file_and_a_screen_of_one_name_need_a_choice(world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_results(tmp_path / "alpha", SYMBOLS[:5])
    with pytest.raises(NeedsChoiceError, match=r"\./alpha"):
        started(world, measured="alpha")


def test_exclusions_and_expression_come_from_files(world, tmp_path):
    exclude, expressed = tmp_path / "exclude.tsv", tmp_path / "tpm.tsv"
    exclude.write_text("gene\treason\nGENE0001\ttoxic\nGENE0002\t\nNOPE\t\n")
    expressed.write_text("gene\ttpm\n" + "".join(f"{s}\t{0.2 if s == 'GENE0010' else 9}\n" for s in SYMBOLS[:590]))
    made = started(world, exclude=exclude, expressed=expressed)
    assert made.candidates == 598
    assert [one.name for one in made.ignored] == ["NOPE"]
    flags = {n.perturbation: n.flags for n in campaign_propose(world, size=598, predictor="mean_baseline").nominations}
    assert "GENE0001" not in flags
    assert "not-expressed" in flags["GENE0010"]
    assert "not-expressed" not in flags["GENE0011"]
    assert "expression-unknown" in flags["GENE0595"]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"size": 601}, InvalidValueError, r"601 was asked for, but only 600"),
        ({"size": 0}, InvalidValueError, "`size=0`"),
        ({"measured": "gamma"}, NotFoundError, "neither a screen nor a file named 'gamma'"),
        ({"library": "./none.txt"}, NotFoundError, "no file ./none.txt"),
        ({"hit_rule": "strong ones"}, InvalidValueError, "strong ones"),
        ({"mode": "validate"}, InvalidValueError, "`mode='validate'` goes by .* the store has none"),
        ({"mode": "again"}, InvalidValueError, "'again' is no mode"),
        ({"direction": "up"}, InvalidValueError, "'up' is no direction"),
        ({"guides_per_gene": 0}, InvalidValueError, "`guides_per_gene=0`"),
        ({"price": -1.0}, InvalidValueError, "price of -1.0"),
        ({"organism": "mouse"}, NotFoundError, "mouse"),
    ],
)
def test_what_cannot_be_started_is_refused_and_the_store_stays_as_it_was(world, options, error, said):
    before = manifest(world)
    with pytest.raises(error, match=said):
        started(world, **options)
    assert manifest(world) == before
    assert campaign_list(world) == ()


def test_bad_lists_are_refused_and_the_store_stays_as_it_was(world, tmp_path):
    before = manifest(world)
    empty, binary = tmp_path / "empty.txt", tmp_path / "binary.txt"
    empty.write_text("# nothing\n")
    binary.write_bytes(b"GENE0001\n\xe9\xff\x9d")
    for path, said in ((empty, "no names"), (binary, "not UTF-8"), (tmp_path, "folder")):
        with pytest.raises(RefusedFileError, match=said):
            started(world, exclude=path)
    tpm = tmp_path / "tpm.csv"
    tpm.write_text("gene,tpm\nGENE0001,high\n")
    with pytest.raises(RefusedFileError, match="no TPM for 'GENE0001': 'high'"):
        started(world, expressed=tpm)
    assert manifest(world) == before


def test_a_name_is_given_once(world):
    started(world)
    before = manifest(world)
    with pytest.raises(ConflictError, match="named 'PILOT'"):
        started(world, "PILOT")
    assert manifest(world) == before
