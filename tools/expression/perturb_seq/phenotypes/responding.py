"""How many genes respond to a perturbation."""

from __future__ import annotations

import numpy as np

from db.genes.perturbation_names import genes_in
from tools.expression.perturb_seq.comparing.measured import Measured
from tools.expression.perturb_seq.phenotypes.base import Phenotype, unsigned_effects
from tools.genes.false_discovery import false_discovery_rates

BELOW = 0.05
"""A gene responds when its FDR within the perturbation is below this."""


def responding_genes(measured: Measured) -> Phenotype:
    """Counts the genes that respond to each perturbation, its own targets left out.

    p of a perturbation is Simes' (1986) of its genes: the smallest FDR among them. It is below .05 exactly where the
    count is not zero.

    Args:
        measured: What was measured.
    """
    differences, groups = measured.differences, measured.arms.groups
    counts, p = np.zeros(len(groups)), np.ones(len(groups))
    for number, name in enumerate(groups):
        kept = differences.tested.copy()
        own = [place for gene in genes_in(name) if (place := measured.readouts.place_of(gene)) >= 0]
        kept[own] = False
        fdr = false_discovery_rates(differences.p[number, kept])
        known = fdr[~np.isnan(fdr)]
        counts[number] = (known < BELOW).sum()
        p[number] = known.min() if len(known) else np.nan
    return Phenotype(
        unsigned_effects(counts, p), "unsigned", "beta", "number of responding genes",
        (
            f"The effect is the number of genes that respond (FDR < {BELOW} within the perturbation, its own targets"
            " left out); it says how strong a perturbation is, not which way it goes.",
            "p of a perturbation is Simes' p of its genes, and its FDR is over perturbations (Benjamini and Hochberg)."
            " More cells find more genes: compare perturbations of like numbers of cells.",
        ),
    )  # fmt: skip
