"""Screens and responses in the store: their contrasts and effects, written and read."""
