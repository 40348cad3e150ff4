"""What is built around a guide: overhangs of vectors, and the enzymes whose sites must not arise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from db.acts import option
from db.errors import InvalidValueError, did_you_mean
from tools.orders.sequences import reverse_complement

SITES: Mapping[str, str] = {
    "BsmBI": "CGTCTC", "Esp3I": "CGTCTC", "BsaI": "GGTCTC", "BbsI": "GAAGAC", "BpiI": "GAAGAC", "SapI": "GCTCTTC",
    "BspQI": "GCTCTTC", "LguI": "GCTCTTC", "AarI": "CACCTGC", "PaqCI": "CACCTGC", "BtgZI": "GCGATG", "BfuAI": "ACCTGC",
    "BspMI": "ACCTGC", "BstXI": "CCANNNNNNTGG", "BlpI": "GCTNAGC", "EcoRI": "GAATTC", "EcoRV": "GATATC",
    "BamHI": "GGATCC", "HindIII": "AAGCTT", "XhoI": "CTCGAG", "SalI": "GTCGAC", "XbaI": "TCTAGA", "SpeI": "ACTAGT",
    "NheI": "GCTAGC", "NotI": "GCGGCCGC", "KpnI": "GGTACC", "SacI": "GAGCTC", "SacII": "CCGCGG", "SmaI": "CCCGGG",
    "PstI": "CTGCAG", "NcoI": "CCATGG", "NdeI": "CATATG", "MluI": "ACGCGT", "AgeI": "ACCGGT", "BsrGI": "TGTACA",
    "ClaI": "ATCGAT", "PacI": "TTAATTAA", "AscI": "GGCGCGCC", "SbfI": "CCTGCAGG", "PmeI": "GTTTAAAC", "SfiI":
    "GGCCNNNNNGGCC", "I-SceI": "TAGGGATAACAGGGTAAT", "MfeI": "CAATTG", "BclI": "TGATCA", "BglII": "AGATCT",
}  # fmt: skip
"""Enzyme → its recognition site, 5' to 3', as REBASE has it."""
_IUPAC: Mapping[str, str] = {
    "A": "A", "C": "C", "G": "G", "T": "T", "R": "[AG]", "Y": "[CT]", "S": "[CG]", "W": "[AT]", "K": "[GT]",
    "M": "[AC]", "B": "[CGT]", "D": "[AGT]", "H": "[ACT]", "V": "[ACG]", "N": "[ACGT]",
}  # fmt: skip
SHORTEST_SITE = 4


@dataclass(frozen=True)
class Site:
    """A site that must not arise.

    Attributes:
        name: The enzyme, or the site itself where no enzyme was named.
        letters: The site.
    """

    name: str
    letters: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds the site on either strand, those that overlap too: it is the first group."""
        strands = dict.fromkeys((self.letters, reverse_complement(self.letters)))
        read = ("".join(_IUPAC[letter] for letter in strand) for strand in strands)
        return re.compile(f"(?=({'|'.join(read)}))")


@dataclass(frozen=True)
class Cloning:
    """What stands around a guide.

    Attributes:
        left: What stands before it, 5' to 3'.
        right: What stands behind it.
        enzymes: Enzymes of the scheme; their sites must not arise in a guide or where it meets its flanks.
        annealed: Whether two oligos are ordered, each strand with a single-stranded overhang of four letters.
        sites: Sites that must not arise, those of the scheme among them.
    """

    left: str = ""
    right: str = ""
    enzymes: tuple[str, ...] = ()
    annealed: bool = False
    sites: tuple[Site, ...] = ()

    def around(self, sequence: str) -> str:
        """The guide with its flanks, as it comes to lie in the vector.

        Args:
            sequence: The guide.
        """
        return f"{self.left}{sequence}{self.right}"

    def arising(self, sequence: str) -> list[str]:
        """The sites that lie in a guide or where it meets its flanks; those within the flanks are meant to be there.

        Args:
            sequence: The guide.
        """
        start = len(self.left)
        end = start + len(sequence)
        around = self.around(sequence)
        return [
            site.name
            for site in self.sites
            if any(one.start(1) < end and one.end(1) > start for one in site.pattern.finditer(around))
        ]

    def oligo(self, sequence: str) -> str:
        """What is ordered: the whole of it, or the upper strand where two are annealed.

        Args:
            sequence: The guide.
        """
        return f"{self.left}{sequence}" if self.annealed else self.around(sequence)

    def lower_oligo(self, sequence: str) -> str:
        """The lower strand where two are annealed; empty else.

        Args:
            sequence: The guide.
        """
        return reverse_complement(f"{self.left[4:]}{sequence}{self.right}") if self.annealed else ""


SCHEMES: Mapping[str, Cloning] = {
    "lentiGuide-BsmBI": Cloning("CACCG", "GTTT", ("BsmBI",), annealed=True),
    "pX459-BbsI": Cloning("CACCG", "GTTT", ("BbsI",), annealed=True),
    "lentiGuide-BsmBI-pool": Cloning("CGTCTCACACCG", "GTTTCGAGACG", ("BsmBI",)),
    "lentiGuide-Gibson": Cloning("GGAAAGGACGAAACACCG", "GTTTTAGAGCTAGAAATAGCAAGTTAAAATAAGGC"),
}
"""Ran et al. 2013 (annealed), Sanson et al. 2018 (BsmBI pool, primer sites left out), Joung et al. 2017 (Gibson).

The upper oligo of the annealed ones is CACCG and the guide, the lower AAAC, the other strand and C.
"""


def cloning_of(overhang: str, avoid_sites: Sequence[str] = ()) -> Cloning:
    """The flanks that were asked for, and the sites that must not arise between them.

    Args:
        overhang: The name of a scheme, ``LEFT/RIGHT`` in letters, or empty for none.
        avoid_sites: Enzymes, or sites in letters; those of the scheme are avoided anyway.

    Raises:
        InvalidValueError: There is no such scheme or enzyme.
    """
    cloning = _flanks(overhang)
    sites = {site.name: site for site in map(_site, (*cloning.enzymes, *avoid_sites))}
    return replace(cloning, sites=tuple(sites.values()))


def _flanks(overhang: str) -> Cloning:
    named = {_folded(name): cloning for name, cloning in SCHEMES.items()}
    if not overhang or _folded(overhang) in named:
        return named.get(_folded(overhang), Cloning())
    left, slash, right = overhang.upper().replace(" ", "").partition("/")
    left, right = left.removeprefix("5'-").removesuffix("-"), right.removesuffix("-3'").removeprefix("-")
    if slash and re.fullmatch("[ACGT]+", left + right):
        return Cloning(left, right)
    raise InvalidValueError(
        f"{overhang!r} is no scheme, nor two overhangs. {did_you_mean(overhang, SCHEMES)}".strip(),
        f"Schemes are {', '.join(SCHEMES)}; or give what stands before and behind the guide:"
        f" {option(overhang='CACCG/GTTT')}.",
    )


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold()) if "/" not in name else name


def _site(name: str) -> Site:
    known = {enzyme.casefold(): enzyme for enzyme in SITES}
    if enzyme := known.get(name.strip().casefold()):
        return Site(enzyme, SITES[enzyme])
    letters = name.strip().upper()
    if len(letters) >= SHORTEST_SITE and set(letters) <= set(_IUPAC):
        return Site(letters, letters)
    raise InvalidValueError(
        f"No enzyme {name!r} is known here. {did_you_mean(name, SITES)}".strip(),
        f"Give the site in letters: {option(avoid_sites=['CGTCTC'])}.",
    )
