"""What genes are known by: vectors of packs, of an encoder, of a service, or of a user's own file; and controls."""

from __future__ import annotations

from tools.expression.vectors.choice import encoded_vectors, gene_vectors
from tools.expression.vectors.controls import random_vectors

__all__ = ["encoded_vectors", "gene_vectors", "random_vectors"]
