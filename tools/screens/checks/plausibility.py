"""Whether a screen's numbers can be what they are taken for; what looks wrong is said, loudly, and never mended."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.acts import COLUMN, option
from db.records import ONE_SIDED, UNSIGNED, EstimateKind
from tools.screens.checks.mageck_rows import CALLED, significant
from tools.screens.tables.reading import Reading

_FEWEST = 20
"""Perturbations from which on shares say something."""
_MOST_HITS = 0.5
_BOTH_SIDES = 0.02
"""Rank tests call a gene on both sides whose guides disagree: a few of a library, never one in fifty."""
_SIGNED: frozenset[EstimateKind] = frozenset({"lfc", "beta", "z"})


def implausible(rows: pd.DataFrame, kind: EstimateKind, reading: Reading) -> tuple[str, ...]:
    """Sentences on what a table of real effects would not look like.

    Args:
        rows: Typed rows that can be used, in the file's own sign.
        kind: What the estimates are taken for.
        reading: How the file was read.
    """
    if len(rows) < _FEWEST:
        return ()
    return (*_hits(rows), *_values(rows, kind, reading))


def _hits(rows: pd.DataFrame) -> tuple[str, ...]:
    low, high = significant(rows, "low"), significant(rows, "high")
    both, either = int((low & high).sum()), int((low | high).sum())
    said = []
    if both > max(1, _BOTH_SIDES * len(rows)):
        said.append(f"{both:,} are significant on both sides, which few genes can be")
    if either > _MOST_HITS * len(rows):
        said.append(f"{either:,} of {len(rows):,} perturbations are significant (FDR < {CALLED})")
    if not said:
        return ()
    return (
        f"Warning: this table looks broken: {' and '.join(reversed(said))}. Look at how it was made: controls"
        " whose names"
        " did not match (a space in a label), or an FDR that is no FDR.",
    )


def _values(rows: pd.DataFrame, kind: EstimateKind, reading: Reading) -> tuple[str, ...]:
    values = rows["estimate"].to_numpy(dtype=float)
    signless = kind not in _SIGNED or kind in ONE_SIDED or reading.positive_means == UNSIGNED
    if signless or (values < 0).any() or len(np.unique(values)) < _FEWEST:
        return ()
    if (values <= 1).all():
        return (
            f"Warning: all {len(values):,} effects lie between 0 and 1, as p-values and probabilities do. If"
            " the column is"
            f" one, name the effect ({option(columns={'estimate': COLUMN})}).",
        )
    return (
        f"Warning: none of {len(values):,} effects is below zero. If they say how strong an effect is, but not"
        " which way it"
        f" goes, that is {option(positive_means=UNSIGNED)}.",
    )
