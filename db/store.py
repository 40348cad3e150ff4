"""The store: one DuckDB file, opened for short moments, checked against a manifest beside it.

Connections are short because DuckDB lets one process write and then nobody else read. A writer that meets a held
file tries again with jitter, and in the end says which process holds it.
"""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from db.acts import PATH, act, option
from db.engine import STORAGE_VERSION, as_store_error, connect, group_only, is_held, still_interrupts
from db.errors import StoreError
from db.interrupts import finished_first
from db.manifest import Problem, compared, describe
from db.manifest_file import KnownManifest, read_manifest, refuse_in_the_way, write_manifest
from db.migrations import migrate, pending, revision
from db.partial_files import partial_of
from db.store_place import HEADERS, absolute, refuse_foreign, refuse_orphaned_log, refuse_unusable, unfinished_file

__all__ = ["STORAGE_VERSION", "Connection", "Store"]

Connection = duckdb.DuckDBPyConnection
"""The type of a connection, for what passes one on without speaking SQL itself."""


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


class _FailedCommit(Exception):  # noqa: N818 - a message between two functions, never seen outside
    """The engine failed while it committed, so that only the file can say whether it did."""

    def __init__(self, error: duckdb.Error, wanted: int) -> None:
        super().__init__(str(error))
        self.error, self.wanted = error, wanted


