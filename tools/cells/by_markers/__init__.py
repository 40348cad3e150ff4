"""Clusters of cells named without a reference: by gene sets and texts of the genes that are high in each."""
