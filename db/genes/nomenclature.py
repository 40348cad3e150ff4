"""Gene nomenclature in the store: how it is written, and how one gene is looked up.

What the names of a whole file mean is said by `db.genes.names.GeneNames`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from db.acts import PATH, option
from db.errors import ConflictError, NeedsChoiceError, NotFoundError
from db.genes.names import NAMESPACES, GeneNames, has_genes
from db.genes.resolutions import Resolution
from db.records import UNSIGNED, Gene, Organism
from db.store import Store

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
            f"A new store takes the new names: {option(store_path=PATH)}.",
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
    for table, rows in (
        ("gene_name", pd.concat([approved, names])),
        ("gene_identifier", pd.concat([own, identifiers])),
    ):
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
        if found.choices:
            break
    raise _not_one(failed)


def _organisms(store: Store, organism: Organism | None) -> list[Organism]:
    if organism is not None:
        return [organism]
    with store.read() as connection:
        present: list[Organism] = [one for one in ("human", "mouse") if has_genes(connection, one)]
    return present or ["human"]


def _not_one(failed: Sequence[Resolution]) -> NotFoundError | NeedsChoiceError:
    for resolution in failed:
        if resolution.choices and resolution.status not in ("no-name", "control"):
            listed = "; ".join(f"{gene.symbol} ({gene.name})" for gene in resolution.choices)
            return NeedsChoiceError(resolution.detail, f"Name one of them: {listed}.")
    if failed[0].status in ("no-name", "control"):
        return NotFoundError(failed[0].detail, "Give an approved symbol, or an Ensembl, Entrez or HGNC id.")
    near = ", ".join(dict.fromkeys(symbol for resolution in failed for symbol in resolution.near))
    suggestion = (
        f"Did you mean {near}?" if near else "Give an approved symbol, an alias or an Ensembl, Entrez or HGNC id."
    )
    return NotFoundError(f"No gene is named {failed[0].name!r}.", suggestion)


def names_of(store: Store, gene: Gene) -> dict[str, tuple[str, ...]]:
    """Former symbols and aliases of a gene: tier → names in alphabetical order."""
    return _grouped(
        store, "SELECT tier, name FROM gene_name WHERE gene_id = ? AND tier <> 'approved' ORDER BY ALL", gene
    )


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


@dataclass(frozen=True)
class GeneEffect:
    """What perturbing one gene alone did in one contrast.

    Attributes:
        screen: Name of the screen.
        phenotype: What was looked at.
        cell_type: In which cells.
        modality: How genes were perturbed.
        contrast_id: The contrast.
        perturbation: The perturbation's name.
        estimate: Harmonised effect: positive = raises the phenotype; how strong it is where it is not signed.
        estimate_kind: What the estimate is.
        percentile: Share of the contrast's perturbations with a smaller estimate, 0 to 1.
        fdr: The smaller FDR of the two sides; None where the screen has none.
        signed: Whether the estimate says which way the effect goes.
    """

    screen: str
    phenotype: str
    cell_type: str
    modality: str
    contrast_id: int
    perturbation: str
    estimate: float
    estimate_kind: str
    percentile: float
    fdr: float | None
    signed: bool


def effects_of_gene(store: Store, gene: Gene) -> list[GeneEffect]:
    """Effects of perturbing a gene alone, combined over replicates, in every screen but campaigns' own results.

    Args:
        store: The store.
        gene: The gene.

    Returns:
        The most extreme percentiles first: those at either end, or at the strong one of effects without a sign.
    """
    with store.read() as connection:
        rows = connection.execute(
            "WITH ranked AS (SELECT contrast_id, perturbation_id, estimate, least(fdr_low, fdr_high) AS fdr,"
            "  percent_rank() OVER (PARTITION BY contrast_id ORDER BY estimate) AS percentile"
            "  FROM effect WHERE replicate_id IS NULL)"
            " SELECT screen.name, screen.phenotype, screen.cell_type, screen.modality, contrast.id, perturbation.name,"
            "  ranked.estimate, contrast.estimate_kind, ranked.percentile, ranked.fdr,"
            "  contrast.positive_means <> $unsigned AS signed FROM ranked"
            " JOIN perturbation ON perturbation.id = ranked.perturbation_id"
            " JOIN contrast ON contrast.id = ranked.contrast_id JOIN screen ON screen.id = contrast.screen_id"
            " WHERE perturbation.gene_id = $gene AND perturbation.second_gene_id IS NULL AND screen.campaign_id IS NULL"
            " ORDER BY CASE WHEN signed THEN 2 * abs(ranked.percentile - 0.5) ELSE ranked.percentile END DESC,"
            "  screen.name, contrast.id",
            {"gene": gene.id, "unsigned": UNSIGNED},
        ).fetchall()
    return [GeneEffect(*row) for row in rows]
