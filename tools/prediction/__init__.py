"""Which genes hit: from features, priors and rounds to a computed list with reasons."""

from __future__ import annotations

READING = {
    "similar_genes": ".similar_genes",
}
