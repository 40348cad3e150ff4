"""Reads the formats of screen files; one file a format."""
