"""Genes in the store: names, sets, networks, texts, values and embeddings."""
