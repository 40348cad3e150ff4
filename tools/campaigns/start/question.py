"""The question of a campaign: declared, completed by what is measured already, shown and edited until it is frozen."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, get_args

from db.acts import act, option
from db.campaigns.campaigns import update_question
from db.campaigns.records import IgnoredName
from db.campaigns.rounds import rounds_of
from db.errors import ConflictError, InvalidValueError, check_word, near_words, require
from db.genes.sets import find_gene_sets
from db.records import Campaign, Direction, Modality, Question, Screen
from db.screens.reading import list_screens
from db.store import Store
from db.undo import remember, rows_of_campaign
from tools.campaigns.chosen_campaign import pick_campaign, pick_open
from tools.genes.name_lists import resolve_list
from tools.screens.hit_rules import parse_rule
from tools.workspace import Workspace

DEFAULT_RULE = "top 5%"
MOST_GENE_SETS = 30
LARGEST_WEIGHT = 5.0
_EVERY = 1_000_000


def completed(
    store: Store, question: Question, screen: Screen | None, rule: str
) -> tuple[Question, tuple[IgnoredName, ...]]:
    """A question with its names looked up, and what it leaves open taken from what is measured already.

    Args:
        store: The store.
        question: The question as it was asked.
        screen: The screen that is measured already, if one is.
        rule: The hit rule that goes with what is measured; empty where nothing is.

    Returns:
        The question, and names of it that could not be used.
    """
    positive = resolve_list(store, question.organism, question.positive_controls, "positive controls")
    weights, unknown_screens = known_weights(store, question.screen_weights)
    sets, unknown_sets = known_gene_sets(store, question.gene_sets)
    # A published list says nothing of genes that were not measured yet, so it is no rule to go on with.
    own = "" if rule.startswith("list:") else rule
    made = replace(
        question,
        cell_type=question.cell_type or (screen.cell_type if screen else ""),
        readout=question.readout or (screen.readout if screen else ""),
        modality=question.modality or (screen.modality if screen else ""),
        study=question.study or (screen.study if screen else ""),
        hit_rule=question.hit_rule or own or DEFAULT_RULE,
        screen_weights=weights,
        gene_sets=sets,
        positive_controls=tuple(positive.perturbations["name"]),
    )
    return made, (*positive.ignored, *unknown_screens, *unknown_sets)


def known_gene_sets(store: Store, names: Sequence[str]) -> tuple[tuple[str, ...], tuple[IgnoredName, ...]]:
    """Gene sets by name, as ``collection:name``.

    Args:
        store: The store.
        names: ``collection:name``, with ``set:`` before it or not, or a name alone; case, ``_`` and ``-`` do not
            matter.

    Returns:
        At most `MOST_GENE_SETS` that the store has, each once, and those that cannot be used, with near names.
    """
    if not names:
        return (), ()
    every = [(one.collection, one.name) for one in find_gene_sets(store, limit=_EVERY)[1]]
    whole = {_plain(f"{collection}:{name}"): f"{collection}:{name}" for collection, name in every}
    alone: dict[str, list[str]] = {}
    for collection, name in every:
        alone.setdefault(_plain(name), []).append(f"{collection}:{name}")
    found: dict[str, None] = {}
    ignored = []
    for given in dict.fromkeys(names):
        key = _plain(given.strip().removeprefix("set:"))
        meant = [whole[key]] if key in whole else alone.get(key, [])
        if len(meant) != 1:
            why = (
                f"it stands in {' and '.join(meant[:3])}" if meant else f"no gene set has this name{_near(key, whole)}"
            )
            ignored.append(IgnoredName(given, why, "gene sets"))
        elif len(found) >= MOST_GENE_SETS and meant[0] not in found:
            ignored.append(IgnoredName(given, f"a question takes {MOST_GENE_SETS} gene sets", "gene sets"))
        else:
            found.setdefault(meant[0])
    return tuple(found), tuple(ignored)


def known_weights(store: Store, weights: Mapping[str, float]) -> tuple[dict[str, float], tuple[IgnoredName, ...]]:
    """Weights on prior screens, by the screens' own names.

    Args:
        store: The store.
        weights: Name of a screen, in any case → weight, 0 to `LARGEST_WEIGHT`; 1 is an ordinary one.

    Returns:
        The weights that can be used, and names or weights that cannot, with near names.
    """
    known = {screen.name.casefold(): screen.name for screen in list_screens(store)}
    found, ignored = {}, []
    for given, weight in weights.items():
        name = known.get(given.strip().casefold())
        if name is None:
            near = near_words(given.casefold(), known)
            hint = f"; near it: {', '.join(known[one] for one in near)}" if near else ""
            ignored.append(IgnoredName(given, f"there is no such screen{hint}", "screen weights"))
        elif not (math.isfinite(weight) and 0 <= weight <= LARGEST_WEIGHT):
            why = f"{weight:g} is no weight from 0 to {LARGEST_WEIGHT:g}"
            ignored.append(IgnoredName(given, why, "screen weights"))
        else:
            found[name] = float(weight)
    return found, tuple(ignored)


def require_known(ignored: Sequence[IgnoredName]) -> None:
    """Refuses an edit that names what the store has not.

    Args:
        ignored: What could not be used.

    Raises:
        InvalidValueError: There is something.
    """
    for one in ignored:
        raise InvalidValueError(
            f"{one.name!r} cannot be among the {one.source}: {one.why}.",
            f"{act('screen_list')} and {act('gene_set_list')} show what there is.",
        )


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _near(key: str, known: Mapping[str, str]) -> str:
    """Names that share the most words, told at the end of a message."""
    wanted = set(re.findall(r"[a-z0-9]+", key))

    def likeness(name: str) -> float:
        words = set(re.findall(r"[a-z0-9]+", name))
        return len(wanted & words) / (len(wanted | words) or 1)

    best = sorted(known, key=lambda name: (-likeness(name), name))[:3]
    near = [known[name] for name in best if likeness(name) > 0]
    return f"; near it: {', '.join(near)}" if near else ""


FROZEN_FIELDS = ("organism",)
"""Fields of a question that name what the library already rests on."""


def campaign_question(workspace: Workspace, name: str = "", changes: Mapping[str, Any] | None = None) -> Question:
    """Shows a campaign's question, and edits it until the first round is confirmed.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
        changes: Field of `Question` → new value; nothing is changed where None.

    Returns:
        The question as it stands.

    Raises:
        ConflictError: A round was confirmed, so the question is frozen.
        InvalidValueError: There is no such field, or its value cannot be used.
    """
    campaign = pick_open(workspace.store, name) if changes else pick_campaign(workspace.store, name)
    if not changes:
        return campaign.question
    question = _edited(workspace, campaign, dict(changes))
    with workspace.store.write("question") as connection:
        confirmed = [r.number for r in rounds_of(workspace.store, campaign.id) if r.state != "open"]
        if confirmed:
            raise ConflictError(
                f"The question of {campaign.name} is frozen: round {confirmed[0]} was confirmed.",
                f"Start another campaign for another question; it can go on from this one's {option('measured')}"
                " screen.",
            )
        title = f"the question of campaign {campaign.name} was edited"
        remember(connection, title, rows_of_campaign(campaign.id))
        update_question(connection, campaign.id, question)
    return question


def _edited(workspace: Workspace, campaign: Campaign, changes: dict[str, Any]) -> Question:
    known = [field.name for field in fields(Question) if field.name not in FROZEN_FIELDS]
    for key in changes:
        require(
            key in known, f"The question has no field {key!r} that could be edited.", f"Fields: {', '.join(known)}."
        )
    for key, choices in (("direction", get_args(Direction)), ("modality", get_args(Modality))):
        if key in changes:
            check_word(key, changes[key], choices)
    require(str(changes.get("phenotype", "-")).strip(), "A question needs a phenotype.", "Say what is looked for.")
    if "hit_rule" in changes:
        parse_rule(changes["hit_rule"])
    if "positive_controls" in changes:
        names = list(changes["positive_controls"])
        resolved = resolve_list(workspace.store, campaign.question.organism, names, "positive controls")
        for one in resolved.ignored:
            raise InvalidValueError(f"{one.name!r} cannot be a positive control: {one.why}")
        changes["positive_controls"] = tuple(resolved.perturbations["name"])
    if "gene_sets" in changes:
        changes["gene_sets"], unknown = known_gene_sets(workspace.store, list(changes["gene_sets"]))
        require_known(unknown)
    if "screen_weights" in changes:
        changes["screen_weights"], unknown = known_weights(workspace.store, changes["screen_weights"])
        require_known(unknown)
    return replace(campaign.question, **changes)
