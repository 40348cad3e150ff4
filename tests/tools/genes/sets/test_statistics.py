"""Statistics of gene sets against scipy, gseapy, closed forms and planted sets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from tools.genes.sets.statistics import crowded_sets, cut_sets, over_represented, rank_enriched, short_name

GENES = [f"Gene{i}" for i in range(1200)]


def sets_of(count, size=20, seed=0):
    rng = np.random.default_rng(seed)
    return {("c", f"set {i:03d}"): sorted(rng.choice(GENES, size, replace=False)) for i in range(count)}


def test_over_representation_is_fishers_exact_test_and_counts_sets_without_a_hit():
    sets, chosen = sets_of(40), GENES[:60]
    found = over_represented(sets, chosen, GENES).set_index("gene_set")
    assert len(found) == 40
    for (_, name), genes in sets.items():
        both = len(set(genes) & set(chosen))
        table = [[both, len(genes) - both], [len(chosen) - both, len(GENES) - len(genes) - len(chosen) + both]]
        assert found.loc[name, "p"] == pytest.approx(fisher_exact(table, alternative="greater").pvalue)
        assert (found.loc[name, "overlap"], found.loc[name, "size"]) == (both, 20)
        assert found.loc[name, "expected"] == pytest.approx(20 * 60 / 1200)
    assert (found["overlap"] == 0).any()
    np.testing.assert_allclose(found["fdr"], false_discovery_control(found["p"]))


def test_over_representation_agrees_with_gseapy():
    gseapy = pytest.importorskip("gseapy")
    sets, chosen = {name: [gene.upper() for gene in genes] for name, genes in sets_of(20).items()}, GENES[:200]
    upper = [gene.upper() for gene in GENES]
    theirs = gseapy.enrich(
        upper[:200], {name: genes for (_, name), genes in sets.items()}, background=upper, outdir=None, no_plot=True
    ).res2d.set_index("Term")["P-value"]
    ours = over_represented(sets_of(20), chosen, GENES).set_index("gene_set")["p"]
    np.testing.assert_allclose(ours[theirs.index].to_numpy(float), theirs.to_numpy(float))


def test_crowded_sets_are_those_of_the_same_test_with_enough_chosen_genes_whatever_else_is_a_member():
    sets, tested = sets_of(40), GENES[:900]
    members = pd.DataFrame([(*key, gene) for key, genes in sets.items() for gene in genes])
    members.columns = pd.Index(["collection", "gene_set", "gene"])
    chosen = [*GENES[:120], *GENES[1000:1050], "NOWHERE"]
    found = crowded_sets(members, chosen, tested, 2)
    whole = over_represented(cut_sets(members, tested, 1, 99), chosen, tested)
    expected = whole[whole["overlap"] >= 2].sort_values(["p", "collection", "gene_set"]).reset_index(drop=True)
    columns = ["collection", "gene_set", "size", "overlap", "p"]
    pd.testing.assert_frame_equal(found[columns], expected[columns], check_dtype=False)
    assert crowded_sets(members, ["NOWHERE"], tested, 1).empty
    assert crowded_sets(members.iloc[:0], chosen, tested, 1).empty


def test_chosen_genes_that_were_not_tested_do_not_count():
    sets = {("c", "s"): GENES[:10]}
    with_others = over_represented(sets, [*GENES[:5], "NOWHERE"], GENES)
    assert with_others["p"].iloc[0] == over_represented(sets, GENES[:5], GENES)["p"].iloc[0]


def test_a_set_is_cut_to_the_tested_genes_and_kept_by_its_size():
    members = pd.DataFrame({"collection": "c", "gene_set": ["a"] * 4 + ["b"], "gene": ["A", "B", "C", "X", "A"]})
    assert cut_sets(members, ["A", "B", "C"], 2, 3) == {("c", "a"): ["A", "B", "C"]}
    assert cut_sets(members, ["A", "B", "C"], 1, 2) == {("c", "b"): ["A"]}


@pytest.fixture(scope="module")
def ranking():
    effects = pd.Series(np.random.default_rng(3).normal(size=1200), index=GENES)
    effects.iloc[:25] += 2
    effects.iloc[25:50] -= 2
    effects.iloc[600:700] = 0.0
    return effects


@pytest.fixture(scope="module")
def planted_sets():
    return {**sets_of(120), ("c", "up"): GENES[:25], ("c", "down"): GENES[25:50]}


def test_planted_sets_are_found_at_their_ends_and_others_are_not(ranking, planted_sets, capfd):
    steps = []
    found = rank_enriched(ranking, planted_sets, np.random.default_rng(0), steps.append, chunk=100)
    # Two chunks, adjusted together.
    assert [one.done for one in steps] == [0, 100, 122]
    assert len(found) == len(planted_sets)
    np.testing.assert_allclose(found["fdr"], false_discovery_control(found["p"]))
    first = found.set_index("gene_set").loc[["up", "down"]]
    assert set(found["gene_set"][:2]) == {"up", "down"}
    assert (first["fdr"] < 1e-6).all()
    assert first.loc["up", "es"] > 0 > first.loc["down", "es"]
    assert set(first.loc["up", "genes"]) <= set(GENES[:25])
    # The leading edge begins at the very end of the ranking.
    assert first.loc["up", "genes"][0] == ranking.iloc[:25].idxmax()
    assert (found["p"] > 0).all()
    assert (found["fdr"] < 0.05).sum() <= 4
    assert capfd.readouterr() == ("", "")


def test_the_enrichment_score_is_the_running_sum_of_its_definition(ranking):
    distinct = ranking[ranking != 0]
    genes = sorted(GENES[5:30])
    ordered = distinct.sort_values(ascending=False)
    inside = ordered.index.isin(genes)
    step = np.where(inside, ordered.abs() / ordered.abs()[inside].sum(), -1 / (~inside).sum())
    running = np.cumsum(step)
    found = rank_enriched(distinct, {("c", "s"): genes}, np.random.default_rng(0))
    assert found["es"].iloc[0] == pytest.approx(running[np.abs(running).argmax()])


def test_a_ranking_of_zeros_and_ties_ends_well():
    effects = pd.Series(0.0, index=GENES)
    effects.iloc[:30] = 1.0
    found = rank_enriched(effects, {("c", "up"): GENES[:25], ("c", "none"): GENES[500:510]}, np.random.default_rng(0))
    assert found["gene_set"].iloc[0] == "up"
    assert found["es"].iloc[0] == pytest.approx(1.0, abs=0.3)
    assert rank_enriched(pd.Series(0.0, index=GENES), sets_of(3), np.random.default_rng(0))["p"].notna().all()


def test_the_order_of_genes_changes_nothing_and_the_seed_orders_the_ties(ranking, planted_sets):
    few = {key: planted_sets[key] for key in [("c", "up"), ("c", "down"), ("c", "set 003")]}
    once = rank_enriched(ranking, few, np.random.default_rng(7))
    turned = rank_enriched(ranking.iloc[::-1], few, np.random.default_rng(7))
    pd.testing.assert_frame_equal(once, turned)


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("REACTOME_CELL_CYCLE_MITOTIC", "cell cycle mitotic"),
        ("HALLMARK_MYC_TARGETS_V2", "myc targets v2"),
        ("mRNA splicing, via spliceosome", "mRNA splicing, via spliceosome"),
        ("CELL_CYCLE", "cell cycle"),
    ],
)
def test_short_names_are_as_people_write_them(long, short):
    assert short_name(long) == short
