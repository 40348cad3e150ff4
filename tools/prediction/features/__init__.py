"""Describes genes by numbers; one file a source."""
