"""Columns that were named as the effect and are none."""

from __future__ import annotations

import pytest

from db.errors import NeedsChoiceError
from tools.screens.ingestion.adding import add_screen

SIDE = ("score", "p-value", "fdr", "rank", "goodsgrna", "lfc")
HEADER = "\t".join(["id", "num", *(f"{side}|{one}" for side in ("neg", "pos") for one in SIDE)])


@pytest.fixture
def add(named_workspace, write_file, genes):
    def adding(column, **options):
        rows = [
            f"{gene}\t4\t0.{at:02}\t0.{at:02}\t0.5\t{at}\t2\t{at - 9.5}\t0.9\t0.9\t1\t{30 - at}\t1\t{at - 9.5}"
            for at, gene in enumerate(genes[:16], 1)
        ]
        path = write_file("\n".join([HEADER, *rows]) + "\n", "m.gene_summary.txt")
        described = {"phenotype": "x", "positive_means": "raises", "columns": {"estimate": column}}
        return add_screen(named_workspace, path, **described | options)

    return adding


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("neg|score", "is the score of a rank test"), ("pos|score", "is the score of a rank test"),
        ("neg|p-value", "looks like a p-value"), ("neg|fdr", "looks like a p-value or an FDR"),
        ("neg|rank", "holds ranks"), ("neg|goodsgrna", "counts guides"), ("num", "counts guides"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("meaning", ["raises", "unsigned"])
def test_a_column_that_is_no_effect_is_refused_with_the_one_that_is(column, said, meaning, add):
    with pytest.raises(NeedsChoiceError, match=said) as caught:
        add(column, positive_means=meaning)
    assert "`columns={'estimate': 'neg|lfc'}`" in caught.value.suggestion


def test_the_formats_own_effect_and_ranks_that_are_said_to_be_ranks_are_taken(add):
    assert add("neg|lfc").screen.method == "mageck_rra"
    assert add("neg|rank", estimate_kind="rank", name="ranks").screen.method == "generic"
