"""Feature frames for a set of genes, computed once and kept on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from db import disk_cache
from db.genes.perturbation_names import are_pairs, genes_among, genes_in
from db.records import Question
from db.view import View
from tools import registry
from tools.genes.knowledge import VERSION as KNOWLEDGE
from tools.genes.knowledge import Knowledge, knowledge_of
from tools.prediction.features.base import FeatureSource
from tools.workspace import Progress

VERSION = ("feature_frames 2", *KNOWLEDGE)


@dataclass(frozen=True)
class Features:
    """What the feature sources gave.

    Attributes:
        frames: Source → frame of shape (genes known, d); sources that gave nothing are left out.
        missing: Source that gave nothing → the packs that would bring it.
    """

    frames: Mapping[str, pd.DataFrame]
    missing: Mapping[str, tuple[str, ...]]


def build(
    sources: Sequence[str],
    genes: pd.Index[str],
    question: Question,
    view: View,
    folder: Path | None,
    report: Callable[[Progress], None] = lambda _: None,
) -> Features:
    """The frames of several sources.

    Args:
        sources: Names of feature sources.
        genes: Gene symbols, unique.
        question: What is looked for.
        view: The only door to effects.
        folder: Where frames are kept between runs; nowhere if None.
        report: Called before each source and at the end.
    """
    from threadpoolctl import threadpool_limits

    frames, missing = {}, {}
    # Computed for every gene of the store, whatever is asked for: one computation then serves every library.
    with view.at_once():
        named = pd.Index(view.genes(question.organism)["symbol"], dtype=object)
        seen = {effects: view.fingerprint(effects=effects) for effects in (True, False)} if folder else {}

    def knowledge() -> Knowledge:
        return knowledge_of(view, folder, fingerprint=seen.get(False))

    everyone = named if len(named) else genes.sort_values()
    of_genes = {"genes": disk_cache.asked_key(*everyone)}
    of_question = of_genes | {"question": question.to_json()}
    for done, name in enumerate(sources):
        report(Progress("features", done, len(sources), name))
        method: Any = registry.load("features", name)
        source: FeatureSource = method(knowledge()) if method.reads_words else method()
        path = None
        if folder is not None:
            key = disk_cache.computed_key(
                store=[seen[source.reads_effects]],
                versions=[*VERSION, *source.VERSION],
                arguments=of_question if source.reads_question else of_genes,
            )
            path = folder / f"{name}-{key}.npz"
        with threadpool_limits(1):
            frame = _cached(source, everyone, question, view, path)
        frame = frame.loc[frame.index.isin(genes)]
        if frame.empty:
            missing[name] = source.needs
        else:
            frames[name] = frame
    report(Progress("features", len(sources), len(sources)))
    return Features(frames, missing)


def for_perturbations(frame: pd.DataFrame, perturbations: pd.Index[str]) -> pd.DataFrame:
    """Rows for perturbations of one or two genes: a pair ``A+B`` gets the mean of both genes' rows.

    Args:
        frame: Rows by gene.
        perturbations: Names, unique.

    Returns:
        Rows for those perturbations all of whose genes are in `frame`, in the order of `perturbations`.
    """
    pairs = perturbations[are_pairs(perturbations)]
    if len(pairs) == 0:
        return frame.loc[perturbations[perturbations.isin(frame.index)]]
    parts = [genes_in(name) for name in pairs]
    known = [all(gene in frame.index for gene in genes) for genes in parts]
    named = pairs[known]
    rows = [frame.loc[genes].mean(axis=0).to_numpy() for genes, ok in zip(parts, known, strict=True) if ok]
    singles = frame.loc[perturbations[perturbations.isin(frame.index)]]
    both = pd.concat([singles, pd.DataFrame(rows, index=named, columns=frame.columns)])
    return both.loc[perturbations[perturbations.isin(both.index)]]


def genes_of(perturbations: pd.Index[str]) -> pd.Index[str]:
    """The target genes of perturbations, each once, sorted.

    Args:
        perturbations: Names ``A`` or ``A+B``.
    """
    return pd.Index(sorted(genes_among(perturbations)), dtype=object)


def _cached(
    source: FeatureSource, genes: pd.Index[str], question: Question, view: View, path: Path | None
) -> pd.DataFrame:
    frame = disk_cache.kept(path, _read) if path else None
    if frame is None:
        made = _plain(source.features(genes, question, view))
        if path:
            disk_cache.keep(path, lambda stream: _write(stream, made))
        return made
    return frame


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with nameless axes of plain text, as it comes back from a file."""
    index = pd.Index(frame.index.to_numpy(object))
    return pd.DataFrame(frame.to_numpy(float), index=index, columns=[str(name) for name in frame.columns])


def _read(stream: BinaryIO) -> pd.DataFrame:
    with np.load(stream, allow_pickle=False) as held:
        index = pd.Index(held["index"].astype(object))
        return pd.DataFrame(held["values"], index=index, columns=[str(name) for name in held["columns"]])


def _write(stream: BinaryIO, frame: pd.DataFrame) -> None:
    np.savez(
        stream,
        values=frame.to_numpy(float),
        index=frame.index.to_numpy(str),
        columns=np.array(list(frame.columns), dtype=str),
    )
