"""How alike other screens are to a question, and what that makes them worth as priors."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from db.records import Question, Screen
from tools.genes.texts.words import VERSION as WORDS
from tools.genes.texts.words import one_spelling

VERSION = ("likeness 1", *WORDS)

_WORD = r"[a-z]+[0-9]+[a-z0-9]*|[a-z0-9]+"
_COMMON_WORDS = (
    "a an and against by cell cells for from high human in level levels low of on or primary production secretion"
    " sorting the to with"
)
_COMMON = frozenset(_COMMON_WORDS.split())
LOSS = frozenset({"knockout", "interference"})
SAME = 0.99
"""Likeness of phenotypes from which on they are one: all words of the shorter description stand in the longer one."""


@dataclass(frozen=True)
class Alike:
    """How much two descriptions of screens share, each from 0 to 1; what either leaves blank counts 0.

    Attributes:
        phenotype: Share of the shorter description's words that the longer one has too.
        cells: The same of the cell type.
        readout: The same of the readout.
        modality: 1 for the same one, ½ for knockout and interference, since both lose the gene.
    """

    phenotype: float
    cells: float
    readout: float
    modality: float


def alike(question: Question | Screen, screen: Screen) -> Alike:
    """How much a question and a screen share.

    Args:
        question: What is looked for, or a screen in its place.
        screen: A screen of another study.
    """
    return Alike(
        _shared(question.phenotype, screen.phenotype),
        _shared(question.cell_type, screen.cell_type),
        _shared(question.readout, screen.readout),
        _same_modality(question.modality, screen.modality),
    )


def likeness(question: Question | Screen, screen: Screen) -> float:
    """The mean over phenotype, cell type, readout and modality of how much two descriptions share, from 0 to 1.

    Args:
        question: What is looked for, or a screen in its place.
        screen: A screen of another study.
    """
    found = alike(question, screen)
    return (found.phenotype + found.cells + found.readout + found.modality) / 4


def same_phenotype(question: Question | Screen, screen: Screen) -> bool:
    """Whether a screen measured the very phenotype that is asked about, as far as their descriptions tell.

    Args:
        question: What is looked for, or a screen in its place.
        screen: A screen.
    """
    return alike(question, screen).phenotype >= SAME


def activates(modality: str) -> bool:
    """Whether a modality raises genes; what is not declared is taken to lose them, as nearly all screens do.

    Args:
        modality: Such as ``knockout`` or ``activation``.
    """
    return bool(modality) and modality not in LOSS


def other_way(question: Question | Screen, screen: Screen) -> bool:
    """Whether one is known to lose genes and the other to activate them.

    Args:
        question: What is looked for, or a screen in its place.
        screen: A screen.
    """
    both = question.modality and screen.modality
    return bool(both) and activates(question.modality) != activates(screen.modality)


def weights(question: Question, screens: Sequence[Screen]) -> dict[int, float]:
    """Weight of each screen as a prior: 1, or what the question itself gives it.

    Args:
        question: What is looked for; its ``screen_weights`` name screens, in any case; 0 leaves one out.
        screens: The priors.
    """
    asked = {name.casefold(): weight for name, weight in question.screen_weights.items()}
    return {screen.id: max(asked.get(screen.name.casefold(), 1.0), 0.0) for screen in screens}


def modality_warning(question: Question, screens: Sequence[Screen]) -> str:
    """A warning where what is learnt from losing genes is asked of activating them, or the other way round.

    Harmonised effects do not fold modality in: what lowers a phenotype when lost may raise it when activated, or do
    nothing, and rankings by strength carry over poorly.

    Args:
        question: What is looked for.
        screens: The priors.

    Returns:
        One sentence; empty where there is nothing to warn of.
    """
    if not question.modality:
        return ""
    other = [screen for screen in screens if other_way(question, screen)]
    if not other:
        return ""
    kinds = " and ".join(sorted({screen.modality for screen in other}))
    near_random = (
        "but for what the question itself names, the first list is near random"
        if len(other) == len(screens)
        else "the probabilities are learnt from the remaining ones, so trust the first round less"
    )
    return (
        f"{len(other)} of {len(screens)} prior screens are {kinds} screens, and this one is by {question.modality}:"
        " which genes hit when they are lost says little on which hit when they are activated, and the other way"
        f" round; {near_random}."
    )


def same_experiment(
    screens: Sequence[Screen], genes: Mapping[int, Collection[str]], question: Question
) -> dict[int, str]:
    """The copies that another screen stands for, so that one experiment does not speak twice.

    The largest stands, one that the question gives no weight after all others. A copy with a library of its own (fewer
    than half of its genes are among those of the larger one) says something else, and stands for itself.

    Args:
        screens: Screens that may be used.
        genes: Screen id → perturbations that it measured.
        question: What is looked for; it weighs screens.

    Returns:
        Screen id → name of the copy that stands for it.
    """
    weight = weights(question, screens)
    kept: list[Screen] = []
    doubles = {}
    for screen in sorted(screens, key=lambda s: (weight[s.id] == 0, -len(genes[s.id]), s.name.casefold())):
        own = set(genes[screen.id])
        same = [
            other for other in kept
            if screen.relation_to(other) == "copy" and 2 * len(own.intersection(genes[other.id])) >= len(own)
        ]  # fmt: skip
        if same:
            doubles[screen.id] = same[0].name
        else:
            kept.append(screen)
    return doubles


def _shared(a: str, b: str) -> float:
    one, two = _words(a), _words(b)
    return len(one & two) / min(len(one), len(two)) if one and two else 0.0


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset({word for word in re.findall(_WORD, one_spelling(text)) if not word.isdigit()}) - _COMMON


def _same_modality(a: str, b: str) -> float:
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    return 0.5 if a in LOSS and b in LOSS else 0.0
