"""Identifiers by their form: those that the store can look up, however they are prefixed, and those of other things."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from db.genes.names_inside import is_float

_ACCESSION = r"(?:[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z0-9]{2}\d){1,2})"
_ENTREZ = r"(?:entrez|ncbi)(?:[-_ ]?gene)?(?:[-_ ]?id)?|gene[-_ ]?id|hsa|mmu"
_LOOKED_UP = (
    (re.compile(r"(?:ensembl[:|_# ]+)?(?P<id>ENS[A-Z]*G\d{11})(?:\.\d+)?", re.IGNORECASE), "ensembl"),
    (re.compile(r"HGNC[:_# ](?P<id>\d+)", re.IGNORECASE), "hgnc"),
    (re.compile(r"MGI[:_# ](?P<id>\d+)", re.IGNORECASE), "mgi"),
    (re.compile(r"LOC(?P<id>\d+)"), "entrez"),
    (re.compile(rf"(?:{_ENTREZ})[:|_# ]+(?P<id>\d+)(?:\.0)?", re.IGNORECASE), "entrez"),
    (re.compile(rf"(?:(?:(?i:uniprot(?:kb)?)|sp|tr)[:|_# ]+)?(?P<id>{_ACCESSION})(?:-\d+)?(?:\|\w+)?"), "uniprot"),
)  # fmt: skip


class Identifier(NamedTuple):
    """An identifier that the store may know.

    Attributes:
        space: Its namespace, such as ``entrez``.
        value: The identifier itself, without what names its kind.
    """

    space: str
    value: str


def identifier_in(text: str) -> Identifier | None:
    """The identifier that a text is, with or without a word before it for its kind; None where it is none.

    Args:
        text: A name that nobody carries, such as ``ENSG00000141510.18``, ``hsa:7157``, ``GeneID:7157`` or ``P04637-2``.
    """
    for pattern, space in _LOOKED_UP:
        if match := pattern.fullmatch(text):
            return Identifier(space, match["id"])
    return None


@dataclass(frozen=True)
class Form:
    """A form of names that no gene is looked up by.

    Attributes:
        one: What one such name is, with its article.
        many: What a file of such names has.
        of_guides: Whether each is of one guide, so that a gene has several rows.
    """

    one: str
    many: str
    of_guides: bool = False


_UNKNOWN_IDS = {
    "entrez": Form("an Entrez id of no gene known here", "Entrez ids of no gene known here"),
    "uniprot": Form("a UniProt accession of no gene known here", "UniProt accessions of no gene known here"),
}
_GUIDES = Form("the name of a guide", "names of guides", of_guides=True)
_ARM = r"(?:s?g(?:RNA)?|crRNA|pgRNA|guide|oligo|s[ih](?:RNA)?)"
_OTHERS = (
    (re.compile(r"[NX][MR]_\d{5,}(?:\.\d+)?(?:\W.*)?"), Form("a RefSeq transcript", "ids of RefSeq transcripts")),
    (re.compile(r"[NXY]P_\d{5,}(?:\.\d+)?"), Form("a RefSeq protein", "ids of RefSeq proteins")),
    (re.compile(r"ENS[A-Z]*T\d{11}(?:\.\d+)?"), Form("an Ensembl transcript", "ids of Ensembl transcripts")),
    (re.compile(r"ENS[A-Z]*P\d{11}(?:\.\d+)?"), Form("an Ensembl protein", "ids of Ensembl proteins")),
    (re.compile(r"CCDS\d+(?:\.\d+)?|uc\d{3}[a-z]{3}\.\d+|OTTHUM[GT]\d{11}(?:\.\d+)?"),
     Form("an id of a transcript", "ids of transcripts")),
    (re.compile(r"[A-Z0-9]{1,5}_(?:HUMAN|MOUSE)"), Form("a UniProt entry name", "UniProt entry names")),
    (re.compile(r"ILMN_\d+|\d{4,}(?:_[sxa])?_at|A_\d\d_P\d+"), Form("a probe of an array", "probes of an array")),
    (re.compile(r"(?:rs|COSM|COSV)\d{3,}"), Form("an id of a variant", "ids of variants")),
    (re.compile(r"(?i:chr)(?:\d{1,2}|[XYM]|MT)[:_-]\d+.*"), Form("a place in the genome", "places in the genome")),
    (re.compile(r"[ACGTUacgtu]{17,40}"), Form("the sequence of a guide", "sequences of guides", of_guides=True)),
    (re.compile(r"[HM]GLib[AB]_\d+|BRDN\d{6,}|TRCN\d{6,}|CRISPR\d{4,}"), _GUIDES),
    (re.compile(rf"{_ARM}[-_ .]?[A-Za-z0-9-]+?[-_ .#]\d{{1,3}}"), _GUIDES),
    (re.compile(rf"{_ARM}[-_ ]?\d{{1,3}}[-_ .][A-Za-z].*"), _GUIDES),
    (re.compile(rf".+[-_ .]{_ARM}[-_ .#]?\d{{1,3}}"), _GUIDES),
    (re.compile(r".+_[ACGT]{17,40}"), _GUIDES),
    (re.compile(r"s?g[A-Z][A-Za-z0-9-]+"), _GUIDES),
    (re.compile(r"[A-Za-z][A-Za-z0-9-]*[_:#. -]\d{3,}"),
     Form("a name with a number that is not its Entrez id", "names with numbers that are not their Entrez ids")),
)  # fmt: skip


def other_form(text: str) -> Form | None:
    """What a name is by its form, where that is no gene's; None where the form says nothing.

    Args:
        text: A name that nobody carries, such as ``NM_000546.6`` or ``sgTP53_1``.
    """
    if (identifier := identifier_in(text)) and identifier.space in _UNKNOWN_IDS and not text.startswith("LOC"):
        return _UNKNOWN_IDS[identifier.space]
    return next((form for pattern, form in _OTHERS if pattern.fullmatch(text)), None)


def form_of_most(names: Collection[str]) -> Form | None:
    """The form that more than half of some names have; None where they have none in common.

    Args:
        names: Names that nobody carries.
    """
    forms = [form for name in names if (form := other_form(name.strip())) is not None]
    most = max(set(forms), key=forms.count, default=None)
    return most if most is not None and forms.count(most) > len(names) / 2 else None


def said_of_form(name: str) -> str:
    """A sentence on a name whose form tells what it is; empty where it does not.

    Args:
        name: A name that nobody carries.
    """
    if is_float(name):
        return (
            f"{name} is a number that a spreadsheet made of a name (RIKEN clones have such), and nothing tells which."
        )
    form = other_form(name)
    return "" if form is None else f"{name} looks like {form.one}, not like a gene."
