"""Screens as others name them: by id, by name or file, with their copies, with their one contrast."""

from __future__ import annotations

from pathlib import Path

from db.acts import COLUMN, FILE, NAME, VALUE, act
from db.campaigns.campaigns import screens_of_source
from db.errors import NeedsChoiceError, NotFoundError
from db.provenance import get_ingest
from db.records import Screen
from db.screens.merged import with_kin
from db.screens.reading import contrasts_of, get_screen, list_screens
from db.store import Store
from tools.workspace import Workspace


def screen_by_id(store: Store, screen_id: int) -> Screen:
    """A screen that a campaign names by its id, which stays when the screen is renamed."""
    return next(screen for screen in list_screens(store, campaigns=True) if screen.id == screen_id)


def hidden_with(store: Store, screen_id: int) -> frozenset[int]:
    """The screen, every screen that was read from the same bytes, and what was merged from any of these or into it.

    Deliberately not its copies: another donor, or an earlier repeat, is another measurement.
    """
    screen = screen_by_id(store, screen_id)
    with store.read() as connection:
        ingest = get_ingest(connection, screen.ingest_id)
    return with_kin(store, frozenset({screen_id}) | screens_of_source(store, [ingest.source_hash]))


def only_contrast(store: Store, screen: Screen) -> int:
    """The one contrast of a screen that serves as round 0.

    Raises:
        NeedsChoiceError: It has several, and which of them was asked about cannot be told.
    """
    contrasts = contrasts_of(store, screen.id)
    if len(contrasts) != 1:
        names = ", ".join(contrast.name for contrast in contrasts)
        raise NeedsChoiceError(
            f"The screen {screen.name!r} has {len(contrasts)} contrasts ({names}), and a campaign goes on from one.",
            f"Add that contrast as a screen of its own: {act('add_screen', FILE, where={COLUMN: VALUE})}.",
        )
    return contrasts[0].id


def screen_or_file(workspace: Workspace, value: str, what: str) -> Screen | Path:
    """The screen or the file that a value names; a path with a slash is always a file.

    Args:
        workspace: The store, and whether files may be read at all.
        value: What was given.
        what: What it is for, for messages.

    Raises:
        NotFoundError: It is neither.
        NeedsChoiceError: It is both.
    """
    store = workspace.store
    if not workspace.reads_files:
        return _screen_alone(store, value, what)
    path = Path(value).expanduser()
    is_path = "/" in value or "\\" in value
    try:
        screen = None if is_path else get_screen(store, value)
    except NotFoundError as error:
        if path.exists():
            return path
        raise NotFoundError(
            f"There is neither a screen nor a file named {value!r} for the {what}.", error.suggestion
        ) from error
    if screen is None:
        if not path.exists():
            raise NotFoundError(f"There is no file {value} for the {what}.", "Give its path as it is on disk.")
        return path
    if path.is_file():
        raise NeedsChoiceError(
            f"{value!r} is a screen of the store and a file in this folder.",
            f"Write ./{value} for the file, or rename it.",
        )
    return screen


def _screen_alone(store: Store, value: str, what: str) -> Screen:
    """The screen of a name, for those who may read no file: none is looked for, so none is told to be missing."""
    try:
        return get_screen(store, value)
    except NotFoundError as error:
        raise NotFoundError(
            f"There is no screen named {value!r} for the {what}, and files are not read here.",
            f"Name a screen: {act('screen_list')} shows them. A file is read where a person approves it first, by"
            f" {act('add_screen', FILE)} or {act('campaign_start', NAME)}.",
        ) from error
