"""Names held-out cells by every vector and head, within a species and across two, beside controls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from db.errors import InvalidValueError, NotFoundError
from tools.benchmarks.cells.figures import few_rows, rows_and_pairs
from tools.benchmarks.cells.play import MAJORITY, Setting, Split, majority, members, play, within
from tools.benchmarks.cells.report import CellsReport, CellsSet, Member
from tools.cells.labels import learnable, spelt_as
from tools.cells.reading import CellGenes, LabelledCells, genes_of_file, read_cells
from tools.cells.scaling import Floats
from tools.cells.shared_genes import SharedGenes, shared_genes
from tools.expression.vectors import encoded_vectors
from tools.genes.matrices import unit_rows
from tools.workspace import Progress, Workspace

TASK = "benchmark cells"
FEWEST_JUDGED = 10
NO_TEXTS = (
    "The store has no vectors of genes' texts: vectors of cells that rest on them, and random ones in their place, were"
    " left out."
)


def benchmark_cells(
    workspace: Workspace,
    data: Path,
    label: str,
    *,
    across: Path | None = None,
    donor: str = "",
    gene_vectors: Path | None = None,
    seed: int = 0,
) -> CellsReport:
    """Names cells that were held out, and says how well: every vector of cells under every head, in pairs.

    Within a file a donor is held out at a time where a column names several, else a fifth of each label's cells. With a
    second file each names the other, across species by one-to-one orthologs with each file scaled by its own cells; no
    label of the cells that are named is used. Controls are principal components of expression, random vectors of genes
    wherever texts are used, and the commonest label. Last, references of 5 and of 20 cells a label.

    Args:
        workspace: Its store has gene names, and vectors of genes' texts.
        data: A file of cells with labels.
        label: The column of labels, in both files.
        across: A second file.
        donor: The column of donors; by its name where empty.
        gene_vectors: A file of vectors of genes, such as GenePT's, in place of the store's encoded texts.
        seed: Of folds, draws and bootstrap; the same seed gives the same figures.

    Raises:
        RefusedFileError: A file cannot be used.
        InvalidValueError: There is no such column, or too few cells can be judged.
        NotFoundError: The store lacks names or orthologs.
    """
    started = time.monotonic()
    own = genes_of_file(workspace, data)
    other = None if across is None else genes_of_file(workspace, across)
    first, said = _read(workspace, data, own, label, donor)
    rng = np.random.default_rng([seed, 3])
    sets, notes = [], list(said)
    if across is None or other is None:
        shared = shared_genes(workspace.store, own, own, (data.name, data.name), across_species=True)
        known, more = _known(workspace, shared, gene_vectors, rng)
        sets.append(_within(workspace, first, shared, known, seed))
    else:
        shared = shared_genes(workspace.store, own, other, (data.name, across.name), across_species=True)
        known, more = _known(workspace, shared, gene_vectors, rng)
        second, said = _read(workspace, across, other, label, donor)
        notes += said
        for one, two, turned in ((first, second, shared), (second, first, _turned(shared))):
            sets.append(_across(workspace, one, two, turned, known, seed, (len(sets), 2)))
    return CellsReport(tuple(sets), (*notes, *more), time.monotonic() - started)


def _read(
    workspace: Workspace, path: Path, genes: CellGenes, label: str, donor: str
) -> tuple[LabelledCells, tuple[str, ...]]:
    cells, left_out = learnable(read_cells(workspace, path, genes, label, donor), label)
    return cells, (*(f"{cells.name}: {one}" for one in cells.said), *left_out)


def _turned(shared: SharedGenes) -> SharedGenes:
    return SharedGenes(shared.query, shared.reference, shared.human, shared.across)


def _known(
    workspace: Workspace, shared: SharedGenes, file: Path | None, rng: np.random.Generator
) -> tuple[dict[str, Floats], tuple[str, ...]]:
    """By what genes are known; random vectors are those of the same genes."""
    nothing = {"": np.zeros((len(shared.human), 0), dtype=np.float32)}
    try:
        texts = encoded_vectors(workspace, shared.human, file)
    except NotFoundError:
        if file is not None:
            raise
        return nothing, (NO_TEXTS,)
    random = unit_rows(rng.standard_normal(texts.shape).astype(np.float32))
    random[np.abs(texts).sum(axis=1) == 0] = 0
    return {**nothing, "texts": texts, "random": random}, ()


def _within(
    workspace: Workspace, cells: LabelledCells, shared: SharedGenes, known: Mapping[str, Floats], seed: int
) -> CellsSet:
    _, codes = np.unique(cells.labels, return_inverse=True)
    splits = within(cells.of_genes(shared.reference), codes, cells.donors, np.random.default_rng([seed, 5]))
    by = cells.donor_column if cells.donor_column and "" not in set(cells.donors) else "folds"
    return _played(workspace, Setting(splits, own_scale=False, genes=known), (cells.name, "within", by), seed, (0, 1))


def _across(
    workspace: Workspace, reference: LabelledCells, query: LabelledCells, shared: SharedGenes,
    known: Mapping[str, Floats], seed: int, nth: tuple[int, int],
) -> CellsSet:  # fmt: skip
    labels, codes = np.unique(reference.labels, return_inverse=True)
    own = spelt_as(query.labels, labels)
    true = np.where(np.isin(own, labels), np.searchsorted(labels, own).clip(0, len(labels) - 1), -1)
    split = Split(reference.of_genes(shared.reference), codes, query.of_genes(shared.query), true)
    ends = (reference.organism, query.organism) if shared.across else (reference.name, query.name)
    said = f"{reference.name} -> {query.name}", "->".join(ends), "file"
    return _played(workspace, Setting([split], shared.across, known), said, seed, nth)


def _played(
    workspace: Workspace, setting: Setting, said: tuple[str, str, str], seed: int, nth: tuple[int, int]
) -> CellsSet:
    true = setting.true if setting.splits else np.zeros(0, dtype=np.int64)
    if len(true) < FEWEST_JUDGED:
        raise InvalidValueError(
            f"{said[0]}: {len(true)} cells have a label that the reference has too.",
            f"{FEWEST_JUDGED} at least can be judged: name a column whose labels both have.",
        )
    given = play(setting, members(setting.genes), _reporter(workspace, said[0], nth, 0.0, 0.5))
    given[Member(MAJORITY, MAJORITY)] = majority(setting)
    rows, pairs = rows_and_pairs(true, given, seed)
    few = few_rows(setting, seed, _reporter(workspace, said[0], nth, 0.5, 0.5))
    workspace.report(Progress(TASK, nth[0] + 1, nth[1], "done"))
    genes = setting.splits[0].reference.shape[1]
    return CellsSet(*said, len(true), genes, len(np.unique(true)), rows, pairs, few)


def _reporter(
    workspace: Workspace, name: str, nth: tuple[int, int], begin: float, width: float
) -> Callable[[float, str], None]:
    def report(share: float, word: str) -> None:
        workspace.report(Progress(TASK, nth[0] + begin + width * share, nth[1], f"{name}: {word}"))

    return report
