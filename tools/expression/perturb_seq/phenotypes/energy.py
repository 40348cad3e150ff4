"""How far the cells of a perturbation lie from controls: energy distance in the space of principal components."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tools.expression.perturb_seq.cells_grouped.arms import CONTROL, Arms, Floats
from tools.expression.perturb_seq.comparing.measured import Measured
from tools.expression.perturb_seq.phenotypes.base import Phenotype, unsigned_effects
from tools.workspace import Progress, Workspace

GENES = 1_000
COMPONENTS = 20
MOST_CELLS = 300
"""So many cells of a perturbation, and of controls, are compared at most: distances of all pairs are in memory."""
PERMUTATIONS = 999


def energy_distances(workspace: Workspace, measured: Measured, seed: int = 0) -> Phenotype:
    """Energy distance between the cells of each perturbation and controls, with p by permutation.

    Args:
        workspace: Progress is reported to it.
        measured: What was measured.
        seed: Of the cells that are compared and of the permutations.
    """
    rng = np.random.default_rng(seed)
    places = components_of_cells(measured)
    arms = measured.arms
    estimate, p = np.zeros(len(arms.groups)), np.ones(len(arms.groups))
    for number in range(len(arms.groups)):
        own, controls = compared_cells(arms, number + 1, rng)
        cells = np.concatenate([own, controls])
        stratum = arms.stratum[arms.of_cell[cells]]
        estimate[number], p[number] = energy_test(places[cells], len(own), stratum, rng)
        workspace.report(Progress("energy distances", number + 1, len(arms.groups), arms.groups[number]))
    genes = min(GENES, int(measured.differences.tested.sum()))
    return Phenotype(
        unsigned_effects(np.maximum(estimate, 0.0), p), "unsigned", "beta", "distance from control cells",
        (
            "The effect is the energy distance 2 E|X − Y| − E|X − X′| − E|Y − Y′| between perturbed cells X and"
            f" controls Y in {places.shape[1]} principal components of the {genes:,} genes"
            " that vary most, each stratum centred on its controls; less than chance gives is 0.",
            f"p is of {PERMUTATIONS} permutations of cells within strata, {MOST_CELLS} cells of each side at most; FDR"
            " is over perturbations (Benjamini and Hochberg).",
        ),
    )  # fmt: skip


def components_of_cells(measured: Measured) -> npt.NDArray[np.float32]:
    """Places of all cells in the principal components of the sampled ones, each stratum centred on its controls.

    Args:
        measured: What was measured.

    Returns:
        Shape (cells, components).
    """
    genes, loadings = _loadings(measured)
    wide = np.zeros((len(measured.differences.detected), loadings.shape[1]), dtype=np.float32)
    wide[genes] = loadings
    arms = measured.arms
    places = np.zeros((len(arms.of_cell), loadings.shape[1]), dtype=np.float32)
    for block in measured.blocks:
        rows = csr_matrix((block.value, (block.cell, block.gene)), shape=(len(places), block.genes), dtype=np.float32)
        places += rows @ wide[block.first : block.first + block.genes]
    controls = arms.group_of_cell == CONTROL
    stratum = arms.stratum[arms.of_cell]
    for one in np.unique(stratum):
        places[stratum == one] -= places[controls & (stratum == one)].mean(axis=0)
    return places


def _loadings(measured: Measured) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    from sklearn.decomposition import PCA

    spread = np.where(measured.differences.tested, measured.differences.spread, -1.0)
    genes = np.sort(np.argsort(-spread, kind="stable")[: min(GENES, int((spread >= 0).sum()))])
    cells = measured.sampled[:, genes].toarray()
    count = min(COMPONENTS, *cells.shape)
    found = PCA(n_components=count, svd_solver="randomized", random_state=0).fit(cells)
    return genes, found.components_.T.astype(np.float32)


def compared_cells(
    arms: Arms, group: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Some cells of a perturbation, and controls of the same strata in the same shares.

    Args:
        arms: Who is in which arm.
        group: The perturbation.
        rng: Chooses.
    """
    every = np.flatnonzero(arms.group_of_cell == group)
    own = rng.permutation(every)[:MOST_CELLS]
    strata, counts = np.unique(arms.stratum[arms.of_cell[own]], return_counts=True)
    chosen = []
    controls = np.flatnonzero(arms.group_of_cell == CONTROL)
    of_control = arms.stratum[arms.of_cell[controls]]
    for stratum, count in zip(strata, counts, strict=True):
        there = controls[of_control == stratum]
        wanted = max(2, round(MOST_CELLS * count / len(own)))
        chosen.append(rng.permutation(there)[:wanted])
    return own, np.concatenate(chosen)


def energy_test(
    places: npt.NDArray[np.floating], first: int, stratum: npt.NDArray[np.int64], rng: np.random.Generator
) -> tuple[float, float]:
    """Energy distance (Székely and Rizzo 2004) between two groups of points, and its p by permutation.

    Means within a group are over pairs of distinct points, so that the distance of two halves of one group is zero on
    average, however few points there are.

    Args:
        places: Points, shape (points, dimensions); those of the first group first.
        first: How many are of the first group.
        stratum: The stratum of each point, within which groups are permuted.
        rng: Permutes.

    Returns:
        The distance, and the share of permutations that reach it, itself counted.
    """
    from scipy.spatial.distance import cdist

    distances = cdist(places, places).astype(np.float32)
    members = np.zeros((len(places), PERMUTATIONS + 1), dtype=np.float32)
    members[:first, 0] = 1.0
    for number in range(1, PERMUTATIONS + 1):
        members[:, number] = _permuted(members[:, 0], stratum, rng)
    found = _energies(distances, members, first)
    return float(found[0]), float((found[1:] >= found[0] - 1e-9).sum() + 1) / (PERMUTATIONS + 1)


def _permuted(
    members: npt.NDArray[np.float32], stratum: npt.NDArray[np.int64], rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Memberships permuted within strata."""
    moved = np.empty_like(members)
    mixed = rng.permutation(len(stratum))
    moved[np.argsort(stratum, kind="stable")] = members[mixed[np.argsort(stratum[mixed], kind="stable")]]
    return moved


def _energies(distances: npt.NDArray[np.float32], members: npt.NDArray[np.float32], first: int) -> Floats:
    """The distance for each column of memberships."""
    others = len(members) - first
    inside = distances @ members
    own = (members * inside).sum(axis=0, dtype=np.float64)
    total = inside.sum(axis=0, dtype=np.float64)
    every = float(distances.sum(dtype=np.float64))
    across = total - own
    rest = every - own - 2 * across
    return np.asarray(2 * across / (first * others) - own / (first * (first - 1)) - rest / (others * (others - 1)))
