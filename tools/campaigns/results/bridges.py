"""Bridge controls: genes that a round measured again, which show how far rounds lie apart when all is placed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from db.campaigns.results import Revision, effects_of_contrasts
from db.store import Store
from tools.campaigns.scale import Scale
from tools.campaigns.state import CampaignState, newest_effects
from tools.screens.chosen_screen import only_contrast, screen_by_id

FEWEST = 3
"""Bridge controls of which a shift can be told."""
MEDIAN_ERROR = 1.2533
"""√(π / 2): the standard error of a median over that of a mean, for normal values."""


@dataclass(frozen=True)
class RoundShift:
    """How a measured round lies to what was measured before it.

    Attributes:
        round: Its number.
        how: How it was placed on the campaign's scale: ``controls``, ``bridges``, ``declared`` or ``reference``.
        factor: By what its file's effects were multiplied.
        moved: What was then added: the shift that the placement took out.
        bridges: Genes that were measured before and again in it.
        shift: Median of their new less their old effects, after the placement; None of fewer than three.
        spread: Spread of these differences, 1.4826 × MAD; None likewise.
        apart: Whether the shift is beyond twice its own error: a batch effect that the placement left.
        text: The same in sentences; empty where nothing was measured before it.
    """

    round: int
    how: str
    factor: float
    moved: float
    bridges: int
    shift: float | None
    spread: float | None
    apart: bool
    text: str


def round_shifts(store: Store, state: CampaignState) -> tuple[RoundShift, ...]:
    """How each measured round lies to the ones before it, by its placement and by its bridge controls.

    Args:
        store: The store.
        state: The campaign.
    """
    newest = {revision.number: revision for revision in state.revisions}
    return tuple(_shift(store, state, revision) for _, revision in sorted(newest.items()))


def earlier_effects(store: Store, state: CampaignState, before: int) -> pd.Series[float]:
    """What was measured before a round, on the campaign's scale, by perturbation; the newest counts.

    Args:
        store: The store.
        state: The campaign.
        before: Number of the round.
    """
    contrasts = {revision.number: revision.contrast_id for revision in state.revisions if revision.number < before}
    if state.campaign.measured_screen_id is not None:
        contrasts[0] = only_contrast(store, screen_by_id(store, state.campaign.measured_screen_id))
    return newest_effects(store, contrasts).set_index("perturbation")["estimate"].astype(float)


def _shift(store: Store, state: CampaignState, revision: Revision) -> RoundShift:
    old = earlier_effects(store, state, revision.number)
    new = effects_of_contrasts(store, [revision.contrast_id]).set_index("perturbation")["estimate"].astype(float)
    again = sorted(set(old.index).intersection(new.index))
    how, factor, moved = (revision.placement.get(key, kind) for key, kind in (("how", ""), ("factor", 1), ("shift", 0)))
    between = Scale.of((new.loc[again] - old.loc[again]).rename("between"))
    told = len(again) >= FEWEST
    error = MEDIAN_ERROR * between.spread / len(again) ** 0.5 if told else 0.0
    apart = told and abs(between.centre) > 2 * error and abs(between.centre) > 0
    return RoundShift(
        revision.number, str(how), float(factor), float(moved), len(again), between.centre if told else None,
        between.spread if told else None, apart,
        _moved(revision) + _said(revision.number, len(again), between, apart=apart) if len(old) else "",
    )  # fmt: skip


def _moved(revision: Revision) -> str:
    """What the placement took out between rounds; empty where it took a file as it was."""
    how, factor, moved = (revision.placement.get(key) for key in ("how", "factor", "shift"))
    if how not in ("controls", "bridges"):
        return ""
    by = "its negative controls" if how == "controls" else "genes that were measured before"
    return f"Round {revision.number} was placed by {by}: effect × {factor:.3g} {moved:+.3g}. "


def _said(number: int, count: int, between: Scale, *, apart: bool) -> str:
    if count < FEWEST:
        few = f"{count} gene{'s' * (count != 1)} of earlier rounds" if count else "No gene of an earlier round"
        return f"{few} was measured again in round {number}: {FEWEST} or more would show how far rounds lie apart."
    told = (
        f"{count} genes of earlier rounds were measured again in round {number}: they lie {between.centre:+.3g} to"
        f" before, with a spread of {between.spread:.3g}"
    )
    if apart:
        return f"{told}, which is more than chance: a batch effect that the placement left."
    return f"{told}, which chance explains."
