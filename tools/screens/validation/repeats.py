"""Screens with replicates: each one held against each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import pandas as pd

from db.records import Screen
from db.screens.reading import effects_of
from db.store import Store
from tools.screens.validation.chances import evidence_of, found_again


@dataclass(frozen=True, eq=False)
class Direction:
    """One replicate that is chosen from, and another that judges.

    Attributes:
        screen: Whose they are.
        ends: Their names.
        evidence: What the first says of each gene that both measured.
        fdr: The smaller FDR of each in the first.
        found: Which genes the second finds.
    """

    screen: Screen
    ends: tuple[str, str]
    evidence: pd.DataFrame
    fdr: pd.Series[float]
    found: pd.Series[bool]


def directions_of(store: Store, screen: Screen, fitness: frozenset[str]) -> list[Direction]:
    """All pairs of replicates of a screen that have p-values, both ways; none where it has no two of these.

    Args:
        store: Has the screen.
        screen: The screen.
        fitness: Symbols of fitness genes.
    """
    rows = effects_of(store, screen.id, replicates=True)
    rows = rows[rows[["p_low", "p_high"]].notna().all(axis=1)]
    parts = {str(name): part for name, part in rows.groupby("replicate")}
    found = []
    for first, second in permutations(sorted(parts), 2):
        shared = set(parts[first]["perturbation"]) & set(parts[second]["perturbation"])
        ours, theirs = (part[part["perturbation"].isin(shared)] for part in (parts[first], parts[second]))
        fdr = ours.assign(fdr=ours[["fdr_low", "fdr_high"]].min(axis=1)).groupby("perturbation")["fdr"].min()
        evidence = evidence_of(ours, screen.side, fitness)
        found.append(Direction(screen, (first, second), evidence, fdr, found_again(theirs, screen.side)))
    return found
