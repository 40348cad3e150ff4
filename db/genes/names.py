"""What the names of a file mean.

Exact case comes first, then any case; an approved symbol goes before a previous one, that before an alias. A name
that is nobody's approved symbol and that two genes carry (TAZ: TAFAZZIN once, WWTR1 also) means either, so it is
listed and never guessed. Dates that a spreadsheet made out of names are recognised, with the genes they may stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import duckdb
import pandas as pd

from db.acts import act
from db.errors import NotFoundError
from db.genes.name_forms import near_names, spreadsheet_date_names
from db.records import Gene, Organism
from db.store import Store

Status = Literal["approved", "previous", "alias", "identifier", "ambiguous", "date", "unknown"]

NAMESPACES = ("hgnc", "mgi", "ensembl", "entrez", "uniprot")
"""Identifiers in the order in which they are believed when two columns disagree."""

NEAR_LIMIT = 50
"""Unknown names of one list for which near names are looked for; a longer list is of another organism or kind."""

_IDENTIFIER_NAMES = (
    (re.compile(r"ENS[A-Z]*G\d{11}(\.\d+)?", re.IGNORECASE), "ensembl"),
    (re.compile(r"HGNC:\d+", re.IGNORECASE), "hgnc"),
    (re.compile(r"MGI:\d+", re.IGNORECASE), "mgi"),
    (re.compile(r"LOC\d+"), "entrez"),
)
_Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What one name means.

    Attributes:
        name: The name as it was given.
        gene: Its gene, or None where there is none or more than one.
        status: Through what it was found, or why it was not.
        choices: The genes that an ambiguous name or a date may stand for, by symbol.
        near: Approved symbols that look like an unknown name.
        detail: A sentence for a report; empty where the name is simply an approved symbol.
    """

    name: str
    gene: Gene | None
    status: Status
    choices: tuple[Gene, ...] = ()
    near: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class _Meanings:
    """Gene ids by name, a dictionary for each tier."""

    approved: Mapping[str, _Ids]
    previous: Mapping[str, _Ids]
    alias: Mapping[str, _Ids]

    def of(self, name: str) -> _Reading | None:
        """The tier and the genes of a name; None where nobody carries it."""
        if ids := self.approved.get(name):
            return _Reading("approved" if len(ids) == 1 else "ambiguous", ids)
        previous, alias = self.previous.get(name, ()), self.alias.get(name, ())
        # A previous symbol goes before an alias only where both are of one gene: TAZ was TAFAZZIN's symbol,
        # and most papers that write it mean WWTR1.
        ids = tuple(dict.fromkeys((*previous, *alias)))
        if len(ids) > 1:
            return _Reading("ambiguous", ids)
        return _Reading("previous" if previous else "alias", ids) if ids else None

    def anywhere(self, name: str) -> _Ids:
        """The genes that carry a name in any tier."""
        tiers = (self.approved, self.previous, self.alias)
        return tuple(dict.fromkeys(gene_id for tier in tiers for gene_id in tier.get(name, ())))


class _Reading(NamedTuple):
    """What a name was found to mean, before the genes' records are read."""

    status: Status
    ids: _Ids = ()
    detail: str = ""


