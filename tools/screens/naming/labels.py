"""Words beside a gene's name that say what was done to it, or whose it is: ``TP53_KO``, ``TP53 (human)``."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from db.records import Organism

_DONE = (
    r"KO|KD|OE|knock[- ]?(?:out|down|in)|over[- ]?expression|del(?:etion)?|null|mut(?:ant)?"
    r"|CRISPR(?:[-_ ]?(?:i|a|ko|n))?|cDNA|ORF|gene|pool|(?:sg(?:RNA)?s?|gRNAs?|guides?|s[ih](?:RNA)?s?)[-_ #]?\d{0,2}"
)
_WHOSE = r"human|mouse|H\. ?sapiens|M\. ?musculus|Homo sapiens|Mus musculus|hsa|mmu|hs|mm"
_LABEL = rf"(?P<label>{_DONE}|{_WHOSE})"
_INSIDE = rf"\s*[(\[]\s*{_LABEL.replace('label', 'inside')}\s*[)\]]"
_BEHIND = re.compile(
    rf"(?P<gene>.*?[A-Za-z0-9])(?:[-_.: ]+{_LABEL}|{_INSIDE}|[-_.: ]*(?P<alleles>[-+]/[-+]))", re.IGNORECASE
)
_BEFORE = re.compile(rf"{_LABEL}[-_.: ]+(?P<gene>[A-Za-z0-9].*)", re.IGNORECASE)
_ARM = re.compile(r"(?P<label>sg|si|sh|[Δ∆])(?P<gene>[A-Z0-9].*)")
_ORGANISMS: dict[str, Organism] = {
    "human": "human", "h": "human", "homosapiens": "human", "hsapiens": "human", "hsa": "human", "hs": "human",
    "mouse": "mouse", "musmusculus": "mouse", "mmusculus": "mouse", "mmu": "mouse", "mm": "mouse",
}  # fmt: skip


class Labelled(NamedTuple):
    """A name without the label beside it.

    Attributes:
        gene: The name.
        label: The label.
        organism: Whose gene the label says that it is; empty where it does not.
    """

    gene: str
    label: str
    organism: Organism | None


def labelled(name: str) -> Labelled | None:
    """A name that has a known label beside it, taken apart; None where it has none.

    Args:
        name: A name as the file has it.
    """
    for pattern in (_BEHIND, _BEFORE, _ARM):
        if match := pattern.fullmatch(name):
            label = next(text for key, text in match.groupdict().items() if key != "gene" and text)
            return Labelled(match["gene"], label, _ORGANISMS.get(re.sub("[^a-z]", "", label.casefold())))
    return None


def said_of_labels(found: Counter[str]) -> str:
    """A sentence on labels that were left out of names.

    Args:
        found: How many names had each.
    """
    shown = ", ".join(label for label, _ in found.most_common(4))
    return (
        f"{found.total():,} names are read without {shown}, which says what was done to the gene or whose it is and is"
        " no part of its name."
    )
