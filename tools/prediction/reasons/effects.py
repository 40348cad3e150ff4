"""What other screens say of the very perturbation: those of the same phenotype first, strong effects in others then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.evidence_ids import effect_id
from db.records import Question, Screen
from db.view import View
from tools.prediction.likeness import alike, other_way, same_phenotype
from tools.prediction.reasons.facts import Clauses, effect_said, titled
from tools.screens.hit_rules import hits, parse_rule
from tools.screens.strength import strength

STRONG = 0.95
MOST_EFFECTS, MOST_SAME = 2, 3
RAISES = 1.05
"""How many times a chance must grow to count as raised."""

Raised = Mapping[str, tuple[float, float]]
"""Perturbation → its hit probability without what screens of the same phenotype say of it, and with that."""


@dataclass(frozen=True)
class _Found:
    """A perturbation's place in one contrast; `same` and `like`: of the question's own phenotype, whole or in part."""

    screen: Screen
    gene: str
    rank: int
    of: int
    said: str
    evidence: str
    like: bool = False
    same: bool = False
    hit: bool = False
    other_way: bool = False

    @property
    def share(self) -> float:
        """Share of the contrast's perturbations that are as strong."""
        return self.rank / self.of


def add_effects(
    clauses: Clauses,
    view: View,
    effects: pd.DataFrame,
    question: Question,
    targets: Mapping[str, Sequence[str]],
    raised: Raised,
) -> None:
    """Adds what other screens measured of the very perturbation, or of one of its genes.

    A screen of the question's own phenotype is heard on every gene that it measured, hit or not; of all others, and of
    those whose phenotype is only in part the same, strong effects are facts alone.

    Args:
        clauses: Where the clauses go.
        view: What the prediction could see.
        effects: The effects that it could see.
        question: What is looked for.
        targets: Perturbation → its genes.
        raised: How far screens of the same phenotype raise chances; empty where the predictor does not hear them so.
    """
    asked: dict[str, list[str]] = {}
    for name, parts in targets.items():
        for gene in dict.fromkeys((name, *parts)):
            asked.setdefault(gene, []).append(name)
    found: dict[str, list[_Found]] = {name: [] for name in targets}
    for one in _places(view, effects, question, asked):
        for name in asked[one.gene]:
            found[name].append(one)
    for name, places in found.items():
        places.sort(key=lambda one: (one.share, one.evidence))
        same = [one for one in places if one.same]
        _add_same(clauses, name, same, raised)
        _add_others(clauses, name, [one for one in places if not one.same], {} if same else raised)


def _places(
    view: View, effects: pd.DataFrame, question: Question, asked: Mapping[str, Sequence[str]]
) -> Iterator[_Found]:
    """The place of each perturbation asked about, in each contrast that has something to say of it."""
    screens, unsigned = {screen.id: screen for screen in view.screens()}, view.unsigned_contrasts()
    wanted = effects["perturbation"].isin(asked)
    for (screen_id, contrast), rows in effects.groupby(["screen_id", "contrast_id"], sort=True):
        screen, contrast_id = screens[int(str(screen_id))], int(str(contrast))
        listed = rows[wanted.loc[rows.index]]
        everyone = np.sort(strength(rows["estimate"], screen.side).to_numpy(float))
        # As many places are before a gene as have a greater strength.
        greater = len(rows) - np.searchsorted(everyone, strength(listed["estimate"], screen.side), side="right")
        same, like = same_phenotype(question, screen), alike(question, screen).phenotype > 0
        struck = _hits(view, screen, rows, list(map(str, listed["perturbation"]))) if same else frozenset()
        for gene, estimate, rank in zip(map(str, listed["perturbation"]), listed["estimate"], greater + 1, strict=True):
            if not same and rank > (1 - STRONG) * len(rows):
                continue
            said = effect_said(float(estimate), unsigned=contrast_id in unsigned)
            row = effect_id(contrast_id, view.recorded(screen, gene))
            yield _Found(
                screen, gene, int(rank), len(rows), said, row, like, same, gene in struck, other_way(question, screen)
            )


def _hits(view: View, screen: Screen, rows: pd.DataFrame, genes: Sequence[str]) -> frozenset[str]:
    """Which genes are hits of a screen by its own rule."""
    rule = parse_rule(screen.hit_rule)
    if rule.list_hash:
        published = view.hit_list(rule.list_hash)
        return frozenset(gene for gene in genes if view.recorded(screen, gene) in published)
    return frozenset(map(str, rows.loc[hits(rows, rule, screen.side).to_numpy(bool), "perturbation"]))


def _add_same(clauses: Clauses, name: str, places: Sequence[_Found], raised: Raised) -> None:
    """One clause on all screens of the same phenotype, which says what they do to the chance."""
    if not places:
        return
    shown = places[:MOST_SAME]
    more = f", and in {len(places) - len(shown)} more" if len(places) > len(shown) else ""
    said = ", and ".join(_standing(name, one) for one in shown) + more
    growth = _growth(name, raised)
    said += growth or (": that does not raise its chance" if name in raised else "")
    against = not growth and not any(one.hit for one in places)
    clauses.add(name, said, [one.evidence for one in places], against=against)


def _growth(name: str, raised: Raised) -> str:
    """By how much a chance grows, in words; empty where it does not."""
    before, after = raised.get(name, (0.0, 0.0))
    return f": that raises its chance from {before:.2g} to {after:.2g}" if after > RAISES * before else ""


def _standing(name: str, one: _Found) -> str:
    """Where a perturbation stands in a screen of the same phenotype, and whether it is a hit there."""
    screen, place = one.screen, f"rank {one.rank:,} of {one.of:,}"
    whose = "" if name == one.gene else f"{one.gene} is "
    where = f" in {screen.cell_type}" if screen.cell_type else ""
    means = f" by {screen.modality}" if one.other_way else ""
    what = f"in {screen.name}, which measured {screen.phenotype}{where}{means}"
    return f"{whose}{place} {what}" if one.hit else f"{whose}no hit {what} ({place})"


def _add_others(clauses: Clauses, name: str, places: Sequence[_Found], raised: Raised) -> None:
    """The strongest effects in screens of other phenotypes, and how many more there are.

    Where no screen is of the very phenotype, one of a phenotype that is in part the same raises chances too.
    """
    places = sorted(places, key=lambda one: not (one.like and _growth(name, raised)))
    for one in places[:MOST_EFFECTS]:
        whose = "" if name == one.gene else f"{one.gene} in "
        text = f"{whose}{titled(one.screen)}: {one.said}, rank {one.rank:,} of {one.of:,}"
        text += _growth(name, raised) if one is places[0] and one.like else ""
        clauses.add(name, text, [one.evidence])
    if len(places) > MOST_EFFECTS:
        more = [one.evidence for one in places[MOST_EFFECTS:]]
        clauses.add(name, f"strong in {len(more)} more", more)
