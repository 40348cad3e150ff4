"""Plain text as words that can be compared: one spelling of each cytokine, endings off, nothing that all say."""

from __future__ import annotations

import re
from functools import cache

from tools.genes.named_in_text import COMMON, GREEK, greek_in_words
from tools.genes.named_in_text import VERSION as NAMED_IN_TEXT

VERSION = ("words 1", *NAMED_IN_TEXT)
_FILLING = (
    "a an the and or of on in to by at as is it its be been can may with this that which through other after before via"
    " involved associated regulation regulates regulate negative positive pathway pathways signaling signalling"
    " response process gene genes encodes encoded encoding protein proteins member family function type known results"
    " activity activation transcript variants isoforms multiple found alternative splicing reactome wp biocarta kegg"
    " pid naba"
)
FILLING = frozenset(_FILLING.split()) | COMMON
"""Words that titles, summaries and questions of every kind have: they say nothing on which biology is meant."""
_SHORT = {
    "interleukin": "il", "interferon": "ifn", "tumor necrosis factor": "tnf", "tumour necrosis factor": "tnf",
    "transforming growth factor": "tgf",
}  # fmt: skip
_MEMBER = re.compile(rf"\b(il|ifn|tnf|tgf)[- ]?({'|'.join(GREEK)}|\d+[a-z]*|[abgdl])\b")
_ENDINGS = (
    "isation", "ization", "ations", "ation", "ional", "ings", "ing", "ions", "ion", "ally", "ical", "ic", "al", "es",
    "ed", "s", "e", "y",
)  # fmt: skip
_SHORTEST, _STEM = 6, 4
"""Endings are taken off words of so many letters, so that at least so many are left."""


def one_spelling(text: str) -> str:
    """A text in small letters, in which ``interleukin 2``, ``IL-2`` and ``IL2`` are one word.

    A number or a Greek letter belongs to the name before it: alone, ``gamma`` would make the subunits of G proteins
    speak for interferon gamma.

    Args:
        text: Plain words.
    """
    plain = greek_in_words(text).lower().replace("_", " ")
    for name, short in _SHORT.items():
        plain = plain.replace(name, short)
    plain = _MEMBER.sub(lambda found: found[1] + GREEK.get(found[2], found[2]).lower(), plain)
    return re.sub(r"(?<=[a-z])-(?=\d)", "", plain)


def words_of(text: str) -> list[str]:
    """The telling words of a text, in its order, their endings off.

    Args:
        text: Plain words.
    """
    found = re.findall(r"[a-z]+[0-9]*[a-z0-9]*|[0-9]+[a-z]+", one_spelling(text))
    return [_stem(word) for word in found if word not in FILLING and len(word) > 1]


@cache
def _stem(word: str) -> str:
    """``peroxisomal`` and ``peroxisome`` as one word: the longest known ending comes off."""
    if len(word) >= _SHORTEST:
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _STEM:
                return word[: -len(ending)]
    return word
