"""What expression is predicted from: tables of the store that fit each other, or files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import FILE, act, option
from db.errors import InvalidValueError, NotFoundError, did_you_mean
from db.screens.responses import ResponseContext, contexts, shared_readouts, with_estimates
from tools.expression.expression_responses import LEAST_SHARE, ExpressionResponses, common_readouts
from tools.expression.unseen.options import Learning
from tools.workspace import Workspace

LEAST_SHARED = 0.8
"""Share of the readout genes of the widest table that another must have measured to be learnt from beside it."""


@dataclass(frozen=True)
class ChosenTables:
    """Tables of the store that are learnt from.

    Attributes:
        names: Their names, the widest first; none where files are learnt from.
        left_out: Names of tables that would not fit beside them.
    """

    names: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def chosen_tables(workspace: Workspace, learning: Learning) -> ChosenTables:
    """The tables that are learnt from.

    Args:
        workspace: The workspace.
        learning: What was named.

    Raises:
        NotFoundError: There is no such table, or none with sizes of effects.
        InvalidValueError: A named table is of mouse genes or of gene sets, or ranked lists are named beside others.
    """
    if learning.data and learning.contexts:
        raise InvalidValueError(
            "Both files and tables of the store are named.",
            f"Add the files to the store ({act('add_responses', FILE)}), or name them alone.",
        )
    if learning.data:
        return ChosenTables()
    known = contexts(workspace.store)
    return _named(known, learning.contexts) if learning.contexts else _by_width(workspace, known)


def _named(known: Sequence[ResponseContext], names: Sequence[str]) -> ChosenTables:
    by_name = {one.name.casefold(): one for one in known}
    found = []
    for name in dict.fromkeys(one.strip() for one in names):
        if name.casefold() not in by_name:
            hint = did_you_mean(name, [one.name for one in known])
            listed = ", ".join(one.name for one in known) or "none"
            raise NotFoundError(f"The store has no responses named {name!r}.", f"{hint} There are: {listed}.".strip())
        found.append(by_name[name.casefold()])
    for one in found:
        if one.organism != "human" or one.readout_kind != "gene":
            raise InvalidValueError(
                f"{one.name} has {one.organism} {one.readout_kind.replace('_', ' ')}s, and what is known of genes is of"
                " single human ones.",
                "Name a table of human readout genes.",
            )
    if len(found) > 1 and (lists := [one.name for one in found if _is_list(one)]):
        raise InvalidValueError(
            f"{lists[0]} holds ranked lists, whose numbers are not those of the other tables.",
            f"Learn from it alone: {option(contexts=[lists[0]])}.",
        )
    return ChosenTables(tuple(one.name for one in found))


def _by_width(workspace: Workspace, known: Sequence[ResponseContext]) -> ChosenTables:
    sized = set(with_estimates(workspace.store))
    usable = [one for one in known if one.name in sized and one.organism == "human"]
    if not usable:
        raise NotFoundError(
            "The store holds no responses of human genes with sizes of effects.",
            f"{act('fetch', ['replogle-k562-ranks'])} gets some; {act('add_responses', FILE)} adds yours, or name a"
            f" file: {option(data=[FILE])}.",
        )
    full = [one for one in usable if not _is_list(one)]
    widest = max(full or usable, key=lambda one: (one.perturbations * one.readouts, one.name))
    shared = shared_readouts(workspace.store, widest.name)
    beside = [
        one.name
        for one in full
        if one is not widest and shared.get(one.name, 0) >= LEAST_SHARED * widest.readouts
    ]  # fmt: skip
    names = (widest.name, *beside)
    return ChosenTables(names, tuple(one.name for one in usable if one.name not in names))


def _is_list(one: ResponseContext) -> bool:
    """Whether most pairs have no row, as in lists of the genes that respond most."""
    return one.rows < LEAST_SHARE * one.perturbations * one.readouts


def learnt_responses(workspace: Workspace, learning: Learning, tables: Sequence[str]) -> ExpressionResponses:
    """The responses that are learnt from, with approved names, complete.

    Args:
        workspace: The workspace.
        learning: What was named.
        tables: As `chosen_tables` chose them.

    Raises:
        RefusedFileError: A file cannot be read.
        InvalidValueError: They have no readout gene in common, or no sizes of effects.
    """
    # Not above: what reads cells takes a quarter of a second to load, and a fit that is kept needs none of it.
    from tools.expression.response_sets import set_of_file, set_of_tables

    if not learning.data:
        return set_of_tables(workspace, tables)
    parts = [_distinct(set_of_file(workspace, Path(one))) for one in learning.data]
    return _joined(parts) if len(parts) > 1 else parts[0]


def _distinct(found: ExpressionResponses) -> ExpressionResponses:
    """Each readout gene once: two names of a file may mean the same gene, and the first column is taken."""
    return found.among(np.flatnonzero(~found.readouts.duplicated()))


def _joined(parts: Sequence[ExpressionResponses]) -> ExpressionResponses:
    """Several files as one: their contexts stay apart, and readouts are those that all of them have."""
    readouts = common_readouts([one.readouts for one in parts])
    if not len(readouts):
        raise InvalidValueError(
            f"{', '.join(one.name for one in parts)} have no readout gene in common.", "Learn from one of them."
        )
    rows = [one.rows.assign(context=[f"{one.name} {context}".strip() for context in one.rows["context"]])
            for one in parts]  # fmt: skip
    estimates = [one.estimates[:, one.readouts.get_indexer(readouts)] for one in parts]
    # Cells of different files are scaled differently; means of rows are not compared across contexts, cells are.
    first = replace(parts[0], cells=None)
    return replace(
        first, name=", ".join(one.name for one in parts), rows=pd.concat(rows, ignore_index=True), readouts=readouts,
        estimates=np.vstack(estimates),
    )  # fmt: skip
