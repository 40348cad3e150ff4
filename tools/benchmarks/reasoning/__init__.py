"""Benchmarks of reasoning: what retrieved rows say, alone and beside a predictor."""
