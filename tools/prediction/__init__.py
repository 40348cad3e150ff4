"""Which genes hit: from features, priors and rounds to a computed list with reasons."""
