"""Genes that a text names: by symbol, alias or full name, in the spellings of plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd

from db.genes.perturbation_names import plain
from db.records import Question
from db.view import View

VERSION = ("named_in_text 2",)
SHORTEST = 3
"""Shorter names are words of other kinds more often than genes."""
_COMMON = (
    "identify gene genes regulate regulates regulation change changes log fold normalized read reads counts"
    " measurement measured decrease increase decreased increased total using compared control controls non-targeting"
    " level levels knocked knockout knockdown perturbation screen cells cell expression production when that upon the"
    " and for with from into are was were has have which their this those these after before between within"
    " crispr crispri crispra interference repression activation genome-wide library guide guides stained staining"
    " sorted sorting counted counts fixed marked dye culture medium blood donor inside high low much"
    " make makes primary human"
)
COMMON = frozenset(_COMMON.split())
"""Words that every screen's description has: they say nothing on which biology is meant."""
GREEK = {
    "alpha": "A", "beta": "B", "gamma": "G", "delta": "D", "epsilon": "E", "zeta": "Z", "eta": "H", "theta": "Q",
    "iota": "I", "kappa": "K", "lambda": "L", "mu": "M", "nu": "N", "xi": "X", "omicron": "O", "pi": "P", "rho": "R",
    "sigma": "S", "tau": "T", "upsilon": "U", "phi": "F", "chi": "C", "psi": "Y", "omega": "W",
}  # fmt: skip
"""Greek letter → the Latin one that stands for it in gene symbols (HGNC guidelines, Bruford et al. 2020)."""
SIGNS = {
    sign: unicodedata.name(sign).rsplit(" ", 1)[1].lower().replace("lamda", "lambda")
    for sign in "αβγδεζηθικλμνξοπρσςτυφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
    if "FINAL" not in unicodedata.name(sign)
}
_SIGN = re.compile(f"[{''.join(SIGNS)}]")
_FIRST = re.compile(r"[^a-z0-9]+")


def genes_of_question(question: Question, view: View) -> dict[str, str]:
    """Symbol → full name of the genes that the question names, its positive controls among them, sorted by symbol.

    Args:
        question: What is looked for.
        view: Where the names of genes come from.
    """
    text, controls = question.text or question.phenotype, question.positive_controls
    return genes_of_texts([text], view, question.organism, besides=controls)[0]


def genes_of_texts(
    texts: Sequence[str], view: View, organism: str, *, besides: Sequence[str] = ()
) -> list[dict[str, str]]:
    """Symbol → full name of the genes that each text names, sorted by symbol.

    Args:
        texts: Plain words.
        view: Where the names of genes come from.
        organism: Whose genes.
        besides: Symbols of genes that count as named by each.
    """
    forms = {form for text in texts for form in spellings(text) if len(form) >= SHORTEST}
    first = {word for text in texts for word in _phrase(text).split()}
    with view.at_once():
        # Of a hundred thousand names only those that the texts could mean are read.
        synonyms = view.synonyms(organism, names=forms)
        words: pd.Series[str] = view.genes(organism, first_words=first).set_index("symbol")["name"]
        meant = _Meant.of(synonyms)
        found = [sorted({*_named(text, meant, words), *besides}) for text in texts]
        named = view.genes(organism, symbols={symbol for one in found for symbol in one})
    full = dict(zip(named["symbol"], named["name"], strict=True))
    return [{symbol: str(full.get(symbol, "")) for symbol in one} for one in found]


def named_genes(text: str, synonyms: pd.DataFrame, words: pd.Series[str] | None = None) -> list[str]:
    """Symbols of the genes that a text names, sorted.

    A gene is named by a symbol or alias, by one in the spelling of `spellings` (``IL-2``, ``IFN-γ``, ``IFN gamma``), or
    by its full name in words (``interferon gamma``); of full names that overlap the longest counts.

    Args:
        text: Plain words.
        synonyms: Columns name, tier and symbol.
        words: Full name by symbol; full names are not looked for where None.
    """
    return sorted(_named(text, _Meant.of(synonyms), words))


