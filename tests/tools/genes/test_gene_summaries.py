"""What sources write of a gene is quoted on its card and in its evidence."""

from __future__ import annotations

import pandas as pd

from db.genes.nomenclature import find_gene
from db.genes.texts import write_gene_texts
from db.provenance import content_hash, record_ingest
from tools.evidence import open_evidence
from tools.genes.card import gene_card


def test_a_summary_stands_on_the_card_and_in_the_evidence(named_workspace):
    store = named_workspace.store
    assert gene_card(named_workspace, "VAV1").summaries == {}
    assert "summaries" not in open_evidence(named_workspace, "text:VAV1").facts
    texts = pd.DataFrame({"gene_id": [find_gene(store, "VAV1").id], "text": ["A guanine nucleotide exchange factor."]})
    with store.write("test") as connection:
        ingest = record_ingest(
            connection, content=content_hash(["t"], {}), kind="gene_texts", name="refseq", source="test",
            source_hash="0", tool="test", arguments={},
        )  # fmt: skip
        write_gene_texts(connection, ingest, "refseq", "human", texts)
    said = {"refseq": "A guanine nucleotide exchange factor."}
    assert gene_card(named_workspace, "VAV1").summaries == said
    assert open_evidence(named_workspace, "text:VAV1").facts["summaries"] == said
