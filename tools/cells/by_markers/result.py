"""What `annotate_by_markers` gives, and what whoever reads clusters is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tools.cells.annotation.result import ConfusionRow
from tools.cells.enriched import EnrichedSet

UNKNOWN = "not enough evidence"


@dataclass(frozen=True)
class NamedCluster:
    """One cluster of cells.

    Attributes:
        cluster: Its name: the column's value, or a number.
        cells: How many it has.
        genes: The genes that are highest in it against all cells, the first ones first, as the file names them.
        label: What it is called; ``not enough evidence`` where nothing stands out.
        reason: Why, in a sentence.
        evidence: Evidence ids that the label rests on.
        sets: Gene sets that its genes gather in.
        description: The cluster in a line.
    """

    cluster: str
    cells: int
    genes: tuple[str, ...]
    label: str
    reason: str
    evidence: tuple[str, ...]
    sets: tuple[EnrichedSet, ...]
    description: str


@dataclass(frozen=True)
class NamedClusters:
    """The clusters of a file, named without a reference.

    Attributes:
        file: The file's name.
        organism: Whose cells.
        cells: Cells of the file.
        clustered_by: Where the clusters come from.
        by: Who named them: ``gene sets and texts``, or a language model.
        named: Cells with a label.
        clusters: The largest first.
        confusion: What the file's own labels became; empty where none are asked for.
        accuracy: Share of cells with a label of their own that were given it, whatever its case; cells without enough
            evidence count as wrong. None where none are asked for.
        key: SHA-256 of the file.
        out: The table that was written; None where none was asked for.
        notes: How the file was read, and what the labels do not cover, in sentences.
    """

    file: str
    organism: str
    cells: int
    clustered_by: str
    by: str
    named: int
    clusters: tuple[NamedCluster, ...]
    confusion: tuple[ConfusionRow, ...]
    accuracy: float | None
    key: str
    out: Path | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class GeneRead:
    """One gene of a cluster, for whoever reads it.

    Attributes:
        gene: Human symbol.
        text: What is written of it; may be empty.
    """

    gene: str
    text: str


@dataclass(frozen=True)
class AskedCluster:
    """One cluster with its material; no label of the file is in it.

    Attributes:
        cluster: Its name; it is not sent.
        organism: Whose cells.
        genes: Those that are highest in it, the highest first.
        sets: Names of the gene sets that they gather in.
    """

    cluster: str
    organism: str
    genes: tuple[GeneRead, ...]
    sets: tuple[str, ...]


@dataclass(frozen=True)
class ClusterDraw:
    """What one draw says of a cluster.

    Attributes:
        label: The kind of cell; ``not enough evidence`` where it abstains.
        reason: Why.
        cited: Genes that it rests on, all of them among those that were given.
        invented: Genes that were cited and not given: then the draw does not count.
    """

    label: str
    reason: str
    cited: tuple[str, ...]
    invented: tuple[str, ...] = ()


class ClusterReader(Protocol):
    """Names clusters from their genes."""

    name: str
    """Who it is."""

    def read(self, asked: Sequence[AskedCluster]) -> list[tuple[ClusterDraw, ...]]:
        """The draws on each cluster.

        Args:
            asked: The clusters.
        """
        ...
