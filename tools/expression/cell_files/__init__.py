"""What every reader of cells needs from a file: its matrix as log1p CP10k, its genes by the store's names, its hash."""
