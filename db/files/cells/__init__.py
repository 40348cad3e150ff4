"""Files of single cells: a matrix of cells and genes, read in pieces, with what describes cells and genes."""
