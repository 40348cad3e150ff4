"""Runs hostile statements through the sandbox and writes down what came of each; started in a process of its own.

Arguments: the store, the folder of the canary, the deadline, the file for the outcomes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from db.errors import HitscoutError
from db.sql.sandbox import query
from db.store import Store
from tests.data.sql.hostile import BOMBS, REFUSED

THREADS = 3


def outcome(store: Store, folder: Path, sql: str, deadline: float) -> dict:
    """What one statement did, and how long it took."""
    places = {"store": str(store.path), "folder": str(folder), "canary": str(folder / "canary.csv")}
    filled = sql
    for key, value in places.items():
        filled = filled.replace("{" + key + "}", value)
    before = state(store, folder)
    started = time.monotonic()
    said, rows, landlock = "", None, None
    try:
        answer = query(store, filled, deadline=deadline)
        rows, landlock = [list(row) for row in answer.rows], answer.landlock
    except HitscoutError as error:
        said = str(error)
    return {
        "sql": sql, "rows": rows, "said": said, "seconds": time.monotonic() - started, "landlock": landlock,
        "unchanged": state(store, folder) == before,
    }  # fmt: skip


def state(store: Store, folder: Path) -> dict[str, str]:
    """SHA-256 of every file beside the store and in the canary's folder."""
    files = [path for place in (store.path.parent, folder) for path in sorted(place.rglob("*")) if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def main() -> None:
    template, canary, deadline, out = sys.argv[1:]
    free: Queue[tuple[Store, Path]] = Queue()
    for number in range(THREADS):
        # Each thread has a store and a canary of its own, so that a change is known by its statement.
        folder, place = Path(canary) / f"files{number}", Path(template).parent / f"copy{number}"
        place.mkdir()
        folder.mkdir()
        shutil.copy(template, place / "test.duckdb")
        (folder / "canary.csv").write_text("secret\ncanary-in-a-file\n")
        free.put((Store(place / "test.duckdb"), folder))

    def one(sql: str) -> dict:
        store, folder = free.get()
        try:
            return outcome(store, folder, sql, float(deadline))
        finally:
            free.put((store, folder))

    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(one, [*REFUSED, *BOMBS]))
    Path(out).write_text(json.dumps(done))


if __name__ == "__main__":
    main()
