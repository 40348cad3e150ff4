"""Learns which genes hit; one file a predictor."""
