"""Cells that a user names: a set of the store, or a file or folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from db.acts import COLUMN, FILE, act, option
from db.cells.opening import opened_set
from db.cells.reading import CellSet, list_sets
from db.errors import InvalidValueError, NeedsChoiceError, NotFoundError, did_you_mean
from db.files.cells.base import CellFile
from db.files.cells.opening import opened_cells
from db.provenance import get_ingest
from tools.expression.cell_files.content import source_hash
from tools.workspace import Workspace


def named_set(workspace: Workspace, path: Path) -> CellSet | None:
    """The set of the store that is meant; None where a file is. A path with a folder is always a file.

    Args:
        workspace: The store, and whether files may be read at all.
        path: What was given.

    Raises:
        NeedsChoiceError: There are both a set and a file of this name.
        NotFoundError: There is neither.
    """
    is_file = workspace.reads_files and path.exists()
    if len(path.parts) > 1 and workspace.reads_files:
        return None
    known = list_sets(workspace.store) if workspace.store.exists() else []
    found = next((one for one in known if one.name.casefold() == str(path).casefold()), None)
    if found is not None and is_file:
        raise NeedsChoiceError(
            f"{str(path)!r} is the name of cells of the store, and of a file in this folder.",
            f"Give the file by its whole path, {path.absolute()}, or rename it.",
        )
    if found is None and not is_file and (known or not workspace.reads_files):
        names = [one.name for one in known]
        hint = f"{act('cells_list')} names those of the store; {act('add_cells', FILE)} adds some."
        raise NotFoundError(
            f"There are neither cells of the store nor a file named {str(path)!r}.",
            f"{did_you_mean(str(path), names)} {hint}".strip(),
        )
    return found


@contextmanager
def opened_source(workspace: Workspace, path: Path) -> Iterator[CellFile]:
    """Cells of a set or of a file, open for as long as they are read.

    Args:
        workspace: Its store has the sets.
        path: The name of a set, or a file or folder of cells.

    Yields:
        The cells; nothing of their matrix is in memory.

    Raises:
        RefusedFileError: The file cannot be used.
        NeedsChoiceError: There are both a set and a file of this name.
        NotFoundError: There is neither.
    """
    found = named_set(workspace, path)
    if found is not None:
        yield opened_set(workspace.store, found)
        return
    with opened_cells(path) as file:
        yield file


def key_of(workspace: Workspace, path: Path) -> str:
    """SHA-256 of a file, or of the file that a set came from.

    Args:
        workspace: Its store has the sets.
        path: The name of a set, or a file or folder of cells.

    Raises:
        HitscoutError: As for `opened_source`.
    """
    found = named_set(workspace, path)
    if found is None:
        return source_hash(path)
    with workspace.store.read() as connection:
        return get_ingest(connection, found.ingest_id).source_hash


def label_of(workspace: Workspace, path: Path, label: str) -> str:
    """The column of labels: the one that is named, else the one that a set was added with; empty where there is none.

    Args:
        workspace: Its store has the sets.
        path: The name of a set, or a file or folder of cells.
        label: What was named.

    Raises:
        HitscoutError: As for `opened_source`.
    """
    return _column(workspace, path, label, lambda found: found.label_column)


def required_label(workspace: Workspace, path: Path, label: str) -> str:
    """As `label_of`, where a column is needed.

    Args:
        workspace: Its store has the sets.
        path: The name of a set, or a file or folder of cells.
        label: What was named.

    Raises:
        InvalidValueError: None was named, and the cells were added without one.
        HitscoutError: As for `opened_source`.
    """
    found = label_of(workspace, path, label)
    if not found:
        raise InvalidValueError(
            f"It is not said which column of {path.name} says what its cells are.",
            f"Name it: {option(label=COLUMN)}. Cells that {act('add_cells', FILE, labels=COLUMN)} adds need no more.",
        )
    return found


def donor_of(workspace: Workspace, path: Path, donor: str) -> str:
    """The column of donors, likewise.

    Args:
        workspace: Its store has the sets.
        path: The name of a set, or a file or folder of cells.
        donor: What was named.

    Raises:
        HitscoutError: As for `opened_source`.
    """
    return _column(workspace, path, donor, lambda found: found.donor_column)


def _column(workspace: Workspace, path: Path, named: str, own: Callable[[CellSet], str]) -> str:
    """The column that was named, else the one that a set was added with; empty for a file."""
    if named:
        return named
    found = named_set(workspace, path)
    return "" if found is None else own(found)
