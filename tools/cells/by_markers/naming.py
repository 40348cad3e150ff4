"""Clusters of a file's cells named without a reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import act
from db.errors import NotFoundError
from db.evidence_ids import text_id
from db.view import View
from tools.cells.annotation.summary import confusion
from tools.cells.annotation.table import check_place, write_rows
from tools.cells.by_markers.clusters import Clusters, clusters_of, top_genes
from tools.cells.by_markers.evidence import kind_of_genes
from tools.cells.by_markers.kinds import TEXTS, kinds_of
from tools.cells.by_markers.result import (
    UNKNOWN,
    AskedCluster,
    ClusterDraw,
    ClusterReader,
    GeneRead,
    NamedCluster,
    NamedClusters,
)
from tools.cells.enriched import EnrichedSet, described, enriched_sets, measured_sets
from tools.cells.labels import same_label, spelt_as
from tools.cells.reading import LabelledCells, genes_of_file, read_cells, read_column
from tools.genes.orthologs import HUMAN, required_orthologs
from tools.workspace import Progress, Workspace

TASK = "name clusters"
GENES, SHOWN = 30, 10
"""Genes of a cluster that are looked at, and shown."""
BY_SETS = "gene sets and texts"
HOW = (
    "A label says which kind of cell the store's texts and gene sets name most often with a cluster's genes, against"
    " all measured genes; kinds that they hardly write of cannot be told."
)
_Named = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class ByMarkers:
    """How clusters are named.

    Attributes:
        clusters: The file's column of clusters; found by k-means where empty.
        own_label: The column in which the file says what its cells are, to compare with; none where empty.
        seed: Of the search for clusters.
    """

    clusters: str = ""
    own_label: str = ""
    seed: int = 0


def annotate_by_markers(
    workspace: Workspace,
    path: Path,
    *,
    clusters: str = "",
    own_label: str = "",
    seed: int = 0,
    out: Path | None = None,
    overwrite: bool = False,
) -> NamedClusters:
    """Names clusters of cells without a reference, by gene sets and texts of the genes that are high in each.

    A cluster whose genes speak for no kind of cell, or for two alike, gets no name. The store is not written.

    Args:
        workspace: Its store has gene names, gene sets, and texts on genes.
        path: The cells: an .h5ad, a 10x .h5, a .loom, or a folder with matrix.mtx.
        clusters: The file's column of clusters; found by k-means where empty.
        own_label: The column in which the file says what its cells are, to compare with; none where empty.
        seed: Of the search for clusters.
        out: A table with a row for each cell: .csv, .tsv or .parquet.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        RefusedFileError: The file cannot be used, or the table may not be written.
        InvalidValueError: There is no such column.
        NotFoundError: The store names no genes, or has neither texts nor gene sets.
    """
    return named_by(workspace, None, path, ByMarkers(clusters, own_label, seed), out=out, overwrite=overwrite)


def named_by(
    workspace: Workspace,
    reader: ClusterReader | None,
    path: Path,
    how: ByMarkers,
    *,
    out: Path | None = None,
    overwrite: bool = False,
) -> NamedClusters:
    """As `annotate_by_markers`, with labels by a reader where there is one.

    Args:
        workspace: As there.
        reader: Who names the clusters; gene sets and texts where None.
        path: As there.
        how: How they are named.
        out: As there.
        overwrite: As there.

    Raises:
        HitscoutError: As there, or the reader cannot be asked.
    """
    target = None if out is None else check_place(workspace, out, overwrite=overwrite)
    seen = _seen(workspace, path, how)
    workspace.report(Progress(TASK, 2, 3, "naming"))
    if reader is None:
        kinds = kinds_of(workspace.store, seen.measured)
        named = [kind_of_genes(kinds, one.human, seen.measured) for one in seen.parts]
    else:
        named = [agreed(draws) for draws in reader.read(seen.asked())]
    if target is not None:
        labels = np.array([label for label, _, _ in named] + [UNKNOWN], dtype=object)
        names = np.append(seen.clusters.names, "")
        rows = {
            "cell": seen.cells.barcodes, "cluster": names[seen.clusters.codes], "label": labels[seen.clusters.codes],
        }  # fmt: skip
        write_rows(target, pd.DataFrame(rows), overwrite=overwrite)
    workspace.report(Progress(TASK, 3, 3, "done"))
    return _result(seen, named, BY_SETS if reader is None else reader.name, out)


def asked_clusters(workspace: Workspace, path: Path, how: ByMarkers) -> list[AskedCluster]:
    """What a reader would be asked.

    Args:
        workspace: As for `annotate_by_markers`.
        path: As there.
        how: How clusters are named.

    Raises:
        HitscoutError: As there.
    """
    return _seen(workspace, path, how).asked()


def agreed(draws: Sequence[ClusterDraw]) -> _Named:
    """What more than half of some draws say; draws that abstain, cite nothing or cite what was not given say nothing.

    Args:
        draws: On one cluster.

    Returns:
        The label, the reason, and evidence ids.
    """
    if not draws:
        return UNKNOWN, "No gene is high in it that is known by a human symbol.", ()
    valid = [one for one in draws if one.label != UNKNOWN and one.cited and not one.invented]
    counts = Counter(same_label(one.label) for one in valid)
    best = max(counts, key=lambda one: (counts[one], one), default="")
    if counts[best] * 2 <= len(draws):
        invented = sum(bool(one.invented) for one in draws)
        said = ", ".join(sorted({one.label for one in valid})) or "nothing"
        cited = f"; {invented} cited genes that were not given" if invented else ""
        return UNKNOWN, f"{len(draws)} draws do not agree: they say {said}{cited}.", ()
    own = [one for one in valid if same_label(one.label) == best]
    genes = dict.fromkeys(gene for one in own for gene in one.cited)
    return own[0].label, f"{own[0].reason} ({len(own)} of {len(draws)} draws)", tuple(map(text_id, genes))


@dataclass(frozen=True, eq=False)
class _Part:
    """One cluster: its genes as the file names them and by human symbols, and the sets that they gather in."""

    genes: tuple[str, ...]
    human: tuple[str, ...]
    sets: tuple[EnrichedSet, ...]


@dataclass(frozen=True, eq=False)
class _Seen:
    """A file's cells, clustered."""

    cells: LabelledCells
    clusters: Clusters
    measured: tuple[str, ...]
    texts: pd.Series[str]
    parts: Sequence[_Part]

    def asked(self) -> list[AskedCluster]:
        """What a reader is asked."""
        return [
            AskedCluster(str(name), self.cells.organism, self._read(part), tuple(one.name for one in part.sets))
            for name, part in zip(self.clusters.names, self.parts, strict=True)
        ]

    def _read(self, part: _Part) -> tuple[GeneRead, ...]:
        return tuple(GeneRead(one, str(self.texts.get(one, ""))) for one in part.human)


