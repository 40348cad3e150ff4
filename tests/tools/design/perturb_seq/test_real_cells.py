"""Real perturbed cells (Papalexi 2021): with fewer of them, as many genes are found as the closed form says."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.sparse import vstack

from db.files.cells.opening import opened_cells
from tools.design.false_discovery import called, p_for_power
from tools.design.perturb_seq.levels import Levels
from tools.design.perturb_seq.power import Sought, powers_at_p, strong_enough
from tools.design.perturb_seq.score_test import difference

UMIS = 200.0


@pytest.fixture(scope="module")
def cells(shared_data):
    """Counts of 299 genes, each cell scaled to 200, and whose guide each cell has."""
    with opened_cells(shared_data / "singlecell" / "papalexi2021_lowmoi.rda") as file:
        kind, names = file.genes["kind"].to_numpy(str), file.genes["name"].to_numpy(str)
        matrix = vstack([piece for _, piece in file.pieces()]).tocsr()
    expression = kind == "Gene Expression"
    counts, guides = (matrix[:, part].toarray().astype(float) for part in (expression, ~expression))
    depth = counts.sum(axis=1)
    one_guide = (guides.max(axis=1) >= 5) & (guides.max(axis=1) > 0.8 * guides.sum(axis=1)) & (depth > 50)
    targets = np.array([re.sub(r"g\d+$", "", name) for name in names[~expression]])
    scaled = counts / np.maximum(depth, 1)[:, None] * UMIS
    return scaled[one_guide], targets[guides.argmax(axis=1)][one_guide], depth[one_guide]


@pytest.mark.parametrize(("target", "kept"), [("IFNGR2", 100), ("IFNGR2", 400), ("STAT1", 100), ("JAK2", 200)])
def test_with_fewer_cells_as_many_genes_are_found_as_the_closed_form_says(cells, target, kept):
    scaled, targets, depth = cells
    controls, perturbed = scaled[targets == "NT"], scaled[targets == target]
    mean = controls.mean(axis=0)
    genes = mean > 0.001
    counted = mean * np.mean(UMIS / depth[targets == "NT"])
    own = np.maximum((controls.var(axis=0, ddof=1) - counted)[genes] / mean[genes] ** 2, 0)
    levels = Levels(mean[genes], own, int(genes.sum()), UMIS, "")

    def hits(some: np.ndarray) -> np.ndarray:
        null = difference(levels.means, own, 1.0, 1.0, len(some), len(controls))
        change = some.mean(axis=0)[genes] - levels.means
        p = np.minimum(2 * np.minimum(null.above(change), null.below(change)), 1)
        return called(np.where(strong_enough(levels, len(some)) > 0, p, 1.0), 0.05)

    # What is found with all cells responds, as strongly as it is measured there.
    responding = hits(perturbed)
    effects = np.log2(np.maximum(perturbed.mean(axis=0)[genes], 1e-4) / levels.means)
    rng = np.random.default_rng(0)
    seen = np.mean([hits(perturbed[rng.permutation(len(perturbed))[:kept]])[responding].sum() for _ in range(40)])

    sought = Sought(0.05, responding.mean(), 0.8, 1.0, len(controls))
    power = 1.0
    for _ in range(60):
        p = p_for_power(0.05, float(responding.mean()), power)
        found = sum(
            powers_at_p(Levels(levels.means[[j]], own[[j]], 1, UMIS, ""), sought, kept, effects[j], p)[0]
            for j in np.flatnonzero(responding)
        )
        power = found / responding.sum()
    assert seen == pytest.approx(found, rel=0.12)
    assert 0.1 < power < 0.9
