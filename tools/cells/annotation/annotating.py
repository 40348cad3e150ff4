"""Cells of a file named by those of a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tools.cells.annotation.held_out import HeldOut, held_out, tempered
from tools.cells.annotation.likeness import ACROSS, RULE, Likeness
from tools.cells.annotation.options import Naming
from tools.cells.annotation.result import AnnotatedCells
from tools.cells.annotation.summary import confusion, figures, named_labels, speaking_genes
from tools.cells.annotation.table import check_place, write_table
from tools.cells.annotation.unlike import FEWEST, unlike
from tools.cells.enriched import EnrichedSet, enriched_sets, measured_sets
from tools.cells.fitting import Fitted, fitted
from tools.cells.heads.base import DEFAULT as HEAD
from tools.cells.labels import learnable, spelt_as
from tools.cells.reading import LabelledCells, Texts, genes_of_file, read_cells
from tools.cells.scaling import Floats
from tools.cells.shared_genes import SharedGenes, shared_genes
from tools.cells.telling_genes import Codes
from tools.cells.variable_genes import variable_in_file
from tools.cells.vectors.base import DEFAULT as VECTORS
from tools.cells.vectors.markers import Markers
from tools.expression.cell_files.source import label_of, required_label
from tools.expression.vectors import encoded_vectors
from tools.parameters import takes_fields
from tools.registry import load
from tools.workspace import Progress, Workspace

TASK = "name cells"
STEPS = 4
BY_DEFAULT = Naming()


@takes_fields
def annotate_cells(
    workspace: Workspace,
    path: Path,
    reference: Path,
    label: str = "",
    naming: Naming = BY_DEFAULT,
    *,
    out: Path | None = None,
    overwrite: bool = False,
) -> AnnotatedCells:
    """Names the cells of a file by a reference whose cells have labels; nothing is written into the store.

    Probabilities are calibrated on the reference's own cells, each named while it was held out. Cells that are like
    nothing in the reference are flagged by a rule that the result states. No label of the file is used; where it has
    some, they are compared with those that were given.

    Args:
        workspace: Its store has gene names, and orthologs where two species are compared.
        path: The cells to name: an .h5ad, a 10x .h5, a .loom, an .rda, a folder with matrix.mtx, or cells of the store
            by their name.
        reference: Cells with labels, likewise.
        label: The reference's column of labels; where empty, the one that cells of the store were added with.
        naming: How they are named.
        out: A table with a row for each cell: .csv, .tsv or .parquet.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        RefusedFileError: A file cannot be used, the two share too few genes, or the table may not be written.
        InvalidValueError: There is no such column, or the files are of two species and that was not asked for.
        NotFoundError: There are no such vectors or head, or the store lacks names, orthologs or texts.
    """
    methods = naming.vectors or VECTORS, naming.head or HEAD
    texts = load("cell_vectors", methods[0])().TEXTS
    load("cell_heads", methods[1])
    target = None if out is None else check_place(workspace, out, overwrite=overwrite)
    label = required_label(workspace, reference, label)
    theirs, own = genes_of_file(workspace, reference), genes_of_file(workspace, path)
    shared = shared_genes(
        workspace.store, theirs, own, (reference.name, path.name), across_species=naming.across_species
    )
    known = encoded_vectors(workspace, shared.human, naming.gene_vectors) if texts else _no_vectors(shared)
    all_read = read_cells(workspace, reference, theirs, label, naming.donor, set(shared.reference))
    cells, left_out = learnable(all_read, label)
    varying = np.isin(np.array(shared.query, dtype=object), variable_in_file(workspace, path, own, shared.query))
    learnt = _learnt(workspace, cells, shared, known, methods, naming.seed, np.flatnonzero(varying))
    asked = label_of(workspace, path, naming.own_label) or (label if label in own.described else "")
    wanted = {shared.query[place] for place in learnt.places}
    query = read_cells(workspace, path, own, asked, only=wanted)
    named = _named(workspace, learnt, query, shared)
    if target is not None:
        write_table(target, query, learnt.labels, named.probabilities, named.like, named.unlike, overwrite=overwrite)
    said = (
        *(f"{cells.name}: {one}" for one in cells.said), *left_out, *_few(learnt),
        *(f"{query.name}: {one}" for one in query.said),
    )  # fmt: skip
    return _summary(learnt, query, cells, shared, named, (*said, _scaling(shared), _calibrated(shared)), out)


def _no_vectors(shared: SharedGenes) -> Floats:
    return np.zeros((len(shared.reference), 0), dtype=np.float32)


def _scaling(shared: SharedGenes) -> str:
    if shared.across:
        return "Genes are compared by one-to-one orthologs; each file's are scaled by its own cells."
    return "Genes are scaled by the reference's cells."


def _few(learnt: _Learnt) -> tuple[str, ...]:
    """Of which labels it is told less surely whether cells are unlike them."""
    counts = np.bincount(learnt.codes)
    few = [f"{label} ({count})" for label, count in zip(learnt.labels, counts, strict=True) if count < FEWEST]
    if not few:
        return ()
    return (
        f"Fewer than {FEWEST} cells of the reference are {', '.join(few)}: cells that look a little like one of these"
        " may be given its label although they are something else.",
    )


def _calibrated(shared: SharedGenes) -> str:
    where = "within the reference's species; across species they are less sure" if shared.across else "so"
    return f"Probabilities and the limits of likeness come from the reference's cells while held out, and hold {where}."


@dataclass(frozen=True, eq=False)
class _Learnt:
    """The reference, learnt from."""

    labels: Texts
    codes: Codes
    fit: Fitted
    own: HeldOut
    telling: Codes
    varying: Codes
    kept: Codes
    amounts: csr_matrix
    methods: tuple[str, str]

    @property
    def places(self) -> Codes:
        """Genes that have to be read of the cells that are asked about."""
        return np.union1d(self.fit.vectors.places, self.kept)

    def amounts_of(self, places: Codes) -> csr_matrix:
        """The reference's amounts of some of the genes that are kept.

        Args:
            places: Theirs among the shared genes.
        """
        return self.amounts[:, np.searchsorted(self.kept, places)]


def _learnt(
    workspace: Workspace, cells: LabelledCells, shared: SharedGenes, known: Floats, methods: tuple[str, str], seed: int,
    varying: Codes,
) -> _Learnt:  # fmt: skip
    labels, codes = np.unique(cells.labels, return_inverse=True)
    amounts = cells.of_genes(shared.reference)
    workspace.report(Progress(TASK, 0, STEPS, "holding out the reference's own cells"))
    own = held_out(
        amounts, codes, cells.donors, known, methods, np.random.default_rng([seed, 7]), own_scale=shared.across,
        report=lambda done: workspace.report(Progress(TASK, done / 10, STEPS, f"{done} parts held out")),
    )  # fmt: skip
    workspace.report(Progress(TASK, 1, STEPS, "learning from the reference"))
    fit = fitted(amounts, codes, known, *methods, own_scale=shared.across)
    telling = fit.vectors.places if methods[0] == VECTORS else Markers().fit(amounts, codes, known).places
    kept = np.union1d(telling, varying)
    return _Learnt(labels, codes, fit, own, telling, varying, kept, amounts[:, kept], methods)


@dataclass(frozen=True, eq=False)
class _Named:
    """The cells, named."""

    given: Codes
    probabilities: npt.NDArray[np.float64]
    like: Likeness
    unlike: npt.NDArray[np.bool_]
    speaking: Sequence[tuple[str, ...]]
    sets: Sequence[tuple[EnrichedSet, ...]]


def _named(workspace: Workspace, learnt: _Learnt, query: LabelledCells, shared: SharedGenes) -> _Named:
    workspace.report(Progress(TASK, 2, STEPS, "naming cells"))
    needed = learnt.fit.vectors.places
    beliefs, vectors, near = learnt.fit.told(
        query.of_genes([shared.query[place] for place in needed]), own_scale=shared.across
    )
    given = beliefs.argmax(axis=1)
    workspace.report(Progress(TASK, 3, STEPS, "looking for cells like nothing in the reference"))
    theirs = query.of_genes([shared.query[place] for place in learnt.varying])
    own = learnt.amounts_of(learnt.varying)
    like = Likeness.of(
        learnt.fit, vectors, own, learnt.codes, theirs, given, near, own_scale=shared.across
    )  # fmt: skip
    flagged = unlike(learnt.own, given, like, len(learnt.labels), across=shared.across)
    symbols = [shared.query[place] for place in learnt.telling]
    speaking = speaking_genes(
        learnt.amounts_of(learnt.telling), learnt.codes, query.of_genes(symbols), np.where(flagged, -1, given), symbols
    )
    sets = _sets(workspace, shared, speaking)
    workspace.report(Progress(TASK, STEPS, STEPS, "done"))
    return _Named(given, tempered(beliefs, learnt.own.temperature()), like, flagged, speaking, sets)


def _sets(
    workspace: Workspace, shared: SharedGenes, speaking: Sequence[tuple[str, ...]]
) -> list[tuple[EnrichedSet, ...]]:
    """The gene sets that each label's genes gather in; the genes that both files measure are the background."""
    measured = sorted({one for one in shared.human if one})
    sets, human = measured_sets(workspace.store, measured), dict(zip(shared.query, shared.human, strict=True))
    return [enriched_sets(sets, [human[one] for one in genes if human[one]], measured) for genes in speaking]


def _summary(
    learnt: _Learnt, query: LabelledCells, reference: LabelledCells, shared: SharedGenes, named: _Named,
    notes: tuple[str, ...], out: Path | None,
) -> AnnotatedCells:  # fmt: skip
    own = spelt_as(query.labels, learnt.labels)
    right, f1 = figures(own, learnt.labels, named.given)
    sure = named.probabilities[np.arange(len(own)), named.given]
    counts = np.bincount(learnt.codes)
    return AnnotatedCells(
        file=query.name, reference=reference.name, organism=query.organism, reference_organism=reference.organism,
        genes=len(shared.reference), vectors=learnt.methods[0], head=learnt.methods[1], cells=len(own),
        unlike=int(named.unlike.sum()), rule=RULE + (ACROSS if shared.across else ""),
        labels=named_labels(learnt.labels, counts, named.given, named.unlike, sure, named.speaking, named.sets),
        confusion=confusion(own, learnt.labels, named.given, named.unlike), accuracy=right, macro_f1=f1,
        held_out_accuracy=learnt.own.accuracy, temperature=learnt.own.temperature(), reference_key=reference.key,
        key=query.key, out=out, notes=notes,
    )  # fmt: skip