def _seen(workspace: Workspace, path: Path, how: ByMarkers) -> _Seen:
    genes = genes_of_file(workspace, path)
    human = _human(workspace, genes.organism)
    texts = View(workspace.store).gene_texts(TEXTS)
    measured = tuple(sorted({human(one) for one in genes.symbols} - {""}))
    sets = measured_sets(workspace.store, measured)
    if texts.empty and not sets:
        raise NotFoundError(
            "The store has neither texts on genes nor gene sets to name cells by.",
            f"{act('fetch', ['gene-summaries', 'gobp', 'pathways'])} gets both.",
        )
    cells = read_cells(workspace, path, genes, how.own_label)
    given = read_column(workspace, path, how.clusters) if how.clusters else cells.labels
    workspace.report(Progress(TASK, 0, 3, "looking for clusters"))
    found = clusters_of(cells, given, how.clusters, how.seed)
    there = np.flatnonzero(found.codes >= 0)
    workspace.report(Progress(TASK, 1, 3, "looking for their genes"))
    # A copy of all cells would double what is in memory.
    inside = cells.amounts if len(there) == len(found.codes) else cells.amounts[there]
    parts = []
    for places in top_genes(inside, found.codes[there], GENES):
        own = tuple(cells.symbols[place] for place in places)
        named = tuple(dict.fromkeys(one for one in map(human, own) if one))
        parts.append(_Part(own, named, enriched_sets(sets, named, measured)))
    return _Seen(cells, found, measured, texts, parts)


def _human(workspace: Workspace, organism: str) -> Callable[[str], str]:
    """Human symbol of a gene, by which texts and sets know it; empty where there is none."""
    if organism == HUMAN:
        return str
    pairs = required_orthologs(workspace.store, organism).human
    return lambda gene: pairs.get(gene, "")


def _result(seen: _Seen, named: Sequence[_Named], by: str, out: Path | None) -> NamedClusters:
    codes = seen.clusters.codes
    counts = np.bincount(codes[codes >= 0], minlength=len(named))
    rows = [
        NamedCluster(
            str(name), int(count), part.genes[:SHOWN], label, reason, evidence, part.sets,
            described(part.genes, part.sets),
        )
        for name, count, part, (label, reason, evidence) in zip(
            seen.clusters.names, counts, seen.parts, named, strict=True
        )
    ]  # fmt: skip
    labels, of_cluster = np.unique([*(label for label, _, _ in named), UNKNOWN], return_inverse=True)
    labels, given = labels.astype(object), of_cluster[codes]
    own = spelt_as(seen.cells.labels, labels)
    asked = own != ""
    return NamedClusters(
        seen.cells.name, seen.cells.organism, len(codes), seen.clusters.by, by, int((labels[given] != UNKNOWN).sum()),
        tuple(sorted(rows, key=lambda one: (-one.cells, one.cluster))),
        confusion(own, labels, given, np.zeros(len(codes), dtype=bool)) if asked.any() else (),
        float((own[asked] == labels[given[asked]]).mean()) if asked.any() else None, seen.cells.key, out,
        (*(f"{seen.cells.name}: {one}" for one in seen.cells.said), *([HOW] if by == BY_SETS else [])),
    )  # fmt: skip
