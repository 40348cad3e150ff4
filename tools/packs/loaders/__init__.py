"""Puts the files of a pack into the store; one file a kind of data."""
