"""Evidence in the store: the rows that evidence ids name, and the ingests that they came from."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from typing import Any

from db.evidence_ids import edge_id, effect_id, id_sql, kind_of, parts_of, response_id, result_id, set_id, text_id
from db.provenance import get_ingest
from db.records import Ingest
from db.store import Store


def ingests(store: Store, ids: Sequence[int]) -> tuple[Ingest, ...]:
    """Ingests by their ids, each once, in the order given.

    Args:
        store: The store.
        ids: Ids of ingests.
    """
    with store.read() as connection:
        return tuple(get_ingest(connection, ingest_id) for ingest_id in dict.fromkeys(ids))


def effect_facts(store: Store, contrast_id: int, perturbation: str) -> dict[str, Any] | None:
    """The combined effect of a perturbation in a contrast, with its screen, rank and replicates.

    Args:
        store: The store.
        contrast_id: Id of the contrast.
        perturbation: Name of the perturbation.

    Returns:
        Values by name, with the key ``ingest`` for the ingest's id; None where there is no such effect.
    """
    row = _row(
        store,
        "WITH ranked AS (SELECT *, rank() OVER (ORDER BY estimate) AS from_low, rank() OVER (ORDER BY estimate DESC)"
        " AS from_high, count(*) OVER () AS measured FROM effect WHERE contrast_id = $1 AND replicate_id IS NULL)"
        " SELECT s.name AS screen, coalesce(study.name, '') AS study, s.cell_type, s.phenotype, s.modality,"
        " c.name AS contrast, c.estimate_kind, c.positive_means, c.sign_evidence, p.name AS perturbation, r.estimate,"
        " r.standard_error, r.p_low, r.p_high, r.fdr_low, r.fdr_high, r.guides, r.from_low AS rank_from_low,"
        " r.from_high AS rank_from_high, r.measured, n.name AS name_in_file, r.ingest_id AS ingest"
        " FROM ranked r JOIN perturbation p ON p.id = r.perturbation_id JOIN contrast c ON c.id = r.contrast_id"
        " JOIN screen s ON s.id = c.screen_id LEFT JOIN study ON study.id = s.study_id"
        " LEFT JOIN source_name n ON n.screen_id = s.id AND n.perturbation_id = p.id"
        " WHERE p.name = $2 ORDER BY n.name LIMIT 1",
        [contrast_id, perturbation],
    )
    if row is not None:
        row["replicates"] = _pairs(
            store,
            "SELECT r.name, e.estimate FROM effect e JOIN perturbation p ON p.id = e.perturbation_id"
            " JOIN replicate r ON r.id = e.replicate_id WHERE e.contrast_id = ? AND p.name = ? ORDER BY r.name",
            [contrast_id, perturbation],
        )
    return row


def set_facts(store: Store, collection: str, name: str) -> dict[str, Any] | None:
    """A gene set with its members, and the key ``ingest``; None where there is none.

    Args:
        store: The store.
        collection: Name of the collection.
        name: Name of the set.
    """
    return _row(
        store,
        "SELECT c.name AS collection, s.name AS gene_set, s.description, count(*) AS size,"
        " list(gene.symbol ORDER BY gene.symbol) AS genes, c.ingest_id AS ingest FROM gene_set s"
        " JOIN gene_set_collection c ON c.id = s.collection_id JOIN gene_set_member m ON m.gene_set_id = s.id"
        " JOIN gene ON gene.id = m.gene_id WHERE c.name = ? AND s.name = ? GROUP BY ALL",
        [collection, name],
    )


def edge_facts(store: Store, network: str, a: str, b: str) -> dict[str, Any] | None:
    """An edge of a network in either order of its genes, and the key ``ingest``; None where there is none.

    Args:
        store: The store.
        network: Name of the network.
        a: Symbol of a gene.
        b: Symbol of the other gene.
    """
    return _row(
        store,
        "SELECT n.name AS network, a.symbol AS a, b.symbol AS b, edge.weight, n.ingest_id AS ingest FROM edge"
        " JOIN network n ON n.id = edge.network_id JOIN gene a ON a.id = edge.gene_a JOIN gene b ON b.id = edge.gene_b"
        " WHERE n.name = $1 AND (a.symbol = $2 AND b.symbol = $3 OR a.symbol = $3 AND b.symbol = $2)",
        [network, a, b],
    )


def result_facts(store: Store, round_id: int, perturbation: str) -> dict[str, Any] | None:
    """A nomination of a round (or a gene measured with it) and the newest result, and the key ``ingest``.

    Args:
        store: The store.
        round_id: Id of the round.
        perturbation: Name of the perturbation.

    Returns:
        Values by name; ``estimate`` is None where there is no result. None where the round has neither.
    """
    row = _row(
        store,
        "SELECT campaign.name AS campaign, round.number AS round, round.state, p.name AS perturbation, n.rank,"
        " n.hit_probability, n.low, n.high, n.outcome, rr.revision, e.estimate, e.standard_error, e.p_low, e.p_high,"
        " e.fdr_low, e.fdr_high, rr.placement, c.id AS contrast, e.ingest_id AS ingest FROM round"
        " JOIN campaign ON campaign.id = round.campaign_id JOIN perturbation p ON p.name = $2"
        " LEFT JOIN nomination n ON n.round_id = round.id AND n.perturbation_id = p.id"
        " LEFT JOIN round_results rr ON rr.round_id = round.id"
        " LEFT JOIN contrast c ON c.id = rr.contrast_id"
        " LEFT JOIN effect e ON e.contrast_id = c.id AND e.perturbation_id = p.id AND e.replicate_id IS NULL"
        " WHERE round.id = $1 AND (n.rank IS NOT NULL OR e.estimate IS NOT NULL) ORDER BY rr.revision DESC LIMIT 1",
        [round_id, perturbation],
    )
    if row is not None:
        row["history"] = _pairs(
            store,
            "SELECT rr.revision::VARCHAR, e.estimate FROM round_results rr JOIN effect e"
            " ON e.contrast_id = rr.contrast_id AND e.replicate_id IS NULL JOIN perturbation p"
            " ON p.id = e.perturbation_id WHERE rr.round_id = ? AND p.name = ? ORDER BY rr.revision",
            [round_id, perturbation],
        )
    return row


def response_facts(store: Store, context: str, perturbation: str, readout: str) -> dict[str, Any] | None:
    """What a perturbation did to a readout in one context, and the key ``ingest``; None where it was not measured.

    Args:
        store: The store.
        context: Name of the table of responses.
        perturbation: Approved name, or the file's own.
        readout: Symbol of a gene or name of a set, or the file's own name.
    """
    return _row(
        store,
        "SELECT s.name AS context, coalesce(study.name, '') AS study, s.cell_type, s.condition, s.modality,"
        " coalesce(perturbation.name, p.name) AS perturbation, CASE WHEN s.readout_kind = 'gene' THEN"
        " coalesce(gene.symbol, r.name) ELSE r.name END AS readout, s.readout_kind, response.de AS responds,"
        " response.up, response.estimate, response.standard_error, response.p, response.fdr, response.split,"
        " p.name AS perturbation_in_file, r.name AS readout_in_file, s.ingest_id AS ingest FROM response_screen s"
        " JOIN response ON response.response_screen_id = s.id"
        " JOIN response_perturbation p ON p.response_screen_id = s.id AND p.number = response.perturbation"
        " JOIN response_readout r ON r.response_screen_id = s.id AND r.number = response.readout"
        " LEFT JOIN study ON study.id = s.study_id LEFT JOIN perturbation ON perturbation.id = p.perturbation_id"
        " LEFT JOIN gene ON gene.id = r.gene_ids[1] WHERE s.name = $1"
        " AND (p.name = $2 OR perturbation.name = $2)"
        " AND (r.name = $3 OR s.readout_kind = 'gene' AND gene.symbol = $3)"
        " ORDER BY p.name <> $2, r.name <> $3, p.name, r.name LIMIT 1",
        [context, perturbation, readout],
    )


def gene_facts(store: Store, symbol: str) -> dict[str, Any] | None:
    """What the nomenclature says of an approved symbol, and the key ``ingest``; None where there is none.

    Args:
        store: The store.
        symbol: Approved symbol, in exact case.
    """
    return _row(
        store,
        "SELECT gene.symbol, gene.name, gene.organism, gene.accession, gene.locus_type,"
        " list(DISTINCT n.name ORDER BY n.name) FILTER (WHERE n.tier = 'alias') AS aliases,"
        " list(DISTINCT n.name ORDER BY n.name) FILTER (WHERE n.tier = 'previous') AS previous_symbols,"
        " gene.ingest_id AS ingest FROM gene LEFT JOIN gene_name n ON n.gene_id = gene.id WHERE gene.symbol = ?"
        " GROUP BY ALL ORDER BY gene.organism LIMIT 1",
        [symbol],
    )


def gene_summaries(store: Store, symbol: str) -> dict[str, str]:
    """What sources write of a gene, by source, in their own words; empty where none does.

    Args:
        store: The store.
        symbol: Approved symbol, in exact case.
    """
    found = _all(
        store,
        "SELECT t.source, t.text FROM gene_text t JOIN gene ON gene.id = t.gene_id WHERE gene.symbol = ?"
        " ORDER BY gene.organism DESC, t.source",
        [symbol],
    )
    return {str(source): str(text) for source, text in found}


def existing(store: Store, evidence_ids: Collection[str]) -> frozenset[str]:
    """Those of some evidence ids that name a gene, a gene set or an edge of the store; other kinds are left out.

    Args:
        store: The store.
        evidence_ids: ``text:<gene>``, ``set:<collection>:<name>`` or ``edge:<network>:<gene>:<gene>``.
    """
    parts = {one: parts_of(one) for one in sorted(evidence_ids)}
    asked = {kind: [one for one in parts if parts[one] and kind_of(one) == kind] for kind in ("text", "set", "edge")}
    found = {one for one in asked["edge"] if edge_facts(store, *parts[one]) is not None}
    if asked["text"]:
        genes = [parts[one][0] for one in asked["text"]]
        found |= {text_id(row[0]) for row in _all(store, _KNOWN_GENES, [genes])}
    if asked["set"]:
        found |= {row[0] for row in _all(store, _KNOWN_SETS, [asked["set"]])}
    return frozenset(found & set(evidence_ids))


_KNOWN_GENES = "SELECT DISTINCT symbol FROM gene WHERE symbol IN (SELECT unnest(?::VARCHAR[]))"
_KNOWN_SETS = (
    f"SELECT DISTINCT {id_sql('set', 'c.name', 's.name')} AS evidence FROM gene_set s JOIN gene_set_collection c"
    " ON c.id = s.collection_id WHERE evidence IN (SELECT unnest(?::VARCHAR[]))"
)


# Near ids ----------------------------------------------------------------------------------------


def near_effects(store: Store, contrast_id: int, perturbation: str) -> list[str]:
    """Ids like ``effect:<contrast>:<perturbation>`` that the store has and that look like the one asked for."""
    with store.read() as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT DISTINCT p.name FROM effect e JOIN perturbation p ON p.id = e.perturbation_id"
                " WHERE e.contrast_id = ?",
                [contrast_id],
            ).fetchall()
        ]
        others = connection.execute(
            "SELECT e.contrast_id FROM effect e JOIN perturbation p ON p.id = e.perturbation_id WHERE p.name = ?"
            " AND e.replicate_id IS NULL ORDER BY e.contrast_id LIMIT 3",
            [perturbation],
        ).fetchall()
    near = [effect_id(contrast_id, name) for name in _close(perturbation, names)]
    return near or [effect_id(row[0], perturbation) for row in others]


def near_sets(store: Store, collection: str, name: str) -> list[str]:
    """Ids like ``set:<collection>:<name>`` that look like the one asked for."""
    rows = _all(
        store, "SELECT c.name, s.name FROM gene_set s JOIN gene_set_collection c ON c.id = s.collection_id ORDER BY ALL"
    )
    known = {f"{a}:{b}": set_id(a, b) for a, b in rows}
    return [known[key] for key in _close(f"{collection}:{name}", list(known))]


def near_edges(store: Store, network: str, a: str, b: str) -> list[str]:
    """Ids of the strongest edges of the first gene, else of the second, in any network."""
    for gene in (a, b):
        rows = _all(
            store,
            "SELECT n.name, x.symbol, y.symbol FROM edge JOIN network n ON n.id = edge.network_id"
            " JOIN gene x ON x.id = edge.gene_a JOIN gene y ON y.id = edge.gene_b"
            " WHERE x.symbol = ? OR y.symbol = ? ORDER BY n.name <> ?, edge.weight DESC, 2, 3 LIMIT 3",
            [gene, gene, network],
        )
        if rows:
            return [edge_id(n, x, y) for n, x, y in rows]
    return []


def near_results(store: Store, round_id: int, perturbation: str) -> list[str]:
    """Ids like ``result:<round>:<perturbation>`` that look like the one asked for."""
    rows = _all(
        store,
        "SELECT n.round_id, p.name FROM nomination n JOIN perturbation p ON p.id = n.perturbation_id ORDER BY ALL",
    )
    here = [name for number, name in rows if number == round_id]
    near = [result_id(round_id, name) for name in _close(perturbation, here)]
    return near or [result_id(number, name) for number, name in rows if name == perturbation][:3]


def near_responses(store: Store, context: str, perturbation: str, readout: str) -> list[str]:
    """Ids like ``response:<context>:<perturbation>:<readout>`` that look like the one asked for."""
    names = [row[0] for row in _all(store, "SELECT name FROM response_screen ORDER BY name")]
    here = context if context in names else next(iter(_close(context, names)), "")
    own = _all(
        store,
        "SELECT DISTINCT p.name, r.name FROM response_screen s JOIN response ON response.response_screen_id = s.id"
        " JOIN response_perturbation p ON p.response_screen_id = s.id AND p.number = response.perturbation"
        " JOIN response_readout r ON r.response_screen_id = s.id AND r.number = response.readout"
        " WHERE s.name = ? AND (upper(p.name) = upper(?) OR upper(r.name) = upper(?)) ORDER BY ALL",
        [here, perturbation, readout],
    )
    keys = {f"{p}:{r}": response_id(here, p, r) for p, r in own}
    return [keys[key] for key in _close(f"{perturbation}:{readout}", list(keys))]


def near_genes(store: Store, symbol: str) -> list[str]:
    """Ids like ``text:<gene>`` that look like the one asked for, through any name of the gene."""
    rows = _all(
        store,
        "SELECT DISTINCT gene.symbol FROM gene_name n JOIN gene ON gene.id = n.gene_id WHERE lower(n.name) = lower(?)"
        " ORDER BY gene.symbol LIMIT 3",
        [symbol],
    )
    if not rows:
        symbols = [row[0] for row in _all(store, "SELECT DISTINCT symbol FROM gene ORDER BY symbol")]
        return [text_id(name) for name in difflib.get_close_matches(symbol, symbols, 3, 0.7)]
    return [text_id(row[0]) for row in rows]


def _close(name: str, names: Sequence[str]) -> list[str]:
    """Up to three names that look like one, upper and lower case being the same."""
    by_key = {known.casefold(): known for known in sorted(names, reverse=True)}
    return [by_key[key] for key in difflib.get_close_matches(name.casefold(), by_key, 3, 0.6)]


def _row(store: Store, sql: str, values: Sequence[Any]) -> dict[str, Any] | None:
    with store.read() as connection:
        cursor = connection.execute(sql, list(values))
        names = [column[0] for column in cursor.description or ()]
        found = cursor.fetchall()
    return dict(zip(names, found[0], strict=True)) if found else None


def _all(store: Store, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        return connection.execute(sql, list(values)).fetchall()


def _pairs(store: Store, sql: str, values: Sequence[Any]) -> dict[str, float]:
    return {str(name): float(value) for name, value in _all(store, sql, values)}
