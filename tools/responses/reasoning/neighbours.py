"""The closest perturbations of a question edited before they vote: a language model keeps, drops and names some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from db.genes.perturbation_names import genes_in
from db.screens.responses import ResponseContext
from db.view import View
from tools.responses.annotation import Annotation
from tools.responses.fits import ResponseFit
from tools.responses.kernels import Floats
from tools.responses.label_table import Context, Pairs, ask, places
from tools.responses.reasoning.retrieval import Retrieval, Retrieved, Task, closeness, meant_by, retrieve_by
from tools.workspace import Workspace

LISTED = 30
"""Candidates that are listed: as many as the kernels look at for rows of alike readouts."""
MOST_NAMED = 5
"""Perturbations that may be named beside those of the list."""


@dataclass(frozen=True)
class Candidate:
    """A perturbation that was measured, as it is listed.

    Attributes:
        name: Its name.
        text: The full names of its genes; empty where none is known.
    """

    name: str
    text: str


@dataclass(frozen=True)
class Listed:
    """What whoever edits is given on one perturbation: no closeness, no readout gene and no outcome.

    Attributes:
        perturbation: What is asked about.
        text: The full names of its genes.
        cells: The cells.
        candidates: The closest measured perturbations, in an order that says nothing.
    """

    perturbation: str
    text: str
    cells: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Said:
    """What was said of a list.

    Attributes:
        keep: Names that are kept.
        add: Names beside those of the list.
        reason: Why.
        failure: Why nothing was said; then the list stays as it is.
    """

    keep: tuple[str, ...]
    add: tuple[str, ...] = ()
    reason: str = ""
    failure: str = ""


class NeighbourEditor(Protocol):
    """Edits lists of close perturbations."""

    name: str
    """Who it is."""

    def edit(self, listed: Sequence[Listed]) -> list[Said]:
        """What is said of each list.

        Args:
            listed: The lists.
        """
        ...


@dataclass(frozen=True)
class Edit:
    """What becomes of the neighbours of one perturbation.

    Attributes:
        perturbation: What is asked about.
        kept: Of the list, those that vote.
        dropped: Of the list, those that do not.
        added: Measured perturbations beside the list that vote as the middle one of the kept does, or closer.
        ignored: Names that were given and mean no other measured perturbation, or are more than may be named.
        reason: Why.
        failure: Why nothing was said; then all are kept.
    """

    perturbation: str
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    added: tuple[str, ...]
    ignored: tuple[str, ...]
    reason: str = ""
    failure: str = ""


def listed_for(
    workspace: Workspace, context: Context, asked: Pairs, annotation: Annotation, cells: str, seed: int = 0
) -> list[Listed]:
    """The closest measured perturbations of each one that is asked about, in an order by seed.

    Args:
        workspace: Its store names the genes.
        context: Train rows made ready: nothing else is looked at, and of these only names.
        asked: The questions; their readouts are not looked at.
        annotation: What is known of the genes.
        cells: The cells, in words.
        seed: Seed of the order.
    """
    close = closeness(context, asked, annotation, Retrieval())
    best = [_closest(row) for row in close]
    names = [str(context.perturbations[place]) for some in best for place in some]
    text = _full_names(workspace, [*map(str, asked.names), *names], annotation.symbols)
    found = []
    for number, name in enumerate(map(str, asked.names)):
        near = sorted(str(context.perturbations[place]) for place in best[number])
        # By the name too, so that what is listed of one perturbation does not hang on which others are asked about.
        order = np.random.default_rng([seed, 11, *name.encode()]).permutation(len(near))
        found.append(Listed(name, text[name], cells, tuple(Candidate(near[i], text[near[i]]) for i in order)))
    return found


def _closest(row: Floats) -> list[int]:
    order = np.argsort(-row, kind="stable")[:LISTED]
    return [int(place) for place in order if row[place] > 0]


def _full_names(workspace: Workspace, names: Sequence[str], symbols: Mapping[str, str]) -> dict[str, str]:
    meant = {name: [symbols.get(gene, gene) for gene in genes_in(name)] for name in names}
    genes = sorted({gene for some in meant.values() for gene in some})
    full = View(workspace.store).genes(symbols=genes).set_index("symbol")["name"].fillna("")
    return {name: "; ".join(filter(None, (str(full.get(gene, "")) for gene in some))) for name, some in meant.items()}


def listed_in(
    workspace: Workspace, fit: ResponseFit, context: ResponseContext, pair: pd.DataFrame, seed: int = 0
) -> list[Listed]:
    """As `listed_for`, of a pair that a fit is asked about.

    Args:
        workspace: As there.
        fit: What was learnt of the table.
        context: The table.
        pair: As `tools.responses.reasoning.asked_pair.the_pair` gives it.
        seed: As there.
    """
    table, annotation = fit.fitted.context, fit.fitted.annotation
    return listed_for(workspace, table, ask(pair, annotation), annotation, context.cell_type or context.name, seed)


def edits_by(
    editor: NeighbourEditor, listed: Sequence[Listed], context: Context, annotation: Annotation
) -> dict[str, Edit]:
    """Perturbation → what becomes of its neighbours.

    Args:
        editor: Who edits.
        listed: The lists.
        context: As for `edit_of`.
        annotation: What is known of the genes.

    Raises:
        HitscoutError: The editor cannot be asked.
    """
    said = editor.edit(listed)
    symbols = annotation.symbols
    return {one.perturbation: edit_of(one, its, context, symbols) for one, its in zip(listed, said, strict=True)}


def edit_of(listed: Listed, said: Said, context: Context, symbols: Mapping[str, str]) -> Edit:
    """What is made of what was said: only other measured perturbations are kept or added.

    Args:
        listed: What was given.
        said: What was said of it.
        context: The train rows, by which a name is known or not.
        symbols: Name → approved symbol.
    """
    names = tuple(sorted(one.name for one in listed.candidates))
    if said.failure:
        return Edit(listed.perturbation, names, (), (), (), failure=said.failure)
    folded = {name.casefold(): symbol for pair in symbols.items() for name, symbol in ((pair[1], pair[1]), pair)}
    known = {_folded(str(name), folded): str(name) for name in context.perturbations}
    own = _folded(listed.perturbation, folded)
    kept: set[str] = set()
    added: list[str] = []
    ignored: list[str] = []
    for given, may_be_new in [(one, False) for one in said.keep] + [(one, True) for one in said.add]:
        meant = _folded(given, folded)
        name = None if meant == own else known.get(meant)
        if name in names:
            kept.add(name)
        elif name is None or not may_be_new or len(added) == MOST_NAMED:
            ignored.append(given)
        elif name not in added:
            added.append(name)
    return Edit(
        listed.perturbation, tuple(one for one in names if one in kept), tuple(one for one in names if one not in kept),
        tuple(added), tuple(dict.fromkeys(ignored)), said.reason,
    )  # fmt: skip


def _folded(name: str, symbols: Mapping[str, str]) -> frozenset[str]:
    return meant_by(name.strip().casefold(), symbols)


def retrieve_edited(
    context: Context,
    asked: Pairs,
    annotation: Annotation,
    task: Task,
    how: Retrieval,
    edits: Mapping[str, Edit],
    seed: int = 0,
) -> Retrieved:
    """As `tools.responses.reasoning.retrieval.retrieve`, over edited neighbours.

    Dropped ones are never taken. Added ones are as close as the middle one of those that were kept, or closer where the
    kernels say so. All others, those beyond the list among them, are as close as they were.

    Args:
        context: As there.
        asked: As there.
        annotation: As there.
        task: As there.
        how: As there.
        edits: Perturbation → what becomes of its neighbours; all stay where there is none.
        seed: As there.
    """
    close = closeness(context, asked, annotation, how)
    for row, name in enumerate(asked.names):
        if (edit := edits.get(str(name))) is not None:
            close[row] = _edited(close[row], context, edit)
    return retrieve_by(close, context, asked, task, how, seed)


def _edited(close: Floats, context: Context, edit: Edit) -> Floats:
    edited = close.copy()
    kept, dropped, added = (
        places(context.perturbations, np.array(names, dtype=object)) for names in (edit.kept, edit.dropped, edit.added)
    )
    # Where nothing was kept, those that were named stand in for the closest of the list.
    middle = float(np.median(close[kept])) if len(kept) else float(close.max(initial=0))
    edited[dropped] = 0
    edited[added] = np.maximum(edited[added], middle)
    return edited
