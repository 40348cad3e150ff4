"""How a pooled screen has to be made to find an effect, or what the one that is planned finds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

from db.acts import option
from db.errors import InvalidValueError
from tools.design.finished import Finished, finished_screen
from tools.design.pooled.noise import Noise
from tools.design.pooled.options import (
    GUIDES,
    MOST_REPLICATES,
    USUAL_COVERAGE,
    ScreenOption,
    Setting,
    best_of,
    options_of,
)
from tools.design.pooled.power import MOST_CELLS, Wanted, power_of, smallest_effect
from tools.design.pooled.simulation import simulated_p
from tools.design.pooled.wish import ScreenWish, refuse_impossible
from tools.design.refusals import MOST_CELLS as MOST_IN_ALL
from tools.design.refusals import beyond_cells, in_flasks
from tools.design.simulated import Simulated, simulate
from tools.parameters import takes_fields
from tools.workspace import Workspace

GENES, SHARE = 19_000, 0.01
"""A genome-wide library, and the share of hits where neither wish nor pilot says one."""


@dataclass(frozen=True)
class ScreenDesign:
    """How a pooled screen can be made.

    Attributes:
        answer: What is needed, in a sentence.
        solved_for: ``coverage``, ``replicates``, ``guides``, ``effect`` or ``power``: what was not given.
        fdr: False discovery rate at which hits are called.
        power: Share of the hits that is to be found.
        genes: Genes of the library.
        hits: Hits among them.
        best: The way that the answer tells: the cheapest, or the most usual one where the effect was solved for.
        options: Ways that meet the wish, the cheapest first; where the effect was solved for, ways and what each shows.
        guide_sd: Log2 standard deviation of what a guide without an effect does in all replicates alike.
        replicate_sd: The same of what it does in one replicate, beyond counting.
        noise: Where these two come from.
        simulated: What simulated screens of the first way showed; None where none were asked for.
        notes: What a person should know, in sentences.
    """

    answer: str
    solved_for: str
    fdr: float
    power: float
    genes: int
    hits: int
    best: ScreenOption
    options: tuple[ScreenOption, ...]
    guide_sd: float
    replicate_sd: float
    noise: str
    simulated: Simulated | None
    notes: tuple[str, ...]


@takes_fields
def design_screen(workspace: Workspace, wish: ScreenWish) -> ScreenDesign:
    """Says how many guides, replicates, cells and reads a pooled screen needs to find an effect, or what it finds.

    Hits are called at a false discovery rate (Benjamini and Hochberg). What is not given of effect, guides, replicates
    and coverage is solved for; with all four given, the power is told. Noise is counting (cells and reads), what guides
    do in one replicate, what they do in all, and guides that do not work; a pilot's own spread takes its place.

    Args:
        workspace: The workspace.
        wish: What is wished for.

    Raises:
        NotFoundError: There is no such pilot.
        InvalidValueError: No screen can meet the wish; a sentence says what could be met.
    """
    setting, pilot = screen_setting(workspace, wish)
    options, solved_for = options_of(setting)
    if not options:
        raise _unreachable(setting)
    kept = [one for one in options if one.cells <= MOST_IN_ALL]
    if not kept:
        raise beyond_cells(options[0].cells)
    hits = round(setting.wanted.share * setting.genes)
    best = best_of(kept, solved_for)
    return ScreenDesign(
        _answer(best, solved_for, setting, hits), solved_for, wish.fdr, wish.power, setting.genes, hits, best,
        tuple(kept), setting.noise.guide_sd, setting.noise.replicate_sd, setting.noise.source,
        _simulated(workspace, setting, best, hits), _notes(setting, kept, pilot, solved_for),
    )  # fmt: skip


def screen_setting(workspace: Workspace, wish: ScreenWish) -> tuple[Setting, Finished | None]:
    """What all ways to meet a wish have in common, and the pilot if there is one.

    Args:
        workspace: Where the pilot is.
        wish: What is wished for.

    Raises:
        NotFoundError: There is no such pilot.
        InvalidValueError: No screen can meet the wish.
    """
    pilot = finished_screen(workspace.store, wish.pilot) if wish.pilot else None
    genes = wish.genes if wish.genes is not None else pilot.genes if pilot else GENES
    hits = wish.hits if wish.hits is not None else pilot.hits if pilot else max(round(SHARE * genes), 1)
    refuse_impossible(wish, genes, hits)
    wanted = Wanted(wish.fdr, hits / genes, wish.power, wish.working, wish.one_sided, wish.control_guides)
    return Setting(wish, genes, _noise(wish, pilot), wanted), pilot


def _noise(wish: ScreenWish, pilot: Finished | None) -> Noise:
    if pilot is not None:
        if pilot.estimate_kind == "z":
            raise InvalidValueError(
                f"The effects of {pilot.name} are z, which have no size in log2 fold changes.",
                f"Give the spread of its control guides in one replicate instead: {option(sd=0.4)}.",
            )
        guides = pilot.guides or 4
        if pilot.single > 0:
            return Noise(sqrt(guides * pilot.shared), sqrt(guides * pilot.single), counted=False, source=pilot.name)
        return Noise(0.0, pilot.spread * sqrt(guides), counted=False, source=pilot.name)
    if wish.sd is not None:
        return replace(Noise(), replicate_sd=wish.sd, counted=False, source="the standard deviation that was given")
    return Noise(source="two donors of T cells under interference (Schmidt 2022)")


def _answer(best: ScreenOption, solved_for: str, setting: Setting, hits: int) -> str:
    made = (
        f"{best.guides} guides a gene, {best.replicates} replicate{'s' * (best.replicates > 1)} and {best.coverage:,}"
        f" cells a guide in each arm"
    )
    at = f"at a false discovery rate of {setting.wish.fdr:g}"
    if solved_for == "effect":
        return (
            f"With {made}, {best.power:.0%} of the hits are found {at} if their log2 fold change is {best.effect:.2f}."
        )
    goal = f"{best.power:.0%} of {hits:,} hits with a log2 fold change of {best.effect:g} {at}"
    if solved_for == "power":
        return f"{made[0].upper()}{made[1:]} find {goal}: {_amounts(best)}."
    return f"You need {_amounts(best)}: {made} find {goal}."


def _amounts(option_: ScreenOption) -> str:
    cost = f", {option_.cost:,.0f} in all" if option_.cost else ""
    return f"{option_.cells / 1e6:,.0f} million cells and {option_.total_reads / 1e6:,.0f} million reads{cost}"


def _unreachable(setting: Setting) -> InvalidValueError:
    """What is the most that guides, replicates and cells without end would reach."""
    wish = setting.wish
    guides = wish.guides or max(GUIDES)
    coverage = MOST_CELLS if wish.coverage is None else wish.coverage
    pool = setting.pool(guides, wish.replicates or MOST_REPLICATES, coverage)
    effect = smallest_effect(pool, setting.noise, setting.wanted)
    possible = (
        f"an effect of {effect:.2g} could be found so" if effect else "no effect, however large, would be found so"
    )
    if wish.effect is None:
        return InvalidValueError(
            f"A power of {wish.power:g} is not reached, however large an effect: with {guides} guides of which"
            f" {wish.working:.0%} work, {(1 - wish.working) ** guides:.0%} of the genes have none that works.",
            f"Give more {option('guides')}, or ask for less {option('power')}.",
        )
    most = power_of(pool, setting.noise, setting.wanted, wish.effect)
    return InvalidValueError(
        f"No screen of {guides} guides and up to {pool.replicates} replicates finds {wish.power:.0%} of hits with a"
        f" log2 fold change of {wish.effect:g} at a false discovery rate of {wish.fdr:g}: at most {most:.0%}.",
        f"{possible[0].upper()}{possible[1:]}; or give more {option('guides')}, ask for less {option('power')} or allow"
        f" a higher {option('fdr')}.",
    )


def _simulated(workspace: Workspace, setting: Setting, way: ScreenOption, hits: int) -> Simulated | None:
    wish = setting.wish
    if wish.simulate < 1:
        return None
    pool = setting.pool(way.guides, way.replicates, way.coverage)
    return simulate(
        workspace,
        lambda rng: (
            simulated_p(rng, pool, setting.noise, setting.wanted, way.effect, setting.genes, hits), hits,
        ),
        wish.fdr, wish.simulate, wish.seed,
    )  # fmt: skip


def _notes(setting: Setting, options: list[ScreenOption], pilot: Finished | None, solved_for: str) -> tuple[str, ...]:
    wish, found = setting.wish, []
    if not setting.noise.counted:
        at = "the pilot" if pilot else "where the standard deviation was measured"
        found.append(
            f"Cells and reads of a guide are taken to be as in {at}, whose spread holds their noise;"
            f" {wish.coverage or USUAL_COVERAGE:,} cells a guide were counted with."
        )
    if pilot is not None and not pilot.single > 0:
        found.append(f"The store has no replicates of {pilot.name}: one replicate here stands for that whole screen.")
    if pilot is not None and not pilot.guides:
        found.append(f"{pilot.name} does not say how many guides a gene had: four were taken.")
    if solved_for in ("coverage", "replicates") and not wish.guides and (missing := _missing(options)):
        found.append(f"Not with {missing} guides a gene: guides that do not work leave too many hits unseen.")
    if flasks := in_flasks(options[0].cells):
        found.append(flasks)
    return tuple(found)


def _missing(options: list[ScreenOption]) -> str:
    there = {one.guides for one in options}
    return " or ".join(str(guides) for guides in GUIDES if guides not in there)
