"""Kinds of cells, as gene sets and texts of genes name them: a vocabulary, which holds no gene."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from db.evidence_ids import set_id, text_id
from db.genes.sets import list_collections
from db.store import Store
from db.view import View
from tools.cells.enriched import NO_BIOLOGY

TEXTS = "refseq"
LARGEST = 500
"""Genes of a named set, beyond which it says too little of one kind of cell."""
KINDS: Mapping[str, str] = {
    "type B pancreatic cell": r"\bbeta[ -]cells?\b|insulin secretion",
    "pancreatic A cell": r"(?:pancrea\w*|islet) alpha[ -]cells?\b|\balpha cells?\b|glucagon secretion",
    "pancreatic D cell": r"(?:pancrea\w*|islet) delta[ -]cells?\b|\bdelta cells?\b|somatostatin secretion",
    "pancreatic PP cell": r"\bpp cells?\b|pancreatic polypeptide",
    "pancreatic epsilon cell": r"\bepsilon cells?\b|ghrelin secretion",
    "pancreatic acinar cell": r"\bacinar cells?\b|exocrine pancrea\w*|pancreatic (?:juice|secretion|enzymes?)|"
    r"secreted (?:by|from) the pancreas",
    "pancreatic ductal cell": r"\bduct(?:al)? cells?\b|pancreatic duct",
    "stellate cell": r"\bstellate cells?\b",
    "fibroblast": r"\bfibroblasts?\b(?! growth)|collagen fibril organization|extracellular matrix organization",
    "smooth muscle cell": r"\bsmooth muscle\b",
    "skeletal muscle cell": r"\bskeletal muscle\b|\bmyoblasts?\b|\bmyotubes?\b",
    "cardiac muscle cell": r"\bcardiac muscle\b|\bcardiomyocytes?\b",
    "endothelial cell": r"\bendotheli(?:al|um)\b|\bvasculogenesis\b|\bangiogenesis\b",
    "epithelial cell": r"\bepithelial cells?\b",
    "keratinocyte": r"\bkeratinocytes?\b|\bepidermis\b",
    "melanocyte": r"\bmelanocytes?\b|\bmelanin\b",
    "macrophage": r"\bmacrophages?\b",
    "monocyte": r"\bmonocytes?\b",
    "dendritic cell": r"\bdendritic cells?\b",
    "T cell": r"\bt[ -]?(?:cells?|lymphocytes?)\b|\btcr\b",
    "B cell": r"\bb[ -]?(?:cells?|lymphocytes?)\b|\bbcr\b",
    "natural killer cell": r"\bnatural killer\b|\bnk[ -]?cells?\b",
    "mast cell": r"\bmast[ -]cells?\b",
    "neutrophil": r"\bneutrophils?\b",
    "platelet": r"\bplatelets?\b(?!-derived)|\bmegakaryocytes?\b",
    "erythrocyte": r"\berythrocytes?\b|\berythroid\b|\bred blood cells?\b",
    "hematopoietic stem cell": r"\bha?ematopoietic stem cells?\b",
    "Schwann cell": r"\bschwann cells?\b",
    "oligodendrocyte": r"\boligodendrocytes?\b",
    "astrocyte": r"\bastrocytes?\b",
    "neuron": r"\bneurons?\b|\bsynap(?:se|tic)\b",
    "photoreceptor cell": r"\bphotoreceptors?\b",
    "hepatocyte": r"\bhepatocytes?\b",
    "kidney epithelial cell": r"\bpodocytes?\b|\bproximal tubul\w+|\bnephron\b",
    "adipocyte": r"\badipocytes?\b|\bfat cells?\b",
    "chondrocyte": r"\bchondrocytes?\b|\bcartilage\b",
    "osteoblast": r"\bosteoblasts?\b",
    "male germ cell": r"\bsperm(?:atid|atocyte|atogenesis|atozoa)?s?\b",
    "oocyte": r"\boocytes?\b|\bzona pellucida\b",
    "cell in division": r"\bmitotic cell cycle\b|\bmitotic spindle\b|\bcell cycle mitotic\b",
}
"""Name in the Cell Ontology where it has one → how it is written, in lower case and with blanks for underscores."""


@dataclass(frozen=True, eq=False)
class Kind:
    """What the store says of one kind of cell.

    Attributes:
        genes: Genes whose text or whose sets name it → evidence ids, the text's first.
    """

    genes: Mapping[str, tuple[str, ...]]


def kinds_of(store: Store, measured: Sequence[str]) -> dict[str, Kind]:
    """What the store's texts and gene sets say of each kind, by the genes that were measured.

    Args:
        store: The store.
        measured: Human symbols.
    """
    view, asked = View(store), set(measured)
    texts = view.gene_texts(TEXTS).str.lower()
    texts = texts[texts.index.isin(asked)]
    known = [name for name in list_collections(store) if name not in NO_BIOLOGY]
    members = view.gene_sets(known) if known else pd.DataFrame(columns=["collection", "gene_set", "gene"])
    sizes = members.groupby(["collection", "gene_set"])["gene"].transform("size")
    members = members[(sizes <= LARGEST) & members["gene"].isin(asked)]
    names = pd.Series({name: name.replace("_", " ").lower() for name in members["gene_set"].unique()}, dtype=str)
    return {kind: Kind(_genes(pattern, texts, names, members)) for kind, pattern in KINDS.items()}


def _genes(
    pattern: str, texts: pd.Series[str], names: pd.Series[str], members: pd.DataFrame
) -> dict[str, tuple[str, ...]]:
    written = re.compile(pattern)
    found: dict[str, list[str]] = {
        str(gene): [text_id(str(gene))] for gene, text in texts.items() if written.search(text)
    }
    named = {name for name, words in names.items() if written.search(words)}
    for row in members[members["gene_set"].isin(named)].itertuples():
        found.setdefault(str(row.gene), []).append(set_id(str(row.collection), str(row.gene_set)))
    return {gene: tuple(evidence) for gene, evidence in found.items()}
