"""A store with planted responses: perturbed genes of one module of the synthetic world move the same readout genes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.synthetic_store import MODULE_OF, SYMBOLS, copied_world, share_features
from tools.responses.tables import add_responses
from tools.workspace import Paths, Workspace

PERTURBED = [SYMBOLS[number] for number in range(0, 600, 5)]
"""Four genes of each of thirty modules, whose sets, network and texts tell the modules."""
READ = [*SYMBOLS[:5], *SYMBOLS[300:345]]
UNSEEN = [SYMBOLS[number] for number in range(2, 600, 20)]
"""A gene of each module that no table has."""


@dataclass(frozen=True)
class Planted:
    """A workspace, and what is true in it.

    Attributes:
        workspace: Its store has the tables ``mine`` (two alleles of each gene), ``also`` (the same readout genes),
            ``other`` (other readout genes) and ``labels`` (without sizes of effects).
        effects: Modules × readout genes.
    """

    workspace: Workspace
    effects: np.ndarray

    def truth(self, gene: str) -> np.ndarray:
        """What a gene does to each of `READ`."""
        return self.effects[MODULE_OF[SYMBOLS.index(gene)]]


def table(effects, perturbed, read, seed, *, alleles=1):
    rng, rows = np.random.default_rng(seed), []
    for gene in perturbed:
        own = effects[MODULE_OF[SYMBOLS.index(gene)]]
        for allele in range(alleles):
            noisy = own + rng.normal(0, 0.4, len(read))
            name = f"{gene}_allele{allele}" if alleles > 1 else gene
            rows += [(name, readout, value) for readout, value in zip(read, noisy, strict=True)]
    return pd.DataFrame(rows, columns=["perturbation", "readout", "lfc"])


def planted_world(factory) -> Planted:
    """Makes one, in a folder of its own."""
    folder = factory.mktemp("planted")
    store, _ = copied_world(factory, folder)
    paths = Paths(folder / "data", folder / "cache", folder / "config")
    share_features(paths)
    workspace = Workspace(store, np.random.default_rng(0), paths=paths)
    effects = np.random.default_rng(7).normal(0, 1, (30, len(READ))) + 0.3
    for name, perturbed, read, seed in (
        ("mine", PERTURBED, READ, 1), ("also", PERTURBED[:40], READ, 2), ("other", PERTURBED[:30], SYMBOLS[400:450], 3),
    ):  # fmt: skip
        path = folder / f"{name}.csv"
        table(effects, perturbed, read, seed).assign(fdr=0.5).to_csv(path, index=False)
        add_responses(workspace, path, cell_type=name, modality="interference")
    labels = table(effects, PERTURBED[:12], READ, 4)
    labels = labels.assign(de=(labels["lfc"].abs() > 1).astype(int), up=(labels["lfc"] > 0).astype(int))
    labels.drop(columns="lfc").to_csv(folder / "labels.csv", index=False)
    add_responses(workspace, folder / "labels.csv", cell_type="labels")
    return Planted(workspace, effects)
