"""Copies of stores: tests share what is slow to make, and write into a copy of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

from db.store import Store


def copied(store: Store, path: Path) -> Store:
    """A copy of a store and of its manifest.

    Args:
        store: What is copied.
        path: The file of the copy.
    """
    own = Store(path)
    shutil.copyfile(store.path, own.path)
    shutil.copyfile(store.manifest_path, own.manifest_path)
    return own
