"""Gene-set questions: what is a cluster of genes about? Enriched sets, a short name, and PerturbQA's measure of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import DIR, act, option
from db.errors import NotFoundError, RefusedFileError
from db.evidence_ids import set_id
from db.files.objects import read_json
from db.files.plain_table import read_plain_table
from db.genes.names import GeneNames
from tools.benchmarks.perturbqa_line import GROUP
from tools.enrichment.over_representation import LEVEL, members_of
from tools.genes.sets.statistics import cut_sets, over_represented, short_name
from tools.genes.texts.encoders import encoder_of
from tools.workspace import Progress, Workspace

SMALLEST, LARGEST = 3, 500
BY_SETS = "enriched sets"
ENCODER = "minilm"
MOST_SETS = 5
Sets = Mapping[tuple[str, str], Sequence[str]]
KINDS = {"pert": "pert", "gene": "gene"}
"""Kind of a list of clusters → column of the line's table whose genes were tested."""


@dataclass(frozen=True)
class NamedCluster:
    """A cluster of genes with its name.

    Attributes:
        genes: How many genes it has.
        label: What people called it.
        name: The short name that is given; empty where no set is enriched.
        evidence: Evidence id of the set that gave the name.
        fdr: Its false discovery rate; None without a name.
        rouge1_recall: Share of the label's words that are in the name.
    """

    genes: int
    label: str
    name: str
    evidence: str
    fdr: float | None
    rouge1_recall: float


@dataclass(frozen=True)
class ClusterList:
    """How well the clusters of one list were named.

    Attributes:
        clusters: Name of the list, such as ``k562_pert``.
        labelled: Clusters with a label.
        named: How many of them have an enriched set, which names them.
        rouge1_recall: Mean share of the label's words that are in the short name; nothing for those without.
        rouge1_recall_three: The same where the names of the three best sets count.
        words: Mean words of a short name: recall rises with length.
        other_names: The control: the same recall when every cluster gets the name of another, mean over all.
        tested: Genes that could have been in a cluster: the background.
        examples: Some of the clusters, the largest first.
        by: Who named them: ``enriched sets``, or a language model.
        likeness: Mean cosine of label and name by the text encoder, 0 without a name; None where no encoder is here.
        likeness_of_others: The control: the same when every cluster gets the name of another.
    """

    clusters: str
    labelled: int
    named: int
    rouge1_recall: float
    rouge1_recall_three: float
    words: float
    other_names: float
    tested: int
    examples: tuple[NamedCluster, ...]
    by: str = BY_SETS
    likeness: float | None = None
    likeness_of_others: float | None = None


@dataclass(frozen=True)
class LabelledCluster:
    """A cluster with a label, and what its genes gather in.

    Attributes:
        genes: Approved symbols.
        label: What people called it.
        sets: Short names of the sets with an FDR of .05 at most, the best first.
        evidence: Evidence id of the first; empty where there is none.
        fdr: Its false discovery rate; None where there is none.
    """

    genes: tuple[str, ...]
    label: str
    sets: tuple[str, ...]
    evidence: str
    fdr: float | None


@dataclass(frozen=True)
class ClusterWorld:
    """The labelled clusters of one list.

    Attributes:
        name: Of the list.
        labelled: The clusters, in the order of the file.
        tested: Genes that could have been in one.
    """

    name: str
    labelled: tuple[LabelledCluster, ...]
    tested: int


@dataclass(frozen=True)
class GeneSetReport:
    """What a run of the gene-set questions found: one entry for each list of clusters."""

    task: str
    lists: tuple[ClusterList, ...]


def benchmark_gene_sets(
    workspace: Workspace, data: Path | None = None, lines: Sequence[str] | None = None, examples: int = 5
) -> GeneSetReport:
    """Names PerturbQA's clusters of perturbations and of readout genes by their enriched sets, and says how well.

    A cluster's name is that of the gene set with the least p-value, where its FDR is at most .05; the line's tested
    genes are the background. The measure is ROUGE-1 recall: the share of the words of people's label that are in the
    name. Nothing is fitted, and labels are only counted.

    Args:
        workspace: Its store holds gene sets; the fetched packs are the default folder.
        data: A folder of ``X_pert-gse.json`` and ``X_gene-gse.json`` with ``X-de.csv``.
        lines: Names X; all of the folder where None.
        examples: How many clusters of each list are shown.

    Raises:
        NotFoundError: The folder has no such list, or the store no gene sets.
        RefusedFileError: A file cannot be read.
    """
    found = [
        list_of(workspace, world, [named_by_set(one) for one in world.labelled], examples)
        for world in worlds(workspace, data, lines)
    ]
    return GeneSetReport("gse", tuple(found))


def worlds(workspace: Workspace, data: Path | None, lines: Sequence[str] | None) -> list[ClusterWorld]:
    """The labelled clusters of each list, with what their genes gather in.

    Args:
        workspace: As for `benchmark_gene_sets`.
        data: As there.
        lines: As there.

    Raises:
        NotFoundError: As there.
        RefusedFileError: As there.
    """
    folder = data or workspace.paths.packs / GROUP
    files = _files(folder, lines)
    members = members_of(workspace, ())
    names = GeneNames.load(workspace.store, "human")
    found = []
    for done, (path, line, kind) in enumerate(files):
        workspace.report(Progress("gene sets", done, len(files), path.name))
        found.append(_world(path, folder / f"{line}-de.csv", KINDS[kind], names, members))
    workspace.report(Progress("gene sets", len(files), len(files), "done"))
    return found


