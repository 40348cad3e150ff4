"""Sets of cells in the store: added from a file, listed, shown, removed."""
