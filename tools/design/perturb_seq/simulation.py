"""Perturbations simulated gene by gene: sums of negative-binomial counts of both arms; then genes called.

The sum of n negative-binomial counts of mean μ and dispersion φ is one of mean nμ and dispersion φ/n.
"""

from __future__ import annotations

import numpy as np

from tools.design.detection import Floats
from tools.design.perturb_seq.levels import Levels
from tools.design.perturb_seq.power import Sought, tested
from tools.design.perturb_seq.score_test import difference


def simulated_p(
    rng: np.random.Generator, levels: Levels, sought: Sought, cells: int, effect: float, responding: int
) -> Floats:
    """p-values of the genes of one simulated perturbation, responding ones first; genes that are not tested have 1.

    Args:
        rng: Where chance comes from.
        levels: How strongly genes are expressed.
        sought: What is to be found.
        cells: Perturbed cells.
        effect: Log2 fold change of a gene that responds.
        responding: How many genes do.
    """
    chosen = rng.integers(0, len(levels.means), levels.genes)
    mu, own = levels.means[chosen], levels.dispersions[chosen]
    fold = np.where(np.arange(levels.genes) < responding, 2.0**effect, 1.0)
    working = rng.binomial(cells, sought.working)
    perturbed = _sums(rng, mu * fold, own, working) + _sums(rng, mu, own, cells - working)
    controls = _sums(rng, mu, own, sought.controls)
    null = difference(mu, own, 1.0, 1.0, cells, sought.controls)
    change = perturbed / cells - controls / sought.controls
    p = np.minimum(2 * np.minimum(null.above(change), null.below(change)), 1.0)
    return np.where(tested(levels, cells)[chosen] > 0, p, 1.0)


def _sums(rng: np.random.Generator, mu: Floats, own: Floats, cells: int) -> Floats:
    if cells < 1:
        return np.zeros(len(mu))
    shape = cells / np.maximum(own, 1e-9)
    return rng.poisson(rng.gamma(shape, mu * cells / shape)).astype(float)
