"""What is known of genes: names, lists, sets, network, texts and vectors."""

from __future__ import annotations

READING = {
    "gene_card": ".card",
    "gene_set_list": ".sets.listing",
    "gene_set_show": ".sets.listing",
    "resolve_genes": ".card",
}

WRITING = {
    "encode_gene_texts": ".texts.vectors",
    "literature_search": ".texts.literature",
}
