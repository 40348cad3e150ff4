"""Heads: interchangeable ways to go from vectors of cells to beliefs on their labels, one file each."""
