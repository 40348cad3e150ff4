"""The smallest effect that a finished screen could show, and what more replicates would make of it.

A gene is tested against the spread of what has no effect: negative controls where the screen has enough, standard
errors where its file has them, else the genes that are no hits. The smallest effect is the one that is found with the
wanted power at the p-value at which the procedure of Benjamini and Hochberg stops (`false_discovery`).

With R replicates the spread is √(P + E/R): E is half the variance of the difference of two replicates, P a quarter of
the variance of their sum less that of their difference, both over the same genes, by median absolute deviations.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from db.acts import option
from db.errors import InvalidValueError, require
from tools.design.detection import Floats, Test, solved
from tools.design.false_discovery import p_for_power, power_at_rate
from tools.design.finished import Finished, finished_screen
from tools.design.refusals import refuse_rates, refuse_shares
from tools.design.simulated import Simulated, simulate
from tools.workspace import Workspace

MORE = 3
"""Replicates beyond those there are, that are told of."""
_SMALLEST, _LARGEST = 1e-3, 100.0
"""In spreads; between these the smallest effect is looked for."""


@dataclass(frozen=True)
class WithReplicates:
    """What a number of replicates shows.

    Attributes:
        replicates: How many.
        spread: Standard deviation of a gene without an effect.
        effect: The smallest effect that is found with the wanted power.
        power: Share that is found of hits as strong as the smallest effect of the screen as it is.
        measured: Whether there are as many now.
    """

    replicates: int
    spread: float
    effect: float
    power: float
    measured: bool


@dataclass(frozen=True)
class DetectableEffect:
    """The smallest effect that a finished screen could show.

    Attributes:
        answer: It, in a sentence.
        screen: Name of the screen.
        estimate_kind: What its effects are: ``lfc``, ``beta`` or ``z``.
        effect: The smallest effect, without sign, in the screen's own units.
        fdr: False discovery rate at which hits are called.
        power: Share of hits with such an effect that is found.
        genes: Genes that were measured.
        hits: Hits that are counted on.
        beyond: Genes whose measured effect is at least as large.
        spread: Standard deviation of a gene without an effect.
        told_by: ``controls``, ``standard errors``, ``genes that are no hits``, or ``all genes``: who tells it.
        shared_spread: The part of it that replicates share, as a standard deviation; None where it cannot be told.
        replicates: What fewer and more replicates show, where it is known how many there are.
        simulated: What simulated screens showed; None where none were asked for.
        notes: What a person should know, in sentences.
    """

    answer: str
    screen: str
    estimate_kind: str
    effect: float
    fdr: float
    power: float
    genes: int
    hits: int
    beyond: int
    spread: float
    told_by: str
    shared_spread: float | None
    replicates: tuple[WithReplicates, ...]
    simulated: Simulated | None
    notes: tuple[str, ...]


def detectable_effect(
    workspace: Workspace, screen: str, *, fdr: float = 0.05, power: float = 0.8, hits: int | None = None,
    replicates: int | None = None, simulate: int = 0, seed: int = 0,
) -> DetectableEffect:  # fmt: skip
    """Says the smallest effect that a finished screen could show at a false discovery rate, and what replicates add.

    The spread is that of its negative controls, else of its standard errors, else of the genes that are no hits. What
    another replicate buys follows from its own replicates, where the store has them; what they share does not shrink.

    Args:
        workspace: The workspace.
        screen: Name of the screen.
        fdr: False discovery rate at which hits are called.
        power: Share of the hits that is to be found.
        hits: How many hits there are; those by the screen's own rule where none are given.
        replicates: How many replicates its effects rest on, where the store has them not one by one.
        simulate: How many screens are simulated to check the power.
        seed: Of what is simulated.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        InvalidValueError: The screen has no sizes of effects, or the wish cannot be met.
    """
    refuse_rates(fdr, power)
    finished = finished_screen(workspace.store, screen)
    chosen = finished.hits if hits is None else hits
    refuse_shares(chosen, finished.genes, "hits", "genes")
    share = chosen / finished.genes
    test = Test(finished.degrees)
    effect = finished.spread * _in_spreads(test, fdr, share, power)
    now = _replicates_now(finished, replicates)
    rows = _rows(finished, now, test, (fdr, share), effect) if now else ()
    checked = _simulated(workspace, finished, test, effect, chosen, fdr, simulate, seed) if simulate > 0 else None
    return DetectableEffect(
        _answer(finished, effect, fdr, power, chosen, rows), finished.name, finished.estimate_kind, effect, fdr, power,
        finished.genes, chosen, int((finished.sizes >= effect).sum()), finished.spread, finished.told_by,
        float(np.sqrt(finished.shared)) if finished.single > 0 else None, rows, checked, _notes(finished, now),
    )  # fmt: skip


def _in_spreads(test: Test, fdr: float, share: float, power: float) -> float:
    p = p_for_power(fdr, share, power)
    found = solved(lambda size: test.power(p, size, 1.0, 1.0), power, _SMALLEST, _LARGEST)
    if found is None:
        raise InvalidValueError(
            f"No effect, however large, is found with a power of {power:g} at a false discovery rate of {fdr:g}: too"
            " few controls tell what is no effect.",
            f"Ask for less {option('power')} or a higher {option('fdr')}.",
        )
    return found


def _replicates_now(finished: Finished, given: int | None) -> int:
    require(
        given is None or 1 <= given <= 100, f"{given} replicates make no screen.", f"Give {option(replicates=2)} or so."
    )
    if given is not None and finished.replicates >= 2 and given != finished.replicates:
        raise InvalidValueError(
            f"{finished.name} has {finished.replicates} replicates in the store, not {given}.",
            f"Leave {option('replicates')} out: they are counted.",
        )
    return finished.replicates if finished.replicates >= 2 else given or 0


def _rows(
    finished: Finished, now: int, test: Test, rates: tuple[float, float], effect: float
) -> tuple[WithReplicates, ...]:
    fdr, share = rates
    in_spreads = effect / finished.spread
    rows = []
    for replicates in range(1, now + MORE + 1):
        spread = finished.spread_of(replicates, now)
        found = _power(test, effect / spread, fdr, share)
        rows.append(WithReplicates(replicates, spread, in_spreads * spread, found, replicates == now))
    return tuple(rows)


def _power(test: Test, in_spreads: float, fdr: float, share: float) -> float:
    return power_at_rate(lambda p: test.power(p, in_spreads, 1.0, 1.0), fdr, share)


def _answer(
    finished: Finished, effect: float, fdr: float, power: float, hits: int, rows: tuple[WithReplicates, ...]
) -> str:
    said = (
        f"{finished.name} could show effects of {effect:.2f} ({finished.estimate_kind}) or more: {power:.0%} of"
        f" {hits:,} such hits are found at a false discovery rate of {fdr:g}."
    )
    more = next((row for row, before in zip(rows[1:], rows, strict=False) if before.measured), None)
    return f"{said} One more replicate would make it {more.effect:.2f}." if more else said


def _simulated(
    workspace: Workspace, finished: Finished, test: Test, effect: float, hits: int, fdr: float, runs: int, seed: int
) -> Simulated:
    controls = None if test.degrees == inf else round(test.degrees) + 1

    def p_values(rng: np.random.Generator) -> tuple[Floats, int]:
        values = rng.normal(0, finished.spread, finished.genes)
        values[:hits] += effect
        spread = finished.spread if controls is None else rng.normal(0, finished.spread, controls).std(ddof=1)
        return test.p_of(values / spread), hits

    return simulate(workspace, p_values, fdr, runs, seed)


def _notes(finished: Finished, now: int) -> tuple[str, ...]:
    notes = []
    if "genes" in finished.told_by:
        notes.append(
            f"The spread is that of {finished.told_by}, true effects among them: the true limit lies at or below what"
            " is told."
        )
    if not now:
        notes.append(
            "The store has no replicates of it one by one, so what more of them buy cannot be told; say how many its"
            f" effects rest on by {option('replicates')}."
        )
    elif not finished.single > 0:
        notes.append(
            "What replicates share cannot be told from their mean: the table has the best case, in which they share"
            " nothing."
        )
    else:
        notes.append(
            "What replicates share (guides' own noise, and small true effects) is taken for noise that no replicate"
            " averages out."
        )
    return tuple(notes)
