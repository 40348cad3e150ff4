"""Turns a posterior into utilities; one file an acquisition."""
