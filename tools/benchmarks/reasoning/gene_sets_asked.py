"""Gene-set questions asked of a language model, beside the most enriched set, on the very same clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from db.evidence import gene_summaries
from tools.benchmarks.cluster_names import (
    ClusterList,
    GeneSetReport,
    LabelledCluster,
    NamedCluster,
    list_of,
    named_by_set,
    rouge1_recall,
    worlds,
)
from tools.workspace import Workspace

MOST_GENES, MOST_TEXTS, SETS = 60, 20, 5
"""Of one cluster: genes that are told, texts on them, and enriched sets."""


@dataclass(frozen=True)
class AskedGenes:
    """What is told of one cluster; its label is not.

    Attributes:
        genes: Approved symbols.
        texts: Gene and what RefSeq writes of it, where the store has that.
        sets: Names of the sets that they gather in, the best first.
    """

    genes: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]
    sets: tuple[str, ...]


class ClusterNamer(Protocol):
    """Names clusters of genes."""

    name: str
    """Who it is."""

    def names(self, asked: Sequence[AskedGenes]) -> list[str]:
        """A name for each cluster; empty where there is none.

        Args:
            asked: The clusters.
        """
        ...


def asked_gene_sets(
    workspace: Workspace, data: Path | None = None, lines: Sequence[str] | None = None, limit: int = 100, seed: int = 0
) -> list[AskedGenes]:
    """What would be told of the clusters that would be asked about.

    Args:
        workspace: As for `tools.benchmarks.cluster_names.benchmark_gene_sets`.
        data: As there.
        lines: As there.
        limit: Clusters of each list, at most.
        seed: Of their choice.

    Raises:
        HitscoutError: As there.
    """
    return [
        _told(workspace, one)
        for world in worlds(workspace, data, lines)
        for one in _chosen(world.labelled, limit, seed)
    ]


def benchmark_gene_sets_asked(
    workspace: Workspace,
    namer: ClusterNamer,
    data: Path | None = None,
    lines: Sequence[str] | None = None,
    limit: int = 100,
    seed: int = 0,
) -> GeneSetReport:
    """Has somebody name PerturbQA's clusters, and scores the names beside those of the most enriched sets.

    Args:
        workspace: As for `tools.benchmarks.cluster_names.benchmark_gene_sets`.
        namer: Who names them; it sees genes, texts and sets, and no label.
        data: As there.
        lines: As there.
        limit: Clusters of each list, at most.
        seed: Of their choice.

    Raises:
        HitscoutError: As there, or the namer cannot be asked.
    """
    found: list[ClusterList] = []
    for world in worlds(workspace, data, lines):
        chosen = _chosen(world.labelled, limit, seed)
        by_set = [named_by_set(one) for one in chosen]
        found.append(list_of(workspace, world, by_set))
        names = namer.names([_told(workspace, one) for one in chosen])
        answers = [
            NamedCluster(len(one.genes), one.label, name, "", None, rouge1_recall(one.label, name))
            for one, name in zip(chosen, names, strict=True)
        ]
        found.append(list_of(workspace, world, answers, by=namer.name))
    return GeneSetReport("gse", tuple(found))


def _chosen(labelled: Sequence[LabelledCluster], limit: int, seed: int) -> list[LabelledCluster]:
    """A seeded choice, in the order of the file."""
    places = np.random.default_rng(seed).permutation(len(labelled))[:limit]
    return [labelled[place] for place in sorted(places)]


def _told(workspace: Workspace, cluster: LabelledCluster) -> AskedGenes:
    genes = tuple(cluster.genes[:MOST_GENES])
    texts = [(gene, " ".join(gene_summaries(workspace.store, gene).values())) for gene in genes[:MOST_TEXTS]]
    return AskedGenes(genes, tuple((gene, text) for gene, text in texts if text), cluster.sets[:SETS])
