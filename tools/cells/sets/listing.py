"""Sets of cells in the store: listed, shown, removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from db.cells.reading import CellSet, columns_of, counts_of, get_set, list_sets, unplaced_of
from db.cells.writing import remove_set
from db.provenance import find_ingest, get_ingest, notes_of
from tools.screens.ingestion.added_screen import NotedRows, by_reason
from tools.workspace import Workspace

SHOWN_NAMES = 10


@dataclass(frozen=True)
class ShownCells:
    """A set of cells with what is known of it.

    Attributes:
        cells: The set.
        labels: Label → cells, most first.
        unlabelled: Cells without a label.
        donors: Donor → cells, likewise; empty where no column names donors.
        columns: The columns that describe its cells, each of which can colour a picture.
        unplaced: The first genes whose names the store does not know; they stay under their own.
        source: Name of the file that it came from.
        source_hash: SHA-256 of that file.
        added_at: When it was added, in UTC.
        flags: Genes that are read with a flag, by reason, with examples.
        remarks: How the file was read, and what was noticed, in sentences.
    """

    cells: CellSet
    labels: Mapping[str, int]
    unlabelled: int
    donors: Mapping[str, int]
    columns: tuple[str, ...]
    unplaced: tuple[str, ...]
    source: str
    source_hash: str
    added_at: datetime
    flags: tuple[NotedRows, ...]
    remarks: tuple[str, ...]


def cells_list(workspace: Workspace) -> tuple[CellSet, ...]:
    """Lists the sets of cells in the store, by name.

    Args:
        workspace: The workspace.
    """
    return tuple(list_sets(workspace.store))


def cells_show(workspace: Workspace, name: str) -> ShownCells:
    """Shows a set of cells: its labels, genes, donors, what its values are, and where it came from.

    Args:
        workspace: The workspace.
        name: Name of the cells; `cells_list` names them.

    Raises:
        NotFoundError: There are no such cells; near names are given.
    """
    return shown(workspace, get_set(workspace.store, name))


def cells_remove(workspace: Workspace, name: str) -> CellSet:
    """Removes a set of cells with its notes and its ingest; nothing else of the store rests on it.

    Args:
        workspace: The workspace.
        name: Name of the cells; `cells_list` names them.

    Raises:
        NotFoundError: There are no such cells; near names are given.
    """
    return remove_set(workspace.store, name)


def set_of_ingest(workspace: Workspace, content: str) -> CellSet:
    """The set that an ingest brought.

    Args:
        workspace: Its store has it.
        content: The ingest's content hash.
    """
    with workspace.store.read() as connection:
        ingest = find_ingest(connection, content)
        return next(one for one in list_sets(workspace.store) if ingest and one.ingest_id == ingest.id)


def shown(workspace: Workspace, cells: CellSet) -> ShownCells:
    """What is known of a set.

    Args:
        workspace: Its store has it.
        cells: The set.
    """
    store = workspace.store
    with store.read() as connection:
        ingest, notes = get_ingest(connection, cells.ingest_id), notes_of(connection, cells.ingest_id)
        labels = dict(counts_of(store, cells.id, "label"))
        unlabelled = labels.pop("", 0)
        return ShownCells(
            cells=cells,
            labels=labels,
            unlabelled=unlabelled,
            donors={donor: count for donor, count in counts_of(store, cells.id, "donor").items() if donor},
            columns=columns_of(store, cells.id),
            unplaced=unplaced_of(store, cells.id, SHOWN_NAMES),
            source=ingest.source,
            source_hash=ingest.source_hash,
            added_at=ingest.created_at,
            flags=by_reason(notes),
            remarks=tuple(ingest.arguments.get("remarks", ())),
        )
