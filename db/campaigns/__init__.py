"""Campaigns in the store: what they ask, their rounds, and the results that came back."""
