"""Tables for those who ask in SQL: the store's rows under the words of the field, names in place of ids.

They are temporary views, made anew for each query of the sandbox, so that they change with the program and not with
the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.evidence_ids import id_sql
from db.store import Store


@dataclass(frozen=True)
class SqlView:
    """A table that a query can read.

    Attributes:
        name: Its name.
        holds: What one row is, in a sentence.
        columns: Column → what it holds, in a few words.
        source: The FROM part that it is made of.
        values: SQL of each column, in the order of `columns`.
    """

    name: str
    holds: str
    columns: Mapping[str, str]
    source: str
    values: tuple[str, ...]

    @property
    def definition(self) -> str:
        """The statement that makes the view on a connection."""
        listed = ", ".join(f"{sql} AS {name}" for name, sql in zip(self.columns, self.values, strict=True))
        return f"CREATE TEMP VIEW {self.name} AS SELECT {listed} FROM {self.source}"


def _view(name: str, holds: str, source: str, *columns: tuple[str, str, str]) -> SqlView:
    """A view of columns that are each given as name, SQL and meaning."""
    return SqlView(
        name, holds, {column: about for column, _, about in columns}, source, tuple(sql for _, sql, _ in columns)
    )


VIEWS = (
    _view(
        "screens", "One screen; results of campaigns are screens too.",
        "screen s LEFT JOIN study ON study.id = s.study_id LEFT JOIN campaign c ON c.id = s.campaign_id",
        ("screen", "s.name", "name, unique"),
        ("study", "coalesce(study.name, '')", "publication or project"),
        ("organism", "s.organism", "human or mouse"),
        ("cell_type", "s.cell_type", "cell type or line"),
        ("phenotype", "s.phenotype", "the biology asked about"),
        ("condition", "s.condition", "what else the cells were given"),
        ("modality", "s.modality", "knockout, interference, activation or empty"),
        ("readout", "s.readout", "how it is measured"),
        ("hit_rule", "s.hit_rule", "what counts as a hit"),
        ("side", "s.side", "side on which hits lie: low, high or both"),
        ("campaign", "coalesce(c.name, '')", "whose results it holds; empty for other screens"),
        ("text", "s.text", "the task in words"),
    ),
    _view(
        "effects", "One perturbation's effect in one contrast of a screen, combined over replicates.",
        "effect e JOIN contrast c ON c.id = e.contrast_id JOIN screen s ON s.id = c.screen_id"
        " JOIN perturbation p ON p.id = e.perturbation_id WHERE e.replicate_id IS NULL",
        ("screen", "s.name", "name of the screen"),
        ("contrast", "c.id", "id of the contrast"),
        ("perturbation", "p.name", "gene symbol A, or a pair A+B"),
        ("estimate", "e.estimate", "effect; positive = raises the phenotype"),
        ("estimate_kind", "c.estimate_kind", "lfc, beta, z, signed_log10_p, …; compare kinds by rank only"),
        ("standard_error", "e.standard_error", "or NULL"),
        ("p_low", "e.p_low", "p that it lowers, or NULL"),
        ("p_high", "e.p_high", "p that it raises, or NULL"),
        ("fdr_low", "e.fdr_low", "FDR that it lowers, or NULL"),
        ("fdr_high", "e.fdr_high", "FDR that it raises, or NULL"),
        ("guides", "e.guides", "guides, or NULL"),
        ("evidence", id_sql("effect", "c.id", "p.name"), "evidence id"),
    ),
    _view(
        "genes", "One gene of the nomenclature.", "gene",
        ("gene", "symbol", "approved symbol"),
        ("organism", "organism", "human or mouse"),
        ("name", "name", "name in words"),
        ("accession", "accession", "HGNC or MGI id"),
        ("locus_type", "locus_type", "such as gene with protein product"),
    ),
    _view(
        "gene_aliases", "One name of a gene.", "gene_name n JOIN gene g ON g.id = n.gene_id",
        ("alias", "n.name", "the name"),
        ("tier", "n.tier", "approved, previous or alias"),
        ("gene", "g.symbol", "approved symbol"),
        ("organism", "g.organism", "human or mouse"),
    ),
    _view(
        "gene_sets", "One gene's membership of one gene set.",
        "gene_set_member m JOIN gene_set s ON s.id = m.gene_set_id"
        " JOIN gene_set_collection c ON c.id = s.collection_id JOIN gene g ON g.id = m.gene_id",
        ("collection", "c.name", "name of the collection"),
        ("gene_set", "s.name", "name of the set"),
        ("gene", "g.symbol", "symbol"),
        ("evidence", id_sql("set", "c.name", "s.name"), "evidence id of the set"),
    ),
    _view(
        "edges", "One undirected edge of a network; each pair stands once, so look at both columns.",
        "edge e JOIN network n ON n.id = e.network_id JOIN gene a ON a.id = e.gene_a JOIN gene b ON b.id = e.gene_b",
        ("network", "n.name", "such as STRING"),
        ("a", "a.symbol", "symbol"),
        ("b", "b.symbol", "symbol"),
        ("weight", "e.weight", "larger is surer"),
        ("evidence", id_sql("edge", "n.name", "a.symbol", "b.symbol"), "evidence id"),
    ),
    _view(
        "gene_numbers", "One number of a gene, such as its effect on growth in DepMap.",
        "gene_value v JOIN gene g ON g.id = v.gene_id",
        ("property", "v.property", "depmap_effect, depmap_common_essential, …"),
        ("gene", "g.symbol", "symbol"),
        ("value", "v.value", "the number"),
    ),
    _view(
        "gene_summaries", "What a source writes of a gene.", "gene_text t JOIN gene g ON g.id = t.gene_id",
        ("gene", "g.symbol", "symbol"),
        ("source", "t.source", "such as refseq"),
        ("text", "t.text", "its words, quoted"),
        ("evidence", id_sql("text", "g.symbol"), "evidence id"),
    ),
    _view(
        "campaigns", "One campaign.", "campaign",
        ("campaign", "name", "name, unique"),
        ("phenotype", "question ->> '$.phenotype'", "what it looks for"),
        ("question", "question", "the whole question as JSON"),
        ("started", "created_at", "time, UTC"),
        ("closed", "closed_at", "time, UTC, or NULL while open"),
    ),
    _view(
        "nominations", "One nomination of a round.",
        "nomination n JOIN round r ON r.id = n.round_id JOIN campaign c ON c.id = r.campaign_id"
        " JOIN perturbation p ON p.id = n.perturbation_id",
        ("campaign", "c.name", "name of the campaign"),
        ("round", "r.number", "number of the round"),
        ("state", "r.state", "open, confirmed or measured"),
        ("rank", "n.rank", "place, 1 is best"),
        ("perturbation", "p.name", "gene symbol A, or a pair A+B"),
        ("hit_probability", "n.hit_probability", "as it was promised"),
        ("low", "n.low", "lower end of its 80 % interval"),
        ("high", "n.high", "upper end"),
        ("support", "n.support", "0 to 1, how much evidence speaks"),
        ("by", "n.nominated_by", "computed, grade or control"),
        ("flags", "n.flags", "list of texts"),
        ("reason", "n.reason", "why"),
        ("outcome", "n.outcome", "waiting, measured, missing or dropped"),
        ("evidence", id_sql("result", "r.id", "p.name"), "evidence id"),
    ),
    _view(
        "results", "One measured effect of a campaign's round, of the newest revision.",
        "round_results rr JOIN round r ON r.id = rr.round_id JOIN campaign c ON c.id = r.campaign_id"
        " JOIN effect e ON e.contrast_id = rr.contrast_id AND e.replicate_id IS NULL"
        " JOIN perturbation p ON p.id = e.perturbation_id WHERE rr.revision ="
        " (SELECT max(other.revision) FROM round_results other WHERE other.round_id = rr.round_id)",
        ("campaign", "c.name", "name of the campaign"),
        ("round", "r.number", "number of the round"),
        ("perturbation", "p.name", "gene symbol A, or a pair A+B"),
        ("estimate", "e.estimate", "effect on the campaign's scale; positive = raises the phenotype"),
        ("fdr_low", "e.fdr_low", "or NULL"),
        ("fdr_high", "e.fdr_high", "or NULL"),
        ("evidence", id_sql("result", "r.id", "p.name"), "evidence id"),
    ),
    _view(
        "responses", "One perturbation's effect on one readout gene or gene set.",
        "response x JOIN response_screen s ON s.id = x.response_screen_id JOIN response_perturbation p"
        " ON p.response_screen_id = s.id AND p.number = x.perturbation JOIN response_readout r"
        " ON r.response_screen_id = s.id AND r.number = x.readout",
        ("screen", "s.name", "name of the table of responses"),
        ("cell_type", "s.cell_type", "cell type or line"),
        ("perturbation", "p.name", "as in the file"),
        ("readout", "r.name", "gene or gene set"),
        ("changed", "x.de", "differentially expressed, or NULL"),
        ("raised", "x.up", "raised by the perturbation, or NULL"),
        ("estimate", "x.estimate", "or NULL"),
        ("fdr", "x.fdr", "or NULL"),
    ),
    _view(
        "cells", "One cell of a set of cells.", "cell_set_cell x JOIN cell_set s ON s.id = x.cell_set_id",
        ("cells", "s.name", "name of the set"),
        ("organism", "s.organism", "human or mouse"),
        ("cell", "x.barcode", "name of the cell, as in the file"),
        ("label", "x.label", "what the file says that it is; empty where it does not"),
        ("donor", "x.donor", "whose it is, or empty"),
        ("genes", "x.genes", "how many genes it shows"),
    ),
    _view(
        "ingests", "One file or pack that brought rows.", "ingest",
        ("kind", "kind", "screen, genes, gene_sets, …"),
        ("name", "name", "what it brought"),
        ("source", "source", "file name or pack"),
        ("added", "created_at", "time, UTC"),
    ),
)  # fmt: skip
"""All of them. The tables behind them can be read too, but their columns may change with any version."""


def count_rows(store: Store) -> dict[str, int]:
    """How many rows each view has, by name.

    Args:
        store: The store.
    """
    with store.read() as connection:
        return {
            view.name: int(connection.execute(f"SELECT count(*) FROM {view.source}").fetchall()[0][0]) for view in VIEWS
        }
