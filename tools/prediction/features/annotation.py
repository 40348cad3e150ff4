"""Annotation: how much is known of a gene, which is itself a sign of how much it does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.records import PROTEIN_LOCUS, Question
from db.view import View
from tools.genes.network import NETWORK
from tools.genes.network import VERSION as NETWORK_VERSION


class Annotation:
    """Counts: ln(1 + gene sets), ln(1 + network neighbours), ln(1 + summed edge weight), whether it codes a protein.

    Shape (genes known, 4): sets, neighbours and edge_weight are ln(1 + n), with n the sets that hold the gene, its
    edges in STRING and the sum of their weights; protein_coding is 0 or 1 by the nomenclature's locus type. Sources:
    HGNC (Seal et al. 2023, Nucleic Acids Research 51:D1003), all gene sets of the store, and STRING (Szklarczyk et al.
    2021, Nucleic Acids Research 49:D605).

    A gene that the store names but that is in no set and has no neighbour truly counts zero; a gene that the store
    does not name is left out.
    """

    VERSION = ("annotation 2", *NETWORK_VERSION)
    needs = ("hgnc", "pathways", "string")
    reads_question = False
    reads_effects = False
    reads_knowledge = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Counts for each gene that the store names; see `tools.prediction.features.base.FeatureSource`."""
        with view.at_once():
            named = view.genes(question.organism).set_index("symbol")
            sets, edges = view.set_counts(), view.links(NETWORK)
        if named.empty or (sets.empty and edges.empty):
            return pd.DataFrame(dtype=float)
        ends = np.concatenate([edges["a"].cat.codes, edges["b"].cat.codes])
        symbols, weights = edges["a"].cat.categories, np.tile(edges["weight"].to_numpy(float), 2)
        known = genes[genes.isin(named.index)]
        counts = {
            "sets": sets,
            "neighbours": pd.Series(np.bincount(ends, minlength=len(symbols)), symbols),
            "edge_weight": pd.Series(np.bincount(ends, weights, len(symbols)), symbols),
        }
        frame = pd.DataFrame(
            {name: np.log1p(values.reindex(known).fillna(0.0).to_numpy(float)) for name, values in counts.items()},
            known,
        )
        frame["protein_coding"] = (named["locus_type"].reindex(known) == PROTEIN_LOCUS).astype(float)
        return frame


METHOD = Annotation
