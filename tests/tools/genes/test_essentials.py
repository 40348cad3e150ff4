"""Which phenotypes are about growth, where essential genes are the answer and no nuisance."""

from __future__ import annotations

import pytest

from tools.genes.essentials import about_growth


@pytest.mark.parametrize(
    ("phenotype", "growth"),
    [
        ("proliferation of T cells", True),
        ("viability under cisplatin", True),
        ("resistance to vemurafenib", True),
        ("IL-2 production", False),
        ("expression of genes of growth and targets of Myc", False),
        ("secretion of growth hormone", False),
    ],
)
def test_growth_is_told_from_molecules_that_are_named_after_it(phenotype, growth):
    assert about_growth(phenotype) is growth
