"""The worker of the sandbox: one locked-down process that answers one SELECT and ends.

It is run as a file of its own, with nothing in its environment and without ``site``, so it imports the standard
library and DuckDB alone. `db.sql.sandbox` starts it, talks to it over its standard streams, kills it at the deadline.

The order of the lock-down counts: limits of the process, no writing by Landlock, a connection with every door closed
by its configuration, then the file systems, then the lock on the configuration, then no reading by Landlock either.
Only after that is the statement looked at.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

ADDRESS_SPACE = 1_500_000_000
"""Bytes of address space: the limit of the whole process, beside that of the connection."""
CONFIGURATION: Mapping[str, str] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "allow_community_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_persistent_secrets": "false",
    "memory_limit": "512MB",
    "threads": "1",
    "temp_directory": "",
    "max_expression_depth": "250",
}
"""How the store is opened; ``max_execution_time`` comes on top where the version has it."""
SHAPES = (["SELECT"], ["MULTI"], ["CREATE", "SELECT"])
"""Kinds of statements that one query may parse into; the last two are how versions of DuckDB spell one PIVOT."""
FETCHED = 20
"""Rows fetched at a time, so that rows of a megabyte each are not all in memory."""
CUT_CELL = 1000
"""Characters that are left of a text where even the first row is too long to send."""

_SYSTEM: Any = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
_NO_NEW_PRIVILEGES = 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_READING = _READ_FILE | _READ_FOLDER
_CHANGING_BY_VERSION = ((1, ((1 << 13) - 1) & ~_READING), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
"""Rights to write, make, remove, run and so on, and the version of Landlock that first knew them."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


class RefusedError(Exception):
    """The statement is none that is answered."""


def main() -> None:
    """Reads one request from stdin, and writes one answer to stdout."""
    request = json.loads(sys.stdin.buffer.read())
    out = _answer_stream()
    answer = _answer(request)
    with os.fdopen(out, "wb") as stream:
        stream.write(json.dumps(answer, allow_nan=False).encode())
    # Deliberately no orderly end: what DuckDB still holds may take long to give back.
    os._exit(0)


def _answer_stream() -> int:
    """The file descriptor for the answer; whatever else is written to stdout from now on goes nowhere."""
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return out


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    deadline = float(request["deadline"])
    _limit_process(deadline)
    sys.path.append(request["library"])
    import datetime  # noqa: F401 – what DuckDB imports for some values, while files can still be read
    import decimal  # noqa: F401
    import uuid  # noqa: F401

    import duckdb

    fenced = _forbid_changes()
    try:
        connection = _connect(duckdb, request["path"], deadline)
        _lock(connection, request["views"])
        if fenced:
            _forbid_reading([request["path"], request["path"] + ".wal"])
        return {**_run(connection, request), "landlock": fenced}
    except RefusedError as error:
        return {"kind": "refused", "message": str(error), "landlock": fenced}
    except duckdb.Error as error:
        return {"kind": "held" if _held(error) else "failed", "message": str(error)[:2000], "landlock": fenced}
    except (MemoryError, RecursionError, OverflowError) as error:
        return {"kind": "failed", "message": f"{type(error).__name__}: the result is too large.", "landlock": fenced}
    except Exception as error:  # noqa: BLE001 – a value of a type that Python cannot make must not end in silence
        return {"kind": "failed", "message": f"{type(error).__name__}: {error}"[:2000], "landlock": fenced}


# The lock-down -----------------------------------------------------------------------------------


def _limit_process(deadline: float) -> None:
    """Memory, processor time and a last alarm: the worker ends by itself even when its parent was killed."""
    if hasattr(signal, "setitimer"):
        # The default action of the signal ends the process whatever it is doing.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, deadline + 1)
    try:
        import resource
    except ImportError:
        # Windows has no such limits; the deadline and DuckDB's own limits are left.
        return
    for what, amount in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_CPU, math.ceil(deadline) + 1),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (amount, amount))
        except (OSError, ValueError):
            # macOS refuses some of them, and a smaller limit that is there already cannot be raised.
            continue


