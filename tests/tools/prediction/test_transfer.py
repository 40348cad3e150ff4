"""What screens of the same phenotype say of each other, and what that makes of a gene's odds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from db.records import Question, Screen
from tools.prediction.recurrence import PriorStrengths
from tools.prediction.transfer import APART, BELIEVED, DOUBT, LEAST, MOST, TOP_SURPRISE, Transfer

GENES = pd.Index([f"G{i:04d}" for i in range(1000)], dtype=object)
ALL = np.ones(1000, dtype=bool)
ONE = Screen(
    id=1, name="a", study="S", organism="human", cell_type="", phenotype="uptake", condition="", library="",
    modality="", method="", readout="", readout_gene="", text="", hit_rule="top 5%", side="both", ingest_id=1,
)  # fmt: skip
FALLING = -np.log10((np.arange(1000) + 0.5) / 1000)
"""Surprise of genes that are ranked in their own order."""


def strengths(*screens: Screen, values=None) -> PriorStrengths:
    columns = values or [FALLING] * len(screens)
    studies = tuple(screen.study.casefold() for screen in screens)
    return PriorStrengths(GENES, tuple(range(len(screens))), np.column_stack(columns), studies, screens)


def test_two_screens_that_share_their_top_genes_raise_the_weight_of_same_phenotype_pairs():
    found = Transfer.learnt(strengths(ONE, replace(ONE, id=2, study="T")), ALL).weights
    # Both orders of the pair say the same: all ten of the top 1 % are hits of the other, where 5 % would be by chance.
    gain = (np.log((10 + 0.05) / (1 - 0.05)) - np.log(0.05 / 0.95)) / TOP_SURPRISE
    variance = ((1 / 10.5 + 1 / 0.5) / TOP_SURPRISE**2 + APART**2) / 2
    x = np.array([1.0, 0, 1, 0, 0, 0, 0])
    expected = BELIEVED + DOUBT**2 * x * (gain - x @ BELIEVED) / (x @ (DOUBT**2 * x) + variance)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found[2] > BELIEVED[2]
    assert found[[1, 3, 4, 5, 6]] == pytest.approx(BELIEVED[[1, 3, 4, 5, 6]])


def test_screens_of_one_phenotype_that_share_no_top_gene_lower_it():
    pair = strengths(ONE, replace(ONE, id=2, study="T"), values=[FALLING, FALLING[::-1]])
    assert Transfer.learnt(pair, ALL).weights[2] < BELIEVED[2]


def test_without_pairs_what_is_believed_stands():
    np.testing.assert_array_equal(Transfer.learnt(strengths(ONE), ALL).weights, BELIEVED)
    few = np.arange(1000) >= 20
    pair = strengths(ONE, replace(ONE, id=2, study="T"))
    np.testing.assert_array_equal(Transfer.learnt(pair, few).weights, BELIEVED)


def test_a_screen_adds_nothing_where_phenotypes_differ_and_most_to_its_first_gene_where_they_agree():
    transfer = Transfer(BELIEVED)
    assert not transfer.log_odds(Question("migration"), strengths(ONE)).any()
    found = transfer.log_odds(Question("uptake"), strengths(ONE))
    assert found.argmax() == 0
    assert found[0] == pytest.approx(BELIEVED[2] * (MOST - LEAST))
    assert (np.diff(found) <= 0).all()
    assert found[FALLING < LEAST].max() == 0


def test_screens_that_repeat_each_other_do_not_add_up():
    transfer, question = Transfer(BELIEVED), Question("uptake")
    twice = transfer.log_odds(question, strengths(ONE, replace(ONE, id=2, study="T")))
    np.testing.assert_array_equal(twice, transfer.log_odds(question, strengths(ONE)))


def test_what_is_lost_says_less_of_what_is_activated_until_pairs_of_screens_say_otherwise():
    cells = replace(ONE, cell_type="T cells", modality="knockout")
    asked = Question("uptake", cell_type="T cells", modality="knockout")
    there = strengths(cells)
    same = Transfer(BELIEVED).log_odds(asked, there)
    across = Transfer(BELIEVED).log_odds(replace(asked, modality="activation"), there)
    assert across[0] == pytest.approx(same[0] + BELIEVED[5] * (MOST - LEAST))
    alike = strengths(cells, replace(cells, id=2, study="T", modality="activation"))
    assert Transfer.learnt(alike, ALL).weights[5] > BELIEVED[5]


def test_the_same_phenotype_by_another_readout_says_less_and_an_unstated_readout_is_no_other():
    there = strengths(replace(ONE, cell_type="lung", readout="survival"))
    asked = Question("uptake", cell_type="lung", readout="survival")
    same, other, unstated = (
        Transfer(BELIEVED).log_odds(replace(asked, readout=one), there)[0]
        for one in ("survival", "antigen staining", "")
    )
    assert unstated == same
    assert other == pytest.approx(same + BELIEVED[6] * (MOST - LEAST))
