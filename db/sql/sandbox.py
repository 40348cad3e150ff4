"""SQL that others write, a language model above all: answered by a worker process that can do nothing else.

Each query gets a fresh process with an empty environment (`db.sql.sandbox_worker`), which is killed at the deadline.
The database's own settings are one wall of several; the process, its limits and the kernel's fence are the others.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from db.acts import act
from db.clean_text import clean
from db.errors import QueryError, StoreHeldError
from db.sql.views import VIEWS
from db.store import Store

MOST_ROWS = 1000
MOST_BYTES = 50_000
"""Of the answer as JSON; both limits are kept by the worker, before anything is sent."""
LONGEST_SQL = 20_000
"""Characters."""
DEADLINE = 10.0
"""Seconds."""

_WORKER = Path(__file__).with_name("sandbox_worker.py")
_MOST_MESSAGE = 600
_ADVICE = f"Give one SELECT over the tables that {act('sql_tables')} lists."
_KIND = re.compile(r"(?:[A-Z][A-Za-z-]+ ){1,3}(?:Error|Exception)\b")
_PLACE = re.compile(r"^LINE (\d+): .*(?:\n( *)\^)?", re.MULTILINE)
_NOT_SHOWN = ("Possible solutions:", "Database is launched", r",? due to the following Python exception", "Traceback ")


@dataclass(frozen=True)
class Answer:
    """What a query gave.

    Attributes:
        columns: Names of the columns.
        rows: Rows of plain values: text, numbers, truth values, None, and lists or mappings of these.
        truncated: Whether there were more rows, or longer texts, than are given.
        landlock: Version of Landlock that fenced the worker; 0 where the kernel has none.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool
    landlock: int = 0


def query(store: Store, sql: str, values: Sequence[Any] = (), *, deadline: float = DEADLINE) -> Answer:
    """Runs one query in the sandbox; it can read the store and nothing else, and change nothing at all.

    Args:
        store: The store.
        sql: One query: a SELECT, or what stands for one (FROM, VALUES, WITH, PIVOT, SUMMARIZE, DESCRIBE, SHOW).
        values: Values for ``?`` in it, as JSON can hold them.
        deadline: Seconds after which it is stopped.

    Returns:
        At most `MOST_ROWS` rows and `MOST_BYTES` bytes.

    Raises:
        QueryError: It is not one query, it failed, or it did not end in time.
        StoreError: There is no store, or it cannot be opened.
    """
    if len(sql) > LONGEST_SQL:
        raise QueryError(
            f"The query has {len(sql):,} characters; {LONGEST_SQL:,} are the most.", "Ask for less at a time."
        )
    with store.read():
        # Opened for a moment, so that a store that is missing, held or of an older version is told as everywhere.
        pass
    request = {
        "path": str(store.path), "sql": sql, "values": list(values), "deadline": deadline, "rows": MOST_ROWS,
        "bytes": MOST_BYTES, "views": [view.definition for view in VIEWS],
        "library": str(Path(str(duckdb.__file__)).parents[1]),
    }  # fmt: skip
    said = _ask(json.dumps(request).encode(), deadline)
    if said["kind"] == "rows":
        rows = tuple(tuple(row) for row in said["rows"])
        # A query names its columns as it likes.
        columns = tuple(clean(str(name)) for name in said["columns"])
        return Answer(columns, rows, bool(said["truncated"]), int(said["landlock"]))
    if said["kind"] == "held":
        raise StoreHeldError(
            f"The store {store.path} is held by another process.", "Ask again when its writing is done."
        )
    raise QueryError(_refusal(said), _ADVICE, _brief(said))


def _refusal(said: Mapping[str, Any]) -> str:
    """What the worker said in one line; DuckDB's advice on settings and Python's own lines are of no use here."""
    text = re.split("|".join(_NOT_SHOWN), str(said["message"]))[0]
    text = re.sub(r"\s+", " ", text).strip()
    text = text if len(text) <= _MOST_MESSAGE else text[:_MOST_MESSAGE] + "…"
    return f"The query was refused: {text}" if said["kind"] == "refused" else f"The query failed: {text}"


def _brief(said: Mapping[str, Any]) -> str:
    """What failed and where, without the engine's words; empty where the refusal is in our own."""
    if said["kind"] == "refused":
        return ""
    message = str(said["message"])
    kind = _KIND.match(message)
    place = _PLACE.search(message)
    # What is run is the query within one of ours, of which one line stands before it; it is parsed by itself first.
    before = 0 if kind and kind[0].startswith("Parser") else 1
    where = f" in line {max(int(place[1]) - before, 1)}" if place else ""
    if place and place[2] is not None:
        where += f", at character {max(len(place[2]) - len(f'LINE {place[1]}: ') + 1, 1)}"
    return f"The query failed: {kind[0] if kind else 'an error of the engine'}{where}."


def _ask(request: bytes, deadline: float) -> dict[str, Any]:
    """Starts a worker, and gives what it says.

    Raises:
        QueryError: It did not answer in time, or ended without an answer.
    """
    started = time.monotonic()
    # -I and -S: no user's folder, no .pth file and no variable has a say in what the worker imports.
    command = [sys.executable, "-I", "-S", "-B", str(_WORKER)]
    environment = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if "SYSTEMROOT" in os.environ else {}
    with subprocess.Popen(  # noqa: S603 – our own interpreter and file
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=_WORKER.anchor,
    ) as worker:
        try:
            left = max(deadline - (time.monotonic() - started), 0.05)
            output, _ = worker.communicate(request, timeout=left)
        except subprocess.TimeoutExpired as error:
            raise _late(deadline) from error
        finally:
            # Also on Ctrl+C: a query must not go on when nobody waits for it.
            worker.kill()
    try:
        return dict(json.loads(output))
    except ValueError as error:
        if time.monotonic() - started >= deadline:
            raise _late(deadline) from error
        raise QueryError(
            "The query failed: it needed more memory than it may have, or broke the process that ran it.",
            "Ask for less: filter and aggregate in the query.",
        ) from error


def _late(deadline: float) -> QueryError:
    return QueryError(
        f"The query did not end within {deadline:g} seconds and was stopped.",
        "Ask for less: filter by screen or gene, aggregate, and join on ids.",
    )
