"""Which genes slow growth, and which phenotypes are about growth, where such genes are the answer and no nuisance."""

from __future__ import annotations

import numpy as np
import pytest

from db.store import Store
from tests.campaign_world import new_workspace
from tests.synthetic_store import ESSENTIAL, FITNESS, add_knowledge
from tools.genes.essentials import about_growth, common_essentials, fitness_genes, fitness_packs
from tools.workspace import Workspace


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


def test_fitness_genes_are_both_lists_of_essential_genes_and_those_of_low_mean_effect(tmp_path):
    world = new_workspace(tmp_path)
    assert common_essentials(world) == set(ESSENTIAL)
    assert fitness_genes(world) == set(FITNESS)
    assert fitness_packs(world) == ()


def test_without_the_packs_there_are_none_and_the_packs_are_named(store: Store):
    add_knowledge(store, sets=False, network=False, essentials=False)
    bare = Workspace(store, np.random.default_rng(0))
    assert fitness_genes(bare) == frozenset()
    assert fitness_packs(bare) == ("depmap", "essentials")
