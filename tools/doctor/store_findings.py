"""What the doctor finds at the store's place."""

from __future__ import annotations

import os
from collections.abc import Iterator

from db.store import Store
from db.store_place import refuse_orphaned_log
from tools.doctor.findings import Finding


def store_findings(store: Store) -> Iterator[Finding]:
    """Opens the store, reads all of it and compares it with its manifest.

    Args:
        store: The store, which may be anything at all.

    Raises:
        StoreError: It does not open, or not all of it can be read; the error says why.
    """
    if not store.exists():
        yield from _missing(store)
        return
    # Opened before it is verified: a store of an older hitscout lacks tables that the manifest counts.
    store.create()
    problems = store.verify()
    for problem in problems:
        yield Finding("store", "mend", problem.message, problem.suggestion)
    if not problems:
        size = store.path.stat().st_size / 1e6
        yield Finding("store", "ok", f"{store.path} opens and agrees with its manifest ({size:.0f} MB).")


def _missing(store: Store) -> Iterator[Finding]:
    refuse_orphaned_log(store.path)
    if os.path.lexists(store.manifest_path):
        yield Finding(
            "store",
            "mend",
            f"There is no store at {store.path}, but the manifest of one is there: the file was moved or deleted.",
            f"Put it back; or, if it is not needed, delete {store.manifest_path}.",
        )
        return
    yield Finding("store", "note", f"There is no store at {store.path} yet.", "hitscout fetch")
