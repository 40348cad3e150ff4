"""What `fetch` does with the gene texts when the packs are in: it encodes them at once."""

from __future__ import annotations

from db.errors import NotFoundError
from db.genes.names import has_genes
from db.view import View
from tools.genes.texts.texts import ENCODED
from tools.genes.texts.vectors import EncodedTexts, encode_gene_texts
from tools.genes.texts.wordllama import PACK, WordLlama
from tools.workspace import Workspace


def encode_at_once(workspace: Workspace) -> EncodedTexts | None:
    """Encodes the gene texts with word vectors, in seconds; vectors that the user asked of another encoder stay.

    Texts that have changed since are encoded anew, so that names and summaries may be fetched in any order.

    Args:
        workspace: Its store takes the vectors.

    Returns:
        What came of it; None where the word vectors were not fetched, the store names no genes, or it has vectors of
        another encoder.
    """
    try:
        WordLlama(workspace.paths.packs / PACK)
    except NotFoundError:
        return None
    with workspace.store.read() as connection:
        named = has_genes(connection, "human")
    made_by = encoded_by(workspace)
    if not named or (made_by and not made_by.startswith(PACK)):
        return None
    return encode_gene_texts(workspace, PACK)


def encoded_by(workspace: Workspace) -> str:
    """Name of the encoder that the store's vectors of gene texts are from; empty where it has none.

    Args:
        workspace: Its store is looked at.
    """
    name, _ = View(workspace.store).embedding_source(ENCODED)
    return name
