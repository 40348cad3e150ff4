"""What a finished screen could show, from a spread that is known, and from real screens."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from db.errors import InvalidValueError, NotFoundError
from tests.design_world import SHARED, SINGLE, add_replicated, add_table, write_table
from tests.synthetic_store import GENES
from tools.design.detectable import detectable_effect
from tools.design.false_discovery import p_for_power
from tools.design.finished import finished_screen
from tools.screens.ingestion.adding import add_screen

SPREAD = 0.25


@pytest.fixture
def noisy(known, tmp_path):
    """Twenty strong hits among genes whose spread is known."""
    values = np.random.default_rng(1).normal(0, SPREAD, GENES) - 3.0 * (np.arange(GENES) < 20)
    add_table(known, write_table(tmp_path / "noisy.csv", values), "noisy")
    return known


def test_the_smallest_effect_is_the_closed_form_of_the_spread_of_genes_that_are_no_hits(noisy):
    found = detectable_effect(noisy, "noisy")
    assert (found.told_by, found.hits, found.genes, found.estimate_kind) == ("genes that are no hits", 20, GENES, "lfc")
    assert found.spread == pytest.approx(SPREAD, rel=0.1)
    # The other tail is far below the digits that are compared.
    p = p_for_power(0.05, 20 / GENES, 0.8)
    assert found.effect / found.spread == pytest.approx(norm.isf(p / 2) + norm.ppf(0.8), rel=1e-5)
    assert found.answer.startswith(f"noisy could show effects of {found.effect:.2f} (lfc) or more: 80% of 20 such hits")
    assert found.beyond >= 20


def test_simulated_screens_find_what_the_closed_form_says(noisy):
    found = detectable_effect(noisy, "noisy", simulate=200, seed=3)
    assert found.simulated.power == pytest.approx(0.8, abs=4 * found.simulated.power_error + 0.01)
    assert found.simulated.false_share == pytest.approx(
        0.05 * (1 - 20 / GENES), abs=4 * found.simulated.false_share_error
    )


def test_controls_tell_the_spread_where_there_are_enough_and_a_gene_of_four_guides_spreads_half_of_one(known, tmp_path):
    rng = np.random.default_rng(2)
    path = write_table(tmp_path / "c.csv", rng.normal(0, 0.8, GENES), controls=rng.normal(0, 0.4, 200))
    add_table(known, path, "controlled")
    found = detectable_effect(known, "controlled")
    assert found.told_by == "controls"
    assert found.spread == pytest.approx(0.2, rel=0.2)
    finished = finished_screen(known.store, "controlled")
    assert finished.degrees == pytest.approx(0.37 * 200 - 1)


def test_a_few_controls_leave_the_word_to_the_genes(known, tmp_path):
    rng = np.random.default_rng(2)
    path = write_table(tmp_path / "c.csv", rng.normal(0, 0.3, GENES), controls=rng.normal(0, 9, 19))
    add_table(known, path, "few")
    assert detectable_effect(known, "few").told_by == "genes that are no hits"


def test_standard_errors_of_the_file_come_before_the_spread_of_genes(known, tmp_path):
    values = np.random.default_rng(2).normal(0, 0.5, GENES)
    add_table(known, write_table(tmp_path / "e.csv", values, se=0.11), "errors", standard_error="se")
    found = detectable_effect(known, "errors")
    assert (found.told_by, found.spread) == ("standard errors", pytest.approx(0.11))


def test_replicates_shrink_what_they_do_not_share(known, tmp_path):
    add_replicated(known, tmp_path)
    found = detectable_effect(known, "pilot", hits=6)
    assert found.shared_spread == pytest.approx(SHARED, rel=0.25)
    assert found.spread == pytest.approx(math.hypot(SHARED, SINGLE / math.sqrt(3)), rel=0.1)
    assert [row.replicates for row in found.replicates] == [1, 2, 3, 4, 5, 6]
    now = next(row for row in found.replicates if row.measured)
    assert (now.replicates, now.spread, now.effect) == (3, pytest.approx(found.spread), pytest.approx(found.effect))
    assert now.power == pytest.approx(0.8, abs=1e-4)
    one = found.replicates[0]
    assert one.spread / now.spread == pytest.approx(
        math.hypot(SHARED, SINGLE) / math.hypot(SHARED, SINGLE / math.sqrt(3)), rel=0.1
    )
    assert f"One more replicate would make it {found.replicates[3].effect:.2f}." in found.answer


def test_what_two_replicates_foretell_of_six_is_what_six_show(known, tmp_path):
    for name, count in (("two", 2), ("six", 6)):
        folder = tmp_path / name
        folder.mkdir()
        rng = np.random.default_rng(9)
        common = rng.normal(0, SHARED, GENES)
        files = [write_table(folder / f"r{n}.csv", common + rng.normal(0, SINGLE, GENES)) for n in range(count)]
        add_table(known, files[0], name, replicates=files[1:])
    foretold = finished_screen(known.store, "two").spread_of(6, 2)
    assert foretold == pytest.approx(finished_screen(known.store, "six").spread, rel=0.12)


def test_without_replicates_one_by_one_their_number_is_asked_for_and_the_best_case_told(noisy):
    assert detectable_effect(noisy, "noisy").replicates == ()
    assert any("say how many" in note for note in detectable_effect(noisy, "noisy").notes)
    found = detectable_effect(noisy, "noisy", replicates=2)
    assert found.replicates[3].spread == pytest.approx(found.spread * math.sqrt(2 / 4))
    assert any("best case" in note for note in found.notes)


def test_of_hits_by_a_share_of_the_genes_none_is_left_out_of_the_spread(known, tmp_path):
    values = np.random.default_rng(1).normal(0, SPREAD, GENES)
    add_table(known, write_table(tmp_path / "top.csv", values), "top", rule="top 20%")
    found = detectable_effect(known, "top")
    assert found.told_by == "all genes"
    assert found.spread == pytest.approx(SPREAD, rel=0.1)


def test_stricter_wishes_need_larger_effects(noisy):
    def effect(**wish) -> float:
        return detectable_effect(noisy, "noisy", **wish).effect

    assert effect(fdr=0.01) > effect() > effect(fdr=0.2)
    assert effect(power=0.95) > effect() > effect(power=0.5)
    assert effect(hits=2) > effect() > effect(hits=100)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"fdr": 0.0}, "risk being wrong"), ({"power": 1.0}, "cannot be had"), ({"hits": GENES}, "leave none"),
        ({"hits": 0}, "nothing to find"), ({"replicates": 0}, "0 replicates"), ({"simulate": 10**7}, "more than tell"),
    ],
    ids=str,
)  # fmt: skip
def test_an_impossible_wish_is_told_so(noisy, given, said):
    with pytest.raises(InvalidValueError, match=said):
        detectable_effect(noisy, "noisy", **given)


def test_replicates_that_the_store_counts_otherwise_are_refused(known, tmp_path):
    add_replicated(known, tmp_path)
    with pytest.raises(InvalidValueError, match="has 3 replicates in the store, not 2"):
        detectable_effect(known, "pilot", replicates=2)


def test_a_screen_that_tells_no_sizes_or_no_spread_is_refused(known, tmp_path):
    table = write_table(tmp_path / "a.csv", np.random.default_rng(0).normal(size=GENES)).read_text()
    path = tmp_path / "ranks.csv"
    path.write_text(table.replace("lfc", "amount", 1))
    add_screen(
        known, path, name="ranks", phenotype="x", organism="human", positive_means="raises", hit_rule="top 5%",
        columns={"gene": "gene", "estimate": "amount"}, estimate_kind="signed_log10_p",
    )  # fmt: skip
    add_table(known, write_table(tmp_path / "flat.csv", (np.arange(GENES) < 20) * -3.0), "flat")
    with pytest.raises(InvalidValueError, match="of the kind signed_log10_p"):
        detectable_effect(known, "ranks")
    with pytest.raises(InvalidValueError, match="one and the same effect"):
        detectable_effect(known, "flat")
    with pytest.raises(NotFoundError, match="'nope'"):
        detectable_effect(known, "nope")


def test_a_handful_of_genes_tells_no_spread(named_workspace, tmp_path):
    path = tmp_path / "small.csv"
    path.write_text("gene,lfc\nVAV1,1\nIL2,-1\nCD28,0.5\n")
    add_screen(
        named_workspace, path, name="small", phenotype="x", organism="human", positive_means="raises",
        columns={"gene": "gene", "estimate": "lfc"},
    )  # fmt: skip
    with pytest.raises(InvalidValueError, match="too few to tell"):
        detectable_effect(named_workspace, "small")
