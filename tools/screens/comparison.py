"""Two screens beside each other: do they rank genes alike, and do they share hits?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from db.acts import act
from db.errors import InvalidValueError
from db.evidence_ids import effect_id
from db.records import Relation, Screen
from db.screens import reading as db_screens
from tools.screens.called_effects import called_effects
from tools.workspace import Workspace

FEWEST = 20
"""Shared perturbations below which a comparison says nothing."""
SHOWN = 20
Direction = Literal["same", "opposite"]


@dataclass(frozen=True)
class SharedHit:
    """A perturbation that is a hit of both screens.

    Attributes:
        perturbation: Its name.
        first: Its effect in the first screen; positive = raises that screen's phenotype.
        second: Its effect in the second.
        evidence: Ids of both effects.
    """

    perturbation: str
    first: float
    second: float
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class ScreenComparison:
    """How two screens agree, over the perturbations that both measured.

    Attributes:
        first: Name of the first screen.
        second: Name of the second.
        relation: ``copy``, ``sibling``, ``other`` or ``undeclared``: whether they are one experiment.
        shared: Perturbations that both measured.
        spearman: Rank correlation of their harmonised effects; of their sizes where one of them has no sign.
        spearman_p: Its two-sided p.
        spearman_size: Rank correlation of the sizes of their effects, whatever the sign.
        first_hits: Hits of the first screen among the shared, by its own rule.
        second_hits: Likewise of the second.
        both: Hits of both.
        expected: How many hits of both chance would give.
        p: Hypergeometric probability of as many or more hits of both by chance.
        same_sign: Hits of both whose effects have one sign.
        opposite_sign: Hits of both whose effects have opposite signs.
        hits: The strongest hits of both, at most 20.
        notes: What a person should know, in sentences.
        signed: Whether both say which way effects go; where not, no signs are counted.
        direction: How hits of both were expected to agree: ``same`` or ``opposite``.
        agreeing: Hits of both that do.
        expected_agreeing: How many would if the directions in the two screens had nothing to do with each other.
        agreeing_p: Fisher's exact probability of as many or more, the directions of each screen's hits given; None
            where one screen's hits of both go one way only, which tells nothing, or have no signs.
        discordant: The strongest hits of both that do not agree, at most 20.
    """

    first: str
    second: str
    relation: Relation
    shared: int
    spearman: float
    spearman_p: float
    spearman_size: float
    first_hits: int
    second_hits: int
    both: int
    expected: float
    p: float
    same_sign: int
    opposite_sign: int
    hits: tuple[SharedHit, ...]
    notes: tuple[str, ...]
    signed: bool = True
    direction: Direction = "same"
    agreeing: int = 0
    expected_agreeing: float | None = None
    agreeing_p: float | None = None
    discordant: tuple[SharedHit, ...] = ()


def screen_compare(workspace: Workspace, first: str, second: str, *, direction: Direction = "same") -> ScreenComparison:
    """Compares two screens: rank correlation, shared hits against chance, and whether these go the same way.

    Hits are those of each screen's own rule, told over all that it measured; chance is the hypergeometric
    distribution over the perturbations that both measured. Effects of different kinds are compared by rank only.

    Args:
        workspace: The workspace.
        first: Name of a screen.
        second: Name of another one.
        direction: How hits of both should agree: ``opposite`` where one screen activates what the other takes away,
            or asks the opposite question. Agreement is tested that way, and hits against it are listed.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        InvalidValueError: It is twice the same screen, the organisms differ, or fewer than 20 perturbations are
            shared.
    """
    from scipy.stats import hypergeom, spearmanr

    store = workspace.store
    with store.read():
        a, b = db_screens.get_screen(store, first), db_screens.get_screen(store, second)
        _refuse_incomparable(a, b)
        left, right = called_effects(store, a), called_effects(store, b)
        contrasts = [db_screens.contrasts_of(store, screen.id)[0].id for screen in (a, b)]
        unsigned = [screen.name for screen in (a, b) if db_screens.is_unsigned(store, screen.id)]
    shared = left.index.intersection(right.index).sort_values()
    if len(shared) < FEWEST:
        raise InvalidValueError(
            f"{a.name} and {b.name} share {len(shared)} perturbations, too few to compare.",
            f"At least {FEWEST} have to be measured in both.",
        )
    left, right = left.loc[shared], right.loc[shared]
    size = spearmanr(left["estimate"].abs(), right["estimate"].abs())
    rank = size if unsigned else spearmanr(left["estimate"], right["estimate"])
    common = shared[(left["hit"] & right["hit"]).to_numpy(bool)]
    counts = int(left["hit"].sum()), int(right["hit"].sum())
    signs = np.sign(left.loc[common, "estimate"]) * np.sign(right.loc[common, "estimate"]) * (not unsigned)
    against = signs.index[(signs < 0) if direction == "same" else (signs > 0)]
    agreeing = int((signs > 0).sum() if direction == "same" else (signs < 0).sum())
    chance = _of_directions(left.loc[common, "estimate"], right.loc[common, "estimate"], direction, signed=not unsigned)
    return ScreenComparison(
        first=a.name, second=b.name, relation=a.relation_to(b), shared=len(shared), spearman=float(rank.statistic),
        spearman_p=float(rank.pvalue), spearman_size=float(size.statistic), first_hits=counts[0],
        second_hits=counts[1], both=len(common), expected=counts[0] * counts[1] / len(shared),
        p=float(hypergeom.sf(len(common) - 1, len(shared), *counts)), same_sign=int((signs > 0).sum()),
        opposite_sign=int((signs < 0).sum()), hits=_strongest(left, right, common, contrasts),
        notes=(*_notes(a, b), *map(_without_sign, unsigned)), signed=not unsigned,
        direction=direction, agreeing=agreeing, expected_agreeing=chance[0], agreeing_p=chance[1],
        discordant=_strongest(left, right, against, contrasts),
    )  # fmt: skip


def _of_directions(
    left: pd.Series[float], right: pd.Series[float], direction: Direction, *, signed: bool
) -> tuple[float | None, float | None]:
    """Hits of both that would agree by chance, and Fisher's one-sided p of as many or more as do."""
    from scipy.stats import fisher_exact

    up, high = (left > 0).to_numpy(bool), (right > 0).to_numpy(bool)
    count = len(up)
    if not signed or not count:
        return None, None
    shares = up.mean(), high.mean()
    same = shares[0] * shares[1] + (1 - shares[0]) * (1 - shares[1])
    expected = count * float(same if direction == "same" else 1 - same)
    if min(shares) == 0 or max(shares) == 1:
        return expected, None
    counts = [[int((up & high).sum()), int((up & ~high).sum())], [int((~up & high).sum()), int((~up & ~high).sum())]]
    side = "greater" if direction == "same" else "less"
    return expected, float(fisher_exact(counts, alternative=side).pvalue)


