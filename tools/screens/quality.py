"""How far a screen can be trusted: replicates, guides, controls, the readout gene, and essential genes."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.errors import NotFoundError
from db.genes.sets import get_gene_set
from db.records import Screen
from db.screens import reading as db_screens
from db.store import Store
from tools.screens.hit_rules import hits, parse_rule
from tools.screens.ingestion.signs import OwnEffect, own_effect

ESSENTIAL = ("essentials", "CEGv2")
NON_ESSENTIAL = ("essentials", "NEGv1")
_FITNESS = re.compile(
    r"fitness|viabilit|proliferat|growth|surviv|essential|dropout|expansion|cell death", re.IGNORECASE
)
_ENOUGH_REFERENCE = 20


@dataclass(frozen=True)
class ReplicateAgreement:
    """How two replicates agree.

    Attributes:
        first: Name of one.
        second: Name of the other.
        shared: Perturbations that both measured.
        pearson: Correlation of their effects; None where it is not defined.
        spearman: Correlation of the effects' ranks; None where it is not defined.
    """

    first: str
    second: str
    shared: int
    pearson: float | None
    spearman: float | None


@dataclass(frozen=True)
class EssentialSeparation:
    """How well effects tell essential genes (CEGv2) from genes that are not expressed (NEGv1).

    Attributes:
        essential: Essential genes that were measured.
        non_essential: Others of the reference that were measured.
        auroc: Probability that an essential gene lies below a non-essential one; ties count half.
        ssmd: Strictly standardised mean difference, (mean of non-essential - mean of essential) / √(sum of variances).
    """

    essential: int
    non_essential: int
    auroc: float
    ssmd: float


@dataclass(frozen=True)
class Quality:
    """The quality report of a screen; None where the screen has not what a figure needs.

    Attributes:
        perturbations: Perturbations with an effect.
        replicates: How each two replicates agree.
        guides_median: Guides of a perturbation, median.
        guides_least: The smallest number of guides.
        guides_most: The largest number.
        controls: Rows of negative controls.
        controls_median: Median effect of them.
        controls_mad: Median absolute deviation of them, times 1.4826 (comparable with a standard deviation).
        readout: The readout gene's own effect.
        readout_percentile: Share of perturbations, in per cent, that lie at or below the readout gene.
        essentials: Essential against non-essential genes, for screens of fitness.
        hits_low: Hits on the low side by the screen's rule.
        hits_high: Hits on the high side.
        kept_aside: Reason → rows of the file that are not used.
        flagged: Reason → rows that are used with a flag.
    """

    perturbations: int
    replicates: tuple[ReplicateAgreement, ...]
    guides_median: float | None
    guides_least: int | None
    guides_most: int | None
    controls: int
    controls_median: float | None
    controls_mad: float | None
    readout: OwnEffect | None
    readout_percentile: float | None
    essentials: EssentialSeparation | None
    hits_low: int
    hits_high: int
    kept_aside: dict[str, int]
    flagged: dict[str, int]


def assess(store: Store, screen: Screen, kept_aside: dict[str, int], flagged: dict[str, int]) -> Quality:
    """Computes the quality report of a screen.

    Args:
        store: The store.
        screen: The screen.
        kept_aside: Reason → rows kept aside, as its ingest noted them.
        flagged: Reason → rows flagged.
    """
    effects = db_screens.effects_of(store, screen.id)
    singles = db_screens.effects_of(store, screen.id, replicates=True)
    controls = db_screens.controls_of(store, screen.id)["estimate"].to_numpy(dtype=float)
    guides = effects["guides"].dropna()
    own = own_effect(effects, screen.readout_gene)
    low, high = hits_by_side(store, screen, effects)
    median = float(np.median(controls)) if len(controls) else None
    return Quality(
        perturbations=len(effects),
        replicates=replicate_agreement(singles),
        guides_median=float(guides.median()) if len(guides) else None,
        guides_least=int(guides.min()) if len(guides) else None,
        guides_most=int(guides.max()) if len(guides) else None,
        controls=len(controls),
        controls_median=median,
        controls_mad=1.4826 * float(np.median(np.abs(controls - median))) if median is not None else None,
        readout=own,
        readout_percentile=None if own is None else 100 * float((effects["estimate"] <= own.estimate).mean()),
        essentials=_essentials(store, screen, effects),
        hits_low=low,
        hits_high=high,
        kept_aside=kept_aside,
        flagged=flagged,
    )


def replicate_agreement(singles: pd.DataFrame) -> tuple[ReplicateAgreement, ...]:
    """How each two replicates of a screen agree, over the perturbations that both measured.

    Args:
        singles: Columns perturbation, replicate and estimate; one row for each of the two.
    """
    wide = singles.pivot(index="perturbation", columns="replicate", values="estimate")
    found = []
    for first, second in itertools.combinations(sorted(wide.columns), 2):
        both = wide[[first, second]].dropna()
        # Ranks before Pearson, because pandas would import scipy.stats for Spearman.
        ranks = both.rank()
        found.append(
            ReplicateAgreement(
                str(first), str(second), len(both), _pearson(both, first, second), _pearson(ranks, first, second)
            )
        )
    return tuple(found)


def _pearson(both: pd.DataFrame, first: str, second: str) -> float | None:
    value = both[first].corr(both[second]) if len(both) > 2 else np.nan
    return None if np.isnan(value) else float(value)


def hits_by_side(store: Store, screen: Screen, effects: pd.DataFrame) -> tuple[int, int]:
    """Hits of a screen by its own rule that lie on the low and on the high side of the phenotype.

    Args:
        store: Where published lists of hits are.
        screen: The screen.
        effects: Its combined effects.
    """
    rule = parse_rule(screen.hit_rule)
    if rule.list_hash or screen.side != "both":
        published = db_screens.hit_list(store, rule.list_hash)
        found = effects.loc[hits(effects, rule, screen.side, published), "estimate"]
        if rule.list_hash:
            return int((found < 0).sum()), int((found >= 0).sum())
        return (len(found), 0) if screen.side == "low" else (0, len(found))
    if rule.needs("top"):
        found = effects.loc[hits(effects, rule, "both"), "estimate"]
        return int((found < 0).sum()), int((found >= 0).sum())
    return int(hits(effects, rule, "low").sum()), int(hits(effects, rule, "high").sum())


def _essentials(store: Store, screen: Screen, effects: pd.DataFrame) -> EssentialSeparation | None:
    if screen.organism != "human" or not _FITNESS.search(f"{screen.phenotype} {screen.readout}"):
        return None
    try:
        essential, other = set(get_gene_set(store, *ESSENTIAL).genes), set(get_gene_set(store, *NON_ESSENTIAL).genes)
    except NotFoundError:
        return None
    below = effects.loc[effects["perturbation"].isin(essential), "estimate"]
    above = effects.loc[effects["perturbation"].isin(other), "estimate"]
    if min(len(below), len(above)) < _ENOUGH_REFERENCE:
        return None
    return separation(below, above)


def separation(essential: pd.Series[float], other: pd.Series[float]) -> EssentialSeparation:
    """Essential against non-essential genes, by the rank sum of Mann and Whitney and by the means.

    Args:
        essential: Effects of essential genes.
        other: Effects of genes that are not.
    """
    ranks = pd.concat([essential, other], ignore_index=True).rank()
    n, m = len(essential), len(other)
    # The rank sum counts the pairs in which the essential gene lies above.
    above = float(ranks.iloc[:n].sum()) - n * (n + 1) / 2
    spread = float(np.sqrt(essential.var(ddof=1) + other.var(ddof=1)))
    difference = float(other.mean() - essential.mean())
    return EssentialSeparation(n, m, 1 - above / (n * m), difference / spread if spread > 0 else float("nan"))
