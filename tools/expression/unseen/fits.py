"""Fits of expression predictors, kept on disk: learning takes seconds to a minute, asking again a moment."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from scipy.sparse import csr_array

from db import disk_cache
from db.genes.nomenclature import symbols_of
from db.genes.perturbation_names import genes_in
from db.provenance import file_hash
from db.records import PROTEIN_LOCUS
from db.screens.responses import content_of
from db.view import View
from tools import registry
from tools.expression.expression_responses import CONTROL, ExpressionResponses
from tools.expression.expression_responses import VERSION as RESPONSES
from tools.expression.predictors.base import DEFAULT, ExpressionPredictor, FittedExpressionPredictor
from tools.expression.unseen.learning import ChosenTables, chosen_tables, learnt_responses
from tools.expression.unseen.options import Learning
from tools.expression.vectors import gene_vectors
from tools.responses.annotation import VERSION as ANNOTATION
from tools.responses.annotation import Annotation
from tools.screens.response_files.kept import joint_path, safe_name
from tools.workspace import Progress, Workspace

VERSION = ("expression_fits 1", *RESPONSES, *ANNOTATION)
KEPT = 2
"""Fits of one predictor on the same tables that are kept: each has some hundred megabytes."""


@dataclass(frozen=True)
class ExpressionFit:
    """What was learnt.

    Attributes:
        key: Names everything that it rests on.
        predictor: Name of the predictor.
        fitted: The fitted predictor.
        responses: What was measured, that of hidden genes too; without cells.
        hidden: Genes of which nothing was learnt.
        chosen: The tables of the store that were learnt from, and those that were not.
        cell_contexts: Contexts whose control cells were learnt from, so that cells can be drawn.
        vectors: What genes are known by.
    """

    key: str
    predictor: str
    fitted: FittedExpressionPredictor
    responses: ExpressionResponses
    hidden: tuple[str, ...]
    chosen: ChosenTables
    cell_contexts: tuple[str, ...]
    vectors: Annotation

    @property
    def learnt_from(self) -> tuple[str, ...]:
        """Names of what was learnt from."""
        return self.chosen.names or (self.responses.name,)

    def saw(self, perturbation: str) -> bool:
        """Whether this very perturbation was learnt from.

        Args:
            perturbation: Its name.
        """
        wanted = sorted(genes_in(perturbation))
        known = any(sorted(genes_in(name)) == wanted for name in self.responses.rows["perturbation"].unique())
        return known and set(self.hidden).isdisjoint(wanted)


def expression_fit(workspace: Workspace, learning: Learning, hidden: Sequence[str] = ()) -> ExpressionFit:
    """The fit: read from the user's cache where the same one was made before, else made and kept.

    Its file is named after the responses, the gene knowledge of the store, the predictor, and the releases of hitscout
    and of the libraries. It is in Python's own format, which can run code when it is read, so one that another user
    owns or may write is not read.

    Args:
        workspace: The workspace.
        learning: What is learnt from.
        hidden: Genes of which nothing is learnt: in no context, replicate, pair or cell.

    Raises:
        NotFoundError: There is no such table or predictor, or nothing is known of genes.
        RefusedFileError: A file cannot be read.
        InvalidValueError: There is too little to learn from.
    """
    chosen = chosen_tables(workspace, learning)
    name = learning.predictor or DEFAULT
    predictor = cast("ExpressionPredictor", registry.load("expression_predictors", name)())
    key = _key(workspace, learning, chosen, predictor, hidden)
    kind = "blind" if hidden else "fit"
    path = joint_path(workspace, f"{safe_name('-'.join((*chosen.names[:1], name)))}-{key}.{kind}")
    held = disk_cache.kept(path, _fit_in, private=True)
    if held is None:
        held = _made(workspace, learning, chosen, predictor, key, hidden)
        disk_cache.keep(path, lambda stream: pickle.dump(held, stream, protocol=pickle.HIGHEST_PROTOCOL), private=True)
        _make_room(path, 1 if hidden else KEPT)
    return held


def _key(
    workspace: Workspace, learning: Learning, chosen: ChosenTables, predictor: ExpressionPredictor,
    hidden: Sequence[str],
) -> str:  # fmt: skip
    files = [file_hash(one) for one in learning.data if one.is_file()]
    # A folder of cells has no hash of its own: its fit is made anew. What is no file is refused where it is read.
    fresh = "" if len(files) == len(learning.data) else str(workspace.clock().timestamp())
    vectors = file_hash(learning.vectors) if learning.vectors is not None and learning.vectors.is_file() else ""
    return disk_cache.computed_key(
        store=[View(workspace.store).fingerprint(effects=False), *content_of(workspace.store, chosen.names), *files],
        versions=[*VERSION, *predictor.VERSION],
        arguments={
            "tables": list(chosen.names), "sources": list(learning.sources), "hidden": sorted(hidden),
            "vectors": [str(learning.vectors or ""), vectors], "seed": learning.seed,
            "fresh": fresh, "names": [one.name for one in learning.data],
        },
    )  # fmt: skip


def _fit_in(stream: BinaryIO) -> ExpressionFit:
    held = pickle.load(stream)  # noqa: S301 – our own file, see `expression_fit`
    if not isinstance(held, ExpressionFit):
        raise TypeError(f"A fit was expected, and a {type(held).__name__} was kept.")
    return held


def _make_room(path: Path, kept: int) -> None:
    """Deletes the oldest fits of the same predictor on the same tables, and what was computed from them."""
    alike = sorted(path.parent.glob(f"{path.stem[:-32]}{'?' * 32}{path.suffix}"), key=_age, reverse=True)
    for old in [one for one in alike if one != path][max(kept - 1, 0) :]:
        for beside in path.parent.glob(f"*{old.stem[-32:]}*"):
            beside.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _made(
    workspace: Workspace, learning: Learning, chosen: ChosenTables, predictor: ExpressionPredictor, key: str,
    hidden: Sequence[str],
) -> ExpressionFit:  # fmt: skip
    from threadpoolctl import threadpool_limits

    name = learning.predictor or DEFAULT
    task = f"learn expression ({name})"
    workspace.report(Progress(task, 0, 3, "reading responses"))
    responses = learnt_responses(workspace, learning, chosen.names)
    workspace.report(Progress(task, 1, 3, "reading what is known of genes"))
    genes = {*symbols_of(workspace.store, "human", PROTEIN_LOCUS), *responses.genes}
    vectors = _slim(gene_vectors(workspace, sorted(genes), learning.sources, learning.vectors))
    rows = f"{len(responses.rows):,} rows × {len(responses.readouts):,} readout genes"
    workspace.report(Progress(task, 2, 3, f"learning from {rows}"))
    with threadpool_limits(1):
        fitted = predictor.fit(responses.without(hidden), vectors, np.random.default_rng(learning.seed))
    workspace.report(Progress(task, 3, 3, "done"))
    measured = replace(responses, cells=None)
    return ExpressionFit(key, name, fitted, measured, tuple(sorted(hidden)), chosen, _cell_contexts(responses), vectors)


def _cell_contexts(responses: ExpressionResponses) -> tuple[str, ...]:
    cells = responses.cells
    return () if cells is None else tuple(sorted(set(cells.contexts[cells.perturbations == CONTROL])))


def _slim(vectors: Annotation) -> Annotation:
    """Without the direct edges, a third of the file, which no expression predictor asks for."""
    return replace(vectors, link=csr_array((len(vectors.genes), len(vectors.genes)), dtype=np.float32))


def predictor_of(fit: ExpressionFit) -> Any:  # noqa: ANN401 – an unfitted predictor of the family
    """A fresh predictor of the kind that a fit is of.

    Args:
        fit: The fit.
    """
    return registry.load("expression_predictors", fit.predictor)()
