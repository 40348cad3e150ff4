"""Genes that a campaign must not nominate: listed in a file, essential, or excluded by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.campaigns.campaigns import add_exclusions
from db.errors import InvalidValueError, require
from db.screens.reading import ensure_perturbations
from tools.campaigns.state import CampaignState, state_of
from tools.genes.name_lists import resolve_list
from tools.workspace import Workspace


@dataclass(frozen=True)
class Exclusion:
    """What `campaign_exclude` did: names excluded now, and names that could not be used and why."""

    campaign: str
    excluded: tuple[str, ...]
    ignored: tuple[Mapping[str, str], ...]
    notes: tuple[str, ...] = ()


def campaign_exclude(workspace: Workspace, genes: Sequence[str], reason: str, name: str = "") -> Exclusion:
    """Takes genes out of a campaign's candidates for good.

    Args:
        workspace: Where the campaign is.
        genes: Genes of its library (``A``, or ``A+B`` for a pair).
        reason: Why, in words; it is kept.
        name: The campaign; the only open one where empty.

    Returns:
        What was excluded, and names that could not be used.

    Raises:
        InvalidValueError: No reason was given, or none of the names can be used.
    """
    require(reason.strip(), "An exclusion needs a reason.", 'Say why: --reason "…".')
    state = state_of(workspace.store, name, to_change=True)
    organism = state.campaign.question.organism
    resolved = resolve_list(workspace.store, organism, genes, "exclusions")
    frame = resolved.perturbations
    inside = frame["name"].isin(state.library)
    outside = [
        {"name": str(n), "why": "not in the campaign's library", "in": "exclusions"} for n in frame["name"][~inside]
    ]
    chosen = frame[inside.to_numpy(dtype=bool)]
    ignored = (*resolved.ignored, *outside)
    if chosen.empty:
        said = "; ".join(f"{one['name']}: {one['why']}" for one in ignored[:5])
        raise InvalidValueError(f"None of the genes can be excluded ({said}).", "Name genes of the campaign's library.")
    with workspace.store.write("exclude") as connection:
        ids = ensure_perturbations(connection, organism, chosen)
        add_exclusions(connection, state.campaign.id, {int(ids[n]): reason.strip() for n in chosen["name"]})
    return Exclusion(state.campaign.name, tuple(chosen["name"]), ignored, _exclusion_notes(state, set(chosen["name"])))


def _exclusion_notes(state: CampaignState, excluded: set[str]) -> tuple[str, ...]:
    newest = state.newest
    if newest is None or newest.state == "measured":
        return ()
    hit = sorted(excluded & {nomination.perturbation for nomination in newest.nominations})
    if not hit:
        return ()
    if newest.state == "open":
        return (f"{', '.join(hit)} stood in the open round {newest.number}: propose again before confirming.",)
    return (f"{', '.join(hit)} stay in round {newest.number}, which is confirmed; later rounds leave them out.",)
