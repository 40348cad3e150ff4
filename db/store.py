"""The store: one DuckDB file, opened for short moments, checked against a manifest beside it.

Connections are short because DuckDB lets one process write and then nobody else read. A writer that meets a held
file tries again with jitter, and in the end says which process holds it.
"""

from __future__ import annotations

import importlib.resources
import json
import os
import random
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from db.acts import PATH, act, option
from db.errors import StoreError, StoreHeldError
from db.manifest import Problem, describe, differences

STORAGE_VERSION = "v1.5.0"
"""Storage that DuckDB 1.5 and 2.0 both open."""

Connection = duckdb.DuckDBPyConnection
"""The type of a connection, for what passes one on without speaking SQL itself."""

_HELD_MARKERS = ("Could not set lock", "Conflicting lock", "being used by another process")


@dataclass
class _Held:
    """What this process has open on one file; a process cannot open a file with two configurations."""

    lock: threading.RLock
    connection: duckdb.DuckDBPyConnection | None = None
    writable: bool = False


_held_guard = threading.Lock()
_held_by_path: dict[Path, _Held] = {}


def _held(path: Path) -> _Held:
    with _held_guard:
        return _held_by_path.setdefault(path, _Held(threading.RLock()))


def _forget_held_files() -> None:
    """A forked child owns none of its parent's connections or locks."""
    global _held_guard
    _held_guard = threading.Lock()
    _held_by_path.clear()


os.register_at_fork(after_in_child=_forget_held_files)


