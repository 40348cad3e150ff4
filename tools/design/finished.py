"""How far genes without an effect spread in a finished screen, and how much of that its replicates share."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import inf, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import NAME, act
from db.errors import InvalidValueError
from db.records import Screen
from db.screens import reading as db_screens
from db.store import Store
from tools.screens.hit_rules import hits, parse_rule

Floats = npt.NDArray[np.floating[Any]]
SIZES = ("lfc", "beta", "z")
"""Kinds of estimates that say how large an effect is."""
FEWEST_CONTROLS = 20
FEWEST_GENES = 50
_MAD = 1.4826
_EFFICIENCY = 0.37
"""A median absolute deviation of n values tells as much as the standard deviation of 0.37 n."""


@dataclass(frozen=True, eq=False)
class Finished:
    """What a finished screen says of its noise.

    Attributes:
        name: Its name.
        estimate_kind: What its effects are.
        sizes: Absolute effects of its genes, without the middle of those that have none.
        genes: How many genes it measured.
        hits: How many hits it has by its own rule; at least one.
        guides: Guides of a gene, median; 0 where the file does not say.
        replicates: Replicates that the store has; 0 where there are none.
        spread: Standard deviation of the effect of a gene that has none.
        degrees: Degrees of freedom of that.
        told_by: ``controls``, ``standard errors``, ``genes that are no hits``, or ``all genes`` where hits are a share
            of them.
        shared: Variance that replicates share; NaN where it cannot be told.
        single: Variance of what differs in one replicate; NaN where it cannot be told.
    """

    name: str
    estimate_kind: str
    sizes: Floats
    genes: int
    hits: int
    guides: int
    replicates: int
    spread: float
    degrees: float
    told_by: str
    shared: float
    single: float

    def spread_of(self, replicates: int, now: int) -> float:
        """The spread with another number of replicates, in proportion to what is measured now.

        Args:
            replicates: That many.
            now: That many there are.
        """
        shared, single = (self.shared, self.single) if self.single > 0 else (0.0, 1.0)
        return self.spread * sqrt((shared + single / replicates) / (shared + single / now))


def finished_screen(store: Store, name: str) -> Finished:
    """What a screen of the store says of its noise.

    Args:
        store: The store.
        name: Its name.

    Raises:
        NotFoundError: There is no such screen.
        InvalidValueError: Its estimates are no sizes, it is too small, or everything in it is equal.
    """
    with store.read():
        screen = db_screens.get_screen(store, name)
        contrast = db_screens.contrasts_of(store, screen.id)[0]
        effects = db_screens.effects_of(store, screen.id, contrasts=[contrast.id])
        single = db_screens.effects_of(store, screen.id, replicates=True, contrasts=[contrast.id])
        controls = db_screens.controls_of(store, screen.id)
        called = _hits(store, screen, effects)
    _refuse_unfit(screen, contrast.estimate_kind, len(effects))
    # Hits by a share of the genes are the ends of whatever there is: without them the others would look too narrow.
    by_share = parse_rule(screen.hit_rule).needs("top")
    at_rest = effects if by_share else effects[~called.to_numpy(bool)]
    guides = effects["guides"].dropna()
    named = "all genes" if by_share else "genes that are no hits"
    spread, degrees, told_by = _spread(at_rest, controls, named, replicated=len(single) > 0)
    if not spread > 0:
        raise InvalidValueError(
            f"Most genes of {screen.name} have one and the same effect, which tells no spread.",
            "Name a screen whose effects are numbers of their own.",
        )
    shared, own, count = _replicates(single, set(at_rest["perturbation"]))
    centre = float(at_rest["estimate"].median())
    return Finished(
        screen.name, contrast.estimate_kind, np.abs(effects["estimate"].to_numpy(float) - centre), len(effects),
        max(int(called.sum()), 1), round(float(guides.median())) if len(guides) else 0, count, spread, degrees, told_by,
        shared, own,
    )  # fmt: skip


def robust_sd(values: Floats) -> float:
    """The median absolute deviation, as a standard deviation of normal values.

    Args:
        values: Shape (n,).
    """
    return _MAD * float(np.median(np.abs(values - np.median(values))))


def _hits(store: Store, screen: Screen, effects: pd.DataFrame) -> pd.Series[bool]:
    rule = parse_rule(screen.hit_rule)
    return hits(effects, rule, screen.side, db_screens.hit_list(store, rule.list_hash)).astype(bool)


def _refuse_unfit(screen: Screen, kind: str, genes: int) -> None:
    if kind not in SIZES:
        raise InvalidValueError(
            f"The effects of {screen.name} are of the kind {kind}, which says how sure an effect is and not how large.",
            f"Name a screen of fold changes, betas or z ({act('screen_show', NAME)} says what a screen has).",
        )
    if genes < FEWEST_GENES:
        raise InvalidValueError(
            f"{screen.name} has effects of {genes} genes, too few to tell how far they spread.",
            f"At least {FEWEST_GENES} are needed.",
        )


def _spread(at_rest: pd.DataFrame, controls: pd.DataFrame, genes: str, *, replicated: bool) -> tuple[float, float, str]:
    """Spread of genes without an effect, its degrees of freedom, and who tells it."""
    named = controls.groupby("name", sort=True).agg(estimate=("estimate", "mean"), guides=("guides", "max"))
    if len(named) >= FEWEST_CONTROLS:
        # A control of one guide spreads more than a gene of four.
        ratio = float(named["guides"].median() / at_rest["guides"].median())
        scale = sqrt(ratio) if ratio > 0 else 1.0
        degrees = max(_EFFICIENCY * len(named) - 1, 1.0)
        return robust_sd(named["estimate"].to_numpy(float)) * scale, degrees, "controls"
    errors = at_rest["standard_error"].dropna()
    if len(errors) >= FEWEST_GENES and not replicated:
        return float(errors.median()), inf, "standard errors"
    return robust_sd(at_rest["estimate"].to_numpy(float)), inf, genes


def _replicates(single: pd.DataFrame, at_rest: set[str]) -> tuple[float, float, int]:
    """Variance that replicates share, that of one of them, and how many there are."""
    wide = single[single["perturbation"].isin(at_rest)].pivot_table(
        index="perturbation", columns="replicate", values="estimate", aggfunc="mean"
    )
    wide = wide.dropna()
    count = int(wide.shape[1])
    if count < 2 or len(wide) < FEWEST_GENES:
        return float("nan"), float("nan"), count
    pairs = [wide[[a, b]].to_numpy(float) for a, b in itertools.combinations(wide.columns, 2)]
    sums = np.mean([robust_sd(pair[:, 0] + pair[:, 1]) ** 2 for pair in pairs])
    differences = np.mean([robust_sd(pair[:, 0] - pair[:, 1]) ** 2 for pair in pairs])
    return max(float(sums - differences) / 4, 0.0), float(differences) / 2, count
