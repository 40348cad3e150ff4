"""Feature frames for a set of genes, computed once and kept on disk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from db import disk_cache
from db.genes.perturbation_names import are_pairs, genes_among, genes_in
from db.records import Question
from db.view import View
from tools import registry
from tools.genes.knowledge import VERSION as KNOWLEDGE
from tools.genes.knowledge import Knowledge, knowledge_of
from tools.prediction.features.base import FeatureSource, LateSource
from tools.prediction.records import Frames, Late
from tools.workspace import Progress

VERSION = ("feature_frames 3", *KNOWLEDGE)
MOST_SCALARS = 40
"""Beyond so many columns a frame is an embedding."""


@dataclass(frozen=True)
class Features:
    """What the feature sources gave.

    Attributes:
        frames: Source → frame of shape (genes known, d); sources that gave nothing are left out.
        missing: Source that gave nothing → the packs that would bring it.
    """

    frames: Frames
    missing: Mapping[str, tuple[str, ...]]


def build(
    sources: Sequence[str],
    genes: pd.Index[str],
    question: Question,
    view: View,
    folder: Path | None,
    report: Callable[[Progress], None] = lambda _: None,
    late: Collection[str] = (),
) -> Features:
    """The frames of several sources.

    Args:
        sources: Names of feature sources.
        genes: Gene symbols, unique.
        question: What is looked for.
        view: The only door to effects.
        folder: Where frames are kept between runs; nowhere if None.
        report: Called before each source and at the end.
        late: Sources whose frames are to be made only when they are asked for, where a source can say beforehand which
            genes it will know.
    """
    frames: dict[str, pd.DataFrame | Late] = {}
    needs: dict[str, tuple[str, ...]] = {}
    # Computed for every gene of the store, whatever is asked for: one computation then serves every library.
    with view.at_once():
        named = view.symbols(question.organism)
        seen = {effects: view.fingerprint(effects=effects) for effects in (True, False)} if folder else {}

    def knowledge() -> Knowledge:
        return knowledge_of(view, folder, fingerprint=seen.get(False))

    everyone = named if len(named) else genes.sort_values()
    of_genes = {"genes": disk_cache.asked_key(*everyone)}
    of_question = of_genes | {"question": question.to_json()}
    for done, name in enumerate(sources):
        report(Progress("features", done, len(sources), name))
        method: Any = registry.load("features", name)
        path = None
        if folder is not None:
            key = disk_cache.computed_key(
                store=[seen[method.reads_effects]],
                versions=[*VERSION, *method.VERSION],
                arguments=of_question if method.reads_question else of_genes,
            )
            path = folder / f"{name}-{key}.npy"
        make = partial(_cached, partial(_made, method, knowledge), everyone, question, view, path)
        frames[name] = make() if name not in late else Late(_known(method, everyone, question, view, path), make)
        needs[name] = method.needs
    report(Progress("features", len(sources), len(sources)))
    asked = Frames(frames).turned(partial(_of, genes))
    silent = {name for name in frames if len(asked.known(name)) == 0}
    return Features(asked.without(silent), {name: needs[name] for name in frames if name in silent})


def _of(genes: pd.Index[str], frame: pd.DataFrame) -> pd.DataFrame:
    asked = frame.index.isin(genes)
    return frame if asked.all() else frame.loc[asked]


def _known(
    method: Any,  # noqa: ANN401 - a class of the family
    genes: pd.Index[str],
    question: Question,
    view: View,
    path: Path | None,
) -> pd.Index[str]:
    """The genes that a late source will know: kept beside its frame, since to look them up takes a while too."""
    beside = path.with_name(f"known-{path.name}") if path else None
    found = disk_cache.kept(beside, _read_names) if beside else None
    if found is None:
        source: LateSource = method()
        found = pd.Index(source.known(genes, question, view).to_numpy(object))
        if beside:
            names = found.to_numpy(str)
            disk_cache.keep(beside, lambda stream: np.save(stream, names, allow_pickle=False))
    return found


def for_perturbations(frame: pd.DataFrame, perturbations: pd.Index[str]) -> pd.DataFrame:
    """Rows for perturbations of one or two genes: a pair ``A+B`` gets the mean of both genes' rows.

    Args:
        frame: Rows by gene.
        perturbations: Names, unique.

    Returns:
        Rows for those perturbations all of whose genes are in `frame`, in the order of `perturbations`.
    """
    there = perturbations.isin(frame.index)
    others = perturbations[~there]
    pairs = others[are_pairs(others)]
    if len(pairs) == 0:
        # Most frames have these rows in this order already, and are large.
        rows = perturbations[there]
        return frame if rows.equals(frame.index) else frame.loc[rows]
    parts = [genes_in(name) for name in pairs]
    known = [all(gene in frame.index for gene in genes) for genes in parts]
    named = pairs[known]
    means = [frame.loc[genes].mean(axis=0).to_numpy() for genes, ok in zip(parts, known, strict=True) if ok]
    singles = frame.loc[perturbations[there]]
    both = pd.concat([singles, pd.DataFrame(means, index=named, columns=frame.columns)])
    return both.loc[perturbations[perturbations.isin(both.index)]]


def genes_of(perturbations: pd.Index[str]) -> pd.Index[str]:
    """The target genes of perturbations, each once, sorted.

    Args:
        perturbations: Names ``A`` or ``A+B``.
    """
    return pd.Index(sorted(genes_among(perturbations)), dtype=object)


def _made(method: Any, knowledge: Callable[[], Knowledge]) -> FeatureSource:  # noqa: ANN401 - a class of the family
    """The source; what words are compared with is read only where one that is not kept needs it."""
    source: FeatureSource = method(knowledge()) if method.reads_knowledge else method()
    return source


def _cached(
    source: Callable[[], FeatureSource], genes: pd.Index[str], question: Question, view: View, path: Path | None
) -> pd.DataFrame:
    from threadpoolctl import threadpool_limits

    frame = disk_cache.kept(path, _read) if path else None
    if frame is None:
        with threadpool_limits(1):
            made = _plain(source().features(genes, question, view))
        if path:
            disk_cache.keep(path, lambda stream: _write(stream, made))
        return made
    return frame


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with nameless axes of plain text, as it comes back from a file."""
    index = pd.Index(frame.index.to_numpy(object))
    return pd.DataFrame(_numbers(frame), index=index, columns=[str(name) for name in frame.columns], copy=False)


def _numbers(frame: pd.DataFrame) -> npt.NDArray[np.floating[Any]]:
    """The numbers of a frame; an embedding in single precision: finer than it was made, and half as large."""
    # In one order in memory, whether made now or read again: sums in another order round otherwise.
    return np.ascontiguousarray(frame.to_numpy(np.float32 if frame.shape[1] > MOST_SCALARS else np.float64))


def _read_names(stream: BinaryIO) -> pd.Index[str]:
    names: pd.Index[str] = pd.Index(np.load(stream, allow_pickle=False).astype(object))
    return names


def _read(stream: BinaryIO) -> pd.DataFrame:
    names = _read_names(stream)
    columns, values = (np.load(stream, allow_pickle=False) for _ in range(2))
    return pd.DataFrame(values, index=names, columns=[str(name) for name in columns], copy=False)


def _write(stream: BinaryIO, frame: pd.DataFrame) -> None:
    # One after the other, not as an archive, whose checksums take as long as reading.
    for part in (frame.index.to_numpy(str), np.array(list(frame.columns), dtype=str), _numbers(frame)):
        np.save(stream, part, allow_pickle=False)
