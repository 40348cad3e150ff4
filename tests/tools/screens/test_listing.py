"""Screens as they are listed and shown, with a quality report against closed forms and scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from db.genes.nomenclature import find_gene
from db.genes.sets import write_gene_sets
from db.provenance import record_ingest
from tests.campaign_world import add_measured, new_workspace
from tests.synthetic_store import module_effects
from tools.screens.ingestion.adding import add_screen
from tools.screens.listing import screen_list, screen_remove, screen_show
from tools.screens.quality import separation


@pytest.fixture
def add(named_workspace):
    """Adds a file with a phenotype and a sign, unless the test says otherwise."""

    def adding(path, **options):
        return add_screen(named_workspace, path, **{"phenotype": "x", "positive_means": "raises", **options})

    return adding


def write_essentials(workspace, essential: list[str], other: list[str]) -> None:
    """Writes CEGv2 and NEGv1 with genes of the test."""
    rows = [(name, "", gene) for name, genes in (("CEGv2", essential), ("NEGv1", other)) for gene in genes]
    members = pd.DataFrame(rows, columns=["gene_set", "description", "gene"])
    members["gene_id"] = [find_gene(workspace.store, gene).id for gene in members.pop("gene")]
    with workspace.store.write("test") as connection:
        ingest_id = record_ingest(
            connection, content="sets", kind="gene_sets", name="essentials", source="s", source_hash="h", tool="t",
            arguments={},
        )  # fmt: skip
        write_gene_sets(connection, ingest_id, "essentials", members)


def test_screens_are_listed_with_their_sizes_and_hits(named_workspace, add, simple, mageck):
    add(simple(), name="b")
    add(mageck(), name="a")
    listed = screen_list(named_workspace)
    assert [(one.screen.name, one.perturbations, one.hits) for one in listed] == [("a", 50, 2), ("b", 50, 3)]


def test_a_screen_shows_where_it_came_from_and_its_strongest(named_workspace, add, mageck):
    add(mageck(), name="one", readout_gene="AARS1", modality="knockout")
    shown = screen_show(named_workspace, "one")
    assert shown.source == "screen.gene_summary.txt"
    assert len(shown.source_hash) == 64
    assert shown.lowest[0] == ("AARS1", -2.5)
    assert shown.highest[0] == ("STAT1", 2.4)
    assert shown.contrasts[0].positive_means == "raises"
    assert shown.quality.readout is not None
    assert (shown.quality.readout.rank, shown.quality.readout_percentile) == (1, 2.0)
    assert (shown.quality.hits_low, shown.quality.hits_high) == (1, 1)


def test_rows_kept_aside_are_counted_and_shown(named_workspace, add, simple):
    add(simple(extra=["QQQ1,1,0.5", "QQQ2,1,0.5", "1-Mar,1,0.5"]), name="one")
    shown = screen_show(named_workspace, "one")
    assert shown.quality.kept_aside == {"date": 1, "unresolved": 2}
    assert shown.kept_aside[1].examples[1].startswith("line 53: QQQ2")


def test_guides_and_controls_are_summarised(named_workspace, add, write_file, genes):
    rows = [f"{gene},{i},{2 + i % 3}" for i, gene in enumerate(genes)]
    controls = [f"NTC_{i},{value},10" for i, value in enumerate([1, 2, 4, 8, 100])]
    add(write_file("\n".join(["gene,lfc,guides", *rows, *controls])), name="one")
    quality = screen_show(named_workspace, "one").quality
    assert (quality.guides_least, quality.guides_median, quality.guides_most) == (2, 3, 4)
    assert (quality.controls, quality.controls_median) == (5, 4)
    assert quality.controls_mad == pytest.approx(3 * 1.4826)


def test_what_a_screen_has_not_is_none(named_workspace, add, simple):
    add(simple(), name="one")
    quality = screen_show(named_workspace, "one").quality
    assert quality.replicates == ()
    absent = (quality.guides_median, quality.controls_median, quality.controls_mad, quality.readout, quality.essentials)
    assert absent == (None, None, None, None, None)


def test_replicates_are_compared_in_pairs_as_scipy_does(named_workspace, add, write_file, genes):
    rng = np.random.default_rng(4)
    values = {donor: rng.normal(size=50) for donor in "ABC"}
    rows = [f"{gene},{values[donor][i]},{donor}" for i, gene in enumerate(genes) for donor in "ABC"][:-1]
    add(write_file("\n".join(["gene,lfc,donor", *rows])), name="one")
    pairs = screen_show(named_workspace, "one").quality.replicates
    assert [(pair.first, pair.second, pair.shared) for pair in pairs] == [
        ("A", "B", 50),
        ("A", "C", 49),
        ("B", "C", 49),
    ]
    assert pairs[0].pearson == pytest.approx(stats.pearsonr(values["A"], values["B"]).statistic)
    assert pairs[0].spearman == pytest.approx(stats.spearmanr(values["A"], values["B"]).statistic)


def test_essential_genes_are_held_against_others_in_screens_of_fitness_only(named_workspace, add, simple, genes):
    write_essentials(named_workspace, genes[:20], genes[20:45])
    add(simple(), name="fit", phenotype="cell viability")
    add(simple(extra=["TP53,1,0.5"]), name="other", phenotype="IL-2 production")
    essentials = screen_show(named_workspace, "fit").quality.essentials
    assert essentials is not None
    assert (essentials.essential, essentials.non_essential, essentials.auroc) == (20, 25, 1.0)
    assert screen_show(named_workspace, "other").quality.essentials is None


def test_too_few_reference_genes_give_no_figure(named_workspace, add, simple, genes):
    write_essentials(named_workspace, genes[:5], genes[20:45])
    add(simple(), name="fit", phenotype="proliferation")
    assert screen_show(named_workspace, "fit").quality.essentials is None


def test_separation_is_the_rank_sum_and_the_standardised_difference():
    rng = np.random.default_rng(6)
    essential, other = pd.Series(rng.normal(-1, 1, 40).round(1)), pd.Series(rng.normal(0, 2, 60).round(1))
    found = separation(essential, other)
    u = stats.mannwhitneyu(other, essential).statistic
    assert found.auroc == pytest.approx(u / 2400)
    assert found.ssmd == pytest.approx((other.mean() - essential.mean()) / np.sqrt(other.var() + essential.var()))


def test_a_removed_screen_is_gone_and_can_be_added_again(named_workspace, add, simple):
    path = simple()
    first = add(path, name="one")
    assert screen_remove(named_workspace, "one") == first.screen
    assert screen_list(named_workspace) == ()
    again = add(path, name="one")
    assert not again.already_present
    assert again.ingest_id > first.ingest_id
    assert named_workspace.store.verify() == []


def test_effects_without_a_sign_have_strongest_ones_and_none_that_lower(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    strengths = module_effects([4], 3).abs()
    add_measured(workspace.store, "eaten", strengths, phenotype="phagocytosis", positive_means="unsigned")
    found = screen_show(workspace, "eaten")
    assert found.lowest == ()
    assert [name for name, _ in found.highest] == list(strengths.sort_values(ascending=False).index[:10])
