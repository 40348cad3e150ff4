"""Perturbed single cells on their way into the store: who was perturbed, what responded, which genes are hits."""
