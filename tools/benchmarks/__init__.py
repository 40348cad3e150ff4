"""Published protocols, played by the same code as every replay."""

from __future__ import annotations

READING = {
    "benchmark_biodiscovery": ".biodiscovery",
    "benchmark_suite": ".suite",
    "benchmark_questions": ".questions",
    "benchmark_perturbqa": ".perturbqa",
    "benchmark_reasoning": ".reasoning.perturbqa_votes",
    "benchmark_gene_sets": ".cluster_names",
    "benchmark_expression": ".expression.benchmark",
    "benchmark_validation": ".validation",
    "benchmark_signatures": ".signatures",
    "benchmark_cells": ".cells.benchmark",
}
