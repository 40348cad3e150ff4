"""Transcripts: the log of each conversation, one JSON line after the other, in a folder beside the store.

The file is what counts: a line is on the disk before the next thing happens, so a crash loses nothing that was said.
The store holds an index of the files, and which rounds of campaigns came out of which conversation.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from db.acts import PATH, act, option
from db.errors import NotFoundError, StoreError, near_words
from db.provenance import utc_now
from db.store import Store

FOLDER = "transcripts"
SUFFIX = ".jsonl"


@dataclass(frozen=True)
class Transcript:
    """What is to be known of a conversation without reading it.

    Attributes:
        id: Its id, which is the file's name without its ending.
        path: The file.
        language_model: Name of the language model that it began with, or ``offline``.
        campaign: Name of the campaign that it was about; empty where none was named.
        title: The first question, cut short.
        started_at: When it began, in UTC.
        last_at: When something was last said, in UTC.
        lines: Lines of the file.
    """

    id: str
    path: Path
    language_model: str
    campaign: str
    title: str
    started_at: datetime
    last_at: datetime
    lines: int


# The file ----------------------------------------------------------------------------------------


def folder_of(store: Store) -> Path:
    """The folder of a store's transcripts, which need not exist yet.

    Args:
        store: The store, which need not exist either.
    """
    return store.path.parent / FOLDER


def new_id() -> str:
    """An id for a new transcript: the time, and four random digits against two in one second."""
    return f"{utc_now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


class TranscriptFile:
    """A transcript that is written to; any thread may append.

    Args:
        path: The file; it and its folder are made where they are missing, readable by their owner only.

    Raises:
        StoreError: The file cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.stem
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
            with suppress(PermissionError):
                # One that was copied here may be open to others.
                os.fchmod(self._descriptor, 0o600)
            self._close_torn_line()
        except OSError as error:
            raise _unwritable(path, error) from error

    def append(self, kind: str, values: Mapping[str, Any]) -> None:
        """Writes one line and waits until it is on the disk.

        Args:
            kind: What the line is: ``start``, ``asked``, ``message``, ``tool``, ``grade``, ``usage``, ….
            values: Values that JSON can hold.

        Raises:
            StoreError: The disk is full, or the file cannot be written any more.
        """
        line = json.dumps({"kind": kind, "at": utc_now().isoformat(), **values}, ensure_ascii=False, default=str)
        with self._lock:
            try:
                _write_all(self._descriptor, line.encode("utf-8", "surrogatepass") + b"\n")
                os.fsync(self._descriptor)
            except OSError as error:
                raise _unwritable(self.path, error) from error

    def close(self) -> None:
        """Closes the file; what was appended is safe with or without it."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1

    def _close_torn_line(self) -> None:
        """A crash may have left half a line, which must not swallow the next one."""
        if os.lseek(self._descriptor, 0, os.SEEK_END):
            os.lseek(self._descriptor, -1, os.SEEK_END)
            if os.read(self._descriptor, 1) != b"\n":
                os.write(self._descriptor, b"\n")


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"The transcript {path} cannot be written: {error.strerror or error}.",
        f"Free some disk space, or name a store in a folder that you may write to: {option(store_path=PATH)}.",
    )


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a transcript; one that a crash left unfinished is passed over.

    Args:
        path: The file.

    Yields:
        Each line's values, among them ``kind`` and ``at``.
    """
    # A pipe or a device of that name would never end.
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                values = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(values, dict) and isinstance(values.get("kind"), str):
                yield values


def read_transcript(path: Path) -> Transcript | None:
    """What is to be known of one file; None where it is no transcript, or cannot be read.

    Args:
        path: The file.
    """
    try:
        return _read(path)
    except (OSError, ValueError):
        # One odd file must not hide the others.
        return None


def _read(path: Path) -> Transcript | None:
    first: dict[str, Any] | None = None
    title, last, count = "", "", 0
    for line in lines_of(path):
        first = first or line
        if not title and line["kind"] == "asked":
            title = " ".join(str(line.get("text", "")).split())[:80]
        last, count = (str(line["at"]) if _time_of(line.get("at")) else last), count + 1
    if first is None or first["kind"] != "start":
        return None
    began = _time_of(first.get("at")) or datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
    return Transcript(
        id=path.stem,
        path=path,
        language_model=str(first.get("language_model", "")),
        campaign=str(first.get("campaign", "")),
        title=title,
        started_at=began,
        last_at=_time_of(last) or began,
        lines=count,
    )


def _time_of(written: object) -> datetime | None:
    """A time as it stands in a transcript, in UTC as the store's times are; None where it is none."""
    try:
        found = datetime.fromisoformat(str(written))
        return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    except (ValueError, OverflowError):
        return None


def _odd(store: Store) -> list[str]:
    """Names of the files among the transcripts that cannot be read as one."""
    return [path.stem for path in sorted(folder_of(store).glob(f"*{SUFFIX}")) if read_transcript(path) is None]


def list_transcripts(store: Store) -> list[Transcript]:
    """All transcripts beside a store, newest first.

    Args:
        store: The store.
    """
    paths = sorted(folder_of(store).glob(f"*{SUFFIX}"))
    found = [transcript for path in paths if (transcript := read_transcript(path))]
    return sorted(found, key=lambda one: (one.last_at, one.id), reverse=True)


