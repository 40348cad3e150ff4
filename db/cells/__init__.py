"""Sets of single cells in the store: their matrix, their labels, and where they came from."""
