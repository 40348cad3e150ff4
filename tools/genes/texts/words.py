"""Plain text as words that can be compared: one spelling of each cytokine, endings off, nothing that all say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from string import ascii_lowercase, digits

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
# A name at the beginning of a word; put so, the search skips to the letters with which one begins.
_NAMES = "|".join(rf"{name}(?<!\w{name})" for name in ("il", "ifn", "tnf", "tgf"))
_MEMBER = re.compile(rf"({_NAMES})[- ]?({'|'.join(GREEK)}|\d+[a-z]*|[abgdl])\b")
_BEFORE_FIGURE = re.compile(r"-(?<=[a-z]-)(?=\d)")
_WORD = re.compile(r"[a-z]+[0-9]*[a-z0-9]*|[0-9]+[a-z]+")
_BETWEEN = "\x1e"
"""Stands between texts: no part of any word, as the end of a text is none."""
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
    return _BEFORE_FIGURE.sub("", plain)


def words_of(text: str) -> list[str]:
    """The telling words of a text, in its order, their endings off.

    Args:
        text: Plain words.
    """
    return _telling(one_spelling(text))


def words_of_each(texts: Sequence[str]) -> list[list[str]]:
    """The words of many texts, as `words_of` gives them: spelled in one go, which takes a fraction of the time.

    Args:
        texts: Plain words.
    """
    if any(_BETWEEN in text for text in texts):
        return [words_of(text) for text in texts]
    return [_telling(spelled) for spelled in one_spelling(_BETWEEN.join(texts)).split(_BETWEEN)][: len(texts)]


def _telling(spelled: str) -> list[str]:
    return list(chain.from_iterable(map(_STEMS.__getitem__, spelled.translate(_APART).split())))


class _Apart(dict[int, str]):
    """A blank for every character that no word has."""

    def __missing__(self, sign: int) -> str:
        return " "


class _Stems(dict[str, tuple[str, ...]]):
    """Letters and figures without a blank → the stems of the telling words in them; each is looked into once."""

    def __missing__(self, run: str) -> tuple[str, ...]:
        # What begins with a letter is one word.
        found = _WORD.findall(run) if run[0] in digits else (run,)
        self[run] = stems = tuple(_stem(word) for word in found if word not in FILLING and len(word) > 1)
        return stems


_APART = _Apart({ord(sign): sign for sign in ascii_lowercase + digits})
_STEMS = _Stems()


def _stem(word: str) -> str:
    """``peroxisomal`` and ``peroxisome`` as one word: the longest known ending comes off."""
    if len(word) >= _SHORTEST and word.endswith(_ENDINGS):
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _STEM:
                return word[: -len(ending)]
    return word
