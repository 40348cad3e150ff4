"""How alike other screens are to a question, and what that makes them worth as priors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
    other = [s for s in screens if s.modality and (s.modality in LOSS) != (question.modality in LOSS)]
    if not other:
        return ""
    kinds = " and ".join(sorted({screen.modality for screen in other}))
    return (
        f"{len(other)} of {len(screens)} prior screens are {kinds} screens, and this one is by {question.modality}:"
        " which genes hit when they are lost says little on which hit when they are activated, so trust the first"
        " round less."
    )


def _shared(a: str, b: str) -> float:
    one, two = _words(a), _words(b)
    return len(one & two) / min(len(one), len(two)) if one and two else 0.0


def _words(text: str) -> set[str]:
    return {word for word in re.findall(_WORD, one_spelling(text)) if not word.isdigit()} - _COMMON


def _same_modality(a: str, b: str) -> float:
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    return 0.5 if a in LOSS and b in LOSS else 0.0