def rouge1_recall(label: str, name: str) -> float:
    """Words of the label that are in the name, over words of the label; a word counts as often as in both (Lin 2004).

    Args:
        label: What people wrote.
        name: What is compared with it.
    """
    wanted, given = Counter(_words(label)), Counter(_words(name))
    return sum((wanted & given).values()) / max(sum(wanted.values()), 1)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _files(folder: Path, lines: Sequence[str] | None) -> list[tuple[Path, str, str]]:
    found = []
    for path in sorted(folder.glob("*-gse.json")):
        line, _, kind = path.name.removesuffix("-gse.json").rpartition("_")
        if kind in KINDS and (folder / f"{line}-de.csv").is_file() and (not lines or line in lines):
            found.append((path, line, kind))
    if not found:
        raise NotFoundError(
            f"{folder} has no clusters of genes (X_pert-gse.json or X_gene-gse.json with X-de.csv).",
            f"{act('fetch', ['perturbqa-k562'])} gets them. Or name a folder: {option(data=DIR)}.",
        )
    return found


def _world(path: Path, table: Path, column: str, names: GeneNames, members: pd.DataFrame) -> ClusterWorld:
    clusters = _clusters(path)
    listed = read_plain_table(table, ",", usecols=[column])[column].unique().tolist()
    tested = sorted(set(_symbols(names, listed)) | {one for genes, _ in clusters for one in _symbols(names, genes)})
    sets = cut_sets(members, tested, SMALLEST, LARGEST)
    labelled = [_labelled(sets, _symbols(names, genes), label, tested) for genes, label in clusters if label]
    return ClusterWorld(path.name.removesuffix("-gse.json"), tuple(labelled), len(tested))


def _labelled(sets: Sets, genes: list[str], label: str, tested: list[str]) -> LabelledCluster:
    best = over_represented(sets, genes, tested).head(MOST_SETS)
    best = best[best["fdr"] <= LEVEL]
    first = best.iloc[0] if len(best) else None
    return LabelledCluster(
        tuple(genes),
        label,
        tuple(short_name(str(name)) for name in best["gene_set"]),
        "" if first is None else set_id(first["collection"], first["gene_set"]),
        None if first is None else float(first["fdr"]),
    )


def named_by_set(cluster: LabelledCluster) -> NamedCluster:
    """The name of the most enriched set, and how much of the label is in it.

    Args:
        cluster: A cluster.
    """
    name = cluster.sets[0] if cluster.sets else ""
    recall = rouge1_recall(cluster.label, name)
    return NamedCluster(len(cluster.genes), cluster.label, name, cluster.evidence, cluster.fdr, recall)


def list_of(
    workspace: Workspace, world: ClusterWorld, answers: Sequence[NamedCluster], examples: int = 5, by: str = BY_SETS
) -> ClusterList:
    """How well the clusters of a list were named.

    Args:
        workspace: Its packs may hold the text encoder.
        world: The list.
        answers: Names of some of its clusters or of all.
        examples: How many are shown.
        by: Who named them.
    """

    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values) if values else float("nan")

    others = [rouge1_recall(a.label, b.name) for a in answers for b in answers if a is not b]
    named = [one for one in answers if one.name]
    asked = {one.label for one in answers}
    threes = [rouge1_recall(one.label, " ".join(one.sets[:3])) for one in world.labelled if one.label in asked]
    own, of_others = _likeness(workspace, answers)
    return ClusterList(
        clusters=world.name,
        labelled=len(answers),
        named=len(named),
        rouge1_recall=mean([one.rouge1_recall for one in answers]),
        rouge1_recall_three=mean(threes),
        words=mean([float(len(_words(one.name))) for one in named]),
        other_names=mean(others),
        tested=world.tested,
        examples=tuple(sorted(answers, key=lambda one: (-one.genes, one.label))[:examples]),
        by=by,
        likeness=own,
        likeness_of_others=of_others,
    )


def _likeness(workspace: Workspace, answers: Sequence[NamedCluster]) -> tuple[float | None, float | None]:
    """Mean cosine of label and name, and of label and another cluster's name; none where no encoder is here."""
    try:
        encoder = encoder_of(ENCODER, workspace.paths.packs)
    except NotFoundError:
        return None, None
    if len(answers) < 2:
        return None, None
    labels = np.asarray(encoder.encode([one.label for one in answers]))
    names = np.asarray(encoder.encode([one.name or "none" for one in answers]))
    cosine = labels @ (names * np.array([bool(one.name) for one in answers])[:, None]).T
    own, count = float(np.trace(cosine)), len(answers)
    return own / count, (float(cosine.sum()) - own) / (count * (count - 1))


def _clusters(path: Path) -> list[tuple[list[str], str]]:
    held = read_json(path)
    try:
        return [([str(gene) for gene in one["genes"]], str(one["label"] or "")) for one in held]
    except (ValueError, TypeError, KeyError) as error:
        raise RefusedFileError(
            f"{path.name} is no list of clusters.", 'Each entry has "genes", a list of names, and "label".'
        ) from error


def _symbols(names: GeneNames, wanted: Sequence[str]) -> list[str]:
    """Approved symbols, or the name itself where it is no known gene."""
    return list(dict.fromkeys(one.gene.symbol if one.gene else one.name for one in names.resolve(list(wanted))))
