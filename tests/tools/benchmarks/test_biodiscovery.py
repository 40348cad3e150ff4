"""The benchmark keeps to its protocol, and notices files that would fool it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError, RefusedFileError
from tests.synthetic_store import (
    ESSENTIAL,
    FITNESS,
    SYMBOLS,
    add_screen,
    copied_world,
    module_effects,
    shared_world,
    workspace_on,
)
from tools.benchmarks.biodiscovery import benchmark_biodiscovery, benchmark_names, benchmark_target
from tools.genes.essentials import essential_names
from tools.workspace import Paths, Workspace

QUICK = {"rounds": 2, "size": 16, "seeds": 1, "workers": 1, "controls": False}
EFFECTS = module_effects([4, 7, 11], 0)
HITS = list(EFFECTS.abs().sort_values(ascending=False).index[:30])


def write_screen(folder, name="X", effects=EFFECTS, hits=HITS, text=None, essentials=True):
    folder.mkdir(exist_ok=True)
    pd.DataFrame({"Gene": effects.index, "Score": effects.to_numpy()}).to_csv(
        folder / f"ground_truth_{name}.csv", index=False
    )
    np.save(folder / f"topmovers_{name}.npy", np.array(hits))
    if text is not None:
        (folder / f"{name}.json").write_text(json.dumps(text))
    if essentials:
        (folder / "CEGv2.txt").write_text("GENE\tHGNC_ID\n" + "\n".join(f"{gene}\tx" for gene in ESSENTIAL) + "\n")
    return folder


@pytest.fixture
def space(tmp_path_factory, tmp_path):
    store, _ = shared_world(tmp_path_factory)
    return workspace_on(store, tmp_path)


def picks(report):
    return report.screens[0].picks[0]


def test_any_pair_of_files_is_a_screen_and_its_words_are_the_question(space, tmp_path):
    words = {"Task": "identify genes of the receptor", "Measurement": "the cytokin", "Study": "Target 2020"}
    folder = write_screen(tmp_path / "bench", text=words)
    target = benchmark_target(space, folder, "X", essential_names(space, folder), "json")
    assert target.question.text == "identify genes of the receptor\nthe cytokin"
    assert target.question.study == "Target 2020"
    assert target.question.side == "both"
    assert (int(target.table["hit"].sum()), int(target.table["essential"].sum())) == (30, len(ESSENTIAL))
    assert target.warnings == ()


def test_a_file_sorted_by_rank_and_the_same_shuffled_give_the_identical_shortlist(space, tmp_path):
    words = {"Task": "receptor", "Measurement": "", "Study": "Target 2020"}
    ranked = write_screen(tmp_path / "ranked", effects=EFFECTS.sort_values(), text=words)
    order = np.random.default_rng(4).permutation(len(EFFECTS))
    shuffled = write_screen(tmp_path / "shuffled", effects=EFFECTS.iloc[order], text=words)
    one = benchmark_biodiscovery(space, ranked, ["X"], **QUICK)
    two = benchmark_biodiscovery(space, shuffled, ["X"], **QUICK)
    assert picks(one) == picks(two)
    assert one.setting["hits_revealed"] is False
    assert one.to_json()["screens"][0]["hits"] == len(set(HITS) - set(FITNESS))
    whole = benchmark_biodiscovery(space, ranked, ["X"], **QUICK, pool="all", predictor="mean_baseline").screens[0]
    assert (whole.hits, whole.hits_specific) == (30, len(set(HITS) - set(FITNESS)))


def test_an_undeclared_target_is_kept_from_its_copies_by_correlation_and_says_so(space, tmp_path):
    folder = write_screen(tmp_path / "bench")
    report = benchmark_biodiscovery(space, folder, ["X"], **QUICK)
    why = {one.screen: one.why for one in report.screens[0].excluded}
    assert "Spearman" in why["target"]
    assert "not declared" in report.to_json()["screens"][0]["warnings"][0]


@pytest.mark.parametrize(("sign", "side"), [(1, "high"), (-1, "low")])
def test_the_side_of_the_rule_is_read_off_where_the_hits_lie(space, tmp_path, sign, side):
    hits = list((sign * EFFECTS).sort_values(ascending=False).index[:30])
    folder = write_screen(tmp_path / "bench", hits=hits)
    assert benchmark_target(space, folder, "X", frozenset(), "json").question.side == side


def test_labels_that_are_not_the_strong_effects_are_refused(space, tmp_path):
    order = EFFECTS.abs().sort_values()
    broken = [*order.index[:15], *order.index[-15:]]
    folder = write_screen(tmp_path / "bench", name="Sanchez21", hits=broken)
    with pytest.raises(RefusedFileError, match="Sanchez21_down"):
        benchmark_biodiscovery(space, folder, ["Sanchez21"], **QUICK)


def test_hits_of_another_screen_are_refused(space, tmp_path):
    folder = write_screen(tmp_path / "bench", hits=["NOT", "HERE"])
    with pytest.raises(RefusedFileError, match="None of the hits"):
        benchmark_biodiscovery(space, folder, ["X"], **QUICK)


def test_without_the_list_of_essential_genes_there_is_no_headline(store, tmp_path):
    space = Workspace(store, np.random.default_rng(0), paths=Paths(tmp_path / "data", tmp_path / "cache"))
    folder = write_screen(tmp_path / "bench", essentials=False)
    with pytest.raises(NotFoundError, match=r"fetch\(\['essentials'\]\)"):
        benchmark_biodiscovery(space, folder, ["X"], **QUICK)


def test_a_described_question_needs_a_line_of_the_catalogue(space, tmp_path):
    folder = write_screen(tmp_path / "bench")
    with pytest.raises(InvalidValueError, match="hint"):
        benchmark_biodiscovery(space, folder, ["X"], **QUICK, text="described")


def test_an_unknown_screen_and_an_empty_folder_are_refused_with_what_would_work(space, tmp_path):
    folder = write_screen(tmp_path / "bench")
    with pytest.raises(NotFoundError, match="There are: X"):
        benchmark_biodiscovery(space, folder, ["Y"], **QUICK)
    with pytest.raises(NotFoundError, match=r"`fetch\(\['biodiscovery'\]\)`"):
        benchmark_names(tmp_path)


def test_the_fetched_pack_is_the_default_folder(space, tmp_path):
    folder = space.paths.packs / "biodiscovery"
    folder.parent.mkdir(parents=True)
    write_screen(folder, text={"Task": "receptor", "Study": "Target 2020"})
    assert [screen.name for screen in benchmark_biodiscovery(space, **QUICK).screens] == ["X"]


def test_a_copy_of_the_benchmark_in_the_store_leaves_the_shortlist_unchanged_to_the_gene(
    tmp_path_factory, tmp_path, space
):
    words = {"Task": "receptor", "Measurement": "", "Study": "Target 2020"}
    folder = write_screen(tmp_path / "bench", text=words)
    with_copy = benchmark_biodiscovery(space, folder, ["X"], **QUICK)
    own_folder = tmp_path / "own"
    own_folder.mkdir()
    store, _ = copied_world(tmp_path_factory, own_folder)
    from db.screens.reading import remove_screen

    remove_screen(store, "target")
    bare = Workspace(store, np.random.default_rng(0), paths=Paths(tmp_path / "d2", tmp_path / "c2"))
    without = benchmark_biodiscovery(bare, folder, ["X"], **QUICK)
    assert picks(with_copy) == picks(without)


def test_false_discovery_rates_are_those_of_a_copy_in_the_store_and_change_no_pick(tmp_path_factory, tmp_path):
    (tmp_path / "own").mkdir()
    store, _ = copied_world(tmp_path_factory, tmp_path / "own")
    space = workspace_on(store, tmp_path)
    words = {"Task": "receptor", "Measurement": "", "Study": "Target 2020"}
    folder = write_screen(tmp_path / "bench", text=words)
    before = benchmark_biodiscovery(space, folder, ["X"], **QUICK)
    assert before.screens[0].fdr_recall is None
    add_screen(store, "firm", module_effects([4, 7, 11], 0), study="Target 2020", phenotype="", fdr=True)
    after = benchmark_biodiscovery(space, folder, ["X"], **QUICK)
    assert picks(after) == picks(before)
    recall = after.screens[0].fdr_recall
    assert set(recall) == {"low", "high"}
    assert all(0 <= share <= 1 for share in recall.values())
    assert any("those of firm" in said for said in after.screens[0].warnings)


@pytest.mark.parametrize(
    ("name", "genes", "hits", "essential"),
    [("IFNG", 18418, 920, 118), ("IL2", 18939, 654, 173), ("Sanchez21_down", 18469, 924, 53)],
)
def test_the_totals_of_the_public_files_are_those_of_the_protocol(shared_data, space, name, genes, hits, essential):
    folder = shared_data / "screens" / "biodiscovery"
    target = benchmark_target(space, folder, name, essential_names(space, folder), "json")
    assert len(target.table) == genes
    assert int(target.table["hit"].sum()) == hits
    assert int((target.table["hit"] & target.table["essential"]).sum()) == essential
    assert len(essential_names(space, folder)) == 684
    assert target.question.side == ("low" if name == "Sanchez21_down" else "both")
    assert target.question.study.startswith("Sanchez" if name == "Sanchez21_down" else "Schmidt")
    assert set(SYMBOLS).isdisjoint(target.table.index)
