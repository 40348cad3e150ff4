"""Lists of a campaign: the newest round with its reasons, the hits so far, and all rounds in short."""

from __future__ import annotations

from collections.abc import Collection

from db.records import Nomination
from tools.campaigns.state import CampaignState
from tools.reports.common import number, refs
from tools.reports.page import Block, Paragraph, Table, with_something


def newest_list(state: CampaignState, anchors: dict[str, str], hits: Collection[str]) -> tuple[Block, ...]:
    """The newest round, each nomination with its reason and evidence.

    Args:
        state: The campaign.
        anchors: Where evidence is opened.
        hits: The hits so far.
    """
    newest = state.newest
    if newest is None:
        return (Paragraph("No round is proposed yet."),)
    rows = tuple(
        (
            str(one.rank), one.perturbation, f"{one.hit_probability:.2f}", f"{one.low:.2f}–{one.high:.2f}",
            ", ".join([*(["by grade"] if one.by == "grade" else []), *one.flags]),
            "" if newest.state == "open" else _outcome(one, hits), one.reason, refs(one.evidence, anchors),
        )
        for one in newest.nominations
    )  # fmt: skip
    head = ("rank", "perturbation", "probability", "80 % interval", "flags", "outcome", "reason", "evidence")
    expected = newest.shortlist.expected_hits
    said = (
        f"Round {newest.number} is {newest.state}: {len(newest.nominations):,} nominations by seed {newest.seed};"
        f" {expected.mean:.1f} hits are expected ({expected.low:.0f} to {expected.high:.0f})."
    )
    return Paragraph(said), with_something(Table(f"Round {newest.number}", head, rows, frozenset({0, 2, 3})))


def found_hits(state: CampaignState, hits: Collection[str]) -> tuple[Block, ...]:
    """The hits so far, strongest first.

    Args:
        state: The campaign.
        hits: The hits so far.
    """
    if not hits:
        return (Paragraph("No hit is measured yet."),)
    frame = state.effects[state.effects["perturbation"].isin(set(hits))]
    frame = frame.assign(size=frame["estimate"].abs()).sort_values(["size", "perturbation"], ascending=[False, True])
    promised = {one.perturbation: one for each in state.rounds for one in each.nominations}
    rows = tuple(
        (name, str(rounded), number(effect), f"{promised[name].hit_probability:.2f}" if name in promised else "")
        for name, rounded, effect in zip(
            frame["perturbation"].astype(str), frame["round"].astype(int), frame["estimate"].astype(float), strict=True
        )
    )
    head = ("perturbation", "round", "effect", "hit probability when proposed")
    note = "Round 0 is what was measured before the first round."
    table = Table(f"{len(rows):,} hits, the largest effect first", head, rows, frozenset({1, 2, 3}))
    return (table, Paragraph(note)) if (frame["round"] == 0).any() else (table,)


def rounds_in_short(state: CampaignState, hits: Collection[str]) -> tuple[Block, ...]:
    """Every nomination of the rounds before the newest.

    Args:
        state: The campaign.
        hits: The hits so far.
    """
    effects = state.effects.set_index("perturbation")["estimate"].to_dict()
    tables: list[Block] = []
    for each in state.rounds[:-1]:
        rows = tuple(
            (str(one.rank), one.perturbation, f"{one.hit_probability:.2f}", _outcome(one, hits),
             number(effects.get(one.perturbation)), one.reason)
            for one in each.nominations
        )  # fmt: skip
        head = ("rank", "perturbation", "hit probability", "outcome", "effect", "reason")
        tables.append(Table(f"Round {each.number}, seed {each.seed}", head, rows, frozenset({0, 2, 4})))
    return tuple(tables) or (Paragraph("There is no earlier round."),)


def _outcome(one: Nomination, hits: Collection[str]) -> str:
    if one.outcome != "measured":
        return one.outcome
    return "hit" if one.perturbation in hits else "no hit"
