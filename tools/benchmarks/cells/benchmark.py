"""Names held-out cells by every vector and head, within a species and across two, beside controls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from db.acts import option
from db.errors import InvalidValueError, NotFoundError
from tools.benchmarks.cells.figures import Few, few_rows, rows_and_pairs
from tools.benchmarks.cells.play import MAJORITY, Setting, Split, majority, members, play, within
from tools.benchmarks.cells.report import CellsReport, CellsSet, Member, StrangerRow
from tools.benchmarks.cells.strangers import strangers
from tools.cells.labels import learnable, same_label, spelt_as
from tools.cells.reading import CellGenes, LabelledCells, Texts, genes_of_file, read_cells
from tools.cells.scaling import Floats
from tools.cells.shared_genes import SharedGenes, shared_genes
from tools.cells.telling_genes import Codes
from tools.expression.cell_files.source import label_of, required_label
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
    label: str = "",
    *,
    across: Path | None = None,
    donor: str = "",
    gene_vectors: Path | None = None,
    stages: Sequence[str] = (),
    cells_per_label: Sequence[int] = (5, 20),
    seeds: int = 3,
    leave_out: bool = False,
    seed: int = 0,
) -> CellsReport:
    """Names cells that were held out, and says how well: every vector of cells under every head, in pairs.

    Within a file a donor is held out at a time where a column names several, else a fifth of each label's cells. With a
    second file each names the other, across species by one-to-one orthologs with each file scaled by its own cells; no
    label of the cells that are named is used. Controls are principal components of expression, random vectors of genes
    wherever texts are used, and the commonest label. Last, references of few cells a label.

    Args:
        workspace: Its store has gene names, and vectors of genes' texts.
        data: A file of cells with labels, or cells of the store by their name.
        label: The column of labels, in both files; where empty, the one that cells of the store were added with.
        across: A second file, or cells of the store.
        donor: The column of donors; by its name where empty.
        gene_vectors: A file of vectors of genes, such as GenePT's, in place of the store's encoded texts.
        stages: All labels in the order of development, where they are stages; none where they have no order.
        cells_per_label: Cells of each label in small references, a number for each size.
        seeds: How often each small reference is drawn.
        leave_out: Whether the default's probabilities are judged too, and what it flags as unlike anything in the
            reference while each label is left out of it.
        seed: Of folds, draws and bootstrap; the same seed gives the same figures.

    Raises:
        RefusedFileError: A file cannot be used.
        InvalidValueError: There is no such column, too few cells can be judged, a label is no stage, or a number
            cannot be used.
        NotFoundError: The store lacks names or orthologs.
    """
    started = time.monotonic()
    asked = _Asked(_few(cells_per_label, seeds), tuple(stages), leave_out, seed)
    own = genes_of_file(workspace, data)
    other = None if across is None else genes_of_file(workspace, across)
    first, said = _read(workspace, data, own, label, donor)
    rng = np.random.default_rng([seed, 3])
    sets, notes = [], list(said)
    if across is None or other is None:
        shared = shared_genes(workspace.store, own, own, (data.name, data.name), across_species=True)
        known, more = _known(workspace, shared, gene_vectors, rng)
        sets.append(_within(workspace, first, shared, known, asked))
    else:
        shared = shared_genes(workspace.store, own, other, (data.name, across.name), across_species=True)
        known, more = _known(workspace, shared, gene_vectors, rng)
        second, said = _read(workspace, across, other, label or _label_across(workspace, data, across), donor)
        notes += said
        for one, two, turned in ((first, second, shared), (second, first, _turned(shared))):
            sets.append(_across(workspace, one, two, turned, known, asked, (len(sets), 2)))
    return CellsReport(tuple(sets), (*notes, *more), time.monotonic() - started)


@dataclass(frozen=True)
class _Asked:
    """What is asked for besides the figures of every member."""

    few: Few
    stages: tuple[str, ...]
    leave_out: bool
    seed: int


def _read(
    workspace: Workspace, path: Path, genes: CellGenes, label: str, donor: str
) -> tuple[LabelledCells, tuple[str, ...]]:
    label = required_label(workspace, path, label)
    cells, left_out = learnable(read_cells(workspace, path, genes, label, donor), label)
    return cells, (*(f"{cells.name}: {one}" for one in cells.said), *left_out)


def _label_across(workspace: Workspace, data: Path, across: Path) -> str:
    """The column of a second file: that of cells of the store, else the first one's."""
    return label_of(workspace, across, "") or label_of(workspace, data, "")


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
    workspace: Workspace, cells: LabelledCells, shared: SharedGenes, known: Mapping[str, Floats], asked: _Asked
) -> CellsSet:
    labels, codes = np.unique(cells.labels, return_inverse=True)
    splits = within(cells.of_genes(shared.reference), codes, cells.donors, np.random.default_rng([asked.seed, 5]))
    by = cells.donor_column if cells.donor_column and "" not in set(cells.donors) else "folds"
    setting = Setting(splits, own_scale=False, genes=known)
    return _played(workspace, setting, (cells.name, "within", by), labels, asked, (0, 1))