def find_transcript(store: Store, name: str) -> Transcript:
    """One transcript by its id, the beginning of its id, or ``last``.

    Args:
        store: The store.
        name: What names it.

    Raises:
        NotFoundError: No transcript, or more than one, has that name.
    """
    known = list_transcripts(store)
    if name == "last" and known:
        return known[0]
    found = [one for one in known if one.id == name] or [one for one in known if name and one.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    ids = [one.id for one in known]
    near = [one.id for one in found] or near_words(name, ids) or ids[:3]
    hint = f"There are: {', '.join(near[:5])}." if near else f"{act('ask')} begins a conversation."
    if not found and (odd := [stem for stem in _odd(store) if name and stem.startswith(name)]):
        raise NotFoundError(f"The file of transcript {odd[0]!r} cannot be read as one.", f"{hint} Take the file away.")
    what = f"{len(found)} transcripts begin with" if found else "There is no transcript"
    raise NotFoundError(f"{what} {name!r}.", f"{hint} {act('transcript_list')} shows all.")


# The index ---------------------------------------------------------------------------------------


def store_revision(store: Store) -> int | None:
    """How many writes a store has seen; None where there is no store.

    Args:
        store: The store.
    """
    if not store.exists():
        return None
    with store.read() as connection:
        return int(connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchall()[0][0])


def index_transcript(connection: duckdb.DuckDBPyConnection, transcript: Transcript) -> None:
    """Enters a transcript in the store's index, or what is new of it; inside `Store.write`.

    Args:
        connection: The writing connection.
        transcript: What is to be known of it.
    """
    ids = connection.execute(
        "SELECT id FROM campaign WHERE lower(name) = lower(?)", [transcript.campaign.strip()]
    ).fetchall()
    connection.execute("DELETE FROM transcript WHERE id = ?", [transcript.id])
    connection.execute(
        "INSERT INTO transcript (id, campaign_id, file_name, language_model, started_at, title, last_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            transcript.id, ids[0][0] if ids else None, transcript.path.name, transcript.language_model,
            transcript.started_at, transcript.title, transcript.last_at,
        ],
    )  # fmt: skip


def link_rounds(connection: duckdb.DuckDBPyConnection, transcript_id: str, rounds: Sequence[tuple[str, int]]) -> None:
    """Notes that a conversation had a hand in rounds of campaigns; inside `Store.write`.

    Args:
        connection: The writing connection.
        transcript_id: The conversation.
        rounds: Name of the campaign and number of the round, of each.
    """
    for campaign, number in rounds:
        connection.execute(
            "INSERT INTO round_transcript SELECT r.id, ?, ? FROM round r JOIN campaign c ON c.id = r.campaign_id"
            " WHERE c.name = ? AND r.number = ? AND NOT EXISTS"
            " (SELECT 1 FROM round_transcript t WHERE t.round_id = r.id AND t.transcript_id = ?)",
            [transcript_id, utc_now(), campaign, number, transcript_id],
        )


def link_grade(
    connection: duckdb.DuckDBPyConnection, transcript_id: str, campaign: str, number: int, perturbation: str
) -> None:
    """Notes in which conversation a grade was given; inside `Store.write`. One that is noted already stays.

    Args:
        connection: The writing connection.
        transcript_id: The conversation.
        campaign: Name of the campaign.
        number: Number of the round.
        perturbation: Which was graded.
    """
    connection.execute(
        "UPDATE grade SET transcript_id = ? WHERE transcript_id IS NULL"
        " AND round_id IN (SELECT r.id FROM round r JOIN campaign c ON c.id = r.campaign_id"
        " WHERE c.name = ? AND r.number = ?)"
        " AND perturbation_id IN (SELECT id FROM perturbation WHERE name = ?)",
        [transcript_id, campaign, number, perturbation],
    )


def transcripts_of_campaign(store: Store, campaign_id: int) -> list[tuple[int, str]]:
    """The conversations that had a hand in a campaign's rounds: number of the round and id of the transcript.

    Args:
        store: The store.
        campaign_id: Id of the campaign.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT r.number, t.transcript_id FROM round_transcript t JOIN round r ON r.id = t.round_id"
            " WHERE r.campaign_id = ? ORDER BY r.number, t.created_at, t.transcript_id",
            [campaign_id],
        ).fetchall()
    return [(int(row[0]), str(row[1])) for row in rows]


def rounds_of_transcript(store: Store, transcript_id: str) -> list[tuple[str, int]]:
    """The rounds that a conversation had a hand in: name of the campaign and number of the round.

    Args:
        store: The store.
        transcript_id: The conversation.
    """
    if not store.exists():
        return []
    with store.read() as connection:
        rows = connection.execute(
            "SELECT c.name, r.number FROM round_transcript t JOIN round r ON r.id = t.round_id"
            " JOIN campaign c ON c.id = r.campaign_id WHERE t.transcript_id = ? ORDER BY c.name, r.number",
            [transcript_id],
        ).fetchall()
    return [(row[0], row[1]) for row in rows]
