"""Hits that several screens share, against chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import act, option
from db.errors import InvalidValueError
from db.evidence_ids import effect_id
from db.records import Screen
from db.screens import reading as db_screens
from tools.genes.essentials import fitness_packs
from tools.parameters import takes_names
from tools.screens.called_effects import called_effects
from tools.screens.hit_flags import FITNESS, hit_flags
from tools.screens.hit_listing import TOP, artefacts_told, refuse_top, without_lists
from tools.workspace import Workspace

Agreement = Literal["same", "opposite", ""]


@dataclass(frozen=True)
class CommonHit:
    """A perturbation that is a hit of several screens.

    Attributes:
        perturbation: Its name.
        screens: Of how many of the screens it is a hit.
        effects: Its harmonised effect in each screen, in their order.
        hit_in: Names of the screens of which it is a hit.
        direction: ``same`` or ``opposite``, over the screens of which it is a hit; empty where one has no signs.
        flags: What speaks against it, as in `ScreenHit`.
        evidence: Ids of the effects that are hits.
    """

    perturbation: str
    screens: int
    effects: tuple[float, ...]
    hit_in: tuple[str, ...]
    direction: Agreement
    flags: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class CommonHits:
    """The hits that several screens share, over the perturbations that all of them measured.

    Attributes:
        screens: Their names.
        at_least: Of how many of them a hit must be one.
        measured: Perturbations that all measured.
        hits_of: Hits of each screen among these, in the order of the screens.
        found: Shared hits.
        expected: How many chance would give, if the screens' hits were drawn independently.
        p: Probability of as many or more by chance: exact where a hit of all is asked for (draws without replacement;
            hypergeometric for two screens), else binomial, which errs a little on the side of caution.
        same: Shared hits of one direction.
        opposite: Shared hits whose directions differ.
        matching: Shared hits that are left by the options, of which the first are listed.
        hits: They: those of most screens first, then by mean place in them.
        notes: What a person should know, in sentences.
    """

    screens: tuple[str, ...]
    at_least: int
    measured: int
    hits_of: tuple[int, ...]
    found: int
    expected: float
    p: float
    same: int
    opposite: int
    matching: int
    hits: tuple[CommonHit, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Together:
    """Screens over the perturbations that all measured: hits, effects and places, shape (perturbations, screens)."""

    screens: tuple[Screen, ...]
    names: pd.Index[str]
    hit: npt.NDArray[np.bool_]
    effects: npt.NDArray[np.float64]
    places: npt.NDArray[np.float64]
    contrasts: tuple[int, ...]
    unsigned: bool
    outside: tuple[int, ...]

    def row(self, at: int, flags: tuple[str, ...]) -> CommonHit:
        """One shared hit."""
        hit, name = self.hit[at], str(self.names[at])
        signs = set(np.sign(self.effects[at][hit]))
        return CommonHit(
            perturbation=name,
            screens=int(hit.sum()),
            effects=tuple(map(float, self.effects[at])),
            hit_in=tuple(one.name for one, is_hit in zip(self.screens, hit, strict=True) if is_hit),
            direction="" if self.unsigned else "same" if len(signs) == 1 else "opposite",
            flags=flags,
            evidence=tuple(effect_id(c, name) for c, is_hit in zip(self.contrasts, hit, strict=True) if is_hit),
        )


@takes_names
def shared_hits(
    workspace: Workspace,
    names: Sequence[str],
    *,
    at_least: int | None = None,
    top: int = TOP,
    direction: Literal["same", "opposite", ""] = "",
    specific: bool = False,
) -> CommonHits:
    """Finds the hits that several screens share, and how many chance would give.

    Hits are those of each screen's own rule, told over all that it measured; they are counted over the perturbations
    that all screens measured.

    Args:
        workspace: The workspace.
        names: Names of two screens or more.
        at_least: Of how many of them a perturbation must be a hit; all where None.
        top: How many are listed at most.
        direction: Only hits whose directions are the ``same`` in all screens of which they are one, or ``opposite``.
        specific: Only hits that are no fitness genes.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        InvalidValueError: There is one screen only, or one twice; they are of several organisms; they share nothing;
            or `at_least` is below 2 or above their number.
    """
    refuse_top(top)
    with workspace.store.read():
        screens = [db_screens.get_screen(workspace.store, name) for name in names]
        wanted = _at_least(screens, at_least)
        both = _together(workspace, screens)
        times = both.hit.sum(axis=1)
        flags = hit_flags(workspace, both.names[times >= wanted], screens[0].organism, screens)
        lacking = fitness_packs(workspace)
    enough = [int(at) for at in np.flatnonzero(times >= wanted)]
    order = sorted(enough, key=lambda at: (-int(times[at]), float(both.places[at].mean()), at))
    rows = [both.row(at, flags[str(both.names[at])]) for at in order]
    left = [one for one in rows if direction in ("", one.direction) and not (specific and FITNESS in one.flags)]
    counts = [int(count) for count in both.hit.sum(axis=0)]
    expected, p = by_chance(counts, len(both.names), wanted, len(rows))
    notes = (*_of_one_experiment(screens), *_outside(both), *without_lists(lacking, specific=specific))
    return CommonHits(
        screens=tuple(one.name for one in screens), at_least=wanted, measured=len(both.names), hits_of=tuple(counts),
        found=len(rows), expected=expected, p=p, same=sum(one.direction == "same" for one in rows),
        opposite=sum(one.direction == "opposite" for one in rows), matching=len(left), hits=tuple(left[:top]),
        notes=(*notes, *artefacts_told(flags)),
    )  # fmt: skip


def _together(workspace: Workspace, screens: Sequence[Screen]) -> _Together:
    store = workspace.store
    frames = [called_effects(store, one) for one in screens]
    shared = pd.Index(sorted(set(frames[0].index).intersection(*(frame.index for frame in frames[1:]))), dtype=object)
    if shared.empty:
        raise InvalidValueError(
            f"No perturbation was measured in all of {', '.join(one.name for one in screens)}.",
            f"{act('screen_list')} says how many each measured.",
        )
    hit, effects, places = (
        np.column_stack([frame.loc[shared, column].to_numpy(kind) for frame in frames])
        for column, kind in (("hit", bool), ("estimate", float), ("place", float))
    )
    return _Together(
        tuple(screens), shared, hit, effects, places,
        tuple(db_screens.contrasts_of(store, one.id)[0].id for one in screens),
        any(db_screens.is_unsigned(store, one.id) for one in screens),
        tuple(int(frame["hit"].sum() - count) for frame, count in zip(frames, hit.sum(axis=0), strict=True)),
    )  # fmt: skip


def _at_least(screens: Sequence[Screen], at_least: int | None) -> int:
    named = ", ".join(one.name for one in screens)
    if len({one.id for one in screens}) < len(screens) or len(screens) < 2:
        raise InvalidValueError(
            f"Shared hits are of two different screens or more; named were: {named or 'none'}.",
            f"{act('screen_list')} shows all.",
        )
    if len({one.organism for one in screens}) > 1:
        told = ", ".join(f"{one.name} ({one.organism})" for one in screens)
        raise InvalidValueError(f"The screens are of several organisms: {told}.", "Name screens of one organism.")
    wanted = len(screens) if at_least is None else at_least
    if not 2 <= wanted <= len(screens):
        raise InvalidValueError(
            f"{option(at_least=wanted)} was given for {len(screens)} screens.",
            f"Give {option(at_least=2)}" + (f" to {len(screens)}." if len(screens) > 2 else "."),
        )
    return wanted


def by_chance(hits_of: Sequence[int], measured: int, at_least: int, found: int) -> tuple[float, float]:
    """Shared hits that chance would give, and the probability of as many or more.

    Each screen draws its hits among the measured ones without replacement, independently of the others. A
    perturbation is a hit of at least k of them with the Poisson-binomial probability q of hits / measured; n q are
    expected. For k = all the number is that of hypergeometric draws, one after another; for fewer it is taken as
    binomial (n, q).

    Args:
        hits_of: Hits of each screen.
        measured: Perturbations that all measured.
        at_least: k.
        found: Shared hits that there are.

    Returns:
        The expected number and p.
    """
    from scipy.stats import binom, hypergeom

    chances = np.array([1.0])
    for hits in hits_of:
        chances = np.convolve(chances, [1 - hits / measured, hits / measured])
    q = float(np.clip(chances[at_least:].sum(), 0.0, 1.0))
    if at_least < len(hits_of):
        return measured * q, float(binom.sf(found - 1, measured, q))
    fewest, *others = sorted(hits_of)
    numbers = np.arange(fewest + 1)
    weights = (numbers == fewest).astype(float)
    for hits in others:
        drawn = hypergeom.pmf(numbers[None, :], measured, numbers[weights > 0][:, None], hits)
        weights = weights[weights > 0] @ drawn
    return measured * q, float(np.clip(weights[found:].sum(), 0.0, 1.0))


def _of_one_experiment(screens: Sequence[Screen]) -> tuple[str, ...]:
    pairs = [(a, b) for at, a in enumerate(screens) for b in screens[at + 1 :] if a.relation_to(b) == "copy"]
    if not pairs:
        return ()
    told = ", ".join(f"{a.name} and {b.name}" for a, b in pairs[:3])
    return (f"Copies of one experiment share hits because they repeat it: {told}.",)


def _outside(both: _Together) -> tuple[str, ...]:
    lost = zip(both.screens, both.outside, strict=True)
    told = ", ".join(f"{count} of {one.name}" for one, count in lost if count)
    return (f"Hits that another screen did not measure are not counted: {told}.",) if told else ()
