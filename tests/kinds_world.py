"""What a store writes of the planted types of `tests.labelled_world`: by gene sets, by texts, or nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from db.genes.sets import write_gene_sets
from db.genes.texts import write_gene_texts
from db.provenance import content_hash, record_ingest
from db.store import Store
from tests.labelled_world import own_genes
from tests.synthetic_store import SYMBOLS, add_knowledge, add_mouse_genes

LABELS = ("T cell", "Mast_Cell", "macrophage", "ductal")
"""What the file calls its types; the store writes nothing of the last one."""


def kinds_store(folder: Path) -> Store:
    """A store whose gene sets name T cells and mast cells, and whose texts name macrophages."""
    store = Store(folder / "kinds.duckdb").create()
    add_knowledge(store, sets=False, network=False, essentials=False)
    add_mouse_genes(store, SYMBOLS[:590])
    with store.write("test") as connection:
        ids = dict(connection.execute("SELECT symbol, id FROM gene WHERE organism = 'human'").fetchall())
        members = pd.DataFrame([
            {"gene_set": name, "description": "", "gene_id": ids[gene]}
            for name, genes in (
                ("GOBP_T_CELL_ACTIVATION", own_genes(0)), ("mast cell degranulation", own_genes(1)),
                ("protein folding", [*own_genes(3)[:9], "GENE0100"]), ("essential", SYMBOLS[200:240]),
            )
            for gene in genes
        ])  # fmt: skip
        write_gene_sets(connection, _ingest(connection, "gene_sets", "made"), "MADE", members)
        texts = pd.DataFrame({
            "gene_id": [ids[gene] for gene in SYMBOLS[:120]],
            "text": [
                f"This gene, {gene}, is found in macrophages." if gene in own_genes(2) else "It makes a protein."
                for gene in SYMBOLS[:120]
            ],
        })  # fmt: skip
        write_gene_texts(connection, _ingest(connection, "gene_texts", "refseq"), "refseq", "human", texts)
    return store


def _ingest(connection, kind: str, name: str) -> int:
    return record_ingest(
        connection, content=content_hash([kind, name], {}), kind=kind, name=name, source="synthetic", source_hash="0",
        tool="test", arguments={},
    )  # fmt: skip
