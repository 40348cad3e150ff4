"""One-to-one orthologs: which gene of another organism answers to which human gene, and to no other."""

from __future__ import annotations

from db.store import Store


def one_to_one(store: Store, organism: str, least: int) -> dict[str, str]:
    """Symbols of an organism's genes → symbols of their human orthologs, where each is the other's only best one.

    A pair counts where it has more supporting databases than any other pair of either gene: a tie on either side is a
    family (HLA-A, interferon alpha) of which no member answers to one gene.

    Args:
        store: The store.
        organism: Whose genes, other than human ones.
        least: Supporting databases that a pair needs.

    Returns:
        Own symbol → human symbol, both unique, by own symbol; empty where the store has no orthologs of the organism.
    """
    with store.read() as connection:
        rows = connection.execute(
            "WITH pair AS (SELECT own.symbol AS own, human.symbol AS human, max(o.sources) AS sources FROM ortholog o"
            " JOIN gene human ON human.id = o.human_gene_id JOIN gene own ON own.id = o.mouse_gene_id"
            " WHERE own.organism = ? GROUP BY ALL),"
            " placed AS (SELECT *, max(sources) OVER (PARTITION BY own) AS most_of_own,"
            " max(sources) OVER (PARTITION BY human) AS most_of_human,"
            " count(*) OVER (PARTITION BY own, sources) AS alike_of_own,"
            " count(*) OVER (PARTITION BY human, sources) AS alike_of_human FROM pair)"
            " SELECT own, human FROM placed WHERE sources >= ? AND sources = most_of_own AND sources = most_of_human"
            " AND alike_of_own = 1 AND alike_of_human = 1 ORDER BY own",
            [organism, least],
        ).fetchall()
    return dict(rows)
