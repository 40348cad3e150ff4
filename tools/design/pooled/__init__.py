"""Pooled screens before they are made: noise of guides, cells and reads, and what it leaves to be seen."""
