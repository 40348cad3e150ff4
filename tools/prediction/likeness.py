"""How alike other screens are to a question, and what that makes them worth as priors."""

from __future__ import annotations

import re
from collections.abc import Sequence

from db.records import Question, Screen
from tools.genes.named_in_text import GREEK, greek_in_words

GAIN = 6.0
"""A screen that is alike in every respect weighs 1 + `GAIN` times what one weighs that is alike in none."""
_WORD = r"[a-z]+[0-9]+[a-z0-9]*|[a-z0-9]+"
_COMMON_WORDS = (
    "a an and against by cell cells for from high human in level levels low of on or primary production secretion"
    " sorting the to with"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_SHORT = {"interleukin": "il", "interferon": "ifn", "tumor necrosis factor": "tnf", "tumour necrosis factor": "tnf"}
_MEMBER = re.compile(rf"\b(il|ifn|tnf|tgf)[- ]?({'|'.join(GREEK)}|\d+[a-z]*|[a-z])\b")
"""Phenotypes spell cytokines in more than one way: ``interleukin 2``, ``IL-2`` and ``IL2`` are one word here."""
LOSS = frozenset({"knockout", "interference"})


def likeness(question: Question | Screen, screen: Screen) -> float:
    """The mean over phenotype, cell type, readout and modality of how much two descriptions share, from 0 to 1.

    Words are compared by the share of the shorter description's words that the longer one has too; of two modalities
    equal ones count 1, knockout and interference ½, since both lose the gene. What either side leaves blank counts 0.

    Args:
        question: What is looked for, or a screen in its place.
        screen: A screen of another study.
    """
    shares = [
        _shared(question.phenotype, screen.phenotype),
        _shared(question.cell_type, screen.cell_type),
        _shared(question.readout, screen.readout),
        _same_modality(question.modality, screen.modality),
    ]
    return sum(shares) / len(shares)


def weights(question: Question, screens: Sequence[Screen]) -> dict[int, float]:
    """Weight of each screen as a prior: 1 + `GAIN` · likeness, times the question's own weight of it.

    Args:
        question: What is looked for; its ``screen_weights`` name screens, in any case; 0 leaves one out.
        screens: The priors.
    """
    asked = {name.casefold(): weight for name, weight in question.screen_weights.items()}
    return {
        screen.id: (1 + GAIN * likeness(question, screen)) * max(asked.get(screen.name.casefold(), 1.0), 0.0)
        for screen in screens
    }


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
    plain = greek_in_words(text).lower()
    for name, short in _SHORT.items():
        plain = plain.replace(name, short)
    plain = _MEMBER.sub(lambda found: found[1] + GREEK.get(found[2], found[2]).lower(), plain)
    plain = re.sub(r"(?<=[a-z])-(?=\d)", "", plain)
    return {word for word in re.findall(_WORD, plain) if not word.isdigit()} - _COMMON


def _same_modality(a: str, b: str) -> float:
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    return 0.5 if a in LOSS and b in LOSS else 0.0
