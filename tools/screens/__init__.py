"""Screens of the store: what they are, what a hit is, and how far each can be trusted."""
