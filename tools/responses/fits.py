"""Fits of response predictors, kept on disk: learning takes a minute, and asking again should take a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np

from db import disk_cache
from db.acts import FILE, act
from db.errors import InvalidValueError
from db.genes.nomenclature import symbols_of
from db.genes.perturbation_names import genes_among
from db.mapped_objects import read_object, write_object
from db.records import PROTEIN_LOCUS
from db.screens.responses import ResponseContext, content_of, readout_genes, responses_of
from db.view import View
from tools import registry
from tools.responses.annotation import Annotation, read_annotation
from tools.responses.label_table import Context
from tools.responses.predictors.base import FittedResponsePredictor, TrainingResponses
from tools.screens.response_files.kept import kept_path
from tools.workspace import Progress, Workspace

VERSION = ("fits 2",)
PREDICTOR = "smoothing_stack"


class PreparedPredictor(FittedResponsePredictor, Protocol):
    """A fitted predictor that shows what it looks at, so that whoever looks for rows beside its answers looks there."""

    @property
    def context(self) -> Context:
        """The train rows made ready."""
        ...

    @property
    def annotation(self) -> Annotation:
        """What is known of the genes that it can be asked about."""
        ...


@dataclass(frozen=True)
class ResponseFit:
    """What was learnt from one context, and perhaps from others.

    Attributes:
        fitted: The fitted predictor.
        readouts: Readouts that were learnt from.
        perturbations: Perturbations that were learnt from.
        rows: Number of responses learnt from.
        missing: Packs that would bring more annotation.
    """

    fitted: PreparedPredictor
    readouts: frozenset[str]
    perturbations: frozenset[str]
    rows: int
    missing: tuple[str, ...]


def fit_of(
    workspace: Workspace, context: ResponseContext, others: Sequence[ResponseContext] = (), seed: int = 0
) -> ResponseFit:
    """The fit on a context: read from the user's cache where the same one was made before, else made and kept.

    A fit rests on the responses, the gene knowledge of the store, the predictor and the releases of hitscout and of the
    libraries; its file is named after all of them. The file is in Python's own format, which can run code when it is
    read, so one that another user owns or may write is not read.

    Args:
        workspace: The workspace.
        context: The context that is asked about.
        others: Contexts of other cells that are learnt from too.
        seed: Seed of the folds.

    Raises:
        InvalidValueError: There is too little to learn from.
        NotFoundError: The store has no annotation.
    """
    path = _path(workspace, context, others, seed)
    held = _read(path)
    if held is None:
        made = _made(workspace, context, others, seed)
        disk_cache.keep(path, lambda stream: write_object(stream, made), private=True)
        _make_room(path)
        return made
    return held


def _path(workspace: Workspace, context: ResponseContext, others: Sequence[ResponseContext], seed: int) -> Path:
    names = [context.name, *(one.name for one in others)]
    predictor: Any = registry.load("response_predictors", PREDICTOR)
    key = disk_cache.computed_key(
        store=[View(workspace.store).fingerprint(effects=False), *content_of(workspace.store, names)],
        versions=[*VERSION, *predictor.VERSION],
        arguments={"contexts": names, "seed": seed},
    )
    return kept_path(workspace, context.name, f"{'across-' if others else ''}{key}.fit")


def _read(path: Path) -> ResponseFit | None:
    return disk_cache.kept(path, _fit_in, private=True)


def _fit_in(stream: BinaryIO) -> ResponseFit:
    held = read_object(stream)
    if not isinstance(held, ResponseFit):
        raise TypeError(f"A fit was expected, and a {type(held).__name__} was kept.")
    return held


def _make_room(path: Path) -> None:
    """Deletes the fits of the same context that nothing asks for any more: each has some hundred megabytes."""
    for old in path.parent.glob(f"{path.stem[:-32]}{'?' * 32}.fit"):
        if old != path:
            old.unlink(missing_ok=True)


def _made(workspace: Workspace, context: ResponseContext, others: Sequence[ResponseContext], seed: int) -> ResponseFit:
    from threadpoolctl import threadpool_limits

    task = f"learn from {context.name}"
    workspace.report(Progress(task, 0, 3, "reading responses"))
    own, *more = [training(workspace, one) for one in (context, *others)]
    _refuse_thin(own)
    workspace.report(Progress(task, 1, 3, "reading what is known of genes"))
    names = set(symbols_of(workspace.store, context.organism, PROTEIN_LOCUS))
    for one in (own, *more):
        names |= genes_among(set(one.rows["perturbation"]))
        names |= {gene for genes in one.members.values() for gene in genes} or set(one.rows["readout"])
    annotation = read_annotation(workspace, sorted(names))
    workspace.report(Progress(task, 2, 3, "learning, which takes about a minute for 150,000 responses"))
    with threadpool_limits(1):
        fitted = registry.load("response_predictors", PREDICTOR)().fit(
            own, more, annotation, np.random.default_rng(seed)
        )
    workspace.report(Progress(task, 3, 3, "done"))
    readouts, perturbations = frozenset(own.rows["readout"]), frozenset(own.rows["perturbation"])
    return ResponseFit(fitted, readouts, perturbations, len(own.rows), tuple(annotation.missing))


def training(workspace: Workspace, context: ResponseContext) -> TrainingResponses:
    """What may be learnt from a context: its train rows where the file splits them, else all that are labelled.

    Args:
        workspace: The workspace.
        context: The context.
    """
    rows = responses_of(workspace.store, context.name)
    if (rows["split"] == "train").any():
        rows = rows[rows["split"] == "train"]
    rows = rows[rows["de"].notna()].drop_duplicates(["perturbation", "readout"])
    members: dict[str, list[str]] = {}
    if context.readout_kind == "gene_set":
        genes = readout_genes(workspace.store, context.name)
        members = {str(name): list(found) for name, found in genes.groupby("readout")["gene"]}
    return TrainingResponses(context.name, rows[["perturbation", "readout", "de", "up"]], members)


def _refuse_thin(own: TrainingResponses) -> None:
    if own.rows.empty or own.rows["de"].nunique() < 2:
        raise InvalidValueError(
            f"{own.name} has no pairs of both kinds, with a response and without.",
            f"Add a table that holds readouts that did not respond too: {act('add_responses', FILE)}.",
        )
