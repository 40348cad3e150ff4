"""The view: the only door through which features and priors read effects.

A replay opens the store through a view that hides its own screen and every copy of it, so that nothing learnt from
the view can know the answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pandas as pd

from db.genes.named_rows import NamedRows
from db.records import UNSIGNED, Screen
from db.screens.merged import parts_of_merged
from db.screens.reading import ESTIMATE_AS_EVIDENCE, hit_list, list_screens
from db.store import Store

EFFECT_COLUMNS = (
    "screen_id", "contrast_id", "perturbation", "estimate", "standard_error", "p_low", "p_high", "fdr_low", "fdr_high",
)  # fmt: skip
_OF_MEMBERSHIPS = {
    "collection": ("gene_set_collection", "name", "collection_id"),
    "gene_set": ("gene_set", "name", "gene_set_id"),
    "gene": ("gene", "symbol", "gene_id"),
}
"""Column → where its names stand, and the column of ids that leads there."""


class View:
    """What may be seen of a store.

    Args:
        store: The store behind the view.
        hidden: Ids of screens that must not be seen.
    """

    def __init__(self, store: Store, hidden: Collection[int] = ()) -> None:
        self._store = store
        self.hidden = frozenset(hidden)
        self._links: dict[str, pd.DataFrame] = {}

    def hiding(self, screen_ids: Collection[int]) -> View:
        """The same view with further screens hidden."""
        return View(self._store, self.hidden | frozenset(screen_ids))

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Several looks over one connection: opening a store costs more than most of them."""
        with self._store.read():
            yield

    def screens(self) -> list[Screen]:
        """The visible screens with effects, by name; results of campaigns are not among them."""
        screens = list_screens(self._store)
        return [screen for screen in screens if screen.id not in self.hidden and screen.campaign_id is None]

    def effects(self, screen_ids: Collection[int] | None = None) -> pd.DataFrame:
        """Harmonised effects, combined over replicates, of the visible screens.

        Args:
            screen_ids: Only these screens; hidden ones stay hidden. All visible ones where None.

        Returns:
            One row for each contrast and perturbation with the columns `EFFECT_COLUMNS`, sorted by contrast and
            perturbation name.
        """
        with self._store.read() as connection:
            wanted = [s.id for s in self.screens() if screen_ids is None or s.id in screen_ids]
            names = connection.execute("SELECT name FROM perturbation ORDER BY name, id").fetchnumpy()["name"]
            # Names as places in their order: each is made once, not once a screen, and numbers are sorted sooner.
            effects = connection.execute(
                "WITH named AS (SELECT id, row_number() OVER (ORDER BY name, id) - 1 AS place FROM perturbation)"
                f" SELECT contrast.screen_id, effect.contrast_id, named.place AS perturbation, {ESTIMATE_AS_EVIDENCE},"
                " effect.standard_error, effect.p_low, effect.p_high, effect.fdr_low, effect.fdr_high"
                " FROM effect JOIN contrast ON contrast.id = effect.contrast_id"
                " JOIN named ON named.id = effect.perturbation_id"
                " WHERE effect.replicate_id IS NULL AND contrast.screen_id IN (SELECT unnest(?))"
                " ORDER BY effect.contrast_id, named.place",
                [wanted],
            ).df()
        effects["perturbation"] = pd.Series(names, dtype="str").array.take(effects["perturbation"].to_numpy())
        return effects

    def unsigned_contrasts(self) -> frozenset[int]:
        """Ids of the contrasts whose effects say how strong they are, but not which way they go."""
        with self._store.read() as connection:
            rows = connection.execute("SELECT id FROM contrast WHERE positive_means = ?", [UNSIGNED]).fetchall()
        return frozenset(row[0] for row in rows)

    def parts_of_merged(self) -> dict[int, frozenset[int]]:
        """Merged screens and the screens that they were made from, by id."""
        with self._store.read() as connection:
            return parts_of_merged(connection)

    def hit_list(self, list_hash: str) -> frozenset[str]:
        """The perturbations of a published list of hits, as the store records them.

        Args:
            list_hash: The hash, without the ``list:`` of a hit rule.

        Raises:
            NotFoundError: The store holds no such list.
        """
        return hit_list(self._store, list_hash)

    def recorded(self, screen: Screen, perturbation: str) -> str:  # noqa: ARG002 - a view may write names otherwise
        """The name by which a screen of the store records a perturbation that this view calls so.

        Args:
            screen: A visible screen.
            perturbation: A name as `effects` gives it.
        """
        return perturbation

    def fingerprint(self, *, effects: bool = True) -> str:
        """Names what is visible: equal fingerprints mean equal answers from this view, so caches key on it.

        Args:
            effects: Whether screens and their effects count; without them only gene knowledge does.
        """
        from db.provenance import content_hash

        with self._store.read() as connection:
            knowledge = connection.execute(
                "SELECT content_hash FROM ingest WHERE kind IN ('genes', 'gene_sets', 'network', 'gene_values',"
                " 'gene_texts', 'embedding')"
                " ORDER BY content_hash"
            ).fetchall()
            if not effects:
                return content_hash([row[0] for row in knowledge], {})
            seen = connection.execute(
                "SELECT screen.id, ingest.content_hash, screen.study_id, screen.hit_rule, screen.side"
                " FROM screen JOIN ingest ON ingest.id = screen.ingest_id"
                " WHERE screen.campaign_id IS NULL AND screen.id NOT IN (SELECT unnest(?)) ORDER BY screen.id",
                [sorted(self.hidden)],
            ).fetchall()
        return content_hash([row[0] for row in knowledge], {"screens": seen})

    def gene_sets(
        self, collections: Sequence[str] | None = None, *, genes: Collection[str] | None = None
    ) -> pd.DataFrame:
        """Members of gene sets: columns collection, gene_set, gene (symbol), sorted.

        Args:
            collections: Names of collections; all where None.
            genes: Symbols of the members to look at; all where None.
        """
        with self._store.read() as connection:
            return connection.execute(
                "SELECT c.name AS collection, s.name AS gene_set, gene.symbol AS gene FROM gene_set_member m"
                " JOIN gene_set s ON s.id = m.gene_set_id JOIN gene_set_collection c ON c.id = s.collection_id"
                " JOIN gene ON gene.id = m.gene_id WHERE ($all OR c.name IN (SELECT unnest($names::VARCHAR[])))"
                " AND ($any OR gene.symbol IN (SELECT unnest($genes::VARCHAR[]))) ORDER BY ALL",
                {
                    "all": collections is None,
                    "names": list(collections or ()),
                    "any": genes is None,
                    "genes": sorted(genes or ()),
                },
            ).df()

    def memberships(self) -> pd.DataFrame:
        """What `gene_sets` gives of all sets, in any order, with categories in place of text: far sooner read."""
        with self._store.read() as connection:
            rows = connection.execute(
                "SELECT gene_set_id, collection_id, gene_id FROM gene_set_member SEMI JOIN gene ON gene.id = gene_id"
                " JOIN gene_set ON gene_set.id = gene_set_id"
            ).fetchnumpy()
            named = {
                column: NamedRows.of(connection, table, name).categories(np.asarray(rows[place]))
                for column, (table, name, place) in _OF_MEMBERSHIPS.items()
            }
        return pd.DataFrame(named)

    def set_counts(self) -> pd.Series[int]:
        """In how many gene sets a gene is, by symbol; genes in none are left out."""
        with self._store.read() as connection:
            found = connection.execute(
                "SELECT gene.symbol, count(*) AS sets FROM gene_set_member m"
                " JOIN gene_set ON gene_set.id = m.gene_set_id JOIN gene ON gene.id = m.gene_id"
                " GROUP BY gene.symbol ORDER BY gene.symbol"
            ).fetchnumpy()
        return pd.Series(found["sets"], pd.Index(found["symbol"], dtype=object), dtype="int64")

    def links(self, network: str) -> pd.DataFrame:
        """What `edges` gives of all edges, in any order, with categories in place of text: far sooner read.

        They are read once: several features and all questions are made of them.

        Args:
            network: Its name.
        """
        if network not in self._links:
            self._links[network] = self._linked_rows(network)
        return self._links[network]

    def _linked_rows(self, network: str) -> pd.DataFrame:
        with self._store.read() as connection:
            genes = NamedRows.of(connection, "gene", "symbol")
            rows = connection.execute(
                "SELECT gene_a, gene_b, weight FROM edge JOIN network ON network.id = network_id"
                " SEMI JOIN gene a ON a.id = gene_a SEMI JOIN gene b ON b.id = gene_b WHERE network.name = ?",
                [network],
            ).fetchnumpy()
        ends = {end: genes.categories(np.asarray(rows[f"gene_{end}"])) for end in ("a", "b")}
        return pd.DataFrame({**ends, "weight": rows["weight"]})

    def edges(self, network: str, *, genes: Collection[str] | None = None) -> pd.DataFrame:
        """Edges of a network: columns a, b (symbols) and weight, sorted; empty where the store lacks the network.

        Args:
            network: Its name.
            genes: Symbols of which an edge must have one at an end; every edge where None.
        """
        with self._store.read() as connection:
            return connection.execute(
                "SELECT a.symbol AS a, b.symbol AS b, edge.weight FROM edge JOIN network ON network.id = network_id"
                " JOIN gene a ON a.id = gene_a JOIN gene b ON b.id = gene_b WHERE network.name = $network"
                " AND ($any OR a.symbol IN (SELECT unnest($genes::VARCHAR[]))"
                " OR b.symbol IN (SELECT unnest($genes::VARCHAR[]))) ORDER BY ALL",
                {"network": network, "any": genes is None, "genes": sorted(genes or ())},
            ).df()

    def linked(self, network: str) -> pd.Index[str]:
        """The symbols of the genes that have an edge to another one, each once, sorted.

        Args:
            network: Its name.
        """
        with self._store.read() as connection:
            found = connection.execute(
                "WITH linked AS (SELECT a.symbol AS a, b.symbol AS b FROM edge JOIN network ON network.id = network_id"
                " JOIN gene a ON a.id = gene_a JOIN gene b ON b.id = gene_b"
                " WHERE network.name = ? AND a.symbol <> b.symbol)"
                " SELECT a AS symbol FROM linked UNION SELECT b FROM linked ORDER BY symbol",
                [network],
            ).fetchnumpy()
        return pd.Index(found["symbol"], dtype=object)

    def gene_values(self, property_name: str) -> pd.Series[float]:
        """One number for each gene symbol, such as ``depmap_effect``; empty where the store lacks the property."""
        return self.values_of([property_name]).get(property_name, pd.Series(dtype=float).rename_axis("gene"))

    def values_of(self, properties: Sequence[str]) -> dict[str, pd.Series[float]]:
        """Property → one number for each gene symbol, sorted; properties that the store lacks are left out.

        Args:
            properties: Names of properties.
        """
        with self._store.read() as connection:
            rows = connection.execute(
                "SELECT property, gene.symbol AS gene, avg(value) AS value FROM gene_value"
                " JOIN gene ON gene.id = gene_id WHERE property IN (SELECT unnest(?)) GROUP BY ALL"
                " ORDER BY property, gene",
                [list(properties)],
            ).fetchnumpy()
        genes, values = rows["gene"], np.asarray(rows["value"], dtype=float)
        starts, ends = (np.searchsorted(rows["property"], properties, side=side) for side in ("left", "right"))
        return {
            name: pd.Series(values[start:end], pd.Index(genes[start:end], dtype="str", name="gene"), name="value")
            for name, start, end in zip(properties, starts, ends, strict=True)
            if end > start
        }

    def gene_texts(self, source: str, organism: str = "human") -> pd.Series[str]:
        """What a source writes of each gene, by symbol; empty where the store lacks the source.

        Args:
            source: Name of the source, such as ``refseq``.
            organism: ``human`` or ``mouse``.
        """
        with self._store.read() as connection:
            frame = connection.execute(
                "SELECT gene.symbol AS gene, min(text) AS text FROM gene_text JOIN gene ON gene.id = gene_id"
                " WHERE source = ? AND organism = ? GROUP BY gene.symbol ORDER BY gene.symbol",
                [source, organism],
            ).df()
        return frame.set_index("gene")["text"].astype(str)

    def gene_embedding(self, name: str) -> pd.DataFrame:
        """A vector for each gene: symbols × dimensions (columns 0, 1, …), sorted; empty where the store lacks it.

        Args:
            name: Name of the embedding, such as ``coessentiality``.
        """
        with self._store.read() as connection:
            rows = connection.execute(
                "SELECT gene.symbol AS gene, any_value(vector ORDER BY gene_id) AS vector FROM gene_embedding"
                " JOIN gene ON gene.id = gene_id WHERE gene_embedding.name = ?"
                " GROUP BY gene.symbol ORDER BY gene.symbol",
                [name],
            ).fetchnumpy()
        genes = pd.Index(rows["gene"], name="gene", dtype="str")
        values = np.array([np.asarray(vector, dtype=np.float32) for vector in rows["vector"]], dtype=np.float32)
        return pd.DataFrame(values if len(genes) else None, index=genes)

    def embedded(self, name: str) -> pd.Index[str]:
        """The symbols of the genes that have a vector, each once, sorted.

        Args:
            name: Name of the embedding.
        """
        with self._store.read() as connection:
            found = connection.execute(
                "SELECT DISTINCT gene.symbol FROM gene_embedding JOIN gene ON gene.id = gene_id"
                " WHERE gene_embedding.name = ? ORDER BY gene.symbol",
                [name],
            ).fetchnumpy()
        return pd.Index(found["symbol"], dtype=object)

    def embedding_source(self, name: str) -> tuple[str, int]:
        """What an embedding was made by, as its ingest names it, and the numbers of a vector; ("", 0) where it lacks.

        Args:
            name: Name of the embedding.
        """
        with self._store.read() as connection:
            found = connection.execute(
                "SELECT source, len(vector) FROM gene_embedding JOIN ingest ON ingest.id = ingest_id"
                " WHERE gene_embedding.name = ? LIMIT 1",
                [name],
            ).fetchall()
        return (str(found[0][0]), int(found[0][1])) if found else ("", 0)

    def genes(
        self,
        organism: str = "human",
        *,
        symbols: Collection[str] | None = None,
        first_words: Collection[str] | None = None,
    ) -> pd.DataFrame:
        """The genes of an organism: columns symbol, name (in words) and locus_type, sorted by symbol.

        Args:
            organism: ``human`` or ``mouse``.
            symbols: Symbols of the genes to look at; all where None.
            first_words: Words in small letters, one of which a name must begin with; any name where None.
        """
        with self._store.read() as connection:
            return connection.execute(
                "WITH named AS (SELECT symbol, any_value(name ORDER BY id) AS name,"
                " any_value(locus_type ORDER BY id) AS locus_type FROM gene WHERE organism = $organism"
                " AND ($every OR symbol IN (SELECT unnest($symbols::VARCHAR[]))) GROUP BY symbol)"
                " SELECT symbol, name, locus_type FROM named WHERE $any"
                " OR regexp_extract(lower(name), '^[a-z0-9]*') IN (SELECT unnest($words::VARCHAR[])) ORDER BY symbol",
                {
                    "organism": organism,
                    "every": symbols is None,
                    "symbols": sorted(symbols or ()),
                    "any": first_words is None,
                    "words": sorted(first_words or ()),
                },
            ).df()

    def symbols(self, organism: str = "human") -> pd.Index[str]:
        """The symbols of an organism's genes, each once, sorted.

        Args:
            organism: ``human`` or ``mouse``.
        """
        with self._store.read() as connection:
            found = connection.execute(
                "SELECT DISTINCT symbol FROM gene WHERE organism = ? ORDER BY symbol", [organism]
            ).fetchnumpy()
        return pd.Index(found["symbol"], dtype=object)

    def synonyms(self, organism: str = "human", *, names: Collection[str] | None = None) -> pd.DataFrame:
        """The names of genes: columns name, tier (approved, previous or alias) and symbol, sorted.

        Args:
            organism: ``human`` or ``mouse``.
            names: Names to look at; all where None.
        """
        with self._store.read() as connection:
            return connection.execute(
                "SELECT gene_name.name, gene_name.tier, gene.symbol FROM gene_name"
                " JOIN gene ON gene.id = gene_name.gene_id WHERE gene.organism = $organism"
                " AND ($any OR gene_name.name IN (SELECT unnest($names::VARCHAR[]))) ORDER BY ALL",
                {"organism": organism, "any": names is None, "names": sorted(names or ())},
            ).df()
