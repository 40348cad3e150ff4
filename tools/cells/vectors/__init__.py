"""Vectors of cells: interchangeable ways to say by numbers what a cell expresses, one file each."""
