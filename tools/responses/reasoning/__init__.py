"""Reasoning over measured responses: what is close to a question, what it votes for, and what is said of it."""
