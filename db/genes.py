"""Gene nomenclature: what is written into the store, and what a name of a file means.

Exact case comes first, then any case; an approved symbol goes before a previous one, that before an alias. A name
that is nobody's approved symbol and that two genes carry (TAZ: TAFAZZIN once, WWTR1 also) means either, so it is
listed and never guessed. Dates that a spreadsheet made out of names are recognised, with the genes they may stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import duckdb
import pandas as pd

from db.errors import ConflictError, NeedsChoiceError, NotFoundError
from db.name_forms import near_names, spreadsheet_date_names
from db.records import Gene, Organism
from db.store import Store

Status = Literal["approved", "previous", "alias", "identifier", "ambiguous", "date", "unknown"]

NAMESPACES = ("hgnc", "mgi", "ensembl", "entrez", "uniprot")
"""Identifiers in the order in which they are believed when two columns disagree."""

NEAR_LIMIT = 100
"""Unknown names of one list for which near names are looked for; a list with more is of another organism or kind."""

_TIERS = ("approved", "previous", "alias")
_IDENTIFIER_NAMES = (
    (re.compile(r"ENS[A-Z]*G\d{11}(\.\d+)?", re.IGNORECASE), "ensembl"),
    (re.compile(r"HGNC:\d+", re.IGNORECASE), "hgnc"),
    (re.compile(r"MGI:\d+", re.IGNORECASE), "mgi"),
    (re.compile(r"LOC\d+"), "entrez"),
)


# Writing -----------------------------------------------------------------------------------------


def write_genes(
    connection: duckdb.DuckDBPyConnection,
    ingest_id: int,
    organism: Organism,
    genes: pd.DataFrame,
    names: pd.DataFrame,
    identifiers: pd.DataFrame,
) -> int:
    """Writes one organism's nomenclature; must be inside the write of its ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        organism: Whose genes they are.
        genes: Columns accession (unique), symbol, name, locus_type.
        names: Columns accession, name, tier (``previous`` or ``alias``); approved symbols are added here.
        identifiers: Columns accession, namespace, identifier; accessions are added here.

    Returns:
        Number of genes.

    Raises:
        ConflictError: The store has a nomenclature of this organism already. Effects are written with its symbols,
            so it stays for as long as the store does.
    """
    if has_genes(connection, organism):
        raise ConflictError(
            f"The store holds a {organism} nomenclature already, and its effects are written in those symbols.",
            "A new store takes the new names: --store PATH.",
        )
    first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM gene").fetchall()[0][0]
    frame = genes.sort_values("accession", kind="stable").reset_index(drop=True)
    frame.insert(0, "id", range(first, first + len(frame)))
    approved = frame[["accession", "symbol"]].rename(columns={"symbol": "name"}).assign(tier="approved")
    own = frame[["accession"]].assign(identifier=frame["accession"])
    own["namespace"] = "hgnc" if organism == "human" else "mgi"
    _insert(
        connection,
        frame,
        "INSERT INTO gene SELECT id, ?, symbol, name, accession, locus_type, ? FROM new_rows ORDER BY id",
        [organism, ingest_id],
    )
    for table, rows in (("gene_name", pd.concat([approved, names])), ("gene_identifier", pd.concat([own, identifiers]))):
        values = "name, tier" if table == "gene_name" else "namespace, identifier"
        _insert(
            connection,
            rows,
            f"INSERT INTO {table} SELECT DISTINCT gene.id, {values.replace('name,', 'new_rows.name,')} FROM new_rows"
            " JOIN gene ON gene.accession = new_rows.accession AND gene.organism = ? ORDER BY ALL",
            [organism],
        )
    return len(frame)


def write_orthologs(connection: duckdb.DuckDBPyConnection, ingest_id: int, pairs: pd.DataFrame) -> int:
    """Writes human–mouse pairs by Ensembl id; pairs of which either gene is not in the store are left out.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        pairs: Columns human, mouse (Ensembl gene ids without version) and sources (number of databases).

    Returns:
        Number of pairs written.
    """
    _insert(
        connection,
        pairs,
        "INSERT INTO ortholog SELECT h.gene_id, m.gene_id, max(sources)::INTEGER, ? FROM new_rows"
        " JOIN gene_identifier h ON h.namespace = 'ensembl' AND h.identifier = new_rows.human"
        " JOIN gene_identifier m ON m.namespace = 'ensembl' AND m.identifier = new_rows.mouse"
        " JOIN gene hg ON hg.id = h.gene_id AND hg.organism = 'human'"
        " JOIN gene mg ON mg.id = m.gene_id AND mg.organism = 'mouse' GROUP BY ALL ORDER BY ALL",
        [ingest_id],
    )
    return int(connection.execute("SELECT count(*) FROM ortholog WHERE ingest_id = ?", [ingest_id]).fetchall()[0][0])


def _insert(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, sql: str, values: list[Any]) -> None:
    connection.register("new_rows", rows)
    try:
        connection.execute(sql, values)
    finally:
        connection.unregister("new_rows")


def has_genes(connection: duckdb.DuckDBPyConnection, organism: Organism) -> bool:
    """Whether the store has this organism's nomenclature."""
    return connection.execute("SELECT 1 FROM gene WHERE organism = ? LIMIT 1", [organism]).fetchone() is not None


