"""The last write to the store, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.undo import last_act, take_back
from tools.workspace import Workspace


@dataclass(frozen=True)
class Undone:
    """What `undo` took back, or would.

    Attributes:
        act: The last write, in words.
        at: When it was made, in UTC.
        rows_gone: Rows that it had written or changed, and that went.
        rows_back: Rows that came back as they were before it.
        only_looked: Whether it was only looked at, so that nothing changed.
    """

    act: str
    at: datetime
    rows_gone: int
    rows_back: int
    only_looked: bool = False


def undo(workspace: Workspace, *, look: bool = False) -> Undone:
    """Takes back the last write to the store, if it was one that can be: the store is then as it was before.

    Screens that were added, merged or removed, cells that were added or removed, and all that is done to campaigns
    (started, question, excluded, proposed, graded, confirmed, recorded, closed) can be taken back, one write deep, as
    long as nothing else was written since. Public data, tables of responses, and replicates that were added cannot.
    Files that were written stay.

    Args:
        workspace: The workspace.
        look: Only say what the last write was, and change nothing.

    Raises:
        ConflictError: The last write cannot be taken back; what it was for is said.
    """
    if look:
        act = last_act(workspace.store)
        return Undone(act.title, act.at, 0, 0, only_looked=True)
    act, gone, back = take_back(workspace.store)
    return Undone(act.title, act.at, gone, back)