def _forbid_changes() -> int:
    """Forbids every change to files, every new program and all TCP, where the kernel can.

    Returns:
        Version of Landlock that is in force; 0 where the kernel has none.
    """
    if not sys.platform.startswith("linux"):
        return 0
    version = int(_SYSTEM.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))
    if version < 1:
        return 0
    changes = sum(rights for since, rights in _CHANGING_BY_VERSION if version >= since)
    rules = _Ruleset(changes, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    return version if _enforce(rules, size, ()) else 0


def _forbid_reading(but: Sequence[str]) -> None:
    """Forbids to open any file but some; for when DuckDB has looked at the machine, which it does when it starts.

    Args:
        but: Files that may be opened for reading; those that are not there are left out.
    """
    if not _enforce(_Ruleset(_READING, 0, 0), 8, but):
        raise OSError("Landlock was there a moment ago")


def _enforce(rules: _Ruleset, size: int, readable: Sequence[str]) -> bool:
    """Puts one more layer of Landlock in force; layers only ever take rights away."""
    made = _SYSTEM.syscall(_LANDLOCK_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    ruleset = int(made)
    if ruleset < 0:
        return False
    for path in readable:
        if os.path.exists(path):  # noqa: PTH110 – pathlib would be one more import of a process that lives 0.1 s
            opened = os.open(path, getattr(os, "O_PATH", os.O_RDONLY))
            rule = _PathRule(_READ_FILE, opened)
            _SYSTEM.syscall(_LANDLOCK_ADD, ruleset, 1, ctypes.byref(rule), ctypes.c_uint32(0))
            os.close(opened)
    _SYSTEM.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = int(_SYSTEM.syscall(_LANDLOCK_RESTRICT, ruleset, ctypes.c_uint32(0)))
    os.close(ruleset)
    return done == 0


def _connect(duckdb: Any, path: str, deadline: float) -> Any:  # noqa: ANN401 – DuckDB is not imported when this is read
    """A read-only connection with every door closed; a store that is being written is tried again."""
    timed = {**CONFIGURATION, "max_execution_time": str(int(deadline * 1000))}
    give_up = time.monotonic() + deadline / 2
    while True:
        try:
            return duckdb.connect(path, read_only=True, config=timed)
        except duckdb.Error as error:
            if "max_execution_time" in str(error):
                timed.pop("max_execution_time")
            elif not _held(error) or time.monotonic() > give_up:
                raise
            else:
                time.sleep(0.05)


def _held(error: Exception) -> bool:
    return any(text in str(error) for text in ("Could not set lock", "Conflicting lock", "another process"))


def _lock(connection: Any, views: Sequence[str]) -> None:  # noqa: ANN401 – as above
    connection.execute("SET disabled_filesystems='LocalFileSystem'")
    connection.execute("SET lock_configuration=true")
    for view in views:
        connection.execute(view)


# The statement -----------------------------------------------------------------------------------


def _run(connection: Any, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 – as above
    wrapped = _wrapped(connection, request["sql"], request["rows"] + 1)
    result = connection.execute(wrapped, request["values"] or None)
    columns = [str(column[0]) for column in result.description or ()]
    spare = request["bytes"] - len(json.dumps(columns))
    if spare < 0:
        raise RefusedError(f"The result has {len(columns):,} columns, more than can be given.")
    rows, truncated = _rows(result.fetchmany, request["rows"], spare)
    return {"kind": "rows", "columns": columns, "rows": rows, "truncated": truncated}


def _wrapped(connection: Any, sql: str, limit: int) -> str:  # noqa: ANN401 – as above
    """The query inside one of ours, which nothing but a query survives.

    Raises:
        RefusedError: It is not one query.
    """
    bare = sql.strip().rstrip(";").rstrip()
    shape = _shape(connection, bare)
    if not shape:
        raise RefusedError("There is no statement.")
    if shape not in SHAPES:
        number = len(shape)
        raise RefusedError(f"{number} statements were given." if number > 1 else f"{shape[0]} is no query.")
    wrapped = f"SELECT * FROM (\n{bare}\n) LIMIT {int(limit)}"
    if _shape(connection, wrapped) != shape:
        raise RefusedError("It is not one query that could stand inside another.")
    return wrapped


def _shape(connection: Any, sql: str) -> list[str]:  # noqa: ANN401 – as above
    return [str(statement.type).rpartition(".")[2] for statement in connection.extract_statements(sql)]


def _rows(fetch: Callable[[int], list[tuple[Any, ...]]], most: int, spare: int) -> tuple[list[list[Any]], bool]:
    """Rows as plain values, as many as fit."""
    rows: list[list[Any]] = []
    while True:
        some = fetch(FETCHED)
        if not some:
            return rows, False
        for row in some:
            if len(rows) == most:
                return rows, True
            plain = [_plain(value) for value in row]
            size = len(json.dumps(plain, allow_nan=False)) + 2
            if size > spare and not rows:
                cut = [_cut(value) for value in plain]
                return ([cut] if len(json.dumps(cut)) <= spare else []), True
            if size > spare:
                return rows, True
            spare -= size
            rows.append(plain)


def _plain(value: Any) -> Any:  # noqa: ANN401 – any value of DuckDB in, any JSON value out
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "as_tuple"):
        # A decimal number.
        return _plain(float(value))
    return str(value)


def _cut(value: Any) -> Any:  # noqa: ANN401 – as above
    text = value if isinstance(value, str) else json.dumps(value)
    if len(text) <= CUT_CELL:
        return value
    return text[:CUT_CELL] + "…"


if __name__ == "__main__":
    main()
