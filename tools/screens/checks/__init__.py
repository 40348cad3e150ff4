"""Whether a file is what it is taken for: its columns, its kind, and whether its numbers can be."""
