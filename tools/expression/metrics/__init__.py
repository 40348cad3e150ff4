"""Metrics of predicted expression: one number for each perturbation that was predicted without having been seen."""