@dataclass(frozen=True)
class _Meant:
    """Names that are some gene's symbol, and other names → the one gene that each means."""

    approved: frozenset[str]
    others: Mapping[str, str]

    @classmethod
    def of(cls, synonyms: pd.DataFrame) -> _Meant:
        unique = synonyms.drop_duplicates(["name", "symbol"])
        is_symbol = unique["tier"] == "approved"
        others = unique[~is_symbol].drop_duplicates("name", keep=False)
        return cls(
            frozenset(plain(unique.loc[is_symbol, "name"])),
            dict(zip(*map(plain, (others["name"], others["symbol"])), strict=True)),
        )


def _named(text: str, meant: _Meant, words: pd.Series[str] | None) -> set[str]:
    found = set() if words is None else _by_full_name(text, words)
    for form in spellings(text):
        if len(form) < SHORTEST:
            continue
        # A word in ordinary case is a gene only where an alias is written just so, as "tau" is.
        if form in meant.approved and form.upper() == form:
            found.add(form)
        elif form in meant.others and form not in COMMON:
            found.add(meant.others[form])
    return found


def spellings(text: str) -> set[str]:
    """The words of a text, with the spellings that gene nomenclature would give them.

    Hyphens are dropped (``IL-2`` is IL2), and a Greek letter, as a sign or in words, that follows capital letters or
    figures becomes the Latin one that HGNC writes for it (``IFN-γ`` and ``IFN-gamma`` are IFNG, ``IL-2Rα`` is IL2RA).

    Args:
        text: Plain words.
    """
    # What a plus follows marks a kind of cell ("CD4+ T cells"), and is not what the question is about.
    text = re.sub(r"\b[A-Za-z0-9-]+\+", " ", text)
    # A Greek letter that stands apart belongs to the name before it: "IFN gamma".
    joined = re.sub(rf"\b([A-Z][A-Z0-9]+) ({'|'.join(GREEK)})\b", r"\1-\2", greek_in_words(text))
    forms = set()
    for token in re.findall(r"[A-Za-z0-9-]+", joined):
        latin = re.sub(rf"(?<=[A-Z0-9])-?({'|'.join(GREEK)})(?![a-z])", lambda sign: GREEK[sign[1]], token)
        forms |= {token, token.replace("-", ""), latin.replace("-", "")}
    return forms


def greek_in_words(text: str) -> str:
    """Greek signs as words in small letters: γ and Γ as gamma, for the letters that HGNC has a Latin one for.

    Args:
        text: Plain words.
    """
    # Few texts have other than plain letters, and few of their signs are Greek.
    return text if text.isascii() else _SIGN.sub(lambda sign: SIGNS[sign[0]], unicodedata.normalize("NFKC", text))


def _by_full_name(text: str, words: pd.Series[str]) -> set[str]:
    """Genes whose full name, of two words or more, stands in the text and in no longer full name that does."""
    said = _phrase(text)
    first = set(said.split())
    # A name's first word is cheap to look up, and few names begin with one of the text's.
    near = {
        symbol: name
        for symbol, name in zip(plain(words.index), map(str, plain(words)), strict=True)
        if _first_word(name) in first
    }
    held = {symbol: phrase for symbol, name in near.items() if (phrase := _phrase(name)).count(" ") > 2}
    there = {str(symbol): phrase for symbol, phrase in held.items() if phrase in said}
    return {
        symbol
        for symbol, phrase in there.items()
        if not any(phrase != other and phrase in other for other in there.values())
    }


@cache
def _first_word(name: str) -> str:
    return _FIRST.split(name.lower(), 1)[0]


def _phrase(text: str) -> str:
    """Words in small letters between single blanks, with a blank at both ends."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', greek_in_words(text).lower()))} "