def _across(
    workspace: Workspace, reference: LabelledCells, query: LabelledCells, shared: SharedGenes,
    known: Mapping[str, Floats], asked: _Asked, nth: tuple[int, int],
) -> CellsSet:  # fmt: skip
    labels, codes = np.unique(reference.labels, return_inverse=True)
    own = spelt_as(query.labels, labels)
    true = np.where(np.isin(own, labels), np.searchsorted(labels, own).clip(0, len(labels) - 1), -1)
    split = Split(reference.of_genes(shared.reference), codes, query.of_genes(shared.query), true, reference.donors)
    ends = (reference.organism, query.organism) if shared.across else (reference.name, query.name)
    said = f"{reference.name} -> {query.name}", "->".join(ends), "file"
    return _played(workspace, Setting([split], shared.across, known), said, labels, asked, nth)


def _played(
    workspace: Workspace, setting: Setting, said: tuple[str, str, str], labels: Texts, asked: _Asked,
    nth: tuple[int, int],
) -> CellsSet:  # fmt: skip
    true = setting.true if setting.splits else np.zeros(0, dtype=np.int64)
    if len(true) < FEWEST_JUDGED:
        raise InvalidValueError(
            f"{said[0]}: {len(true)} cells have a label that the reference has too.",
            f"{FEWEST_JUDGED} at least can be judged: name a column whose labels both have.",
        )
    order = _order(labels, asked.stages)
    given = play(setting, members(setting.genes), _reporter(workspace, said[0], nth, 0.0, 0.5))
    given[Member(MAJORITY, MAJORITY)] = majority(setting)
    rows, pairs = rows_and_pairs(true, given, asked.seed, order)
    few = few_rows(setting, asked.few, asked.seed, _reporter(workspace, said[0], nth, 0.5, 0.25))
    error: float | None = None
    flagged: tuple[StrangerRow, ...] = ()
    if asked.leave_out:
        report = _reporter(workspace, said[0], nth, 0.75, 0.25)
        error, flagged = strangers(setting, list(map(str, labels)), asked.seed, report)
    workspace.report(Progress(TASK, nth[0] + 1, nth[1], "done"))
    genes = setting.splits[0].reference.shape[1]
    return CellsSet(*said, len(true), genes, len(np.unique(true)), rows, pairs, few, error, flagged)


def _order(labels: Texts, stages: Sequence[str]) -> Codes | None:
    """The place of each label among the stages; None where there are none."""
    if not stages:
        return None
    places = {same_label(stage): place for place, stage in enumerate(stages)}
    missing = [str(label) for label in labels if same_label(label) not in places]
    if missing:
        raise InvalidValueError(
            f"{len(missing)} labels are among no stages, such as {missing[0]!r}.",
            f"Give all labels in their order: {option(stages=[*stages, *missing])}.",
        )
    return np.array([places[same_label(label)] for label in labels], dtype=np.int64)


def _few(cells_per_label: Sequence[int], seeds: int) -> Few:
    if not cells_per_label or min(cells_per_label) < 2 or seeds < 1:
        raise InvalidValueError(
            f"References of {', '.join(map(str, cells_per_label)) or 'no'} cells a label, drawn {seeds} times.",
            f"Give {option(cells_per_label=[5, 20], seeds=5)}: two cells and one draw at least.",
        )
    return Few(tuple(cells_per_label), seeds)


def _reporter(
    workspace: Workspace, name: str, nth: tuple[int, int], begin: float, width: float
) -> Callable[[float, str], None]:
    def report(share: float, word: str) -> None:
        workspace.report(Progress(TASK, nth[0] + begin + width * share, nth[1], f"{name}: {word}"))

    return report
