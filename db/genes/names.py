"""What the names of a file mean.

Exact case comes first, then any case; an approved symbol goes before a previous one, that before an alias. A name
that is nobody's approved symbol and that two genes carry (TAZ: TAFAZZIN once, WWTR1 also) means either, so it is
listed and never guessed. Dates that a spreadsheet made out of names are recognised, with the genes they may stand for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import pandas as pd

from db.acts import act
from db.errors import NotFoundError
from db.genes.control_names import is_control_word
from db.genes.id_forms import identifier_in, said_of_form
from db.genes.name_forms import near_names, serial_date_names, spreadsheet_date_names
from db.genes.names_inside import NameInside, are_running, name_inside, whole_number
from db.genes.no_names import no_name
from db.genes.resolutions import Ids, Reading, Resolution, Status, decided, undecided, unknown
from db.records import Gene, Organism
from db.store import Store

NAMESPACES = ("hgnc", "mgi", "ensembl", "entrez", "uniprot")
"""Identifiers in the order in which they are believed when two columns disagree."""

NEAR_LIMIT = 50
"""Unknown names of one list for which near names are looked for; a longer list is of another organism or kind."""


LEAST_IDS = 0.01
"""From this share of a list on, whole numbers among its names are read as Entrez ids."""

_SINGLE = frozenset({"approved", "previous", "alias", "identifier"})


@dataclass(frozen=True)
class _Meanings:
    """Gene ids by name, a dictionary for each tier."""

    approved: Mapping[str, Ids]
    previous: Mapping[str, Ids]
    alias: Mapping[str, Ids]

    def of(self, name: str) -> Reading | None:
        """The tier and the genes of a name; None where nobody carries it."""
        if ids := self.approved.get(name):
            return Reading("approved" if len(ids) == 1 else "ambiguous", ids)
        previous, alias = self.previous.get(name, ()), self.alias.get(name, ())
        # A previous symbol goes before an alias only where both are of one gene: TAZ was TAFAZZIN's symbol,
        # and most papers that write it mean WWTR1.
        ids = tuple(dict.fromkeys((*previous, *alias)))
        if len(ids) > 1:
            return Reading("ambiguous", ids)
        return Reading("previous" if previous else "alias", ids) if ids else None

    def anywhere(self, name: str) -> Ids:
        """The genes that carry a name in any tier."""
        tiers = (self.approved, self.previous, self.alias)
        return tuple(dict.fromkeys(gene_id for tier in tiers for gene_id in tier.get(name, ())))


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
        self._identifiers: dict[str, Mapping[str, Ids]] = {}
        self._looked_up: dict[str, list[tuple[Any, ...]]] = {}

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

    def statuses(self, names: Sequence[str], *, exact: bool = False) -> dict[str, Status]:
        """Through what each name would be found, without looking for near names.

        Args:
            names: Names, each once.
            exact: Whether only names in exact case count, which takes no look into the store.
        """
        if exact:
            found = {name: self._meanings.of(name) for name in names}
            return {name: "unknown" if one is None else one.status for name, one in found.items()}
        return {name: one.status for name, one in zip(names, self._named(names), strict=True)}

    def _identified(self, values: Mapping[str, str]) -> Reading | None:
        for space, value in values.items():
            ids = self._of_namespace(space).get(plain_identifier(space, value), ())
            if len(ids) == 1:
                return Reading("identifier", ids, f"{space} {value}")
        return None

    def _of_namespace(self, space: str) -> Mapping[str, Ids]:
        if space not in self._identifiers:
            with self._store.read() as connection:
                rows = connection.execute(
                    "SELECT i.identifier, i.gene_id FROM gene_identifier i JOIN gene ON gene.id = i.gene_id"
                    " WHERE gene.organism = ? AND i.namespace = ? ORDER BY i.gene_id",
                    [self._organism, space],
                ).fetchall()
            self._identifiers[space] = _by_name(rows)
        return self._identifiers[space]

    def _named(self, names: Sequence[str]) -> list[Reading]:
        """Approved symbols first, then words that are no names, other names in exact case, and all else."""
        exact = [self._meanings.of(name) for name in names]
        loose = {name for name, found in zip(names, exact, strict=True) if found is None or found.status != "approved"}
        if not loose:
            return [found or Reading("unknown") for found in exact]
        words = {name: word for name in loose if (word := _word(name))}
        left = [name for name, found in zip(names, exact, strict=True) if name and (found is None or name in words)]
        dates = {name: stood for name in left if (stood := spreadsheet_date_names(name))}
        # Names inside longer texts are looked up together with the others: one look each would scan all names.
        inner = [inside.name for name in left if identifier_in(name) is None and (inside := name_inside(name))]
        self._look_up([*left, *inner, *(name for stood in dates.values() for name in stood)])
        folded = self._folded([*left, *(name for stood in dates.values() for name in stood)])
        numbers = self._numbers(names)
        return [
            words[name]._replace(ids=folded.anywhere(name.casefold())) if name in words
            else found or numbers.get(name) or self._loosely(name, dates.get(name, ()), folded)
            for name, found in zip(names, exact, strict=True)
        ]  # fmt: skip

    def _loosely(self, name: str, stood: Sequence[str], folded: _Meanings) -> Reading:
        if stood:
            # The case of the genes' own names is kept where it can be: Mar1 is an alias of RTL1, MARCH1 is no other's.
            exact = dict.fromkeys(i for one in stood for i in self._meanings.anywhere(one))
            return Reading(
                "date", tuple(exact or dict.fromkeys(i for one in stood for i in folded.anywhere(one.casefold())))
            )
        if reading := folded.of(name.casefold()):
            return reading
        identifier = identifier_in(name)
        found = self._identified({identifier.space: identifier.value}) if identifier else self._inside(name)
        return found or Reading("unknown", detail=said_of_form(name))

    def _inside(self, text: str) -> Reading | None:
        """What a name and an identifier inside a longer text mean together."""
        inside = name_inside(text)
        beside = self._beside(inside) if inside else None
        if inside is None or (beside is None and not inside.sure):
            return None
        (named,) = self._named([inside.name])
        if beside is not None and beside.ids[0] in named.ids:
            return Reading("identifier", beside.ids, text)
        if not inside.sure:
            return None
        if beside is None or not named.ids:
            return (beside or named)._replace(detail=text) if beside or named.ids else None
        symbols = [str(self._rows[one.ids[0]][2]) for one in (named, beside)]
        return Reading("contradictory", (*named.ids, *beside.ids), f"{symbols[0]} by the name, {symbols[1]} by the id")

    def _beside(self, inside: NameInside) -> Reading | None:
        """What the identifier beside a name means; a plain number is an Entrez id."""
        space, value = identifier_in(inside.identifier) or ("entrez", inside.identifier)
        return self._identified({space: value}) if value else None

    def _numbers(self, names: Sequence[str]) -> dict[str, Reading]:
        """Whole numbers among names: Entrez ids, days that a spreadsheet made of names, or nothing that is known.

        A single number among thousands of symbols is more likely a slip than an id, so it is told and not believed.
        """
        numbers = {name: number for name in names if (number := whole_number(name)) is not None}
        believed = len(numbers) >= max(1, LEAST_IDS * len(names)) and not are_running(numbers.values())
        found = {}
        for name, number in numbers.items():
            of_id = self._identified({"entrez": str(number)})
            stood = serial_date_names(number) if of_id is None and len(numbers) < len(names) / 2 else ()
            ids = tuple(dict.fromkeys(i for one in stood for i in self._meanings.anywhere(one)))
            if ids:
                found[name] = Reading("date", ids)
            elif of_id is not None and believed:
                found[name] = of_id
            else:
                symbol = self._rows[of_id.ids[0]][2] if of_id is not None else ""
                hint = f" As an Entrez id it would be {symbol}." if symbol else ""
                found[name] = Reading("unknown", detail=f"{name} is a number, not a name.{hint}")
        return found

    def _folded(self, names: Sequence[str]) -> _Meanings:
        """What some names mean where case does not matter, by names without case."""
        self._look_up(names)
        return _meanings(row for name in sorted({name.casefold() for name in names}) for row in self._looked_up[name])

    def _look_up(self, names: Sequence[str]) -> None:
        """Reads the rows of names without case that were not read before."""
        new = sorted({name.casefold() for name in names} - self._looked_up.keys())
        if not new:
            return
        wanted = pd.DataFrame({"name": new}, dtype="str")
        with self._store.read() as connection:
            connection.register("wanted_names", wanted)
            rows = connection.execute(
                "SELECT n.tier, lower(n.name), n.gene_id FROM gene_name n JOIN gene ON gene.id = n.gene_id"
                " SEMI JOIN wanted_names w ON w.name = lower(n.name) WHERE gene.organism = ? ORDER BY n.gene_id",
                [self._organism],
            ).fetchall()
            connection.unregister("wanted_names")
        self._looked_up.update({name: [] for name in new})
        for row in rows:
            self._looked_up[row[1]].append(row)

    def _resolutions(
        self, names: Sequence[str], readings: Sequence[Reading], genes: Mapping[int, Gene]
    ) -> list[Resolution]:
        given = frozenset(name.strip() for name in names)
        near: dict[str, tuple[str, ...]] = {}
        found = []
        for name, reading in zip(names, readings, strict=True):
            text = name.strip()
            if reading.status == "unknown":
                if text not in near and not reading.detail:
                    near[text] = self._near(text, len(near))
                found.append(unknown(name, near.get(text, ()), reading.detail))
            elif reading.status in _SINGLE:
                found.append(decided(name, reading, genes[reading.ids[0]]))
            else:
                choices = tuple(sorted((genes[i] for i in dict.fromkeys(reading.ids)), key=lambda gene: gene.symbol))
                found.append(undecided(name, reading, choices, given))
        return found

    def _near(self, text: str, looked: int) -> tuple[str, ...]:
        """Symbols near an unknown name; ``HLA.A`` is how R writes HLA-A, which is told however many there are."""
        dashed = text.replace(".", "-")
        if dashed != text and dashed in self._meanings.approved:
            return (dashed,)
        return near_names(text, self._near_index) if looked < NEAR_LIMIT and identifier_in(text) is None else ()

    @cached_property
    def _near_index(self) -> dict[str, list[str]]:
        """Approved symbols by their first two characters, among which near names are looked for."""
        index: dict[str, list[str]] = {}
        for symbol in self.symbols:
            index.setdefault(symbol[:2].upper(), []).append(symbol)
        return index


def _word(name: str) -> Reading | None:
    """The reading of a word that stands for no gene, or for a negative control."""
    if said := no_name(name):
        return Reading("no-name", detail=said)
    return Reading("control") if is_control_word(name) else None


def has_genes(connection: duckdb.DuckDBPyConnection, organism: Organism) -> bool:
    """Whether the store has this organism's nomenclature."""
    return bool(connection.execute("SELECT 1 FROM gene WHERE organism = ? LIMIT 1", [organism]).fetchall())


def plain_identifier(namespace: str, value: str) -> str:
    """An identifier as the store writes it: no version, no decimal point from a spreadsheet, with its prefix."""
    text = str(value).strip()
    if namespace == "ensembl":
        return text.split(".")[0].upper()
    if namespace == "entrez":
        return text.removesuffix(".0").removeprefix("LOC")
    if namespace in ("hgnc", "mgi") and text and not text.upper().startswith(f"{namespace.upper()}:"):
        return f"{namespace.upper()}:{text.removesuffix('.0')}"
    return text.upper()


def _meanings(rows: Iterable[tuple[str, str, int]]) -> _Meanings:
    tiers: dict[str, dict[str, Ids]] = {"approved": {}, "previous": {}, "alias": {}}
    for tier, name, gene_id in rows:
        of_tier = tiers[tier]
        of_tier[name] = (*of_tier[name], gene_id) if name in of_tier else (gene_id,)
    return _Meanings(**tiers)


def _by_name(rows: Iterable[tuple[str, int]]) -> dict[str, Ids]:
    found: dict[str, Ids] = {}
    for name, gene_id in rows:
        found[name] = (*found.get(name, ()), gene_id)
    return found