class GeneNames:
    """One organism's names, ready to say what the names of a file mean.

    Args:
        store: The store, read for short moments only.
        organism: Whose names.
        meanings: Gene ids by name, in exact case.
        genes: The rows of all genes, from which records are made when they are needed.
    """

    def __init__(self, store: Store, organism: Organism, meanings: _Meanings, genes: Iterable[tuple[Any, ...]]) -> None:
        self._store = store
        self._organism: Organism = organism
        self._meanings = meanings
        self._rows = {row[0]: row for row in genes}
        self._identifiers: dict[str, Mapping[str, _Ids]] = {}

    @classmethod
    def load(cls, store: Store, organism: Organism) -> GeneNames:
        """Reads the names of one organism.

        Args:
            store: The store.
            organism: Whose names.

        Raises:
            NotFoundError: The store has no names of this organism.
        """
        with store.read() as connection:
            if not has_genes(connection, organism):
                raise NotFoundError(f"The store has no {organism} gene names.", f"{act('fetch', ['hgnc'])} gets them.")
            rows = connection.execute(
                "SELECT n.tier, n.name, n.gene_id FROM gene_name n JOIN gene ON gene.id = n.gene_id"
                " WHERE gene.organism = ? ORDER BY n.gene_id",
                [organism],
            ).fetchnumpy()
            genes = connection.execute(
                "SELECT id, organism, symbol, name, accession, locus_type FROM gene WHERE organism = ?", [organism]
            ).fetchall()
        named = zip(*(rows[column].tolist() for column in ("tier", "name", "gene_id")), strict=True)
        return cls(store, organism, _meanings(named), genes)

    @property
    def symbols(self) -> Iterable[str]:
        """All approved symbols."""
        return self._meanings.approved.keys()

    def resolve(self, names: Sequence[str], identifiers: Mapping[str, Sequence[str]] | None = None) -> list[Resolution]:
        """Says what each name of a list means.

        Args:
            names: Names as a file has them; white space around them does not matter.
            identifiers: Namespace (``hgnc``, ``mgi``, ``ensembl``, ``entrez``, ``uniprot``) → one text for each
                name; an identifier that the store knows wins over the name.

        Returns:
            One resolution for each name, in the same order.
        """
        columns = {space: (identifiers or {})[space] for space in NAMESPACES if space in (identifiers or {})}
        identified = [
            self._identified({space: column[i] for space, column in columns.items()}) if columns else None
            for i in range(len(names))
        ]
        rest = list(dict.fromkeys(name for name, known in zip(names, identified, strict=True) if known is None))
        readings = dict(zip(rest, self._named([name.strip() for name in rest]), strict=True))
        chosen = [known or readings[name] for name, known in zip(names, identified, strict=True)]
        wanted = {gene_id for reading in chosen for gene_id in reading.ids}
        genes = {gene_id: Gene(*self._rows[gene_id]) for gene_id in wanted}
        return self._resolutions(names, chosen, genes)

    def _identified(self, values: Mapping[str, str]) -> _Reading | None:
        for space, value in values.items():
            ids = self._of_namespace(space).get(plain_identifier(space, value), ())
            if len(ids) == 1:
                return _Reading("identifier", ids, f"{space} {value}")
        return None

    def _of_namespace(self, space: str) -> Mapping[str, _Ids]:
        if space not in self._identifiers:
            with self._store.read() as connection:
                rows = connection.execute(
                    "SELECT i.identifier, i.gene_id FROM gene_identifier i JOIN gene ON gene.id = i.gene_id"
                    " WHERE gene.organism = ? AND i.namespace = ? ORDER BY i.gene_id",
                    [self._organism, space],
                ).fetchall()
            self._identifiers[space] = _by_name(rows)
        return self._identifiers[space]

    def _named(self, names: Sequence[str]) -> list[_Reading]:
        """Exact case first, then dates, any case and names that are identifiers."""
        exact = [self._meanings.of(name) for name in names]
        left = [name for name, reading in zip(names, exact, strict=True) if reading is None and name]
        if not left:
            return [reading or _Reading("unknown") for reading in exact]
        dates = {name: stood for name in left if (stood := spreadsheet_date_names(name))}
        folded = self._folded(left + [name for stood in dates.values() for name in stood])
        return [
            reading or self._loosely(name, dates.get(name, ()), folded)
            for name, reading in zip(names, exact, strict=True)
        ]

    def _loosely(self, name: str, stood: Sequence[str], folded: _Meanings) -> _Reading:
        if stood:
            # The case of the genes' own names is kept where it can be: Mar1 is an alias of RTL1, MARCH1 is no other's.
            exact = dict.fromkeys(i for one in stood for i in self._meanings.anywhere(one))
            return _Reading(
                "date", tuple(exact or dict.fromkeys(i for one in stood for i in folded.anywhere(one.casefold())))
            )
        if reading := folded.of(name.casefold()):
            return reading
        for pattern, space in _IDENTIFIER_NAMES:
            if pattern.fullmatch(name):
                return self._identified({space: name.removeprefix("LOC")}) or _Reading("unknown")
        return _Reading("unknown")

    def _folded(self, names: Sequence[str]) -> _Meanings:
        """What some names mean where case does not matter, by names without case."""
        wanted = pd.DataFrame({"name": sorted({name.casefold() for name in names})}, dtype="str")
        with self._store.read() as connection:
            connection.register("wanted_names", wanted)
            rows = connection.execute(
                "SELECT n.tier, lower(n.name), n.gene_id FROM gene_name n JOIN gene ON gene.id = n.gene_id"
                " SEMI JOIN wanted_names w ON w.name = lower(n.name) WHERE gene.organism = ? ORDER BY n.gene_id",
                [self._organism],
            ).fetchall()
            connection.unregister("wanted_names")
        return _meanings(rows)

    def _resolutions(
        self, names: Sequence[str], readings: Sequence[_Reading], genes: Mapping[int, Gene]
    ) -> list[Resolution]:
        given = frozenset(name.strip() for name in names)
        near: dict[str, tuple[str, ...]] = {}
        found = []
        for name, reading in zip(names, readings, strict=True):
            text = name.strip()
            if reading.status == "unknown":
                if text not in near and len(near) < NEAR_LIMIT and not _is_identifier(text):
                    near[text] = near_names(text, self._near_index)
                found.append(_unknown(name, near.get(text, ())))
            elif reading.status in ("ambiguous", "date"):
                choices = tuple(sorted((genes[i] for i in reading.ids), key=lambda gene: gene.symbol))
                found.append(_undecided(name, reading.status, choices, given))
            else:
                found.append(_decided(name, reading, genes[reading.ids[0]]))
        return found

    @cached_property
    def _near_index(self) -> dict[str, list[str]]:
        """Approved symbols by their first two characters, among which near names are looked for."""
        index: dict[str, list[str]] = {}
        for symbol in self.symbols:
            index.setdefault(symbol[:2].upper(), []).append(symbol)
        return index


