"""Says how good a ranking or a probability is; one file a metric."""
