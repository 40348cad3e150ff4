"""What the doctor finds of packs: in the store or not, and whether their files are as they were fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator

from db.errors import HitscoutError
from db.view import View
from tools.doctor.findings import Finding, State
from tools.packs.catalogue import NAMES_PACK, PackSummary, list_packs, pack_folder
from tools.packs.definition import read_packs
from tools.packs.downloads import damaged_files
from tools.packs.encoding import encoded_by
from tools.workspace import Workspace


def pack_findings(workspace: Workspace) -> Iterator[Finding]:
    """Which packs the store has, which it lacks, and whose files are not what was fetched.

    Args:
        workspace: The workspace whose folders and store are looked at.
    """
    yield from _damaged(workspace)
    try:
        packs = list_packs(workspace)
    except HitscoutError:
        yield Finding("packs", "note", "Which packs are in the store is not known while it does not open.")
        return
    present = [pack.name for pack in packs if pack.in_store]
    if present:
        yield Finding("packs", "ok", f"In the store: {', '.join(present)}.")
    yield from (_missing(pack) for pack in packs if pack.default and not pack.in_store)
    others = [pack.name for pack in packs if not pack.default and not pack.in_store]
    if others:
        message = f"Not in the store, and not needed to begin with: {', '.join(others)}."
        yield Finding("packs", "note", message, "hitscout fetch --list")


def _damaged(workspace: Workspace) -> Iterator[Finding]:
    for pack in read_packs():
        folder = pack_folder(workspace, pack)
        if folder.parent.is_dir() and os.path.lexists(folder) and not folder.is_dir():
            message = f"{folder} is no folder, where the files of {pack.name} belong."
            yield Finding("packs", "mend", message, f"Move it away (`mv {folder} {folder}.old`).")
            continue
        names = damaged_files(pack, folder)
        if names:
            message = f"Files of {pack.name} are missing or not as they were fetched: {', '.join(names[:5])}."
            yield Finding("packs", "mend", message, f"hitscout fetch {pack.name}")


def _missing(pack: PackSummary) -> Finding:
    """A default pack that the store lacks; only without gene names does nothing work."""
    state: State = "mend" if pack.name == NAMES_PACK else "note"
    where = "fetched, but not in the store" if pack.fetched else "not here"
    return Finding("packs", state, f"{pack.name} is {where}: {pack.title}.", f"hitscout fetch {pack.name}")


def text_findings(workspace: Workspace) -> Iterator[Finding]:
    """Which encoder's vectors the store has, where it opens and names genes that could have some.

    Args:
        workspace: The workspace whose store is looked at.
    """
    try:
        if not workspace.store.exists() or View(workspace.store).genes().empty:
            return
        made_by = encoded_by(workspace)
    except HitscoutError:
        # Told as a finding on the store.
        return
    if made_by:
        yield Finding("texts", "ok", f"Gene texts are encoded by {made_by}.")
    else:
        yield Finding(
            "texts", "note", "Gene texts are not encoded: only their words speak.", "hitscout fetch wordllama"
        )
