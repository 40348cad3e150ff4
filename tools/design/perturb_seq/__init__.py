"""Perturbed single cells before they are sequenced: how many cells show how many responding genes."""
