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

    VERSION = ("annotation 1", *NETWORK_VERSION)
    needs = ("hgnc", "pathways", "string")
    reads_question = False
    reads_effects = False
    reads_words = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Counts for each gene that the store names; see `tools.prediction.features.base.FeatureSource`."""
        named = view.genes(question.organism).set_index("symbol")
        members, edges = view.gene_sets(), view.edges(NETWORK)
        if named.empty or (members.empty and edges.empty):
            return pd.DataFrame(dtype=float)
        ends = pd.concat([edges[["a", "weight"]].set_axis(["gene", "weight"], axis=1),
                          edges[["b", "weight"]].set_axis(["gene", "weight"], axis=1)])  # fmt: skip
        by_gene = ends.groupby("gene")["weight"]
        known = genes[genes.isin(named.index)]
        counts = {
            "sets": members.groupby("gene").size(),
            "neighbours": by_gene.size(),
            "edge_weight": by_gene.sum(),
        }
        frame = pd.DataFrame(
            {name: np.log1p(values.reindex(known).fillna(0.0).to_numpy(float)) for name, values in counts.items()},
            known,
        )
        frame["protein_coding"] = (named["locus_type"].reindex(known) == PROTEIN_LOCUS).astype(float)
        return frame


METHOD = Annotation
