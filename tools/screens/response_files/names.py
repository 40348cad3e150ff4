"""How columns and arrays of responses are called in the files of the field's tools."""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, tuple[str, ...]] = {
    "perturbation": (
        "perturbation", "pert", "perturbedgene", "targetgene", "target", "guidetarget", "knockdown", "contrast",
        "comparison", "group",
    ),
    "readout": (
        "readout", "readoutgene", "gene", "responsegene", "response", "genesymbol", "symbol", "feature", "geneid",
        "genename", "hgncsymbol", "ensembl", "ensemblid", "ensemblgeneid", "names",
    ),
    "estimate": (
        "estimate", "lfc", "log2fc", "logfc", "log2foldchange", "avglog2fc", "logfoldchanges", "beta", "zscore", "z",
        "effect",
    ),
    "standard_error": ("standarderror", "se", "stderr", "lfcse"),
    "p": ("p", "pvalue", "pval", "pvals"),
    "fdr": ("fdr", "qvalue", "qval", "padj", "adjp", "adjpval", "adjpvalue", "pvaladj", "pvalueadj", "pvalsadj"),
    "de": ("de", "responds", "label", "significant", "isde"),
    "up": ("up", "raised", "goesup"),
}  # fmt: skip
"""Field → how columns that hold it are called, lower case without signs between."""

ROWS = (*NAMES["perturbation"], "perturbations", "perts", "targets", "knockdowns", "gene", "obsnames", "obs", "index")
"""How the names of a matrix' perturbations are called."""
COLUMNS = ("symbol", "symbols", *NAMES["readout"], "readouts", "genes", "genenames", "varnames", "var", "features")
"""How the names of a matrix' readouts are called."""
VALUES = (*NAMES["estimate"], "estimates", "x", "matrix", "values", "data", "effects", "delta", "deltas")
"""How a matrix of effects is called."""
REPLICATES = ("replicate", "allele", "clone")
"""How what tells rows of one perturbation apart is called."""