class Store:
    """One DuckDB file of screens, gene knowledge and campaigns.

    Args:
        path: Where the file is, or is to be made.
        patience: Seconds to go on trying when another process holds the file.
    """

    def __init__(self, path: Path, patience: float = 10.0) -> None:
        self.path = absolute(path)
        self.patience = patience
        self._current = False

    @property
    def manifest_path(self) -> Path:
        """The manifest beside the file: rows, sums and hashes of what was committed."""
        return self.path.with_name(self.path.name + ".manifest.json")

    def exists(self) -> bool:
        """Whether something is there, which may still be what cannot be opened.

        A path that cannot be a store's counts as something: whoever opens it then says what is wrong with it.
        """
        try:
            return refuse_unusable(self.path)
        except StoreError:
            return True

    def create(self) -> Store:
        """Makes the file if it is missing and applies the migrations that it lacks.

        Raises:
            StoreError: The folder cannot be written, or the file is no store or a newer one.
        """
        if not refuse_unusable(self.path):
            self._make()
            return self
        held = _held(self.path)
        with held.lock:
            if held.connection is not None:
                return self
            # Looked at read-only first: an up-to-date store must open while others read it.
            with self._opened(held, read_only=True) as connection, self._in_our_words():
                behind = bool(pending(connection, self.path))
        if behind:
            with self.write("migrate"):
                self._current = True
        return self

    def _make(self) -> None:
        """Makes a new file beside its place and puts it there whole, so that none is ever found half-made."""
        refuse_orphaned_log(self.path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with partial_of(self.path.with_name("hitscout")) as partial:
                self._fill(partial)
                try:
                    os.link(partial, self.path)
                except FileExistsError:
                    # Another process was faster, and its file is as good.
                    return
                except OSError:
                    # A file system without links; who was faster is then overtaken, as long as both are empty.
                    partial.replace(self.path)
        except OSError as error:
            raise StoreError(
                f"No store can be made at {self.path}: {error.strerror or error}.",
                f"Free some space, or name a store in a folder that you may write to: {option(store_path=PATH)}.",
            ) from error
        held = _held(self.path)
        with held.lock, self._opened(held, read_only=False) as connection:
            # Nobody else can have the file now; one who had it before has written the manifest already.
            if read_manifest(self.manifest_path).revision != revision(connection):
                self._settle(connection, "new store", KnownManifest())

    def _fill(self, partial: Path) -> None:
        try:
            with group_only(), connect(partial, read_only=False) as connection:
                connection.execute("BEGIN TRANSACTION")
                migrate(connection, self.path)
                connection.execute("UPDATE meta SET value = '1' WHERE key = 'revision'")
                connection.execute("COMMIT")
                connection.execute("CHECKPOINT")
        except duckdb.Error as error:
            told = as_store_error(error, self.path)
            raise StoreError(f"No store could be made. {told.message}", told.suggestion) from error
        finally:
            partial.with_name(partial.name + ".wal").unlink(missing_ok=True)

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
        self._require_file()
        held = _held(self.path)
        with held.lock:
            if held.connection is not None:
                yield held.connection
                return
            with self._opened_current(held) as connection, self._in_our_words():
                yield connection

    @contextmanager
    def write(self, purpose: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction: committed at the end, rolled back on any error, then entered in the manifest.

        Args:
            purpose: What is written, for messages (``ingest``, ``campaign``).

        Raises:
            StoreError: The store cannot be opened or written, or has lost what its manifest says was committed.
            StoreHeldError: Another process holds the store and did not let go within the patience.
        """
        self._require_file()
        held = _held(self.path)
        with held.lock:
            if held.connection is not None and held.writable:
                yield held.connection
                return
            if held.connection is not None:
                raise StoreError(f"A write ({purpose}) was begun while the same thread reads the store.")
            try:
                with self._opened(held, read_only=False) as connection, ExitStack() as whole:
                    known = self._known(connection, purpose)
                    with self._transaction(connection, whole, purpose):
                        yield connection
                    self._settle(connection, purpose, known)
            except _FailedCommit as failed:
                raise self._after_failed_commit(failed, purpose) from failed.error

    @contextmanager
    def _transaction(self, connection: duckdb.DuckDBPyConnection, whole: ExitStack, purpose: str) -> Iterator[None]:
        """A transaction; from its COMMIT on, an interrupt waits until `whole` is left, and the manifest is written."""
        try:
            connection.execute("BEGIN TRANSACTION")
            migrate(connection, self.path)
            yield
            wanted = revision(connection) + 1
            connection.execute("UPDATE meta SET value = ? WHERE key = 'revision'", [str(wanted)])
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('last_write', ?)", [purpose])
        except BaseException as error:
            _roll_back(connection)
            if isinstance(error, duckdb.Error):
                raise as_store_error(error, self.path) from error
            raise
        whole.enter_context(finished_first())
        try:
            with group_only():
                connection.execute("COMMIT")
        except duckdb.Error as error:
            raise _FailedCommit(error, wanted) from error

    def _known(self, connection: duckdb.DuckDBPyConnection, purpose: str) -> KnownManifest:
        """The manifest before a write.

        Raises:
            StoreError: The store has lost writes, which one more would hide; or no manifest could be written.
        """
        known = read_manifest(self.manifest_path)
        refuse_in_the_way(self.manifest_path, known)
        if purpose == "mend":
            return KnownManifest()
        with self._in_our_words():
            found = revision(connection)
        if known.revision > found:
            raise StoreError(
                f"{self.path} has lost its last writes: it is at revision {found} and {known.revision} was committed."
                " Nothing was written, because that would hide the loss.",
                f"Put back a copy of the store with its manifest; or {act('mend')} accepts the store as it is.",
            )
        return known

    def _after_failed_commit(self, failed: _FailedCommit, purpose: str) -> StoreError:
        """Whether a commit that failed is in the file all the same, as it is where only the tidying after it failed."""
        told = as_store_error(failed.error, self.path)
        try:
            with connect(self.path, read_only=True) as connection:
                kept = revision(connection) >= failed.wanted
        except duckdb.Error:
            return StoreError(told.message, f"Free some disk space; {act('diagnose')} then says what was kept.")
        if kept:
            return self._untidied(purpose, told.message)
        return StoreError(f"{told.message} Nothing of the {purpose} was kept.", told.suggestion)

    def _settle(self, connection: duckdb.DuckDBPyConnection, purpose: str, known: KnownManifest) -> None:
        """Empties the write-ahead log and enters the commit in the manifest.

        A damaged log is silent, so nothing of value may stay in one.
        """
        try:
            with group_only():
                connection.execute("CHECKPOINT")
                write_manifest(self.manifest_path, describe(connection, known.content))
        except (duckdb.Error, OSError) as error:
            raise self._untidied(purpose, str(error).splitlines()[0]) from error

    def _untidied(self, purpose: str, reason: str) -> StoreError:
        return StoreError(
            f"The {purpose} is committed and safe, but {self.path} could not be tidied after it: {reason}",
            f"Free some disk space, then run {act('mend')}. There is no need to repeat what was done.",
        )

    @contextmanager
    def _opened(self, held: _Held, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._connect(read_only=read_only)
        held.connection, held.writable = connection, not read_only
        try:
            if not read_only:
                # What a killed writer had spilled; whoever holds the file for writing is alone with it.
                shutil.rmtree(self.path.with_name(self.path.name + ".tmp"), ignore_errors=True)
            with still_interrupts():
                yield connection
        finally:
            held.connection, held.writable = None, False
            connection.close()

    @contextmanager
    def _opened_current(self, held: _Held) -> Iterator[duckdb.DuckDBPyConnection]:
        """A reading connection to a store that has all migrations; one that an older hitscout made gets them first."""
        with self._opened(held, read_only=True) as connection:
            with self._in_our_words():
                behind = not self._current and bool(pending(connection, self.path))
            if not behind:
                self._current = True
                yield connection
                return
        with self.write("migrate"):
            self._current = True
        with self._opened(held, read_only=True) as connection:
            yield connection

    def _connect(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        refuse_foreign(self.path)
        give_up = time.monotonic() + self.patience
        while True:
            try:
                return connect(self.path, read_only=read_only)
            except duckdb.Error as error:
                if not is_held(error) or time.monotonic() > give_up:
                    told = as_store_error(error, self.path)
                    empty = not is_held(error) and self.path.stat().st_size <= HEADERS
                    raise (unfinished_file(self.path) if empty else told) from error
                # Jitter only spreads the waiting writers out; no result depends on it.
                time.sleep(random.uniform(0.02, 0.15))  # noqa: S311

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            raise as_store_error(error, self.path) from error

    def _require_file(self) -> None:
        if not refuse_unusable(self.path):
            raise StoreError(
                f"There is no store at {self.path}.",
                f"Run {act('fetch')} to make one with public data, or name another one: {option(store_path=PATH)}.",
            )

    def mend(self) -> None:
        """Writes the manifest anew from what the file holds; for after a look at what `verify` says."""
        with self.write("mend"):
            # The write itself does it.
            pass

    def verify(self) -> list[Problem]:
        """Compares every ingest's rows, sums and hashes with the manifest.

        Returns:
            What does not agree; empty where all is well.

        Raises:
            StoreError: The file does not open at all, or not all of it can be read.
        """
        self._require_file()
        known = read_manifest(self.manifest_path)
        with self.read() as connection:
            problems = compared(connection, known.content)
        if problems and not known.content:
            return problems
        if known.in_the_way:
            remedy = f"Move it away (`mv {self.manifest_path} {self.manifest_path}.old`), then {act('mend')}."
            return [Problem(f"{self.manifest_path} {known.trouble}, where the manifest belongs.", remedy, "unknown")]
        if known.trouble == "is missing":
            return [Problem("The store has no manifest beside it.", f"{act('mend')} writes one.", "unknown")]
        if known.trouble:
            return [Problem(f"{self.manifest_path} {known.trouble}.", f"{act('mend')} writes it anew.", "unknown")]
        return problems


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        # DuckDB has already ended the transaction (it does after a fatal error); the first error is the one to tell.
        return
