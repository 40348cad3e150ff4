"""Hits of a screen by its own rule, ranked, with what speaks against each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from db.acts import act, option
from db.errors import InvalidValueError
from db.evidence_ids import effect_id
from db.records import Side
from db.screens import reading as db_screens
from tools.genes.essentials import fitness_packs
from tools.screens.called_effects import called_effects
from tools.screens.hit_flags import ARTEFACTS, FITNESS, hit_flags
from tools.workspace import Workspace

TOP = 50
"""Hits that are given where no number is named; the counts are of all."""
Way = Literal["raises", "lowers", ""]


@dataclass(frozen=True)
class ScreenHit:
    """A hit of a screen.

    Attributes:
        rank: Its place among the hits that are listed by these options, 1 for the strongest effect.
        perturbation: Its name.
        estimate: Its harmonised effect; positive raises the phenotype.
        fdr: FDR on the side of its sign; None where the screen has none.
        direction: ``raises`` or ``lowers``; empty where effects have no sign.
        flags: ``essential``, ``fitness``, ``every-reporter``, ``opposite-bins``: what speaks against it.
        evidence: Evidence id.
    """

    rank: int
    perturbation: str
    estimate: float
    fdr: float | None
    direction: Way
    flags: tuple[str, ...]
    evidence: str


@dataclass(frozen=True)
class ScreenHits:
    """The hits of one screen.

    Attributes:
        screen: Name of the screen.
        phenotype: What it looked at.
        hit_rule: By which rule hits are told.
        side: On which side they lie.
        measured: Perturbations with an effect.
        found: All hits of the screen.
        raising: Those that raise the phenotype; None where effects have no sign.
        lowering: Those that lower it; None likewise.
        fitness: Hits that are fitness genes; None where the store knows no such genes.
        matching: Hits that are left by the options, of which the first are listed.
        hits: They, the strongest effect first.
        notes: What a person should know, in sentences.
    """

    screen: str
    phenotype: str
    hit_rule: str
    side: Side
    measured: int
    found: int
    raising: int | None
    lowering: int | None
    fitness: int | None
    matching: int
    hits: tuple[ScreenHit, ...]
    notes: tuple[str, ...]


def screen_hits(
    workspace: Workspace,
    name: str,
    *,
    top: int = TOP,
    side: Literal["low", "high", "both"] = "both",
    specific: bool = False,
) -> ScreenHits:
    """Lists the hits of a screen by its own hit rule, the strongest effect first.

    Args:
        workspace: The workspace.
        name: Name of the screen.
        top: How many are listed at most.
        side: Only hits that lower (``low``) or raise (``high``) the phenotype.
        specific: Only hits that are no fitness genes.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        InvalidValueError: A side is asked for and effects have no sign, or `top` is below 1.
    """
    refuse_top(top)
    store = workspace.store
    with store.read():
        screen = db_screens.get_screen(store, name)
        unsigned = db_screens.is_unsigned(store, screen.id)
        if unsigned and side != "both":
            raise InvalidValueError(
                f"{option(side=side)} was given, but the effects of {screen.name} have no sign.",
                f"Leave {option('side')} out: the strongest effects are the hits, whichever way they go.",
            )
        effects = called_effects(store, screen)
        contrast = db_screens.contrasts_of(store, screen.id)[0].id
        found = effects[effects["hit"]].sort_values(["place"], kind="stable")
        flags = hit_flags(workspace, found.index, screen.organism, [screen])
        lacking = fitness_packs(workspace)
    low = found["estimate"] < 0
    chosen = found[{"both": low | ~low, "low": low, "high": ~low}[side]]
    if specific:
        chosen = chosen[[FITNESS not in flags[name] for name in chosen.index]]
    return ScreenHits(
        screen=screen.name, phenotype=screen.phenotype, hit_rule=screen.hit_rule, side=screen.side,
        measured=len(effects), found=len(found), raising=None if unsigned else int((~low).sum()),
        lowering=None if unsigned else int(low.sum()),
        fitness=None if len(lacking) == 2 else sum(FITNESS in one for one in flags.values()),
        matching=len(chosen), hits=_listed(chosen[:top], flags, contrast, unsigned=unsigned),
        notes=(*without_lists(lacking, specific=specific), *artefacts_told(flags)),
    )  # fmt: skip


def refuse_top(top: int) -> None:
    """Refuses a list of nothing.

    Args:
        top: How many are to be listed.

    Raises:
        InvalidValueError: It is below 1.
    """
    if top < 1:
        raise InvalidValueError(f"{option(top=top)} was given.", f"Give {option(top=1)} or more.")


def _listed(
    chosen: pd.DataFrame, flags: Mapping[str, tuple[str, ...]], contrast: int, *, unsigned: bool
) -> tuple[ScreenHit, ...]:
    rows = zip(chosen.index.astype(str), chosen["estimate"], chosen["fdr"], strict=True)
    return tuple(
        ScreenHit(
            rank, name, float(estimate), None if np.isnan(fdr) else float(fdr),
            "" if unsigned else "lowers" if estimate < 0 else "raises", flags[name], effect_id(contrast, name),
        )
        for rank, (name, estimate, fdr) in enumerate(rows, 1)
    )  # fmt: skip


def without_lists(lacking: Sequence[str], *, specific: bool) -> tuple[str, ...]:
    """What to say where fitness genes cannot be told, for want of packs.

    Args:
        lacking: The packs, as `fitness_packs` gives them.
        specific: Whether fitness genes were to be left out.
    """
    if not lacking:
        return ()
    short = "No fitness genes are known to the store" if len(lacking) == 2 else "Not all fitness genes are known"
    left = ", so none is left out" if specific and len(lacking) == 2 else ""
    return (f"{short}{left}: {act('fetch', list(lacking))} gets them.",)


def artefacts_told(flags: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """How many hits look like the assay, in sentences; none where none does.

    Args:
        flags: Perturbation → its flags.
    """
    told = {
        ARTEFACTS[0]: "are hits of every phenotype that measured them, growth left out: perhaps of the assay",
        ARTEFACTS[1]: "go the same way in both bins of one sort: perhaps of the assay",
    }
    counts = {flag: sum(flag in one for one in flags.values()) for flag in told}
    return tuple(f"{count} of them {told[flag]}." for flag, count in counts.items() if count)
