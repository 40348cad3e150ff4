"""What one name was found to mean, as a sentence that a report can show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from db.records import Gene

Status = Literal[
    "approved", "previous", "alias", "identifier", "ambiguous", "contradictory", "date", "no-name", "control", "unknown"
]
Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What one name means.

    Attributes:
        name: The name as it was given.
        gene: Its gene, or None where there is none or more than one.
        status: Through what it was found, or why it was not: ``no-name`` is a word such as NA, ``control`` a label of
            negative controls, ``contradictory`` a text whose name and identifier are of different genes.
        choices: The genes that an ambiguous name or a date may stand for, and those that have a word as an alias, by
            symbol.
        near: Approved symbols that look like an unknown name.
        detail: A sentence for a report; empty where the name is simply an approved symbol.
    """

    name: str
    gene: Gene | None
    status: Status
    choices: tuple[Gene, ...] = ()
    near: tuple[str, ...] = ()
    detail: str = ""


class Reading(NamedTuple):
    """What a name was found to mean, before the genes' records are read.

    Attributes:
        status: As in `Resolution`.
        ids: The genes' ids.
        detail: Through which identifier it was found, or what is wrong with it, as far as that is not clear.
    """

    status: Status
    ids: Ids = ()
    detail: str = ""


def decided(name: str, reading: Reading, gene: Gene) -> Resolution:
    """The resolution of a name that means one gene.

    Args:
        name: The name as it was given.
        reading: What was found.
        gene: The gene.
    """
    text = name.strip()
    if gene.symbol == text:
        return Resolution(name, gene, reading.status)
    how = f" by {reading.detail}" if reading.detail and reading.detail.split()[-1] not in name else ""
    said = {"previous": f" {text} was its symbol.", "alias": f" {text} is an alias."}.get(reading.status, "")
    return Resolution(name, gene, reading.status, detail=f"{text} is {gene.symbol}{how}.{said}")


def undecided(name: str, reading: Reading, choices: tuple[Gene, ...], given: Iterable[str]) -> Resolution:
    """The resolution of a name that means several genes, or a gene only as a word that means something else.

    Args:
        name: The name as it was given.
        reading: What was found.
        choices: The genes, by symbol.
        given: All names of the list.
    """
    text, symbols = name.strip(), [gene.symbol for gene in choices]
    either, present = " or ".join(symbols), " and ".join(symbol for symbol in symbols if symbol in given)
    hint = f" The list names {present} besides." if present else ""
    stood = f" It may have been {either}." if symbols else ""
    meant = f" Write {either} where that gene is meant." if symbols else ""
    detail = {
        "ambiguous": f"{text} means {either}.{hint}",
        "contradictory": f"{text} holds a name and an identifier of different genes: {reading.detail}.",
        "date": f"{text} is a date that a spreadsheet made of a gene name.{stood}{hint}",
        "no-name": f"{text} {reading.detail}, not a gene.{meant}",
        "control": f"{text} is how negative controls are labelled, not a gene.{meant}",
    }[reading.status]
    return Resolution(name, None, reading.status, choices, detail=detail)


def unknown(name: str, near: tuple[str, ...], detail: str = "") -> Resolution:
    """The resolution of a name that nobody carries.

    Args:
        name: The name as it was given.
        near: Approved symbols that look like it.
        detail: What it is, in a sentence, where that is known.
    """
    hint = f" Near it: {', '.join(near)}." if near else ""
    return Resolution(
        name, None, "unknown", near=near, detail=f"{detail or f'No gene is named {name.strip()!r}.'}{hint}"
    )
