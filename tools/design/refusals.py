"""Wishes that no experiment can meet: a sentence on what was wished for, and one on what would be possible."""

from __future__ import annotations

from db.acts import option
from db.errors import InvalidValueError, require

MOST_GUIDES = 1_000_000
"""Guides of a library: more than are synthesised as one pool."""
MOST_CELLS = 100_000_000_000
"""Cells of one screen: fifty litres of suspension at two million a millilitre."""
FLASK = 25_000_000
"""Adherent cells of a flask of 225 cm²."""


def refuse_rates(fdr: float, power: float) -> None:
    """Refuses rates that no test has.

    Args:
        fdr: The false discovery rate wished for.
        power: The power wished for.

    Raises:
        InvalidValueError: One of them is zero or one, or outside.
    """
    require(
        0 < fdr < 1,
        f"A false discovery rate of {fdr:g} cannot be had: to call anything is to risk being wrong."
        if fdr <= 0
        else f"A false discovery rate of {fdr:g} lets every call be wrong.",
        f"{option(fdr=0.05)} is usual; {option(fdr=0.01)} is strict.",
    )
    require(
        0 < power < 1,
        f"A power of {power:g} cannot be had: some effect is always missed by chance."
        if power >= 1
        else f"A power of {power:g} finds nothing.",
        f"{option(power=0.8)} is usual; {option(power=0.95)} costs about half as much again.",
    )


def refuse_effect(effect: float) -> None:
    """Refuses an effect that is none.

    Args:
        effect: Log2 fold change.

    Raises:
        InvalidValueError: It is zero, no number, or beyond any count.
    """
    require(
        effect != 0 and abs(effect) < float("inf"),
        f"An effect of {effect:g} is told from none by no number of cells.",
        f"Give the smallest log2 fold change that matters, such as {option(effect=0.5)}; without one, the smallest that"
        " can be seen is told.",
    )
    require(
        abs(effect) <= 15, f"A log2 fold change of {effect:g} is beyond what counts can show.",
        f"Give one between -15 and 15, such as {option(effect=1)} for twice as many.",
    )  # fmt: skip


def refuse_shares(true: int, tested: int, named: str, among: str) -> None:
    """Refuses more true effects than tests.

    Args:
        true: How many true effects there are to be.
        tested: How many tests.
        named: The argument of the first.
        among: The argument of the second.

    Raises:
        InvalidValueError: There are none, or not fewer than tests.
    """
    require(
        true >= 1,
        f"Without one {named.removesuffix('s')} there is nothing to find.",
        f"Give {option(named)} 1 or more.",
    )
    require(
        true < tested,
        f"{true:,} {named} among {tested:,} {among} leave none without an effect.",
        f"Give fewer {option(named)} or more {option(among)}.",
    )


def refuse_library(guides: int) -> None:
    """Refuses a library that nobody makes.

    Args:
        guides: Guides in all, controls included.

    Raises:
        InvalidValueError: There are more than `MOST_GUIDES`.
    """
    require(
        guides <= MOST_GUIDES,
        f"A library of {guides:,} guides is larger than any that is made as one pool ({MOST_GUIDES:,}).",
        f"Give fewer {option('guides')} for each gene, or fewer {option('genes')}.",
    )


def beyond_cells(cells: float) -> InvalidValueError:
    """The refusal of a screen that needs more cells than can be grown.

    Args:
        cells: Cells in all.
    """
    return InvalidValueError(
        f"This needs {cells:.2g} cells, more than can be grown ({MOST_CELLS:.0e}: fifty litres of suspension).",
        f"Ask for a larger {option('effect')} or less {option('power')}, or screen fewer {option('genes')}.",
    )


def in_flasks(cells: float) -> str:
    """What a number of cells is to grow, in a sentence; empty where it is an ordinary one.

    Args:
        cells: Cells in all.
    """
    if cells < 40 * FLASK:
        return ""
    litres = cells / 2e9
    return (
        f"{cells:.2g} cells are about {cells / FLASK:,.0f} flasks of 225 cm², or {litres:.2g} litres of suspension at"
        " two million a millilitre."
    )
