"""What speaks against a guide: its GC, a terminator, sites of enzymes, another gene with the same sequence."""

from __future__ import annotations

import pandas as pd

from tools.orders.cloning import Cloning
from tools.orders.sequences import gc_share

LEAST_GC, MOST_GC = 0.3, 0.7
"""Guides outside are less often active, and harder to make."""
TERMINATOR = "TTTT"
"""Four T end a transcript of polymerase III, which makes most guides."""


def faults_of(sequence: str, cloning: Cloning) -> tuple[str, ...]:
    """What keeps a guide from being cloned or made: ``site-BsmBI`` and the like, ``TTTT``.

    Args:
        sequence: The guide.
        cloning: Its flanks, and the sites that must not arise.
    """
    cut = tuple(f"site-{name}" for name in cloning.arising(sequence))
    return (*cut, *((TERMINATOR,) if TERMINATOR in cloning.left[-3:] + sequence + cloning.right[:3] else ()))


def flags_of(frame: pd.DataFrame, cloning: Cloning) -> list[str]:
    """The flags of each guide, joined by ``;``.

    Args:
        frame: Column sequence, one row for each guide of the order.
        cloning: Flanks, and the sites that must not arise.
    """
    twice = frame["sequence"].duplicated(keep=False)
    return [
        ";".join((*_plain_flags(sequence, cloning), *faults_of(sequence, cloning), *(["duplicate"] * again)))
        for sequence, again in zip(frame["sequence"], twice, strict=True)
    ]


def _plain_flags(sequence: str, cloning: Cloning) -> list[str]:
    share = gc_share(sequence)
    said = {
        "GC-low": share < LEAST_GC,
        "GC-high": share > MOST_GC,
        # The U6 promoter starts at a G: the guide's own, or that before it.
        "no-G-start": not sequence.startswith("G") and not cloning.left.endswith("G"),
    }
    return [flag for flag, holds in said.items() if holds]
