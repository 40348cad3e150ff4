"""How lists to test again do: chosen from one donor, judged on the other, by weights of another phenotype."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import act
from db.errors import NotFoundError
from db.screens.reading import get_screen, list_screens
from db.view import View
from tools.genes.essentials import PACK, SET, fitness_genes
from tools.responses.pair_metrics import expected_calibration_error
from tools.screens.validation.chances import TERMS, WITHOUT_P, Weights, learn
from tools.screens.validation.repeats import Direction, directions_of
from tools.workspace import Progress, Workspace

TASK = "benchmark validation"
DRAWS, LEVEL = 1_000, 0.9
SIZES = (100, 200, 500, 1_000, 2_000)
RANKINGS = ("chance", "effect", "fdr")
Pool = Literal["nonessential", "specific"]
POOLS: tuple[Pool, ...] = ("nonessential", "specific")
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ValidationRow:
    """Lists of one size, over all directions.

    Attributes:
        pool: ``nonessential`` (without CEGv2) or ``specific`` (without fitness genes).
        size: Genes of a list.
        chance: Share of the list by chance that the other donor finds.
        effect: The same of the list by the size of the effect.
        fdr: The same of the list by FDR, ties by the size of the effect.
        over_effect: By how much the list by chance finds more than that by effect, in pairs.
        low: Lower end of its 90 % interval over genes.
        high: Upper end.
        over_fdr: By how much it finds more than that by FDR.
        fdr_low: Lower end of its interval.
        fdr_high: Upper end.
    """

    pool: Pool
    size: int
    chance: float
    effect: float
    fdr: float
    over_effect: float
    low: float
    high: float
    over_fdr: float
    fdr_low: float
    fdr_high: float


@dataclass(frozen=True)
class ValidationDirection:
    """One donor chosen from, another judged on.

    Attributes:
        screen: Name of the screen.
        chosen_from: Replicate that the list is chosen from.
        judged_on: Replicate that judges it.
        foretold: Mean chance of the 1,000 likeliest genes.
        seen: Share of them that the other donor finds.
        calibration_error: Expected calibration error over all genes, ten bins.
    """

    screen: str
    chosen_from: str
    judged_on: str
    foretold: float
    seen: float
    calibration_error: float


@dataclass(frozen=True)
class ValidationReport:
    """Figures of lists to test again.

    Attributes:
        rows: By pool and size.
        directions: Calibration of each.
        weights: Term → weight, learnt on everything; ``intercept`` among them.
        weights_without_p: The same without p-values.
        seconds: How long it took.
    """

    rows: tuple[ValidationRow, ...]
    directions: tuple[ValidationDirection, ...]
    weights: Mapping[str, float]
    weights_without_p: Mapping[str, float]
    seconds: float


def benchmark_validation(workspace: Workspace, screens: Sequence[str] = (), *, seed: int = 0) -> ValidationReport:
    """Chooses genes from one replicate of each screen of the store that has two or more, and judges them on another.

    The weights that choose are learnt on screens of other phenotypes alone.

    Args:
        workspace: Its store has screens with replicates that have p-values (`fetch genedisco`).
        screens: Names of the screens to learn from and to judge on; all with replicates where empty.
        seed: Of the bootstrap over genes.

    Raises:
        NotFoundError: A screen is not in the store, or fewer than two phenotypes have replicates with p-values.
    """
    started = time.monotonic()
    asked = [get_screen(workspace.store, name) for name in screens] or list_screens(workspace.store)
    fitness = fitness_genes(workspace)
    directions = [one for screen in asked for one in directions_of(workspace.store, screen, fitness)]
    phenotypes = sorted({one.screen.phenotype for one in directions})
    if len(phenotypes) < 2:
        raise NotFoundError(
            f"{len(phenotypes)} phenotypes have replicates with p-values here; two are needed, one to learn from and"
            " one to judge on.",
            f"Fetch some: {act('fetch', ['genedisco'])}.",
        )
    weights = {}
    for number, phenotype in enumerate(phenotypes):
        workspace.report(Progress(TASK, number, len(phenotypes), f"without {phenotype}"))
        weights[phenotype] = _learnt([one for one in directions if one.screen.phenotype != phenotype])
    chances = [weights[one.screen.phenotype].chances(one.evidence) for one in directions]
    members = View(workspace.store).gene_sets([PACK])
    core = frozenset(members.loc[members["gene_set"] == SET, "gene"])
    essential = {"nonessential": core, "specific": fitness}
    rng = np.random.default_rng([seed, 11])
    rows = [_row(pool, size, directions, chances, essential[pool], rng) for pool in POOLS for size in SIZES]
    workspace.report(Progress(TASK, len(phenotypes), len(phenotypes), "done"))
    told = tuple(_told(one, chance) for one, chance in zip(directions, chances, strict=True))
    return ValidationReport(
        tuple(rows), told, _named(_learnt(directions), TERMS), _named(_learnt(directions, certain=False), WITHOUT_P),
        time.monotonic() - started,
    )  # fmt: skip


def _learnt(directions: Sequence[Direction], *, certain: bool = True) -> Weights:
    return learn([one.evidence for one in directions], [one.found for one in directions], certain=certain)


def _named(weights: Weights, names: Sequence[str]) -> dict[str, float]:
    return {"intercept": weights.intercept, **dict(zip(names, weights.weights, strict=True))}


def _told(one: Direction, chance: pd.Series[float]) -> ValidationDirection:
    best = chance.sort_values(ascending=False, kind="stable").index[:1_000]
    error = expected_calibration_error(one.found.loc[chance.index].to_numpy(bool), chance.to_numpy(float))
    return ValidationDirection(
        one.screen.name, *one.ends, float(chance[best].mean()), float(one.found.loc[best].mean()), error
    )


def _row(
    pool: Pool, size: int, directions: Sequence[Direction], chances: Sequence[pd.Series[float]],
    left_out: frozenset[str], rng: np.random.Generator,
) -> ValidationRow:  # fmt: skip
    """The share that each ranking finds, means over directions, and gains with intervals over drawn genes."""
    shares = dict.fromkeys(RANKINGS, 0.0)
    drawn = {name: np.zeros(DRAWS) for name in RANKINGS}
    for one, chance in zip(directions, chances, strict=True):
        kept = one.evidence.index[~one.evidence.index.isin(left_out)]
        strong = one.evidence["strength"]
        orders = {"chance": chance, "effect": strong, "fdr": strong * 1e-9 - one.fdr}
        chosen = {name: _chosen(values.loc[kept], size) for name, values in orders.items()}
        found = one.found.loc[kept].to_numpy(bool)
        weight = rng.poisson(1.0, (DRAWS, len(kept))).astype(np.float32)
        for name, taken in chosen.items():
            shares[name] += float(found[taken].mean()) / len(directions)
            there = weight[:, taken]
            drawn[name] += (there @ found[taken]) / np.maximum(there.sum(axis=1), 1) / len(directions)
    gains: list[float] = []
    for name in ("effect", "fdr"):
        ends = np.quantile(drawn["chance"] - drawn[name], [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
        gains += [shares["chance"] - shares[name], float(ends[0]), float(ends[1])]
    return ValidationRow(pool, size, *(shares[name] for name in RANKINGS), *gains)


def _chosen(values: pd.Series[float], size: int) -> npt.NDArray[np.int64]:
    order = np.argsort(-values.to_numpy(float), kind="stable")
    return order[:size].astype(np.int64)
