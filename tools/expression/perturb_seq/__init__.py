"""A file of perturbed single cells on its way into the store: who was perturbed, what responded, which genes are hits."""
