"""Names of several genes in one cell, such as ``A_B``, ``A|B`` or ``('A', 'B')``, taken apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from db.genes.control_names import is_control
from db.genes.names import GeneNames

_SIGNS = re.compile(r"[^A-Za-z0-9]+(?:(?i:x|and|und|et|with|plus)[^A-Za-z0-9]+)?|(?<=[A-Z0-9])x(?=[A-Z])")
"""What parts names: signs, and words between signs; ``x`` by itself only between capitals, as in ``TP53xBRCA1``."""
_AROUND = " ()[]{}'\"`"
_KNOWN = frozenset({"approved", "previous", "identifier", "ambiguous", "alias", "control"})
_SHORTEST_ALIAS = 3
"""Aliases such as X, Y and P1 are parts of too many names that are no pairs."""


@dataclass(frozen=True)
class Parted:
    """A name taken apart.

    Attributes:
        sign: What stands between the parts.
        genes: The parts, each a name of a gene or a label of controls.
    """

    sign: str
    genes: tuple[str, ...]


class KnownParts:
    """Says which texts are names of genes or labels of controls.

    Args:
        texts: All that will be asked for.
        names: Names of the organism.
        declared: Further names of controls, case folded.
        exact: Whether names count in exact case only, which is quick.
    """

    def __init__(
        self, texts: Collection[str], names: GeneNames, declared: Collection[str], *, exact: bool = False
    ) -> None:
        distinct = list(dict.fromkeys(text for text in texts if text and not text.isdigit()))
        self._status = names.statuses(distinct, exact=exact)
        self._declared = declared

    def __contains__(self, text: str) -> bool:
        status = self._status.get(text)
        if status in _KNOWN and (status != "alias" or len(text) >= _SHORTEST_ALIAS):
            return True
        return bool(text) and is_control(text, self._declared)

    def surely(self, text: str) -> bool:
        """Whether a text is an approved symbol, an identifier or a label of controls."""
        return self._status.get(text) in ("approved", "identifier", "control") or is_control(text, self._declared)


def parted_names(
    texts: Sequence[str], names: GeneNames, declared: Collection[str] = (), *, exact: bool = False
) -> dict[str, Parted]:
    """Takes names apart whose parts are all known; those that are not, or in more than one way, are left out.

    Signs inside symbols are no hindrance: of ``NKX2-1-HLA-A`` only one reading is of two genes.

    Args:
        texts: Names that nobody carries as they are.
        names: Names of the organism.
        declared: Further names of controls, case folded.
        exact: Whether names count in exact case only, which is quick.
    """
    halves = {text: _halves(text) for text in texts}
    every = {text: tuple(filter(None, _SIGNS.split(text))) for text in texts}
    asked = {part for options in halves.values() for one in options for part in one.genes}
    known = KnownParts({*asked, *(part for parts in every.values() for part in parts)}, names, declared, exact=exact)
    found = {}
    for text, options in halves.items():
        good = [one for one in options if all(part in known for part in one.genes)]
        sure = [one for one in good if all(map(known.surely, one.genes))]
        if len(good) == 1 or len(sure) == 1:
            found[text] = (good if len(good) == 1 else sure)[0]
        elif len(every[text]) > 2 and all(part in known for part in every[text]):
            found[text] = Parted(plain_sign(_SIGNS.findall(text.strip(_AROUND))[0]), every[text])
    return found


def _halves(text: str) -> list[Parted]:
    """Every way to take a name apart at one place."""
    plain = text.strip(_AROUND)
    return [
        Parted(plain_sign(match[0]), (plain[: match.start()], plain[match.end() :]))
        for match in _SIGNS.finditer(plain)
        if match.start() > 0 and match.end() < len(plain)
    ]


def plain_sign(sign: str) -> str:
    """A sign between names without the quotes and blanks around it; a blank where there is nothing else.

    Args:
        sign: What stands between two names.
    """
    return sign.strip(_AROUND) or " "
