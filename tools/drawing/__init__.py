"""How pictures look and where the names in them stand, for every subject that draws some."""
