"""Placement: how the effects of a file come to lie on a campaign's scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from db.acts import COLUMN, option
from db.campaigns.results import contrast_kind
from db.errors import InvalidValueError, NeedsChoiceError
from db.records import Round
from tools.campaigns.results.bridges import earlier_effects
from tools.campaigns.scale import Scale, reference_scale
from tools.campaigns.state import CampaignState
from tools.screens.chosen_screen import only_contrast, screen_by_id
from tools.screens.ingestion.harmonised_table import HarmonisedTable
from tools.workspace import Workspace

FEWEST_CONTROLS = 3
FEWEST_BRIDGES = 5
Way = Literal["controls", "bridges", "declared"]


@dataclass(frozen=True)
class Placement:
    """How a file's effects come to lie on a campaign's scale: placed = factor × effect + shift.

    Attributes:
        how: ``controls``, ``bridges``, ``declared`` or ``reference`` (the file sets the scale).
        factor: Spread of the reference's negative controls over that of the file's; of bridge controls likewise.
        shift: What moves the median of the file's controls onto the reference's.
        controls: Negative controls in the file.
        text: The same in a sentence.
    """

    how: str
    factor: float
    shift: float
    controls: int
    text: str


def placed(table: HarmonisedTable, placement: Placement) -> HarmonisedTable:
    """A file whose effects lie on the campaign's scale.

    Args:
        table: The file.
        placement: How its effects are placed; standard errors and controls go with them, p and FDR stay.
    """
    rows, controls = (_moved(frame, placement) for frame in (table.rows, table.controls))
    errors = table.rows["standard_error"] * placement.factor
    return replace(table, rows=rows.assign(standard_error=errors), controls=controls)


def _moved(frame: pd.DataFrame, placement: Placement) -> pd.DataFrame:
    return frame.assign(estimate=frame["estimate"] * placement.factor + placement.shift)


def place_round(
    workspace: Workspace,
    state: CampaignState,
    one: Round,
    prepared: HarmonisedTable,
    how: Way,
) -> Placement:
    """How the results of a round come to lie on the campaign's scale.

    The reference is the earliest contrast with negative controls: what was measured before the campaign, or its first
    round. placed = (effect − median) / spread × reference spread + reference median, where median and spread
    (1.4826 × MAD) are those of the negative controls.

    Args:
        workspace: The store.
        state: The campaign.
        one: The round.
        prepared: Its file.
        how: ``controls``; ``bridges`` to place it by the genes that were measured before, with the same formula; or
            ``declared`` to take the effects as they are.

    Raises:
        NeedsChoiceError: There are no controls to place the round by.
        InvalidValueError: The effects are of another kind than the campaign's.
    """
    own = Scale.of(prepared.controls["estimate"])
    if how == "declared":
        return Placement(
            "declared", 1.0, 0.0, own.count, "taken as declared: the effects are on the campaign's scale already"
        )
    store = workspace.store
    earlier = {r.number: r.contrast_id for r in state.revisions if r.number < one.number}
    if state.campaign.measured_screen_id is not None:
        earlier[0] = only_contrast(store, screen_by_id(store, state.campaign.measured_screen_id))
    if not earlier and any(r.number > one.number for r in state.revisions):
        # Later rounds lie on the scale of the file that this one corrects, so it must come to lie there too.
        earlier = {r.number: r.contrast_id for r in state.revisions if r.number == one.number}
    if not earlier:
        return _as_reference(own)
    _refuse_other_kind(workspace, earlier, prepared)
    if how == "bridges":
        return _by_bridges(earlier_effects(store, state, one.number), prepared, own.count)
    reference = reference_scale(store, earlier)
    if reference.spread == 0:
        raise NeedsChoiceError(
            "Nothing that was measured before has negative controls, so this round cannot be placed by its own.",
            f"{option(placement='declared')} says that the effects are on the campaign's scale already.",
        )
    if own.count < FEWEST_CONTROLS or own.spread == 0:
        raise NeedsChoiceError(
            f"The file has {own.count} negative controls with a spread of {own.spread:.3g}; placing a round on the"
            f" campaign's scale takes {FEWEST_CONTROLS} that differ.",
            f"Name them with {option('controls')}, or say with {option(placement='declared')} that the effects are on"
            " that scale already.",
        )
    factor = reference.spread / own.spread
    shift = reference.centre - own.centre * factor
    text = (
        f"placed by {own.count} negative controls: effect × {factor:.4g} {'−' if shift < 0 else '+'} {abs(shift):.4g},"
        f" so that their median and spread are those of the {reference.count} controls measured first"
    )
    return Placement("controls", factor, shift, own.count, text)


def _by_bridges(old: pd.Series[float], prepared: HarmonisedTable, controls: int) -> Placement:
    new = prepared.combined.set_index("perturbation")["estimate"].astype(float)
    again = sorted(set(old.index).intersection(new.index))
    before, now = Scale.of(old.loc[again]), Scale.of(new.loc[again])
    if len(again) < FEWEST_BRIDGES or before.spread == 0 or now.spread == 0:
        raise NeedsChoiceError(
            f"The file measures {len(again)} genes of earlier rounds again; placing a round by them takes"
            f" {FEWEST_BRIDGES} that differ.",
            f"{option(placement='controls')} places it by its negative controls.",
        )
    factor = before.spread / now.spread
    shift = before.centre - now.centre * factor
    text = (
        f"placed by {len(again)} genes that were measured before: effect × {factor:.4g}"
        f" {'−' if shift < 0 else '+'} {abs(shift):.4g}, so that their median and spread are as before"
    )
    return Placement("bridges", factor, shift, controls, text)


def _as_reference(own: Scale) -> Placement:
    if own.count >= FEWEST_CONTROLS and own.spread > 0:
        text = f"as in the file: its {own.count} negative controls set the scale for later rounds"
    else:
        text = (
            "as in the file, which has too few negative controls to set a scale: later rounds can be placed by"
            " declaration only"
        )
    return Placement("reference", 1.0, 0.0, own.count, text)


def _refuse_other_kind(workspace: Workspace, earlier: Mapping[int, int], prepared: HarmonisedTable) -> None:
    kind = contrast_kind(workspace.store, earlier[min(earlier)])
    if kind != prepared.estimate_kind:
        raise InvalidValueError(
            f"The file's effects are {prepared.estimate_kind}, the campaign's are {kind}; kinds do not share a scale.",
            f"Give the column that holds {kind} ({option(columns={'estimate': COLUMN})});"
            f" {option(placement='declared')} overrides this.",
        )