def _refuse_incomparable(a: Screen, b: Screen) -> None:
    if a.id == b.id:
        raise InvalidValueError(f"{a.name} was named twice.", f"Name two screens: {act('screen_list')} shows all.")
    if a.organism != b.organism:
        raise InvalidValueError(
            f"{a.name} is of {a.organism} cells, {b.name} of {b.organism} cells.", "Name two screens of one organism."
        )


def _strongest(
    left: pd.DataFrame, right: pd.DataFrame, common: pd.Index[str], contrasts: list[int]
) -> tuple[SharedHit, ...]:
    places = (left.loc[common, "place"] + right.loc[common, "place"]).sort_values(kind="stable")
    return tuple(
        SharedHit(
            str(name),
            float(left.loc[name, "estimate"]),
            float(right.loc[name, "estimate"]),
            tuple(effect_id(contrast, name) for contrast in contrasts),
        )
        for name in places.index[:SHOWN]
    )


def _notes(a: Screen, b: Screen) -> tuple[str, ...]:
    notes = []
    relation = a.relation_to(b)
    if relation == "copy":
        notes.append("They are copies of one experiment: their agreement says how well it repeats, nothing more.")
    elif relation == "sibling":
        notes.append("They are of one study, so what went wrong there went wrong in both.")
    elif relation == "undeclared":
        notes.append("The study of one of them is not declared, so they may be one experiment.")
    if a.modality and b.modality and a.modality != b.modality:
        notes.append(f"{a.name} is a {a.modality} screen and {b.name} a {b.modality} screen.")
    return tuple(notes)


def _without_sign(name: str) -> str:
    return f"{name} says how strong effects are, not which way they go: only sizes are compared, and no signs."
