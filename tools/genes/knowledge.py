"""What a question is compared with: names and members of gene sets, texts of genes, and the network, counted once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from db import disk_cache
from db.records import Question
from db.view import View
from tools.genes.network import NETWORK, normalised
from tools.genes.network import VERSION as NETWORK_VERSION
from tools.genes.sets.members import VERSION as MEMBERS
from tools.genes.sets.members import titles_of, usable_sets
from tools.genes.texts.texts import VERSION as TEXTS
from tools.genes.texts.texts import texts_of
from tools.genes.texts.word_index import VERSION as WORD_INDEX
from tools.genes.texts.word_index import WordIndex
from tools.genes.texts.words import VERSION as WORDS
from tools.genes.texts.words import words_of_each

VERSION = ("knowledge 1", *NETWORK_VERSION, *MEMBERS, *TEXTS, *WORD_INDEX, *WORDS)
Sparse: TypeAlias = Any
"""A sparse array of scipy."""


@dataclass(frozen=True)
class Knowledge:
    """What the store knows of genes, ready for any question.

    Attributes:
        genes: Every gene that is in a set, in the network or has a text, sorted, shape (n,).
        sets: Collection and name of each gene set of a usable size, shape (s,).
        sizes: Genes of each set, shape (s,).
        membership: Which gene is in which set, 0 or 1, sparse, shape (n, s).
        titles: The sets' names, word by word.
        texts: The genes' names and summaries, word by word; a gene without a text has no word.
        network: The normalised network over the genes, sparse, shape (n, n).
        linked: Whether a gene has an edge, shape (n,).
    """

    genes: pd.Index[str]
    sets: pd.MultiIndex
    sizes: npt.NDArray[np.float64]
    membership: Sparse
    titles: WordIndex
    texts: WordIndex
    network: Sparse
    linked: npt.NDArray[np.bool_]


def knowledge_of(view: View, folder: Path | None = None, *, fingerprint: str | None = None) -> Knowledge:
    """The knowledge of a store, made once and kept.

    Args:
        view: The only door to the store; what it hides of effects does not matter here.
        folder: Where it is kept between runs; nowhere if None.
        fingerprint: What the view says of its knowledge, where the caller has asked already.
    """
    key = disk_cache.computed_key(
        store=[fingerprint or view.fingerprint(effects=False)], versions=VERSION, arguments={}
    )
    return _known(_Source(view, folder, key))


@dataclass(frozen=True)
class _Source:
    """Where knowledge comes from; equal where the knowledge is."""

    view: View
    folder: Path | None
    key: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=2)
def _known(source: _Source) -> Knowledge:
    path = source.folder / f"knowledge-{source.key}.npz" if source.folder else None
    found = disk_cache.kept(path, _read) if path else None
    if found is not None:
        return found
    made = _make(source.view)
    if path:
        disk_cache.keep(path, lambda stream: _write(stream, made))
    return made


def _make(view: View) -> Knowledge:
    with view.at_once():
        members, edges = usable_sets(view.memberships()), view.links(NETWORK)
        texts, _ = texts_of(view, Question(""))
    adjacency, linked = normalised(edges)
    genes = pd.Index(sorted({*members["gene"].unique(), *linked, *texts.index}), dtype=object)
    grouped = members.groupby(["collection", "gene_set"], sort=True, observed=True)
    sizes = grouped.size()
    sets = pd.MultiIndex.from_tuples(list(sizes.index), names=["collection", "gene_set"])
    return Knowledge(
        genes=genes,
        sets=sets,
        sizes=np.asarray(sizes, dtype=np.float64),
        membership=_membership(_rows(members["gene"], genes), grouped.ngroup().to_numpy(), len(genes), len(sets)),
        titles=WordIndex.of(words_of_each(titles_of(sets.get_level_values(1))), saturation=0.5, length=0.5),
        texts=WordIndex.of(words_of_each(list(map(str, texts.reindex(genes).fillna("")))), 1.2, 0.3),
        network=_over(genes, adjacency, linked),
        linked=genes.isin(linked),
    )


def _rows(names: pd.Series[str], genes: pd.Index[str]) -> npt.NDArray[np.intp]:
    """The row of each name, a category; every one has a row."""
    return np.asarray(genes.get_indexer(names.cat.categories)[names.cat.codes.to_numpy(np.intp)], dtype=np.intp)


def _membership(rows: npt.NDArray[Any], columns: npt.NDArray[Any], genes: int, sets: int) -> Sparse:
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=(genes, sets))


def _over(genes: pd.Index[str], adjacency: Sparse, linked: pd.Index[str]) -> Sparse:
    """The network with a row for every gene."""
    from scipy.sparse import csr_array

    places, found = genes.get_indexer(linked), adjacency.tocoo()
    shape = (len(genes), len(genes))
    if len(linked) == 0:
        return csr_array(shape, dtype=np.float32)
    return csr_array((found.data.astype(np.float32), (places[found.row], places[found.col])), shape=shape)


def _write(stream: BinaryIO, made: Knowledge) -> None:
    arrays: dict[str, Any] = _arrays(made)
    np.savez(stream, **arrays)


def _arrays(made: Knowledge) -> dict[str, npt.NDArray[Any]]:
    parts = {
        "genes": made.genes.to_numpy(str),
        "collections": np.array(made.sets.get_level_values(0), dtype=str),
        "names": np.array(made.sets.get_level_values(1), dtype=str),
        "sizes": made.sizes,
        "linked": made.linked,
    }
    for name, matrix in (("membership", made.membership), ("network", made.network)):
        sparse = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr}
        parts |= {f"{name}_{part}": values for part, values in sparse.items()}
    return {**parts, **made.titles.arrays("titles"), **made.texts.arrays("texts")}


def _read(stream: BinaryIO) -> Knowledge:
    with np.load(stream, allow_pickle=False) as held:
        genes = pd.Index(held["genes"].astype(object))
        levels = [held["collections"].astype(object), held["names"].astype(object)]
        sets = pd.MultiIndex.from_arrays(levels, names=["collection", "gene_set"])
        return Knowledge(
            genes, sets, held["sizes"], _sparse("membership", held, (len(genes), len(sets))),
            WordIndex.from_arrays("titles", held), WordIndex.from_arrays("texts", held),
            _sparse("network", held, (len(genes), len(genes))), held["linked"],
        )  # fmt: skip


def _sparse(name: str, held: Mapping[str, npt.NDArray[Any]], shape: tuple[int, int]) -> Sparse:
    from scipy.sparse import csr_array

    return csr_array(tuple(held[f"{name}_{part}"] for part in ("data", "indices", "indptr")), shape=shape)