# Meaning of names --------------------------------------------------------------------------------


@dataclass(frozen=True)
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

    approved: dict[str, tuple[int, ...]] = field(default_factory=dict)
    previous: dict[str, tuple[int, ...]] = field(default_factory=dict)
    alias: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[Status, tuple[int, ...]] | None:
        """The tier and the genes of a name; None where nobody carries it."""
        if ids := self.approved.get(name):
            return ("approved", ids)
        previous, alias = self.previous.get(name, ()), self.alias.get(name, ())
        # A previous symbol goes before an alias only where both are of one gene: TAZ was TAFAZZIN's symbol,
        # and most papers that write it mean WWTR1.
        ids = tuple(sorted({*previous, *alias}))
        return ("previous" if previous else "alias", ids) if ids else None

    def folded(self) -> _Meanings:
        """The same, by names without case."""
        return _Meanings(*(_fold(tier) for tier in (self.approved, self.previous, self.alias)))


def _fold(tier: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    folded: dict[str, tuple[int, ...]] = {}
    for name, ids in tier.items():
        key = name.casefold()
        folded[key] = tuple(sorted({*folded.get(key, ()), *ids}))
    return folded


class GeneNames:
    """One organism's names, ready to say what the names of a file mean."""

    def __init__(self, genes: Mapping[int, Gene], meanings: _Meanings, identifiers: Mapping[str, Mapping[str, Any]]) -> None:
        self._genes = genes
        self._meanings = meanings
        self._identifiers = identifiers

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
                raise NotFoundError(f"The store has no {organism} gene names.", "`hitscout fetch hgnc` gets them.")
            genes = connection.execute(
                "SELECT id, organism, symbol, name, accession, locus_type FROM gene WHERE organism = ?", [organism]
            ).fetchall()
            tiers = {tier: _by_name(connection, organism, "gene_name", f"tier = '{tier}'", "name") for tier in _TIERS}
            identifiers = {
                space: _by_name(connection, organism, "gene_identifier", f"namespace = '{space}'", "identifier")
                for space in NAMESPACES
            }
        return cls(_LazyGenes(genes), _Meanings(**tiers), identifiers)

    @cached_property
    def _folded(self) -> _Meanings:
        return self._meanings.folded()

    @property
    def symbols(self) -> Iterable[str]:
        """All approved symbols."""
        return self._meanings.approved.keys()

    def resolve(
        self, names: Sequence[str], identifiers: Mapping[str, Sequence[str]] | None = None
    ) -> list[Resolution]:
        """Says what each name of a list means.

        Args:
            names: Names as a file has them; white space around them does not matter.
            identifiers: Namespace (``hgnc``, ``mgi``, ``ensembl``, ``entrez``, ``uniprot``) → one text for each
                name; an identifier that the store knows wins over the name.

        Returns:
            One resolution for each name, in the same order.
        """
        columns = {space: (identifiers or {})[space] for space in NAMESPACES if space in (identifiers or {})}
        given = {name.strip() for name in names}
        known: dict[str, Resolution] = {}
        budget = NEAR_LIMIT
        found = []
        for position, name in enumerate(names):
            by_identifier = self._by_identifier(name, {space: column[position] for space, column in columns.items()})
            if by_identifier is not None:
                found.append(by_identifier)
                continue
            if name not in known:
                known[name] = self._by_name(name, given, near=budget > 0)
                budget -= known[name].status == "unknown"
            found.append(known[name])
        return found

    def _by_identifier(self, name: str, values: Mapping[str, str]) -> Resolution | None:
        for space, value in values.items():
            ids = self._identifiers[space].get(_plain_identifier(space, value), ())
            if len(ids) == 1:
                gene = self._genes[ids[0]]
                same = gene.symbol == name.strip()
                return Resolution(name, gene, "identifier", detail="" if same else f"{space} {value} is {gene.symbol}.")
        return None

    def _by_name(self, name: str, given: set[str], *, near: bool) -> Resolution:
        text = name.strip()
        if dates := spreadsheet_date_names(text):
            choices = self._choices(i for date in dates for i in self._all_meanings(date))
            return Resolution(name, None, "date", choices, detail=_date_detail(text, choices))
        meaning = self._meanings.of(text) or self._folded.of(text.casefold())
        if meaning is None:
            return self._as_identifier(name) or self._unknown(name, near=near)
        status, ids = meaning
        if len(ids) == 1:
            gene = self._genes[ids[0]]
            detail = "" if gene.symbol == text else f"{text} is written {gene.symbol} now."
            return Resolution(name, gene, status, detail=detail)
        choices = self._choices(ids)
        return Resolution(name, None, "ambiguous", choices, detail=_ambiguous_detail(text, choices, given))

    def _all_meanings(self, folded_name: str) -> set[int]:
        tiers = (self._folded.approved, self._folded.previous, self._folded.alias)
        return {gene_id for tier in tiers for gene_id in tier.get(folded_name.casefold(), ())}

    def _as_identifier(self, name: str) -> Resolution | None:
        for pattern, space in _IDENTIFIER_NAMES:
            if pattern.fullmatch(name.strip()):
                return self._by_identifier(name, {space: name.strip().removeprefix("LOC")})
        return None

    def _unknown(self, name: str, *, near: bool) -> Resolution:
        close = near_names(name.strip(), self._near_index) if near and name.strip() else ()
        hint = f" Near it: {', '.join(close)}." if close else ""
        return Resolution(name, None, "unknown", near=close, detail=f"No gene is named {name.strip()!r}.{hint}")

    @cached_property
    def _near_index(self) -> dict[str, list[str]]:
        """Approved symbols by their first three letters and digits, in which near names are looked for."""
        index: dict[str, list[str]] = {}
        for symbol in self.symbols:
            index.setdefault(symbol[:2].upper(), []).append(symbol)
        return index

    def _choices(self, ids: Iterable[int]) -> tuple[Gene, ...]:
        return tuple(sorted((self._genes[i] for i in set(ids)), key=lambda gene: gene.symbol))


class _LazyGenes(dict[int, Gene]):
    """Records are made when they are asked for: making all 44,000 takes longer than resolving a file."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        super().__init__()
        self._rows = {row[0]: row for row in rows}

    def __missing__(self, gene_id: int) -> Gene:
        gene = self[gene_id] = Gene(*self._rows[gene_id])
        return gene


def _by_name(
    connection: duckdb.DuckDBPyConnection, organism: Organism, table: str, where: str, column: str
) -> dict[str, tuple[int, ...]]:
    columns = connection.execute(
        f"SELECT {table}.{column} AS name, gene_id FROM {table} JOIN gene ON gene.id = gene_id"
        f" WHERE gene.organism = ? AND {where} ORDER BY gene_id",
        [organism],
    ).fetchall()
    found: dict[str, tuple[int, ...]] = {}
    for name, gene_id in columns:
        found[name] = (*found[name], gene_id) if name in found else (gene_id,)
    return found


def _plain_identifier(space: str, value: str) -> str:
    """An identifier as the store writes it: no version, no decimal point from a spreadsheet, with its prefix."""
    text = str(value).strip()
    if space == "ensembl":
        return text.split(".")[0].upper()
    if space == "entrez":
        return text.removesuffix(".0")
    if space in ("hgnc", "mgi") and text and not text.upper().startswith(f"{space.upper()}:"):
        return f"{space.upper()}:{text.removesuffix('.0')}"
    return text.upper()


def _date_detail(text: str, choices: Sequence[Gene]) -> str:
    named = f" It may have been {_listed(choices)}." if choices else ""
    return f"{text!r} is a date that a spreadsheet made of a gene name.{named}"


def _ambiguous_detail(text: str, choices: Sequence[Gene], given: set[str]) -> str:
    present = [gene.symbol for gene in choices if gene.symbol in given]
    hint = f" The list has {' and '.join(present)} by its own symbol too." if present else ""
    return f"{text!r} means {_listed(choices)}.{hint}"


def _listed(genes: Sequence[Gene]) -> str:
    return " or ".join(gene.symbol for gene in genes)


# Look-ups ----------------------------------------------------------------------------------------


def find_gene(store: Store, name: str, organism: Organism | None = None) -> Gene:
    """The gene that a symbol, former symbol, alias or identifier means.

    Args:
        store: The store.
        name: A name, or an HGNC, MGI, Ensembl, Entrez or UniProt identifier.
        organism: Whose gene; human, then mouse, where None.

    Raises:
        NotFoundError: No gene carries the name; near names are given.
        NeedsChoiceError: More than one gene carries it; they are listed.
    """
    failed: list[Resolution] = []
    for one in _organisms(store, organism):
        names = GeneNames.load(store, one)
        found = names.resolve([name])[0]
        if found.gene is None and found.status == "unknown":
            spaces = {space: [name] for space in NAMESPACES}
            found = names.resolve([name], spaces)[0]
        if found.gene is not None:
            return found.gene
        failed.append(found)
    raise _not_one(failed)


def _organisms(store: Store, organism: Organism | None) -> list[Organism]:
    if organism is not None:
        return [organism]
    with store.read() as connection:
        present: list[Organism] = [one for one in ("human", "mouse") if has_genes(connection, one)]
    return present or ["human"]


def _not_one(failed: Sequence[Resolution]) -> NotFoundError | NeedsChoiceError:
    for resolution in failed:
        if resolution.choices:
            listed = "; ".join(f"{gene.symbol} ({gene.name})" for gene in resolution.choices)
            return NeedsChoiceError(resolution.detail, f"Name one of them: {listed}.")
    near = ", ".join(dict.fromkeys(symbol for resolution in failed for symbol in resolution.near))
    suggestion = f"Did you mean {near}?" if near else "Give an approved symbol, an alias or an Ensembl, Entrez or HGNC id."
    return NotFoundError(f"No gene is named {failed[0].name!r}.", suggestion)


def gene_by_symbol(store: Store, symbol: str, organism: Organism = "human") -> Gene | None:
    """The gene whose approved symbol this is, in exact case; None where there is none."""
    with store.read() as connection:
        row = connection.execute(
            "SELECT id, organism, symbol, name, accession, locus_type FROM gene WHERE symbol = ? AND organism = ?"
            " ORDER BY id",
            [symbol, organism],
        ).fetchone()
    return Gene(*row) if row else None


def names_of(store: Store, gene: Gene) -> dict[str, tuple[str, ...]]:
    """Former symbols and aliases of a gene: tier → names in alphabetical order."""
    return _grouped(store, "SELECT tier, name FROM gene_name WHERE gene_id = ? AND tier <> 'approved' ORDER BY ALL", gene)


def identifiers_of(store: Store, gene: Gene) -> dict[str, tuple[str, ...]]:
    """Identifiers of a gene: namespace → identifiers in alphabetical order."""
    return _grouped(store, "SELECT namespace, identifier FROM gene_identifier WHERE gene_id = ? ORDER BY ALL", gene)


def _grouped(store: Store, sql: str, gene: Gene) -> dict[str, tuple[str, ...]]:
    with store.read() as connection:
        rows = connection.execute(sql, [gene.id]).fetchall()
    found: dict[str, tuple[str, ...]] = {}
    for key, value in rows:
        found[key] = (*found.get(key, ()), value)
    return found


def orthologs_of(store: Store, gene: Gene) -> list[tuple[Gene, int]]:
    """The genes of the other organism that answer to this one, each with its number of supporting databases.

    Best supported first, then by symbol.
    """
    own, other = ("human", "mouse") if gene.organism == "human" else ("mouse", "human")
    with store.read() as connection:
        rows = connection.execute(
            "SELECT g.id, g.organism, g.symbol, g.name, g.accession, g.locus_type, max(o.sources) FROM ortholog o"
            f" JOIN gene g ON g.id = o.{other}_gene_id WHERE o.{own}_gene_id = ? GROUP BY ALL"
            " ORDER BY max(o.sources) DESC, g.symbol",
            [gene.id],
        ).fetchall()
    return [(Gene(*row[:6]), row[6]) for row in rows]


def symbols_of(store: Store, organism: Organism, locus_type: str = "") -> list[str]:
    """Approved symbols in alphabetical order.

    Args:
        store: The store.
        organism: Whose genes.
        locus_type: Only these, such as ``gene with protein product``; all where empty.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT DISTINCT symbol FROM gene WHERE organism = ? AND (? = '' OR locus_type = ?) ORDER BY symbol",
            [organism, locus_type, locus_type],
        ).fetchall()
    return [row[0] for row in rows]


def guess_organism(store: Store, names: Sequence[str]) -> tuple[float, float]:
    """Which organism a list of names is of.

    Args:
        store: The store.
        names: Names as a file has them.

    Returns:
        Share of the distinct names that are approved human symbols, and that are approved mouse symbols, both in
        exact case; zero for an organism that the store has no names of.
    """
    distinct = {name.strip() for name in names}
    if not distinct:
        return (0.0, 0.0)
    human, mouse = (len(distinct.intersection(symbols_of(store, one))) for one in ("human", "mouse"))
    return (human / len(distinct), mouse / len(distinct))
