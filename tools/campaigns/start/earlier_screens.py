"""Screens of the store that measured a campaign's own phenotype."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from db.records import Question, Screen
from db.screens.reading import effects_of, hit_list, list_screens
from db.store import Store
from tools.campaigns.start.measured import Measured
from tools.genes.orthologs import orthologs_of
from tools.prediction.likeness import SAME, alike, other_way, same_experiment, same_phenotype, weights
from tools.prediction.priors import same_measurements
from tools.screens.hit_rules import hits, parse_rule

Likeness = Literal["same", "alike", "other", "not said"]


@dataclass(frozen=True)
class EarlierScreen:
    """A screen of the store that measured the phenotype of a campaign.

    Attributes:
        screen: Its name.
        phenotype: What it measured.
        cell_type: In which cells.
        modality: How genes were perturbed.
        measured: How many perturbations it measured.
        hits: How many of them are hits by its own rule.
        cells_are: How its cells stand to those of the campaign.
        modality_is: The same of its modality; knockout and interference are alike, as both lose the gene.
    """

    screen: str
    phenotype: str
    cell_type: str
    modality: str
    measured: int
    hits: int
    cells_are: Likeness
    modality_is: Likeness


@dataclass(frozen=True)
class Earlier:
    """The earlier screens of a campaign, and what those that the modes go by measured.

    A screen that activates genes is none of these where the campaign loses them, nor the other way round: what is no
    hit in one may be one in the other.

    Attributes:
        screens: All of them, the largest first.
        measured: Perturbation, by the campaign's own names → the first screen that measured it.
        hits: Perturbation → the first screen of which it is a hit.
    """

    screens: tuple[EarlierScreen, ...] = ()
    measured: Mapping[str, str] = field(default_factory=dict)
    hits: Mapping[str, str] = field(default_factory=dict)


def earlier_screens(store: Store, question: Question, measured: Measured) -> Earlier:
    """The screens of the store that measured a question's phenotype, each experiment once.

    The campaign's own measured screen is none of them, nor is a screen of the same numbers, nor one that the question
    gives no weight.

    Args:
        store: The store.
        question: What is looked for, completed.
        measured: What is measured before the first round.
    """
    screens = list_screens(store)
    weight = weights(question, screens)
    found = {
        screen.id: (screen, rows)
        for screen in screens
        if same_phenotype(question, screen) and weight[screen.id] > 0 and screen.id not in measured.hidden
        and not (rows := _effects(store, question, screen)).empty and not _is_measured(measured, rows)
    }  # fmt: skip
    genes = {number: frozenset(rows["perturbation"]) for number, (_, rows) in found.items()}
    doubles = same_experiment([screen for screen, _ in found.values()], genes, question)
    standing = [(screen, rows) for number, (screen, rows) in found.items() if number not in doubles]
    standing.sort(key=lambda one: (-len(one[1]), one[0].name.casefold()))
    known: dict[str, str] = {}
    struck: dict[str, str] = {}
    # The largest last, so that it stands where several measured the same.
    for screen, rows in reversed(standing):
        if not other_way(question, screen):
            known |= dict.fromkeys(rows["perturbation"], screen.name)
            struck |= dict.fromkeys(rows.loc[rows["hit"], "perturbation"], screen.name)
    return Earlier(tuple(_earlier(question, screen, rows) for screen, rows in standing), known, struck)


def _effects(store: Store, question: Question, screen: Screen) -> pd.DataFrame:
    """Columns perturbation (as the question's organism calls it), estimate and hit; none where it cannot be called so.

    A perturbation that has several rows is a hit where one of them is.
    """
    effects = effects_of(store, screen.id)
    rule = parse_rule(screen.hit_rule)
    published = hit_list(store, rule.list_hash)
    effects["hit"] = hits(effects, rule, screen.side, published)
    if screen.organism != question.organism:
        # By way of human genes; a perturbation without one-to-one orthologs has no name in the other organism.
        own, there = orthologs_of(store, question.organism), orthologs_of(store, screen.organism)
        effects = effects[effects["perturbation"].isin(there.known(effects["perturbation"])).to_numpy()]
        effects = effects.assign(perturbation=own.into_own(there.into_human(effects["perturbation"])).to_numpy())
        effects = effects[effects["perturbation"].isin(own.known(effects["perturbation"])).to_numpy()]
    return effects.groupby("perturbation", as_index=False).agg(estimate=("estimate", "mean"), hit=("hit", "any"))


def _is_measured(measured: Measured, rows: pd.DataFrame) -> bool:
    known = measured.effects.set_index("perturbation")["estimate"].astype(float)
    return same_measurements(known, rows.set_index("perturbation")["estimate"].astype(float))


def _earlier(question: Question, screen: Screen, rows: pd.DataFrame) -> EarlierScreen:
    found = alike(question, screen)
    return EarlierScreen(
        screen=screen.name, phenotype=screen.phenotype, cell_type=screen.cell_type, modality=screen.modality,
        measured=len(rows), hits=int(rows["hit"].sum()),
        cells_are=_likeness(question.cell_type, screen.cell_type, found.cells),
        modality_is=_likeness(question.modality, screen.modality, found.modality * 2),
    )  # fmt: skip


def _likeness(asked: str, there: str, alike_by: float) -> Likeness:
    if not asked or not there:
        return "not said"
    if asked.strip().casefold() == there.strip().casefold():
        return "same"
    return "alike" if alike_by >= SAME else "other"
