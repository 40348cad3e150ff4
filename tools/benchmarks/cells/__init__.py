"""The benchmark of cells: labels of held-out cells, by every vector and head, within a species and across two."""