def _is_identifier(text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern, _space in _IDENTIFIER_NAMES)


def has_genes(connection: duckdb.DuckDBPyConnection, organism: Organism) -> bool:
    """Whether the store has this organism's nomenclature."""
    return bool(connection.execute("SELECT 1 FROM gene WHERE organism = ? LIMIT 1", [organism]).fetchall())


def plain_identifier(namespace: str, value: str) -> str:
    """An identifier as the store writes it: no version, no decimal point from a spreadsheet, with its prefix."""
    text = str(value).strip()
    if namespace == "ensembl":
        return text.split(".")[0].upper()
    if namespace == "entrez":
        return text.removesuffix(".0")
    if namespace in ("hgnc", "mgi") and text and not text.upper().startswith(f"{namespace.upper()}:"):
        return f"{namespace.upper()}:{text.removesuffix('.0')}"
    return text.upper()


def _meanings(rows: Iterable[tuple[str, str, int]]) -> _Meanings:
    tiers: dict[str, dict[str, _Ids]] = {"approved": {}, "previous": {}, "alias": {}}
    for tier, name, gene_id in rows:
        of_tier = tiers[tier]
        of_tier[name] = (*of_tier[name], gene_id) if name in of_tier else (gene_id,)
    return _Meanings(**tiers)


def _by_name(rows: Iterable[tuple[str, int]]) -> dict[str, _Ids]:
    found: dict[str, _Ids] = {}
    for name, gene_id in rows:
        found[name] = (*found.get(name, ()), gene_id)
    return found


def _decided(name: str, reading: _Reading, gene: Gene) -> Resolution:
    if gene.symbol == name.strip():
        return Resolution(name, gene, reading.status)
    how = f" by {reading.detail}" if reading.detail and reading.detail.split()[-1] not in name else ""
    return Resolution(name, gene, reading.status, detail=f"{name.strip()} is {gene.symbol}{how}.")


def _undecided(name: str, status: Status, choices: tuple[Gene, ...], given: frozenset[str]) -> Resolution:
    text, symbols = name.strip(), [gene.symbol for gene in choices]
    present = " and ".join(symbol for symbol in symbols if symbol in given)
    hint = f" The list names {present} besides." if present else ""
    if status == "ambiguous":
        return Resolution(name, None, status, choices, detail=f"{text} means {' or '.join(symbols)}.{hint}")
    stood = f" It may have been {' or '.join(symbols)}." if symbols else ""
    return Resolution(
        name, None, status, choices, detail=f"{text} is a date that a spreadsheet made of a gene name.{stood}{hint}"
    )


def _unknown(name: str, near: tuple[str, ...]) -> Resolution:
    hint = f" Near it: {', '.join(near)}." if near else ""
    return Resolution(name, None, "unknown", near=near, detail=f"No gene is named {name.strip()!r}.{hint}")
