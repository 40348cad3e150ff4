"""The manifest's file beside a store: read with suspicion, written whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from db.errors import StoreError

_MODE = 0o640


@dataclass(frozen=True)
class KnownManifest:
    """What a manifest's file says.

    Attributes:
        content: As `db.manifest.describe` gave it after the last write; empty where that is not known.
        trouble: Why it is not known, in words; empty where it is.
        in_the_way: Whether something stands in its place that is no file, so that none can be written either.
    """

    content: Mapping[str, Any] = field(default_factory=dict)
    trouble: str = ""
    in_the_way: bool = False

    @property
    def revision(self) -> int:
        """The last revision that was entered; 0 where that is not known."""
        return int(self.content.get("revision", 0))


def read_manifest(path: Path) -> KnownManifest:
    """Reads a manifest; whatever is wrong with it is said and never raised.

    Args:
        path: Its file.
    """
    if path.is_dir():
        return KnownManifest(trouble="is a folder", in_the_way=True)
    if path.exists() and not path.is_file():
        # A pipe would be waited for.
        return KnownManifest(trouble="is a pipe or a device", in_the_way=True)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return KnownManifest(trouble="is missing")
    except OSError as error:
        return KnownManifest(trouble=f"cannot be read ({error.strerror})")
    except (ValueError, RecursionError):
        return KnownManifest(trouble="cannot be read: it is no JSON")
    wrong = _wrong(content)
    return KnownManifest(trouble=f"cannot be read: {wrong}") if wrong else KnownManifest(content)


def _wrong(content: object) -> str:
    """What is not as `describe` writes it; empty where all is."""
    if not isinstance(content, dict):
        return "it is no JSON object"
    revision = content.get("revision")
    if not isinstance(revision, int) or isinstance(revision, bool) or revision < 0:
        return "it has no revision"
    ingests, tables = content.get("ingests"), content.get("tables")
    if not isinstance(ingests, dict) or not isinstance(tables, dict):
        return "it lists no ingests or no tables"
    if not all(isinstance(entries, dict) and _entries(entries) for entries in (tables, *ingests.values())):
        return "an entry of it has no rows or no hash"
    return ""


def _entries(entries: Mapping[str, Any]) -> bool:
    return all(
        isinstance(entry, dict) and isinstance(entry.get("rows"), int) and isinstance(entry.get("hash"), str)
        for entry in entries.values()
    )


def write_manifest(path: Path, content: Mapping[str, Any]) -> None:
    """Writes a manifest; the old one stands until the new one is whole.

    Args:
        path: Its file.
        content: As `db.manifest.describe` gives it.

    Raises:
        OSError: It cannot be written.
    """
    # One name is enough: only who holds the store writes its manifest, and what a killed one left is overwritten.
    partial = path.with_suffix(".part")
    opened = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, _MODE)
    with os.fdopen(opened, "w", encoding="utf-8") as stream:
        stream.write(json.dumps(content, indent=1, sort_keys=True))
    partial.replace(path)


def refuse_in_the_way(path: Path, known: KnownManifest) -> None:
    """Refuses a write whose manifest could not be written: before it, not after.

    Args:
        path: The manifest's file.
        known: What was found there.

    Raises:
        StoreError: Something that is no file stands in its place.
    """
    if known.in_the_way:
        raise StoreError(
            f"{path} {known.trouble}, where the store's manifest belongs; nothing was written.",
            f"Move it away (`mv {path} {path}.old`), and do it again.",
        )
