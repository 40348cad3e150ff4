"""Texts about genes: gene summaries, literature, and the vectors that encoders make of them."""