class Store:
    """One DuckDB file of screens, gene knowledge and campaigns.

    Args:
        path: Where the file is, or is to be made.
        patience: Seconds to go on trying when another process holds the file.
    """

    def __init__(self, path: Path, patience: float = 10.0) -> None:
        self.path = path.expanduser().resolve()
        self.patience = patience
        self._current = False

    @property
    def manifest_path(self) -> Path:
        """The manifest beside the file: rows, sums and hashes of what was committed."""
        return self.path.with_name(self.path.name + ".manifest.json")

    def exists(self) -> bool:
        """Whether the file is there (it may still be one that cannot be opened)."""
        return self.path.is_file()

    def create(self) -> Store:
        """Makes the file if it is missing and applies the migrations that it lacks.

        Raises:
            StoreError: The folder cannot be written, or the file is no store or a newer one.
        """
        if self.path.is_dir():
            raise StoreError(f"{self.path} is a folder, not a store file.", "Name a file, such as my.duckdb.")
        fresh = not self.exists()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder {self.path.parent} cannot be made: {error.strerror}.",
                f"Name a store in a folder that you may write to: {option(store_path=PATH)}.",
            ) from error
        if not fresh:
            # Looked at read-only first: an up-to-date store must open while others read it.
            with self.read() as connection:
                if not _pending(connection, self.path):
                    return self
        try:
            with self.write("migrate") as connection:
                self._migrate(connection)
        except StoreHeldError:
            # Another process is making the same file just now: it is not ours to take away.
            raise
        except BaseException:
            if fresh:
                # A file that was never finished would refuse to open for ever after.
                self.path.unlink(missing_ok=True)
            raise
        return self

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection for a short moment.

        Yields:
            The connection; inside `write` on the same thread it is the writing one, so that one transaction sees
            its own rows.

        Raises:
            StoreError: There is no store at the path, or it cannot be opened.
            StoreHeldError: Another process is writing and did not stop within the patience.
        """
        if not self.exists():
            raise StoreError(
                f"There is no store at {self.path}.",
                f"Run {act('fetch')} to make one with public data, or name another one: {option(store_path=PATH)}.",
            )
        held = _held(self.path)
        with held.lock:
            if held.connection is not None:
                yield held.connection
                return
            with self._opened_current(held) as connection:
                yield connection

    @contextmanager
    def write(self, purpose: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction: committed at the end, rolled back on any error, then entered in the manifest.

        Args:
            purpose: What is written, for messages (``ingest``, ``campaign``).

        Raises:
            StoreError: The store cannot be opened or written.
            StoreHeldError: Another process holds the store and did not let go within the patience.
        """
        held = _held(self.path)
        with held.lock:
            if held.connection is not None and held.writable:
                yield held.connection
                return
            if held.connection is not None:
                raise StoreError(f"A write ({purpose}) was begun while the same thread reads the store.")
            with self._opened(held, read_only=False) as connection:
                connection.execute("BEGIN TRANSACTION")
                try:
                    if _has_table(connection, "meta"):
                        self._migrate(connection)
                    yield connection
                    if _has_table(connection, "meta"):
                        connection.execute(
                            "UPDATE meta SET value = (value::BIGINT + 1)::VARCHAR WHERE key = 'revision'"
                        )
                    connection.execute("COMMIT")
                except BaseException as error:
                    _roll_back(connection)
                    if isinstance(error, duckdb.Error):
                        raise _as_store_error(error, self.path) from error
                    raise
                self._settle(connection, purpose)

    def _settle(self, connection: duckdb.DuckDBPyConnection, purpose: str) -> None:
        """Empties the write-ahead log and enters the commit in the manifest.

        A damaged log is silent, so nothing of value may stay in one.
        """
        try:
            connection.execute("CHECKPOINT")
            self._write_manifest(connection)
        except (duckdb.Error, OSError) as error:
            reason = str(error).splitlines()[0]
            raise StoreError(
                f"The {purpose} is committed and safe, but {self.path} could not be tidied after it: {reason}",
                f"Free some disk space, then run {act('mend')}. There is no need to repeat what was done.",
            ) from error

    @contextmanager
    def _opened(self, held: _Held, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._connect(read_only=read_only)
        held.connection, held.writable = connection, not read_only
        try:
            yield connection
        finally:
            held.connection, held.writable = None, False
            connection.close()

    @contextmanager
    def _opened_current(self, held: _Held) -> Iterator[duckdb.DuckDBPyConnection]:
        """A reading connection to a store that has all migrations; one that an older hitscout made gets them first."""
        with self._opened(held, read_only=True) as connection:
            if self._current or not _is_behind(connection):
                self._current = True
                yield connection
                return
        with self.write("migrate"):
            self._current = True
        with self._opened(held, read_only=True) as connection:
            yield connection

    def _migrate(self, connection: duckdb.DuckDBPyConnection) -> None:
        for number, sql in _pending(connection, self.path):
            connection.execute(sql)
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", [str(number)])

    def _connect(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        config: dict[str, str | bool | int | float | list[str]] = {"threads": "2"}
        if not read_only:
            config["storage_compatibility_version"] = STORAGE_VERSION
        give_up = time.monotonic() + self.patience
        while True:
            try:
                return duckdb.connect(str(self.path), read_only=read_only, config=config)
            except duckdb.Error as error:
                held_elsewhere = any(marker in str(error) for marker in _HELD_MARKERS)
                if not held_elsewhere or time.monotonic() > give_up:
                    raise _as_store_error(error, self.path) from error
                # Jitter only spreads the waiting writers out; no result depends on it.
                time.sleep(random.uniform(0.02, 0.15))  # noqa: S311

    # Manifest ------------------------------------------------------------------------------------

    def _write_manifest(self, connection: duckdb.DuckDBPyConnection) -> None:
        manifest = describe(connection, self._read_manifest())
        partial = self.manifest_path.with_suffix(".part")
        partial.write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
        partial.replace(self.manifest_path)

    def _read_manifest(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.manifest_path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            return {"unreadable": True}

    def mend(self) -> None:
        """Writes the manifest anew from what the file holds; for after a look at what `verify` says."""
        with self.write("mend"):
            self.manifest_path.unlink(missing_ok=True)

    def verify(self) -> list[Problem]:
        """Compares every ingest's rows, sums and hashes with the manifest.

        Returns:
            What does not agree; empty where all is well.

        Raises:
            StoreError: The file does not open at all.
        """
        manifest = self._read_manifest()
        if not manifest:
            return [Problem("The store has no manifest beside it.", f"{act('mend')} writes one.")]
        if manifest.get("unreadable"):
            return [Problem(f"{self.manifest_path} cannot be read.", f"{act('mend')} writes it anew.")]
        with self.read() as connection:
            present = describe(connection, {})
        problems = []
        if present["revision"] < manifest["revision"]:
            problems.append(
                Problem(
                    f"The store is at revision {present['revision']} but revision {manifest['revision']} was"
                    " committed: its last writes were lost (a damaged or deleted .wal file does this silently).",
                    f"Restore a backup, or add the missing files again and run {act('mend')}.",
                )
            )
        elif present["revision"] > manifest["revision"]:
            problems.append(
                Problem(
                    "The last write was committed but its manifest was not finished.",
                    f"{act('mend')} writes it anew.",
                )
            )
        return problems + differences(manifest, present)


def _migrations() -> list[tuple[int, str]]:
    """All migrations, by number."""
    folder = importlib.resources.files(__package__) / "schema"
    found = []
    for entry in folder.iterdir():
        if match := re.fullmatch(r"(\d{4})_\w+\.sql", entry.name):
            found.append((int(match[1]), entry.read_text(encoding="utf-8")))
    return sorted(found)


def _pending(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[int, str]]:
    migrations = _migrations()
    done = 0
    if _has_table(connection, "meta"):
        # All is fetched: a result that is left unfinished forbids other work on the connection.
        rows = connection.execute("SELECT value::INTEGER FROM meta WHERE key = 'schema'").fetchall()
        done = rows[0][0] if rows else 0
    elif connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall()[0][0]:
        raise StoreError(
            f"{path} is a DuckDB file, but not a hitscout store.", f"Name another path: {option(store_path=PATH)}."
        )
    newest = migrations[-1][0]
    if done > newest:
        raise StoreError(
            f"{path} was written by a newer hitscout (schema {done}; this one knows {newest}).",
            f"Upgrade hitscout, or name another store: {option(store_path=PATH)}.",
        )
    return [(number, sql) for number, sql in migrations if number > done]


def _is_behind(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the file is a store that lacks a migration."""
    if not _has_table(connection, "meta"):
        return False
    rows = connection.execute("SELECT value::INTEGER FROM meta WHERE key = 'schema'").fetchall()
    return bool(rows) and rows[0][0] < _migrations()[-1][0]


def _has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [name]).fetchall())


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        # DuckDB has already ended the transaction (it does after a fatal error); the first error is the one to tell.
        return


def _as_store_error(error: duckdb.Error, path: Path) -> StoreError:
    text = str(error)
    if any(marker in text for marker in _HELD_MARKERS):
        process = re.search(r"PID (\d+)", text)
        who = f"process {process[1]}" if process else "another process"
        return StoreHeldError(
            f"The store {path} is held by {who}.",
            f"Wait until it is done, end it, or name another store: {option(store_path=PATH)}.",
        )
    if "No space left" in text or "could not allocate" in text.lower() or "Could not write" in text:
        return StoreError(
            f"There is no space left to write the store {path}.",
            "Free some disk space; what was committed before is unharmed.",
        )
    if "ermission denied" in text or "read-only" in text.lower():
        return StoreError(
            f"No permission to open {path}.", f"Name a store that you may read and write: {option(store_path=PATH)}."
        )
    first_line = text.splitlines()[0]
    return StoreError(
        f"The store {path} cannot be used: {first_line}",
        f"{act('diagnose')} looks closer; a backup or another {option(store_path=PATH)} works.",
    )
