"""Several measurements of one phenotype as one screen: how effects are combined, and how the screen is written."""
