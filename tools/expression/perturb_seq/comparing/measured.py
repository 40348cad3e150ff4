"""A file of cells measured: one reading of its matrix, then gene by gene what each perturbation does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

from db.files.cells.base import CellFile
from tools.expression.cell_files.layers import ChosenLayer, normalised_pieces
from tools.expression.cell_files.readouts import Readouts
from tools.expression.perturb_seq.cells_grouped.arms import Arms
from tools.expression.perturb_seq.cells_grouped.grouping import Grouping
from tools.expression.perturb_seq.comparing.agreement import GuideAgreement
from tools.expression.perturb_seq.comparing.differences import BlockMeans, Differences
from tools.expression.perturb_seq.comparing.gene_blocks import GeneBlocks, gene_blocks
from tools.expression.perturb_seq.comparing.sample import sampled_cells
from tools.expression.perturb_seq.options import Test
from tools.workspace import Progress, Workspace


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured in the cells that are used, numbered anew from 0 in the order of the file.

    Attributes:
        arms: Who is in which arm.
        readouts: The genes.
        blocks: All entries by gene, on disk.
        differences: What each perturbation does to each gene.
        guides: How far guides agree.
        sample: Numbers of the sampled cells, ascending.
        sampled: Their log1p CP10k, sampled cells × genes, float32.
    """

    arms: Arms
    readouts: Readouts
    blocks: GeneBlocks
    differences: Differences
    guides: GuideAgreement
    sample: npt.NDArray[np.int64]
    sampled: csr_matrix


@contextmanager
def measured_cells(
    workspace: Workspace, cells: CellFile, chosen: ChosenLayer, readouts: Readouts, grouping: Grouping, test: Test
) -> Iterator[Measured]:
    """Reads the matrix once, and compares each perturbation with controls.

    Args:
        workspace: Its cache folder takes the matrix while it is turned; progress is reported to it.
        cells: The open file.
        chosen: The layer that is read.
        readouts: Its genes.
        grouping: Its cells.
        test: How p is told.

    Yields:
        What was measured; entries are on disk for as long as it is used.

    Raises:
        RefusedFileError: The file is cut or damaged, or its numbers change their kind.
    """
    used = np.flatnonzero(grouping.arms.of_cell >= 0)
    arms = replace(grouping.arms, of_cell=grouping.arms.of_cell[used])
    own = grouping.guide_of_cell[used] if len(grouping.guide_of_cell) else grouping.guide_of_cell
    with gene_blocks(workspace.paths.cache / "cells", len(used), len(readouts.names)) as blocks:
        sample = sampled_cells(arms)
        sampled = _read(workspace, cells, chosen, readouts, used, sample, blocks)
        agreement = GuideAgreement.of(arms, own)
        differences = _compared(workspace, blocks, arms, agreement, test, cells.path.name)
        yield Measured(arms, readouts, blocks, differences, agreement, sample, sampled)


def _read(
    workspace: Workspace, cells: CellFile, chosen: ChosenLayer, readouts: Readouts, used: npt.NDArray[np.int64],
    sample: npt.NDArray[np.int64], blocks: GeneBlocks,
) -> csr_matrix:  # fmt: skip
    """Writes all entries by gene, and gives the sampled cells."""
    kept = []
    for first, piece in normalised_pieces(cells, chosen, readouts.columns):
        low, high = np.searchsorted(used, (first, first + piece.shape[0]))
        rows = piece[used[low:high] - first]
        blocks.add(int(low), rows)
        bounds = np.searchsorted(sample, (low, high))
        kept.append(rows[sample[bounds[0] : bounds[1]] - low].astype(np.float32))
        done = min(cells.cells, first + piece.shape[0])
        workspace.report(Progress(f"read {cells.path.name}", done, cells.cells, "reading cells"))
    return csr_matrix(vstack(kept, format="csr"))


def _compared(
    workspace: Workspace, blocks: GeneBlocks, arms: Arms, guides: GuideAgreement, test: Test, name: str
) -> Differences:
    found = Differences.empty(len(arms.groups), blocks.genes)
    for block in blocks:
        means = BlockMeans.of(block, arms)
        found.fill(block, means, arms, test)
        guides.fill(block, means)
        done = block.first + block.genes
        workspace.report(Progress(f"compare {name}", done, blocks.genes, "comparing with controls"))
    return found
