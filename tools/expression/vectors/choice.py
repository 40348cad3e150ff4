"""Which vectors genes are known by: those of the store, or of a user's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import act
from db.errors import InvalidValueError, NotFoundError
from db.view import View
from tools.expression.vectors.files import vectors_of_file
from tools.genes.matrices import Matrix, unit_rows
from tools.genes.placed_names import place
from tools.genes.texts.texts import ENCODED
from tools.responses.annotation import Annotation, read_annotation
from tools.workspace import Workspace

ENCODER, FILE = "encoder", "file"


def gene_vectors(
    workspace: Workspace, names: Sequence[str], sources: Sequence[str] = (), file: Path | None = None
) -> Annotation:
    """What is known of genes, one matrix a source.

    The store brings sets (``go``, ``reactome``), ``coessentiality``, the network (``string``, ``spectral``), words of
    summaries (``text``) and, as ``encoder``, the texts' vectors of whatever encoder was used last: word vectors, a
    sentence encoder, or a service (`tools.genes.texts.vectors.encode_gene_texts`).

    Args:
        workspace: Its store has the gene names, and packs of knowledge.
        names: Genes, as in the files.
        sources: Those that are used; all where empty.
        file: Vectors of a file (`vectors_of_file`), such as GenePT's, in place of what the store knows.

    Raises:
        NotFoundError: Nothing is known of any of these genes.
        RefusedFileError: The file cannot be read.
        InvalidValueError: There is no such source.
    """
    if file is not None:
        return _of_file(workspace, names, file)
    known = read_annotation(workspace, names)
    texts = _source(ENCODER, View(workspace.store).gene_embedding(ENCODED), known.genes)
    found = {**known.sources, **texts}
    if unknown := [one for one in sources if one not in found]:
        raise InvalidValueError(f"There is no source {unknown[0]!r} of genes.", f"There are: {', '.join(found)}.")
    return replace(known, sources={name: one for name, one in found.items() if name in sources or not sources})


def encoded_vectors(workspace: Workspace, symbols: Sequence[str], file: Path | None = None) -> npt.NDArray[np.float32]:
    """Vectors of genes' texts by the encoder that was used last, or those of a file: genes × d, of length one.

    Args:
        workspace: Its store has the encoder's vectors.
        symbols: Approved human symbols in any order; rows of what is no gene with a vector are zeros.
        file: Vectors of a file in place of the store's (`vectors_of_file`).

    Raises:
        NotFoundError: There is no vector of any of them.
        RefusedFileError: The file cannot be read.
    """
    genes: pd.Index[str] = pd.Index(list(symbols), dtype=object)
    if file is not None:
        known = sorted({one for one in symbols if one})
        found = _of_file(workspace, known, file)
        vectors = pd.DataFrame(found.sources[FILE], index=found.genes)
    else:
        vectors = View(workspace.store).gene_embedding(ENCODED)
    made = _source(ENCODER, vectors, genes)
    if not made:
        raise NotFoundError(
            "The store has no vectors of these genes' texts.",
            f"{act('fetch', ['hgnc', 'gene-summaries', 'wordllama'])} brings them.",
        )
    return np.asarray(made[ENCODER], dtype=np.float32)


def _of_file(workspace: Workspace, names: Sequence[str], file: Path) -> Annotation:
    from scipy.sparse import csr_array

    vectors = vectors_of_file(file)
    symbols = place(workspace, sorted({*names, *map(str, vectors.index)})).symbols
    genes = pd.Index(sorted({symbols.get(name, name) for name in names}), dtype=object)
    vectors = vectors.set_axis([symbols.get(str(name), str(name)) for name in vectors.index])
    found = _source(FILE, vectors[~vectors.index.duplicated()], genes)
    if not found:
        raise NotFoundError(
            f"{file.name} has no vector of any of the {len(genes):,} genes.",
            f"It has to name genes by symbols or Ensembl ids; {act('fetch', 'hgnc')} brings the names that are known.",
        )
    return Annotation(symbols, genes, found, csr_array((len(genes), len(genes)), dtype=np.float32), {})


def _source(name: str, vectors: pd.DataFrame, genes: pd.Index[str]) -> dict[str, Matrix]:
    if vectors.empty or not vectors.index.isin(genes).any():
        return {}
    return {name: unit_rows(vectors.reindex(genes).fillna(0.0).to_numpy(np.float32))}
