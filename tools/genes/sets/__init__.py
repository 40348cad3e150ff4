"""Gene sets: which there are, and how the genes of a list gather in them."""
