"""Cells of a file named by a reference: labels with probabilities, and those that are like nothing in it."""
